// Sound and picture of a live room: `publish` and `watch`. The site does the talking with the media server; a browser
// sends its description to a door of the site and gets one back. Whatever is lost comes back by itself: after half a
// second, then after twice as long each time, up to eight. Whoever is not reached at all, or not reached again twice, gets
// the room by HLS.
const PING = 20_000;
const FIRST = 500;
const LONGEST = 8_000;
const CONNECTS = 6_000; // ms in which a connection has to come up
const READIES = 1_500; // ms after which HLS is made ready, in case it does not
const SILENT = 3_000; // ms without a packet after which the site is asked whether the connection still is
const HURRIED = 30_000; // ms after a loss in which those who publish are waited for in short steps
const IDLE = 60_000; // ms between two looks for somebody on a stage that may well stay empty
const WEAK = 5_000; // ms over which lost packets are counted
const STEPS = ["whole", "small", "none"]; // of the picture; "none" is sound alone
const LOST = { whole: 0.05, small: 0.2, none: 1 }; // shares of packets that did not arrive, above which the next step is taken
const FEW = 50; // packets of which no share is told
const LARGER = 30_000; // ms after which a larger picture is tried again; twice as long each time, up to
const SELDOM = 300_000; // that many ms
const BACK = 60_000; // ms after which who watches by HLS tries the quicker way again; twice as long each time
const LATER = new Set(["away", "unreachable", "gone", "busy", "nobody", "state", "full", "failed"]);
const WAITS = new Set(["nobody", "state"]);

class Word extends Error {
  constructor(status, said) {
    super(said.code);
    this.status = status;
    this.code = said.code;
    this.words = said.words || "";
    this.hls = said.hls || "";
  }
}

class Wait {
  // A time that can be cut short.
  constructor() {
    this.ended = new Promise((end) => {
      this.end = end;
    });
  }

  async upTo(ms) {
    const timer = setTimeout(this.end, ms);
    await this.ended;
    clearTimeout(timer);
  }
}

// What publishing and watching have in common: one connection that is made anew until the page stops it.
class Line {
  constructor({ about, ticket, onstate = () => {}, onticket = () => {}, onsilence = () => {} }) {
    Object.assign(this, { about, ticket, onstate, onticket, onsilence });
    this.stopped = false;
    this.silent = false;
    this.number = 0;
    this.turn = Promise.resolve();
    this.lostAt = 0;
    this.leave = () => this.letGo();
    this.hurry = () => this.wait?.end();
    addEventListener("pagehide", this.leave);
    addEventListener("online", this.hurry);
    // Once whoever is made of this has its own fields.
    this.running = Promise.resolve().then(() => this.run());
  }

  tell(state, more = {}) {
    if (!this.stopped || state === "ended" || state === "refused") this.onstate({ state, ...more });
  }

  async ask(method, tail, body, options = {}) {
    let answer;
    try {
      answer = await fetch(`/live/${this.about}/${tail}`, {
        method,
        headers: { "Live-Ticket": this.ticket(), "Content-Type": "application/json" },
        body: body && JSON.stringify(body),
        credentials: "same-origin",
        signal: options.keepalive ? undefined : AbortSignal.timeout(15_000),
        ...options,
      });
    } catch {
      throw new Word(0, { code: "away" });
    }
    if (answer.status === 204) return null;
    const said = answer.headers.get("content-type")?.startsWith("application/json") ? await answer.json().catch(() => null) : null;
    if (answer.ok && said) {
      if (said.ticket) this.onticket(said.ticket);
      return said;
    }
    throw new Word(answer.status, said?.code ? said : { code: "away" });
  }

  async run() {
    let delay = 0;
    this.tell("joining");
    while (!this.stopped) {
      if (delay) await this.rest(delay);
      if (this.stopped) return;
      try {
        this.lost = new Wait();
        await this.join();
        delay = 0;
        this.lostAt = 0;
        await this.lost.ended;
        throw this.why || new Word(0, { code: "gone" });
      } catch (word) {
        this.drop();
        if (this.stopped) return;
        if (!(word instanceof Word)) throw word;
        this.why = null;
        this.lostAt ||= Date.now();
        if (await this.otherwise(word)) {
          delay = FIRST;
          continue;
        }
        if (!LATER.has(word.code)) return this.end("refused", { code: word.code, words: word.words });
        this.tell(WAITS.has(word.code) ? "waiting" : "again", { code: word.code, words: word.words });
        const hurried = Date.now() - this.lostAt < HURRIED;
        const most = word.code !== "nobody" ? LONGEST : this.idle ? IDLE : hurried ? 2_000 : LONGEST;
        delay = this.idle && word.code === "nobody" ? most : Math.min(delay ? delay * 2 : FIRST, most);
      }
    }
  }

