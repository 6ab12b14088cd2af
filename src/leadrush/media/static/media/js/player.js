// What a browser's own player lacks: back, speed, captions by a button, chapters and a transcript that follow, the place
// at which somebody stopped. Without this script the player has its own controls.
export const player = document.querySelector("[data-player]");
export const clock = (seconds) => {
  const all = Math.floor(seconds), hours = Math.floor(all / 3600);
  const rest = `${Math.floor(all / 60) % 60}`, left = `${all % 60}`.padStart(2, "0");
  return hours ? `${hours}:${rest.padStart(2, "0")}:${left}` : `${rest}:${left}`;
};

if (player) {
  controls();
  jumps();
  follow(document.querySelector("[data-chapters]"));
  follow(document.querySelector("[data-transcript]"));
  follow(document.querySelector("[data-lines]"));
  follow(document.querySelector("[data-slides]"));
  turn();
  search(document.querySelector("[data-transcript]"));
  remember();
}

function controls() {
  const bar = document.querySelector("[data-controls]");
  if (!bar) return;
  bar.hidden = false;
  bar.querySelector("[data-back]").addEventListener("click", () => { player.currentTime = Math.max(0, player.currentTime - 15); });
  const speed = bar.querySelector("[data-speed]"), speeds = [1, 1.25, 1.5, 1.75, 2, 0.75];
  speed.addEventListener("click", () => {
    player.playbackRate = speeds[(speeds.indexOf(player.playbackRate) + 1) % speeds.length];
    speed.textContent = `${speed.dataset.words} ${player.playbackRate}`;
  });
  const captions = bar.querySelector("[data-captions]");
  captions?.addEventListener("click", () => {
    const on = captions.getAttribute("aria-pressed") !== "true";
    for (const [place, track] of [...player.textTracks].filter((one) => one.kind === "captions").entries()) track.mode = on && place === 0 ? "showing" : "disabled";
    captions.setAttribute("aria-pressed", String(on));
    captions.textContent = on ? captions.dataset.on : captions.dataset.off;
  });
}

// A line of the transcript, a chapter or a note leads to its place.
function jumps() {
  document.addEventListener("click", (event) => {
    const line = event.target.closest("li[data-second]");
    if (!line || !event.target.closest("a[href='#player']")) return;
    event.preventDefault();
    player.currentTime = Number(line.dataset.second);
    player.play().catch(() => {});
  });
}

// The line, or the chapter, that is on now is marked, and stays in sight.
function follow(list) {
  if (!list) return;
  const lines = [...list.children];
  let now = null;
  player.addEventListener("timeupdate", () => {
    const at = player.currentTime + 0.05;
    const line = lines.findLast((one) => Number(one.dataset.second) <= at) ?? null;
    if (line === now) return;
    now?.removeAttribute("aria-current");
    line?.setAttribute("aria-current", "true");
    now = line;
    // Only the list is scrolled, never the page, and not while somebody reads elsewhere in it.
    if (line && !list.matches(":hover, :focus-within")) list.scrollTop = line.offsetTop - list.offsetTop - list.clientHeight / 2;
  });
}

// The page of the slides that everybody saw at this second, beside the film.
function turn() {
  const list = document.querySelector("[data-slides]"), shown = document.querySelector("[data-slide]");
  if (!list) return;
  const pages = [...list.children];
  const show = () => {
    const { src = "", words = "" } = pages.findLast((one) => Number(one.dataset.second) <= player.currentTime + 0.05)?.dataset ?? {};
    if (src === shown.dataset.shown) return;
    shown.dataset.shown = src;
    shown.hidden = !src;
    shown.alt = src ? words : "";
    if (src) shown.src = src;
    else shown.removeAttribute("src");
  };
  player.addEventListener("timeupdate", show);
  player.addEventListener("loadedmetadata", show);
  show();
}

function search(list) {
  if (!list) return;
  const lines = [...list.children];
  const find = document.querySelector("[data-find]"), said = find.querySelector("output"), input = find.querySelector("input");
  find.hidden = false;
  input.addEventListener("input", () => {
    const word = input.value.trim().toLocaleLowerCase();
    const found = lines.filter((line) => {
      line.hidden = Boolean(word) && !line.textContent.toLocaleLowerCase().includes(word);
      return !line.hidden;
    });
    said.textContent = !word ? "" : found.length > 1 ? `${found.length} ${said.dataset.some}` : found.length ? said.dataset.one : said.dataset.none;
  });
}

// Where somebody stopped: in this browser, and with us only where they asked for that.
function remember() {
  const key = player.dataset.key; // as "lesson:5"
  if (!key) return;
  const kept = () => { try { return JSON.parse(localStorage.getItem(key) ?? "null"); } catch { return null; } };
  const here = kept(), there = player.dataset.keep ? { second: Number(player.dataset.place), at: Number(player.dataset.placeAt) } : null;
  const last = !here || (there && there.at > here.at) ? there : here;
  if (last?.second > 3) {
    const go = () => { if (last.second < player.duration - 3) player.currentTime = last.second; };
    if (player.readyState) go(); else player.addEventListener("loadedmetadata", go, { once: true });
  }
  let sent = 0;
  const keep = (leaving) => {
    const second = Math.floor(player.currentTime);
    if (!second) return;
    try { localStorage.setItem(key, JSON.stringify({ second, at: Math.floor(Date.now() / 1000) })); } catch { /* a browser that keeps nothing */ }
    if (!player.dataset.keep || (!leaving && Date.now() - sent < 15000)) return;
    sent = Date.now();
    fetch(player.dataset.keep, { method: "POST", body: new URLSearchParams({ seconds: second }), keepalive: true }).catch(() => {});
  };
  player.addEventListener("timeupdate", () => { if (!player.paused) keep(false); });
  player.addEventListener("pause", () => keep(true));
  addEventListener("pagehide", () => { if (!player.paused) keep(true); });
}
