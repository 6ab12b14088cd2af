// The picture of the room: who is on the stage, the host's own camera and screen, being invited.
import { Film } from "./film.js";
import { publish, watch } from "./media.js";

const FILM_AGAIN = 20_000; // ms at least, twice that at most
const OWN = "own"; // whose picture it is, where it is one's own: seen by oneself without sound
const CAMERA = { video: { width: { ideal: 1280 }, height: { ideal: 720 } }, audio: { echoCancellation: true, noiseSuppression: true } };

export class Stage {
  constructor(room, config, ticket, onsend) {
    Object.assign(this, { room, config, ticket, onsend });
    this.part = (name) => room.querySelector(name);
    this.main = this.part("[data-main]");
    this.beside = this.part("[data-beside]");
    this.shown = new Map(); // "guest what" to its stream
    this.sending = {}; // "camera" and "screen" to what is sent
    this.page = null; // the slide that is shown
    this.silent = false; // the browser let nothing be heard yet
    const film = this.part("[data-film]");
    this.film = film && new Film(film, film.dataset.track, () => this.filmed(), (slide) => this.slide(slide));
    this.part("[data-unmute]").addEventListener("click", () => this.aloud());
    const pip = this.part("[data-pip]");
    pip.hidden = !document.pictureInPictureEnabled;
    pip.addEventListener("click", () => (document.pictureInPictureElement ? document.exitPictureInPicture() : (this.film?.how === "on" ? this.film.video : this.main).requestPictureInPicture()).catch(() => {}));
    this.wish = "auto"; // how large a picture is wanted
    this.size = this.part("[data-size]");
    this.size.addEventListener("change", () => this.see(this.size.value));
    this.part("[data-camera]")?.addEventListener("click", () => (this.sending.camera ? this.stop("camera") : this.camera()));
    const share = this.part("[data-share]");
    if (share) share.hidden = !navigator.mediaDevices?.getDisplayMedia; // as on phones
    share?.addEventListener("click", () => (this.sending.screen ? this.stop("screen") : this.screen()));
    this.part("[data-mic]")?.addEventListener("click", (event) => this.mute(event.currentTarget));
    this.part("[data-stage-yes]")?.addEventListener("click", () => this.goUp());
    this.part("[data-stage-no]")?.addEventListener("click", () => this.invited(false));
    this.part("[data-stage-leave]")?.addEventListener("click", () => this.stop("camera"));
  }

  // What the room's state means for the picture: guests watch while it is live or paused, hosts before, too.
  facts(room) {
    this.state = room.state;
    this.recorded = room.recorded;
    const on = this.config.ready && (room.state === "live" || room.state === "paused" || (this.config.hosts && room.state === "green"));
    if (on && !this.seeing) {
      this.seeing = watch({
        about: this.config.about,
        ticket: this.ticket,
        video: this.main,
        hlsjs: this.config.hls,
        idle: Boolean(this.film),
        onstream: (one) => this.stream(one),
        onstate: (one) => this.told(one),
        onsize: (told) => this.sized(told),
        onsilence: (silent) => this.say(silent ? this.config.words.silent : ""),
      });
      this.seeing.picture(this.wish);
    }
    if (!on && this.seeing) {
      this.seeing.stop();
      this.seeing = null;
      for (const key of this.shown.keys()) if (!key.startsWith(OWN)) this.shown.delete(key);
      this.draw();
    }
    if (room.state === "over") for (const what of Object.keys(this.sending)) this.stop(what);
    if (!this.film?.slide) this.turn(room);
    this.film?.facts(room);
    this.words();
  }

  // A recording has begun, or ended: while it is shown, who is on the stage stands beside it.
  filmed() {
    this.draw();
    if (this.film.how === "on") this.play(this.film.video);
    if (this.film.how === "taken") setTimeout(() => this.lookForFilm(), FILM_AGAIN + Math.random() * FILM_AGAIN);
  }

  // What may not be shown just now is asked for again: nobody tells a room that a film has been made anew.
  async lookForFilm() {
    try {
      const answer = await fetch(`/live/${this.config.about}/state.json`, { headers: { "Live-Ticket": this.ticket() } });
      if (answer.ok) this.film.facts((await answer.json()).room);
    } catch { /* the next look may find it */ }
    if (this.film.how === "taken") setTimeout(() => this.lookForFilm(), FILM_AGAIN + Math.random() * FILM_AGAIN);
  }

