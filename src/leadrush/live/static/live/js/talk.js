// What people say and ask in the room, and the polls: drawn from what the room tells, one message after the other.
const copy = (room, name) => room.querySelector(`template[data-${name}]`).content.firstElementChild.cloneNode(true);
const number = (value) => new Intl.NumberFormat(document.documentElement.lang || undefined).format(value);
export const filled = (words, values) => words.replace(/%\((\w+)\)s/g, (all, name) => values[name] ?? all);
const MOST = 300; // lines that a page keeps

export class Talk {
  constructor(room, send, hosts) {
    Object.assign(this, { room, send, hosts });
    this.part = (name) => room.querySelector(name);
    this.lines = this.part("[data-lines]");
    this.inquiries = this.part("[data-inquiries]");
    this.words = this.part("template[data-words]").dataset;
    this.wished = new Set();
    this.chosen = {};
    this.form("[data-say]", (data, once) => ({ kind: "say", text: data.get("text"), once }), true);
    this.form("[data-ask]", (data, once) => ({ kind: "ask", text: data.get("text"), named: data.has("named"), once }), true);
    this.form("[data-rename]", (data) => ({ kind: "name", name: data.get("name") }));
  }

  // What was typed stays until the room has taken it; sent twice, by the same word, it is one.
  form(selector, message, empties = false) {
    const form = this.part(selector);
    if (!form) return;
    let once = crypto.randomUUID();
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      const data = new FormData(form, event.submitter);
      const answer = await this.send(message(data, once));
      const refused = form.querySelector("[data-refused]");
      if (refused) {
        refused.hidden = answer.kind === "yes";
        refused.textContent = answer.words || (answer.kind === "yes" ? "" : this.words.again);
      }
      if (answer.kind !== "yes") return;
      once = crypto.randomUUID();
      if (empties) form.reset();
    });
  }

  state({ lines, inquiries, polls, chosen, wished }) {
    this.wished = new Set(wished);
    this.chosen = chosen;
    const down = this.atEnd();
    this.lines.replaceChildren(...lines.map((one) => this.line(one)));
    this.inquiries.replaceChildren();
    for (const one of inquiries) this.inquiry(one);
    this.polls = new Map(polls.map((one) => [one.poll, one]));
    this.poll();
    this.count();
    if (down) this.toEnd();
  }

  atEnd() {
    return this.lines.scrollHeight - this.lines.scrollTop - this.lines.clientHeight < 40;
  }

  toEnd() {
    this.lines.scrollTop = this.lines.scrollHeight;
  }

  line({ line, guest, name, role, at, text }) {
    const drawn = copy(this.room, "line");
    drawn.dataset.line = line;
    drawn.dataset.guest = guest;
    const host = role === "host" || role === "cohost";
    drawn.classList.toggle("of-host", host);
    drawn.querySelector("[data-name]").textContent = name;
    drawn.querySelector("[data-host]").hidden = !host;
    const time = drawn.querySelector("time");
    time.dateTime = at;
    time.textContent = new Date(at).toLocaleTimeString(document.documentElement.lang || undefined, { hour: "2-digit", minute: "2-digit" });
    drawn.querySelector("[data-text]").textContent = text;
    drawn.querySelector("[data-hide]")?.addEventListener("click", () => this.send({ kind: "hide", line }));
    return drawn;
  }

  said(one) {
    if (this.lines.querySelector(`[data-line="${one.line}"]`)) return;
    const down = this.atEnd();
    this.lines.append(this.line(one));
    while (this.lines.children.length > MOST) this.lines.firstElementChild.remove();
    if (down) this.toEnd();
    this.count();
  }

  hidden({ line }) {
    this.lines.querySelector(`[data-line="${line}"]`)?.remove();
    this.count();
  }

  named({ guest, name }) {
    for (const one of this.lines.querySelectorAll(`[data-guest="${guest}"] [data-name]`)) one.textContent = name;
  }

  inquiry(one) {
    if (this.inquiries.querySelector(`[data-inquiry="${one.inquiry}"]`)) return;
    const drawn = copy(this.room, "inquiry");
    drawn.dataset.inquiry = one.inquiry;
    drawn.querySelector("[data-text]").textContent = one.text;
    drawn.dataset.by = one.by;
    const wish = drawn.querySelector("[data-wish]");
    wish.addEventListener("click", async () => {
      const wished = !this.wished.has(one.inquiry);
      const answer = await this.send({ kind: "wish", inquiry: one.inquiry, wished });
      if (answer.kind !== "yes") return;
      if (wished) this.wished.add(one.inquiry);
      else this.wished.delete(one.inquiry);
      wish.setAttribute("aria-pressed", wished);
    });
    for (const button of drawn.querySelectorAll("[data-settle]")) {
      button.addEventListener("click", () => this.send({ kind: "settle", inquiry: one.inquiry, state: button.dataset.settle }));
    }
    this.inquiries.append(drawn);
    this.asked(one);
  }

  asked({ inquiry, state, votes }) {
    const drawn = this.inquiries.querySelector(`[data-inquiry="${inquiry}"]`);
    if (!drawn) return;
    if (state === "hidden") drawn.remove();
    else {
      drawn.dataset.state = state;
      drawn.style.order = state === "now" ? -1_000_000 : state === "answered" ? 1_000_000 : -votes;
      const wish = drawn.querySelector("[data-wish]");
      wish.textContent = number(votes);
      wish.setAttribute("aria-label", filled(this.words.vote, { count: number(votes) }));
      wish.setAttribute("aria-pressed", this.wished.has(inquiry));
      wish.disabled = state === "answered";
      const by = drawn.querySelector("[data-by]");
      const who = drawn.dataset.by ? filled(by.dataset.from, { name: drawn.dataset.by }) : by.dataset.nobody;
      by.textContent = [who, by.dataset[state]].filter(Boolean).join(", ");
    }
    this.count();
  }

  told(one) {
    this.polls.set(one.poll, one);
    this.poll();
  }

  // The poll that is open, or the one that closed last.
  poll() {
    const place = this.part("[data-poll]");
    const all = [...this.polls.values()];
    const now = all.find((one) => one.state === "open") ?? all.filter((one) => one.state === "closed").at(-1);
    place.hidden = !now;
    if (!now) return;
    const open = now.state === "open";
    place.dataset.state = now.state;
    this.part("[data-poll-text]").textContent = now.text;
    const count = this.part("[data-poll-count]");
    const answers = now.answers === 1 ? count.dataset.one : filled(count.dataset.many, { count: number(now.answers) });
    count.textContent = open ? answers : `${answers}, ${count.dataset.closed}`;
    const list = this.part("[data-poll-options]");
    if (list.dataset.of !== String(now.poll)) {
      list.dataset.of = now.poll;
      list.replaceChildren(...now.options.map((option) => this.option(now.poll, option)));
    }
    for (const option of now.options) {
      const drawn = list.querySelector(`[data-option="${option.option}"]`);
      const share = option.count === null ? null : now.answers ? Math.round((100 * option.count) / now.answers) : 0;
      drawn.style.setProperty("--share", `${share ?? 0}%`);
      drawn.querySelector("[data-share]").textContent = share === null ? "" : `${number(share)}\u202f%`;
      const input = drawn.querySelector("input");
      input.disabled = !open;
      input.checked = this.chosen[now.poll] === option.option;
    }
  }

  option(poll, { option, text }) {
    const drawn = copy(this.room, "option");
    drawn.dataset.option = option;
    drawn.querySelector("[data-text]").textContent = text;
    const input = drawn.querySelector("input");
    input.name = `poll-${poll}`;
    input.addEventListener("change", async () => {
      const answer = await this.send({ kind: "answer", poll, option });
      if (answer.kind === "yes") this.chosen[poll] = option;
      this.poll();
    });
    return drawn;
  }

  count() {
    this.part("[data-count=chat]").textContent = number(this.lines.children.length);
    const waiting = [...this.inquiries.children].filter((one) => one.dataset.state !== "answered").length;
    this.part("[data-count=questions]").textContent = number(waiting);
  }
}
