// One connection with the media server, made anew until the page stops it: what publishing and watching have in common.
// Whatever is lost comes back by itself: after half a second, then after twice as long each time, up to eight.
export const PING = 20_000; // ms between two words that a connection is still wanted
export const FIRST = 500;
export const LATER = new Set(["away", "unreachable", "gone", "busy", "nobody", "state", "full", "failed"]);
const LONGEST = 8_000;
const CONNECTS = 6_000; // ms in which a connection has to come up
const SILENT = 3_000; // ms without a packet after which the site is asked whether the connection still is
const HURRIED = 30_000; // ms after a loss in which those who publish are waited for in short steps
const IDLE = 60_000; // ms between two looks for somebody on a stage that may well stay empty
const WAITS = new Set(["nobody", "state"]);

export class Word extends Error {
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

export class Line {
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
