// A live room: what the room tells goes to the talk, the picture and the host's desk.
import * as time from "./clock.js";
import { Desk } from "./desk.js";
import { Encoder } from "./encoder.js";
import { Socket } from "./socket.js";
import { Stage } from "./stage.js";
import { Talk } from "./talk.js";

const room = document.querySelector("[data-live]");
const config = JSON.parse(document.getElementById("live-config").textContent);
const begin = JSON.parse(document.getElementById("live-state").textContent);
const part = (name) => room.querySelector(name);
const number = (value) => new Intl.NumberFormat(document.documentElement.lang || undefined).format(value);
const said = part("[data-said]");
const DAY = 86_400; // seconds; what is further away has a date
let facts = begin.room;
let captions = true;
let fades;

const send = (message) => socket.send(message);
const talk = new Talk(room, send, config.hosts);
const desk = config.hosts ? new Desk(room, send, talk, config.leads) : null;
const encoder = new Encoder(room, config, () => socket.ticket);
const stage = new Stage(room, config, () => socket.ticket, (what, on) => what === "camera" && encoder.camera(on));

function say(words) {
  said.hidden = !words;
  said.textContent = words ?? "";
}

function shown(news) {
  facts = news;
  room.dataset.state = news.state;
  const air = part("[data-on-air]");
  air.textContent = air.dataset[news.state];
  part("[data-recorded]").hidden = !news.recorded;
  part("[data-offer]").hidden = !news.offer;
  if (news.offer) part("[data-offer-link]").href = news.offer;
  part("[data-say]").hidden = !news.chat && !config.hosts;
  desk?.facts(news);
  stage.facts(news);
  clock();
  if (news.state === "over") setTimeout(() => location.reload(), 3000);
}

function clock() {
  const shown = part("[data-clock]");
  const down = part("[data-countdown]");
  const since = facts.live_at ? Math.floor((time.now() - new Date(facts.live_at)) / 1000) : -1;
  const spell = (seconds) => [Math.floor(seconds / 3600), Math.floor((seconds % 3600) / 60), seconds % 60].map((one, nth) => (nth ? String(one).padStart(2, "0") : one)).filter((one, nth) => nth || one).join(":");
  shown.hidden = since < 0 || facts.state === "over";
  if (!shown.hidden) shown.textContent = spell(since);
  const until = Math.floor((new Date(config.starts) - time.now()) / 1000);
  down.textContent = ["planned", "green"].includes(facts.state) && until > 0 && until < DAY ? spell(until) : "";
}

function sums(news) {
  if (news.here !== undefined) {
    part("[data-here]").textContent = number(news.here);
    const people = part("[data-count=people]");
    if (people) people.textContent = number(news.here);
  }
  for (const place of room.querySelectorAll("[data-sum]")) {
    const value = news[place.dataset.sum];
    if (value !== undefined) place.textContent = number(value);
  }
}

function you(news) {
  const hand = part("[data-hand]");
  if (hand) hand.setAttribute("aria-pressed", news.hand);
  stage.invited(news.role === "speaker");
  const holds = ["host", "cohost"].includes(news.role);
  if (holds !== config.hosts) anew(holds);
}

// The page of who holds a room is another one. What somebody has typed, or shows on the stage, is not taken from them.
function anew(holds) {
  const typed = [...room.querySelectorAll(".talk input:not([name=name]), .talk textarea")].some((one) => one.type !== "checkbox" && one.value);
  if (!typed && !Object.keys(stage.sending).length) return location.reload();
  const words = part("template[data-words]").dataset;
  say(holds ? words.holds : words.comes);
  said.append(" ", button(words.anew));
}

function button(words) {
  const made = document.createElement("button");
  made.className = "btn quiet small";
  made.textContent = words;
  made.addEventListener("click", () => location.reload());
  return made;
}

const tells = {
  state(all) {
    say("");
    talk.state(all);
    desk?.polls();
    desk?.seen(Boolean(all.shown));
    if (all.sums) sums(all.sums);
    if (desk && part("[data-part=people]").open) desk.look();
    shown(all.room);
    you(all.you);
    if (all.encoder) encoder.told(all.encoder);
    // What was pressed before the connection was lost is pressed still.
    for (const button of room.querySelectorAll("[data-react][aria-pressed=true]")) send({ kind: "react", what: button.dataset.react, on: true });
  },
  room: shown,
  sums,
  line: (one) => talk.said(one),
  hidden: (one) => talk.hidden(one),
  name: (one) => talk.named(one),
  inquiry: (one) => (talk.inquiry(one), talk.count()),
  asked: (one) => talk.asked(one),
  poll: (one) => (talk.told(one), desk?.polls()),
  people: (one) => desk?.all(one),
  guest: (one) => desk?.one(one),
  you,
  media: () => stage.changed(),
  encoder: (one) => encoder.told(one),
  caption({ text }) {
    const line = part("[data-caption]");
    line.textContent = text;
    line.hidden = !captions;
    clearTimeout(fades);
    fades = setTimeout(() => (line.hidden = true), 8000);
  },
  no: (one) => say(one.words),
};
for (const kind of ["removed", "seat", "elsewhere", "over"]) tells[kind] = ({ words }) => say(words);

const socket = new Socket({
  about: config.about,
  version: config.version,
  ticket: begin.ticket,
  tell: (message) => tells[message.kind]?.(message),
  lost: () => say(part("template[data-words]").dataset.again),
  back: () => say(""),
  end(code) {
    stage.facts({ ...facts, state: code === 4004 ? "over" : "left" });
    room.dataset.left = "yes";
    if (code !== 4001) return code === 4004 && setTimeout(() => location.reload(), 3000);
    said.append(" ", button(part("template[data-words]").dataset.elsewhereBack));
  },
});

for (const button of room.querySelectorAll("[data-react]")) {
  button.addEventListener("click", () => {
    const stays = button.hasAttribute("aria-pressed");
    const on = !stays || button.getAttribute("aria-pressed") !== "true";
    if (stays) button.setAttribute("aria-pressed", on);
    send({ kind: "react", what: button.dataset.react, on });
  });
}
part("[data-hand]")?.addEventListener("click", (event) => send({ kind: "hand", up: event.currentTarget.getAttribute("aria-pressed") !== "true" }));
part("[data-captions]").addEventListener("click", (event) => {
  captions = !captions;
  event.currentTarget.setAttribute("aria-pressed", captions);
  if (!captions) part("[data-caption]").hidden = true;
  stage.film?.read(captions);
});
for (const one of room.querySelectorAll(".talk > details")) {
  one.addEventListener("toggle", () => one.open && one.dataset.part === "chat" && talk.toEnd());
}
time.set(begin.now);
tells.state({ ...begin, sums: undefined });
setInterval(() => (clock(), stage.film?.draw()), 1000);
