// The replay: goes on where this browser stopped, and shows what was said as it was said.
for (const place of document.querySelectorAll("[data-replay]")) {
  const film = place.querySelector("[data-film]");
  const lines = [...place.querySelectorAll("[data-at]")];
  const list = place.querySelector("[data-lines]");
  const kept = `live.replay.${film.dataset.key}`;
  film.addEventListener("loadedmetadata", () => {
    const stopped = Number(localStorage.getItem(kept) ?? 0);
    if (stopped > 5 && stopped < film.duration - 5) film.currentTime = stopped;
  }, { once: true });
  film.addEventListener("timeupdate", () => {
    try {
      localStorage.setItem(kept, Math.floor(film.currentTime));
    } catch { /* a browser that keeps nothing begins anew */ }
    const said = lines.filter((one) => Number(one.dataset.at) <= film.currentTime);
    for (const one of lines) one.toggleAttribute("data-past", said.includes(one));
    const last = said.at(-1);
    if (last && list && !list.matches(":hover, :focus-within")) list.scrollTop = last.offsetTop - list.offsetTop - list.clientHeight / 2;
  });
  place.addEventListener("click", (event) => {
    const jump = event.target.closest("[data-jump]");
    if (!jump) return;
    film.currentTime = Number(jump.dataset.jump);
    film.play().catch(() => {});
  });
}