  // The page of the slides that everybody sees; the next one is fetched before it is turned to.
  turn({ slides, slide, pages }) {
    this.slide(slide && slides ? { page: slide, src: `${slides}${slide}.webp` } : null);
    if (this.page && slide < pages) new Image().src = `${slides}${slide + 1}.webp`;
  }

  slide(shown) {
    const screen = this.part("[data-screen]");
    this.page?.remove();
    this.page = null;
    screen.toggleAttribute("data-slides", Boolean(shown));
    if (!shown) return;
    this.page = new Image();
    this.page.src = shown.src;
    this.page.alt = screen.dataset.page.replace("%(page)s", shown.page);
    screen.append(this.page);
  }

  changed() {
    this.seeing?.changed();
  }

  // How large a picture is wanted, or sound alone, to spare a weak connection; slides are shown on.
  see(wish) {
    this.wish = wish;
    this.seeing?.picture(wish);
    this.draw();
  }

  // It is sent smaller or larger, as was wanted or as the network lets through; with words, it cannot be.
  sized({ size, wish, words = "" }) {
    this.size.value = this.wish = wish;
    this.alone = size === "none";
    this.part("[data-small]").hidden = wish !== "auto" || size === "whole";
    if (words) this.say(words);
    this.draw();
  }

  told({ state, how, health, words }) {
    this.how = state === "live" ? how : null;
    this.lost = state === "again";
    if (state === "live" && how === "hls") this.play(this.main);
    this.part("[data-later]").hidden = this.how !== "hls";
    if (state === "refused" && words) this.say(words);
    if (health) this.room.dataset.weak = health.slow ? "yes" : "";
    this.draw();
  }

  stream({ guest, what, stream }) {
    const key = `${guest === this.config.guest ? `${OWN}-sent` : guest} ${what}`; // one's own comes back where OBS sends it
    if (stream) this.shown.set(key, stream);
    else this.shown.delete(key);
    this.draw();
  }

  // A screen comes first, then what others show, then one's own; all but the first stand beside it, small.
  draw() {
    const rank = (key) => (key.endsWith("screen") ? 0 : 2) + (key.startsWith(OWN) ? 1 : 0);
    const all = [...this.shown].sort(([one], [other]) => rank(one) - rank(other));
    const [first, ...others] = this.film?.how === "on" ? [undefined, ...all] : all;
    if (this.how !== "hls") this.main.muted = Boolean(first?.[0].startsWith(OWN)) || this.silent;
    if (this.how !== "hls") {
      const stream = first?.[1] ?? null;
      if (this.main.srcObject !== stream) {
        this.main.srcObject = stream;
        if (stream) this.play(this.main);
      }
    }
    const heard = this.alone && this.how !== "hls" && !first?.[0].startsWith(OWN);
    this.size.closest("label").hidden = this.how !== "webrtc";
    if (this.how !== "webrtc") this.part("[data-small]").hidden = true;
    this.main.hidden = this.film?.how === "on" || (!first && this.how !== "hls") || Boolean(heard);
    for (const drawn of [...this.beside.children]) if (!others.some(([key]) => key === drawn.dataset.key)) drawn.remove();
    for (const [key, stream] of others) {
      let drawn = this.beside.querySelector(`[data-key="${key}"]`);
      if (!drawn) {
        drawn = document.createElement("video");
        drawn.playsInline = true;
        drawn.dataset.key = key;
        drawn.setAttribute("aria-label", this.main.getAttribute("aria-label"));
        this.beside.append(drawn);
      }
      if (drawn.srcObject !== stream) {
        drawn.muted = key.startsWith(OWN) || this.silent;
        drawn.srcObject = stream;
        this.play(drawn);
      }
    }
    this.words();
  }

  // Browsers let nothing be heard before somebody pressed something: then it plays without sound, and says so.
  async play(video) {
    try {
      await video.play();
    } catch {
      this.silent = true;
      video.muted = true;
      this.part("[data-unmute]").hidden = false;
      video.play().catch(() => {});
    }
  }

  aloud() {
    this.part("[data-unmute]").hidden = true;
    this.silent = false;
    for (const video of this.room.querySelectorAll("[data-screen] video:not([hidden])")) {
      video.muted = [...this.shown].some(([key, stream]) => key.startsWith(OWN) && stream === video.srcObject);
      video.play().catch(() => {});
    }
  }

