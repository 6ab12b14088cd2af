// Sound and picture of a live room: `publish` and `watch`. The site does the talking with the media server; a browser
// sends its description to a door of the site and gets one back. Whatever is lost comes back by itself: after half a
// second, then after twice as long each time, up to eight. Whoever is not reached at all, or not reached again twice, gets
// the room by HLS.
import { FIRST, LATER, PING, Line, Word } from "./line.js";

const READIES = 1_500; // ms after which HLS is made ready, in case it does not
const WEAK = 5_000; // ms over which lost packets are counted
const STEPS = ["whole", "small", "none"]; // of the picture; "none" is sound alone
const LOST = { whole: 0.05, small: 0.2, none: 1 }; // shares of packets that did not arrive, above which the next step is taken
const FEW = 50; // packets of which no share is told
const LARGER = 30_000; // ms after which a larger picture is tried again; twice as long each time, up to
const SELDOM = 300_000; // that many ms
const BACK = 60_000; // ms after which who watches by HLS tries the quicker way again; twice as long each time

// Of a camera a second, smaller picture is sent beside, for those whose network is weak. The larger stands first: so
// Janus tells them apart.
const SIZES = [{ rid: "h" }, { rid: "l", scaleResolutionDownBy: 2, maxBitrate: 250_000 }];

class Publishing extends Line {
  constructor({ stream, what = "camera", recorded = false, shown = false, ...more }) {
    super(more);
    Object.assign(this, { stream, what, recorded, shown });
    for (const track of stream.getVideoTracks()) {
      // The browser's own button ends a shared screen.
      if (what === "screen") track.addEventListener("ended", () => this.stop());
    }
  }

  expects() {
    return true;
  }

  async join() {
    const { ready, ice } = await this.ask("GET", "media.json");
    if (!ready) throw new Word(503, { code: "off" });
    const pc = this.make(ice);
    for (const track of this.stream.getTracks()) {
      const sizes = track.kind === "video" && this.what === "camera" ? { sendEncodings: SIZES } : {};
      pc.addTransceiver(track, { direction: "sendonly", streams: [this.stream], ...sizes });
    }
    await pc.setLocalDescription(await pc.createOffer());
    const { what, recorded, shown } = this;
    const said = await this.ask("POST", "publish/", { sdp: pc.localDescription.sdp, what, recorded, shown });
    this.number = said.connection;
    // A yes is said once: whoever took it back meanwhile does not say it again by coming back.
    this.recorded = this.shown = false;
    await pc.setRemoteDescription({ type: "answer", sdp: said.sdp });
    await this.connected(pc);
  }

  async take() {}

  // Send other tracks, as of another camera, over the same connection; where there was none of a kind, join again.
  async replace(stream) {
    this.stream = stream;
    if (!this.pc) return;
    const senders = this.pc.getTransceivers();
    for (const track of stream.getTracks()) {
      const one = senders.find((sender) => sender.sender.track?.kind === track.kind || sender.receiver.track?.kind === track.kind);
      if (!one) return this.lose(new Word(0, { code: "gone" }));
      await one.sender.replaceTrack(track);
    }
  }
}

class Watching extends Line {
  // `idle`: the stage may well stay empty, and who comes on it is told of.
  constructor({ video, hlsjs = "", idle = false, onsize = () => {}, onstream = () => {}, ontracks = () => {}, ...more }) {
    super(more);
    Object.assign(this, { video, hlsjs, idle, onsize, onstream, ontracks });
    this.streams = new Map();
    this.tracks = [];
    this.wish = "auto";
    this.fits = "whole"; // what the network lets through, as far as is known
    this.sent = "whole";
    this.counts = [];
    this.patience = LARGER;
    this.failed = 0;
    this.reached = false;
    this.back = BACK;
  }

  expects() {
    return this.streams.size > 0;
  }

  async join() {
    const said = await this.ask("POST", "watch/", {});
    this.number = said.connection;
    const pc = this.make(said.ice);
    await this.answer(pc, said);
    const ready = this.video && setTimeout(() => this.makeReady(), READIES);
    try {
      await this.connected(pc);
    } finally {
      clearTimeout(ready);
    }
    this.reached = true;
    this.failed = 0;
    this.back = BACK;
    this.quiet();
  }

