// The room's connection: a ticket first, small messages, and back by itself. Where sockets fail it asks every five seconds.
import * as clock from "./clock.js";

const ELSEWHERE = 4001, NOT_LET_IN = 4003, OVER = 4004, ANEW = 4009, BROKEN = 4400;
const PING = 20_000, ASK = 5_000, FIRST = 500, LONGEST = 8_000;

export class Socket {
  constructor({ about, version, ticket, tell, lost, back, end }) {
    Object.assign(this, { about, version, ticket, tell, lost, back, end });
    this.waiting = new Map();
    this.failures = 0;
    this.delay = FIRST;
    this.open();
    addEventListener("online", () => this.socket?.readyState === WebSocket.OPEN || this.again(0));
  }

  open() {
    clearTimeout(this.timer);
    const address = new URL(`/live/${this.about}/`, location.href.replace(/^http/, "ws"));
    const socket = (this.socket = new WebSocket(address));
    socket.addEventListener("open", () => socket.send(JSON.stringify({ kind: "enter", v: this.version, ticket: this.ticket })));
    socket.addEventListener("message", (event) => this.take(JSON.parse(event.data)));
    socket.addEventListener("close", (event) => socket === this.socket && this.closed(event.code));
  }

  take(message) {
    if (message.ticket) this.ticket = message.ticket;
    if (message.now) clock.set(message.now);
    if (message.kind === "state" && this.socket?.readyState === WebSocket.OPEN) {
      this.failures = 0;
      this.delay = FIRST;
      clearInterval(this.pings);
      this.pings = setInterval(() => this.socket.send(JSON.stringify({ kind: "ping" })), PING);
      this.back();
    }
    if (message.kind === "yes" || message.kind === "no") {
      const settle = this.waiting.get(message.ref);
      this.waiting.delete(message.ref);
      if (settle) return settle(message);
    }
    this.tell(message);
  }

  closed(code) {
    clearInterval(this.pings);
    for (const settle of this.waiting.values()) settle({ kind: "no", code: "lost", words: "" });
    this.waiting.clear();
    if ([ELSEWHERE, NOT_LET_IN, OVER].includes(code)) return this.end(code);
    if (code === BROKEN && this.failures > 3) return this.end(code);
    this.failures += 1;
    if (code !== ANEW) this.lost();
    if (this.failures > 2) this.look();
    this.again(this.delay);
    this.delay = Math.min(this.delay * 2, LONGEST);
  }

  again(after) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.renew().then(() => this.open()), after + Math.random() * 300);
  }

  // A ticket is good for two minutes: whoever was away for longer gets one with the page.
  async renew() {
    if (this.renewed && Date.now() - this.renewed < 60_000) return;
    try {
      const page = await (await fetch(location.href)).text();
      const found = new DOMParser().parseFromString(page, "text/html").getElementById("live-state");
      if (!found) return location.reload(); // what this page shows is no room any more
      this.ticket = JSON.parse(found.textContent).ticket;
      this.renewed = Date.now();
    } catch { /* the next attempt asks again */ }
  }

  async look() {
    if (this.looking) return;
    this.looking = true;
    while (this.socket.readyState !== WebSocket.OPEN) {
      try {
        const answer = await fetch(`/live/${this.about}/state.json`, { headers: { "Live-Ticket": this.ticket } });
        const said = await answer.json();
        if (answer.ok) this.take(said);
      } catch { /* the network is away: the next look may find it */ }
      await new Promise((done) => setTimeout(done, ASK));
    }
    this.looking = false;
  }

  // Sends a message and returns what the room answers: {kind: "yes"} or {kind: "no", code, words}.
  send(message) {
    const ref = crypto.randomUUID();
    if (this.socket.readyState !== WebSocket.OPEN) return Promise.resolve({ kind: "no", code: "lost", words: "" });
    return new Promise((settle) => {
      this.waiting.set(ref, settle);
      this.socket.send(JSON.stringify({ ...message, ref }));
    });
  }
}
