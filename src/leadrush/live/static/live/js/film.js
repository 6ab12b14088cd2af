// A recording that is shown in a room: everybody sees the same moment. Whoever stops it, or comes late, goes on where
// the others are.
import { now } from "./clock.js";

const APART = 2; // seconds by which it may be off before it jumps

export class Film {
  // `captions` is the address of what is said in it; `over` is told when it has ended, or goes on, `turned` which page
  // of its slides is shown.
  constructor(video, captions, over, turned) {
    Object.assign(this, { video, captions, over, turned });
    video.addEventListener("play", () => this.join());
    video.addEventListener("loadedmetadata", () => this.join());
    video.addEventListener("ended", () => this.draw());
    video.addEventListener("error", () => {
      if (!video.getAttribute("src")) return;
      this.src = ""; // it was taken down, or made anew: what is told next has another address
      video.removeAttribute("src");
      this.draw();
    });
  }

  // What the room shows, and since when; nothing where it shows nothing.
  facts({ film, live_at: since, state }) {
    this.since = film && ["live", "paused"].includes(state) ? new Date(since).getTime() : 0;
    this.seconds = film?.seconds ?? 0;
    this.slides = film?.slides ?? [];
    const src = this.since ? film.src : "";
    // Its address is another one each time it is told: what plays already plays on.
    if (!src || !this.src) {
      this.src = src;
      if (src) this.video.src = src;
      else this.video.removeAttribute("src");
    }
    if (this.since && film.captions && !this.track) {
      this.track = Object.assign(document.createElement("track"), { kind: "captions", src: this.captions, default: true });
      this.video.append(this.track);
    }
    this.draw();
  }

  read(on) {
    if (this.track) this.track.track.mode = on ? "showing" : "hidden";
  }

  get at() {
    return (now() - this.since) / 1000;
  }

  // "on" while there is something to see, "taken" where it may not be shown, "after" its end, else "".
  get how() {
    if (!this.since) return "";
    if (!this.seconds) return "taken";
    if (this.at >= this.seconds) return "after";
    return this.src ? "on" : "taken";
  }

  join() {
    if (this.how === "on" && Math.abs(this.video.currentTime - this.at) > APART) this.video.currentTime = this.at;
  }

  draw() {
    const how = this.how;
    this.video.hidden = how !== "on";
    if (how === "on") this.join();
    else this.video.pause();
    if (how !== this.told) this.over((this.told = how));
    const slide = how === "on" ? this.slides.findLast((one) => one.second <= this.at) : undefined;
    if (slide?.second !== this.slide?.second) this.turned((this.slide = slide)?.page ? slide : null);
  }
}