  async answer(pc, { sdp, tracks }) {
    await pc.setRemoteDescription({ type: "offer", sdp });
    await pc.setLocalDescription(await pc.createAnswer());
    this.show(pc, tracks);
    await this.ask("PATCH", `connection/${this.number}/`, { sdp: pc.localDescription.sdp });
    // What was asked for may hold for the parts of the last offer alone.
    if (this.sent !== "whole") this.sent = "";
    this.resize();
  }

  // How large a picture somebody wants: "whole", "small", "none" for sound alone, or "auto", what the network lets through.
  picture(wish) {
    this.wish = wish;
    this.fits = "whole";
    this.patience = LARGER;
    this.resize();
  }

  // Said again with each new connection and each new offer.
  resize() {
    const size = this.wish === "auto" ? this.fits : this.wish;
    if (!this.number || !this.pc || size === this.sent) return;
    this.sent = size;
    this.counts = [];
    this.onsize({ size, wish: this.wish });
    this.turn = this.turn.then(() => this.ask("POST", `connection/${this.number}/picture/`, { size })).catch((word) => {
      this.sent = "";
      if (word.code === "busy") setTimeout(() => this.resize(), FIRST);
      if (word.code !== "picture") return;
      // There is one size here, for all. Who asked is told; who did not need not know.
      const asked = this.wish !== "auto";
      Object.assign(this, { wish: "auto", fits: "whole", sent: "whole", patience: Infinity });
      this.onsize({ size: "whole", wish: "auto", words: asked ? word.words : "" });
    });
  }

  // Where many packets are lost, a smaller picture, or none; after a while a larger one again.
  judge(all) {
    if (this.wish !== "auto" || this.patience === Infinity) return;
    const now = Date.now();
    let came = 0;
    let lost = 0;
    for (const one of all.values()) {
      if (one.type !== "inbound-rtp" || one.kind !== "video") continue;
      came += one.packetsReceived || 0;
      lost += one.packetsLost || 0;
    }
    this.counts = [...this.counts.filter(({ at }) => now - at < WEAK), { at: now, came, lost }];
    const first = this.counts[0];
    const whole = came - first.came + lost - first.lost;
    const share = whole > FEW && now - first.at > WEAK / 2 ? (lost - first.lost) / whole : 0;
    const step = STEPS.indexOf(this.fits);
    if (share > LOST[this.fits]) {
      const again = this.raised && now - this.raised < this.patience;
      this.patience = again ? Math.min(this.patience * 2, SELDOM) : LARGER;
      Object.assign(this, { fits: STEPS[step + 1], changedAt: now });
    } else if (share > LOST.whole) {
      this.changedAt = now;
    } else if (step && now - this.changedAt > this.patience) {
      Object.assign(this, { fits: STEPS[step - 1], changedAt: now, raised: now });
    }
    this.resize();
  }

  // Others may publish than before. Where somebody only went, there need be no offer.
  async take(pc, { offer, publishing }) {
    if (offer) return this.answer(pc, offer);
    const there = new Set(publishing.map(({ guest, what }) => `${guest} ${what}`));
    const left = this.tracks.filter(({ guest, what }) => there.has(`${guest} ${what}`));
    if (left.length < this.tracks.length) this.show(pc, left);
  }

  // Bring what a page shows to what the connection has: one stream for each camera and each screen.
  show(pc, tracks) {
    this.tracks = tracks;
    const wanted = new Map();
    for (const { mid, guest, what } of tracks) {
      const track = pc.getTransceivers().find((one) => one.mid === mid)?.receiver.track;
      const key = `${guest} ${what}`;
      if (track) wanted.set(key, { guest, what, tracks: [...(wanted.get(key)?.tracks || []), track] });
    }
    for (const [key, { guest, what }] of this.streams) {
      if (wanted.has(key)) continue;
      this.streams.delete(key);
      this.onstream({ guest, what, stream: null });
    }
    for (const [key, { guest, what, tracks: now }] of wanted) {
      const before = this.streams.get(key)?.stream.getTracks() || [];
      if (before.length === now.length && now.every((track) => before.includes(track))) continue;
      const stream = new MediaStream(now);
      this.streams.set(key, { guest, what, stream });
      this.onstream({ guest, what, stream });
    }
    this.ontracks(tracks.map(({ guest, what, kind }) => ({ guest, what, kind })));
  }