  // What stands where no picture is.
  words() {
    const place = this.part("[data-before]");
    const words = this.part("[data-before-words]");
    const film = this.film?.how;
    place.hidden = !this.main.hidden || Boolean(this.page) || film === "on";
    const { dataset } = words;
    const said = {
      planned: dataset.soon,
      green: dataset.green,
      live: this.lost ? dataset.lost : this.alone && this.shown.size ? dataset.alone : dataset[film] ?? dataset.quiet,
      paused: dataset.paused,
      over: dataset.over,
    }[this.state];
    const off = !this.config.ready && !this.film && ["live", "paused"].includes(this.state);
    words.textContent = off ? dataset.off : said ?? "";
  }

  say(words) {
    const said = this.part("[data-said]");
    said.hidden = !words;
    said.textContent = words;
  }

  async camera(recorded = false, shown = false) {
    if (!navigator.mediaDevices || !window.RTCPeerConnection) return this.say(this.config.words.cannot);
    let stream;
    try {
      stream = await navigator.mediaDevices.getUserMedia(CAMERA);
    } catch (fault) {
      try {
        if (fault.name === "NotAllowedError") throw fault;
        stream = await navigator.mediaDevices.getUserMedia({ audio: true }); // no camera: heard all the same
      } catch (other) {
        return this.say(this.config.words[other.name === "NotAllowedError" ? "denied" : "none"]);
      }
    }
    this.send("camera", stream, recorded, shown);
    const mic = this.part("[data-mic]");
    if (mic) {
      mic.hidden = false;
      mic.setAttribute("aria-pressed", "true");
    }
  }

  async screen() {
    try {
      const stream = await navigator.mediaDevices.getDisplayMedia({ video: true, audio: true });
      stream.getVideoTracks()[0].addEventListener("ended", () => this.stop("screen"));
      this.send("screen", stream);
    } catch { /* somebody thought better of it */ }
  }

  send(what, stream, recorded = false, shown = false) {
    this.say("");
    const one = publish({
      about: this.config.about,
      ticket: this.ticket,
      stream,
      what,
      recorded,
      shown,
      onstate: (told) => {
        if (told.state === "refused") {
          this.stop(what);
          this.say(told.words ?? "");
        }
        const health = this.part("[data-health]");
        if (health && what === "camera") health.textContent = told.health ? this.config.words[told.health.slow ? "weak" : "good"] : this.config.words[told.state] ?? "";
      },
    });
    this.sending[what] = { one, stream };
    if (stream.getVideoTracks().length) this.shown.set(`${OWN} ${what}`, stream);
    this.pressed(what, true);
    this.draw();
  }

  stop(what) {
    const sent = this.sending[what];
    if (!sent) return;
    delete this.sending[what];
    sent.one.stop();
    for (const track of sent.stream.getTracks()) track.stop();
    this.shown.delete(`${OWN} ${what}`);
    this.pressed(what, false);
    this.draw();
    if (what === "camera") {
      const [mic, up, health] = ["[data-mic]", "[data-on-stage]", "[data-health]"].map(this.part);
      if (mic) mic.hidden = true;
      if (up) up.hidden = true;
      if (health) health.textContent = "";
    }
  }

  pressed(what, on) {
    this.onsend(what, on);
    this.part(what === "camera" ? "[data-camera]" : "[data-share]")?.setAttribute("aria-pressed", on);
  }

  mute(button) {
    const on = button.getAttribute("aria-pressed") !== "true";
    for (const track of this.sending.camera?.stream.getAudioTracks() ?? []) track.enabled = on;
    button.setAttribute("aria-pressed", on);
  }

  // Nobody is on the stage who did not say so twice: their hand, and here.
  invited(on) {
    const asks = this.part("[data-stage-asks]");
    if (!asks) return;
    asks.hidden = !on || Boolean(this.sending.camera);
    for (const part of this.room.querySelectorAll("[data-stage-recorded]")) part.hidden = !this.recorded;
    if (!on && this.sending.camera) this.stop("camera");
  }

  async goUp() {
    this.part("[data-stage-asks]").hidden = true;
    await this.camera(this.recorded, this.recorded && Boolean(this.part("[data-stage-shown]")?.checked));
    this.part("[data-on-stage]").hidden = !this.sending.camera;
  }
}
