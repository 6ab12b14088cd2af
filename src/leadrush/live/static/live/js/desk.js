// What whoever holds a room does: begin, pause, end, polls, captions, people. The server checks each of it.
import { filled } from "./talk.js";

const copy = (room, name) => room.querySelector(`template[data-${name}]`).content.firstElementChild.cloneNode(true);

export class Desk {
  // `leads`: whose room it is; those who hold it with them let nobody else hold it.
  constructor(room, send, talk, leads) {
    Object.assign(this, { room, send, talk, leads });
    this.part = (name) => room.querySelector(name);
    this.words = this.part("template[data-words]").dataset;
    this.people = new Map();
    for (const button of room.querySelectorAll("[data-go]")) {
      button.addEventListener("click", () => {
        if (button.dataset.sure && !confirm(button.dataset.sure)) return;
        this.send({ kind: "go", state: button.dataset.go }).then((answer) => this.refused(answer));
      });
    }
    for (const button of room.querySelectorAll("[data-turn]")) button.addEventListener("click", () => this.turn(button));
    this.set("[data-record]", (input) => ({ recorded: input.checked }));
    this.set("[data-shown]", (input) => ({ shown: input.checked }));
    this.set("[data-chat]", (input) => ({ chat: input.checked }));
    this.set("[data-slow]", (input) => ({ slow: Number(input.value) }));
    talk.form("[data-make-poll]", (data) => ({ kind: "poll", text: data.get("text"), options: data.get("options").split("\n"), shown: data.has("shown"), opens: Boolean(data.get("opens")) }), true);
    talk.form("[data-captioning]", (data) => ({ kind: "caption", text: data.get("text") }), true);
    talk.form("[data-offering]", (data) => ({ kind: "set_up", offer: data.get("offer") }));
    this.part("[data-part=people]").addEventListener("toggle", (event) => event.target.open && this.look());
  }

  turn(button) {
    const way = Number(button.dataset.turn);
    const slide = way ? Math.min(Math.max(this.slide + way, 1), this.pages) : 0;
    this.send({ kind: "set_up", slide }).then((answer) => this.refused(answer));
  }

  set(selector, change) {
    const input = this.part(selector);
    input?.addEventListener("change", () => this.send({ kind: "set_up", ...change(input) }).then((answer) => this.refused(answer)));
  }

  refused(answer) {
    const said = this.part("[data-said]");
    said.hidden = answer.kind === "yes" || !answer.words;
    said.textContent = answer.words ?? "";
  }

  facts({ state, recorded, chat, slow, slide, pages }) {
    this.slide = slide;
    this.pages = pages;
    this.part("[data-turning]").hidden = !pages;
    this.part("[data-turned]").textContent = `${slide} / ${pages}`;
    this.part("[data-record]").checked = recorded;
    const shows = this.part("[data-shows]"); // not there while the statement has no sentence for it
    if (shows) shows.hidden = !recorded;
    this.part("[data-chat]").checked = chat;
    this.part("[data-slow]").value = String(slow);
    const live = this.part("[data-go=live]");
    const screens = "screens" in this.part("[data-desk]").dataset; // then the clock begins it
    live.hidden = state === "live" || screens;
    live.textContent = state === "paused" ? live.dataset.again : live.dataset.words;
    this.part("[data-go=paused]").hidden = state !== "live" || screens;
    this.part("[data-go=over]").hidden = !["live", "paused"].includes(state);
  }

  // Whether others than those with a seat may see whoever sits here.
  seen(shown) {
    const input = this.part("[data-shown]");
    if (input) input.checked = shown;
  }

  polls() {
    const rows = [...this.talk.polls.values()].filter((one) => one.state !== "closed");
    const list = this.part("[data-polls]");
    list.replaceChildren(
      ...rows.map((one) => {
        const drawn = copy(this.room, "poll-row");
        drawn.querySelector("[data-text]").textContent = one.text;
        const [open, close] = [drawn.querySelector("[data-open]"), drawn.querySelector("[data-close]")];
        open.hidden = one.state === "open";
        close.hidden = one.state !== "open";
        open.addEventListener("click", () => this.send({ kind: "open_poll", poll: one.poll }).then((answer) => this.refused(answer)));
        close.addEventListener("click", () => this.send({ kind: "close_poll", poll: one.poll }).then((answer) => this.refused(answer)));
        return drawn;
      }),
    );
  }

  look() {
    this.send({ kind: "people" });
  }

  all({ people }) {
    this.people = new Map(people.map((one) => [one.guest, one]));
    this.draw();
  }

  one(person) {
    if (person.removed) this.people.delete(person.guest);
    else this.people.set(person.guest, person);
    if (person.hand) this.part("[data-part=people]").open = true;
    this.draw();
  }

  draw() {
    const order = (one) => (one.hand ? 0 : 1);
    const rows = [...this.people.values()].sort((one, other) => order(one) - order(other));
    this.part("[data-people]").replaceChildren(
      ...rows.map((one) => {
        const drawn = copy(this.room, "person");
        const host = ["host", "cohost"].includes(one.role);
        drawn.querySelector("[data-name]").textContent = one.name;
        drawn.querySelector("[data-raised]").hidden = !one.hand;
        drawn.querySelector("[data-holds]").hidden = !host;
        const acts = {
          stage: one.role === "guest" && { kind: "stage", guest: one.guest, on: true },
          off: one.role === "speaker" && { kind: "stage", guest: one.guest, on: false },
          hold: this.leads && !host && { kind: "cohost", guest: one.guest, on: true },
          come: this.leads && one.role === "cohost" && { kind: "cohost", guest: one.guest, on: false },
          mute: !host && !one.muted && { kind: "mute", guest: one.guest, muted: true },
          unmute: !host && one.muted && { kind: "mute", guest: one.guest, muted: false },
          remove: !host && { kind: "remove", guest: one.guest },
        };
        for (const [name, message] of Object.entries(acts)) {
          const button = drawn.querySelector(`[data-do="${name}"]`);
          button.hidden = !message;
          button.addEventListener("click", () => {
            if (name === "remove" && !confirm(filled(this.words.sure, { name: one.name }))) return;
            this.send(message).then((answer) => this.refused(answer));
          });
        }
        return drawn;
      }),
    );
  }
}