  drop() {
    super.drop();
    this.counts = [];
    this.sent = "whole"; // as each connection begins
    for (const { guest, what } of this.streams.values()) this.onstream({ guest, what, stream: null });
    this.streams.clear();
  }

  changed() {
    super.changed();
    if (this.pc?.connectionState === "connected") this.ping();
  }

  end(state, more) {
    this.quiet();
    super.end(state, more);
  }

  // By HLS, some seconds later: where the room is full, and where this browser is not reached twice.
  async otherwise(word) {
    if (word.code === "failed") this.failed += 1;
    if (!this.video || !(word.code === "crowd" || this.failed >= (this.reached ? 2 : 1))) {
      this.quiet();
      return false;
    }
    this.letGo();
    try {
      await this.bySegments();
    } catch (again) {
      if (!(again instanceof Word)) throw again;
      this.quiet();
      if (!LATER.has(again.code) && again.code !== "soon") {
        this.end("refused", { code: again.code, words: again.words });
      }
      return true;
    }
    // Tried again the quicker way, while this one goes on.
    this.back = Math.min(this.back * 2, 10 * BACK);
    return true;
  }

  // Segments are made once somebody asked for them, and take some seconds to begin.
  async makeReady() {
    const said = await this.ask("GET", "media.json").catch(() => null);
    if (said) this.there(said.hls).catch(() => {});
  }

  async bySegments() {
    if (!this.hls) {
      let { hls } = await this.ask("GET", "media.json");
      while (!this.stopped && !(await this.there(hls))) await this.rest(1_000);
      if (this.stopped) return;
      this.address = hls;
      await this.play();
    }
    this.tell("live", { how: "hls" });
    for (const until = Date.now() + this.back; !this.stopped && Date.now() < until; ) {
      await this.rest(Math.min(PING, until - Date.now()));
      if (this.stopped) return;
      try {
        this.address = (await this.ask("GET", "media.json")).hls;
      } catch (word) {
        if (word.code !== "away") throw word;
      }
    }
  }

  async there(hls) {
    const answer = await fetch(hls, { credentials: "same-origin" }).catch(() => null);
    if (answer?.status === 403) throw new Word(403, await answer.json().catch(() => ({ code: "seat" })));
    return answer?.ok;
  }

  async play() {
    const { video } = this;
    if (!this.hlsjs || !window.MediaSource) {
      video.src = this.address;
      this.hls = { destroy: () => video.removeAttribute("src") };
    } else {
      const { default: Hls } = await import(this.hlsjs);
      const renew = (url) => url.replace(/\/hls\/[^/]+\//, this.address.match(/\/hls\/[^/]+\//)[0]);
      this.hls = new Hls({
        enableWorker: false,
        liveSyncDurationCount: 2,
        liveMaxLatencyDurationCount: 6,
        xhrSetup: (xhr, url) => xhr.open("GET", renew(url), true),
      });
      this.hls.on(Hls.Events.ERROR, (_event, { fatal, type }) => {
        if (!fatal) return;
        if (type === Hls.ErrorTypes.MEDIA_ERROR) this.hls?.recoverMediaError();
        else setTimeout(() => this.hls?.loadSource(this.address), 1_000);
      });
      this.hls.loadSource(this.address);
      this.hls.attachMedia(video);
    }
    video.play().catch(() => {});
  }

  quiet() {
    this.hls?.destroy();
    this.hls = null;
  }
}

// Let somebody be seen and heard; returns `stop()`, `replace(stream)`, `changed()`.
export const publish = (wanted) => new Publishing(wanted);

// Show somebody all that is published; returns `stop()`, `changed()`.
export const watch = (wanted) => new Watching(wanted);