  async rest(ms) {
    this.wait = new Wait();
    await this.wait.upTo(ms);
    this.wait = null;
  }

  // Another way to go on after a word; true once that has ended and the usual one is to be tried again.
  async otherwise() {
    return false;
  }

  make(ice) {
    // Some browsers were built without it: they get the segments.
    if (!window.RTCPeerConnection) throw new Word(0, { code: "failed" });
    const pc = new RTCPeerConnection({ iceServers: ice || [] });
    this.pc = pc;
    pc.addEventListener("connectionstatechange", () => {
      if (this.pc !== pc) return;
      if (pc.connectionState === "failed") this.lose(new Word(0, { code: "gone" }));
      if (pc.connectionState !== "disconnected") return;
      this.ping();
      setTimeout(() => {
        if (this.pc === pc && pc.connectionState === "disconnected") this.lose(new Word(0, { code: "gone" }));
      }, CONNECTS);
    });
    return pc;
  }

  // Wait until media can flow. Whoever is not reached has failed.
  async connected(pc) {
    const came = new Wait();
    pc.addEventListener("connectionstatechange", () => {
      if (["connected", "failed", "closed"].includes(pc.connectionState)) came.end();
    });
    if (pc.connectionState !== "connected") await came.upTo(CONNECTS);
    if (pc.connectionState !== "connected") throw new Word(0, { code: "failed" });
    this.pinging = setInterval(() => this.ping(), PING);
    this.looking = setInterval(() => this.look(pc), 1_000);
    this.heard = { packets: -1, at: Date.now(), asked: 0 };
    this.tell("live", { how: "webrtc" });
    this.ping();
  }

  // A media server that has died says nothing: where no packet comes, the site knows.
  async look(pc) {
    if (this.pc !== pc || !this.expects()) return;
    let packets = 0;
    const all = await pc.getStats();
    this.judge(all);
    for (const one of all.values()) {
      // Firefox counts no transport, but the way that its packets take.
      if (one.type === "candidate-pair") packets += one.bytesReceived || 0;
    }
    const now = Date.now();
    if (!packets || packets !== this.heard.packets) {
      Object.assign(this.heard, { packets, at: now });
      this.hush(false);
    } else if (now - this.heard.at > SILENT && now - this.heard.asked > SILENT) {
      this.heard.asked = now;
      this.hush(true);
      this.ping();
    }
  }

  judge() {}

  // Nothing comes, or it does again.
  hush(silent) {
    if (silent !== this.silent) this.onsilence((this.silent = silent));
  }

  // One question about this connection at a time; a question that waits is not asked twice.
  ping() {
    if (this.pings) return this.pings;
    const pc = this.pc;
    this.pings = this.turn = this.turn.then(async () => {
      this.pings = null;
      let delay = FIRST;
      while (pc && this.pc === pc && !this.stopped) {
        try {
          const said = await this.ask("POST", `connection/${this.number}/ping/`);
          if (this.pc !== pc) return;
          const { up, kbits, quality, slow } = said;
          this.tell("live", { how: "webrtc", health: { up, kbits, quality, slow } });
          await this.take(pc, said);
          return;
        } catch (word) {
          if (!(word instanceof Word) || !["away", "unreachable", "busy"].includes(word.code)) return this.lose(word);
          // Media may well flow while the site starts anew.
          await new Wait().upTo(delay);
          delay = Math.min(delay * 2, LONGEST);
        }
      }
    });
    return this.pings;
  }

  lose(word) {
    this.why = word instanceof Word ? word : new Word(0, { code: "gone" });
    this.lost?.end();
  }

  drop() {
    this.hush(false);
    clearInterval(this.pinging);
    clearInterval(this.looking);
    this.pc?.close();
    this.pc = null;
    this.pings = null;
  }

  letGo() {
    if (!this.number) return;
    this.ask("DELETE", `connection/${this.number}/`, undefined, { keepalive: true }).catch(() => {});
    this.number = 0;
  }

  end(state, more) {
    if (this.stopped) return;
    this.stopped = true;
    removeEventListener("pagehide", this.leave);
    removeEventListener("online", this.hurry);
    this.letGo();
    this.drop();
    this.wait?.end();
    this.lost?.end();
    this.tell(state, more);
  }

  stop() {
    this.end("ended");
  }

  // Somebody came or went.
  changed() {
    this.hurry();
  }
}

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
    this.sent = "whole";
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
