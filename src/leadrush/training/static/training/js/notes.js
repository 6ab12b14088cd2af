// The player, and a note at the place of the video, kept without leaving it. Without this script it is one of the lesson as a whole.
import { clock, player } from "../../media/js/player.js";

notes();

function notes() {
  const part = document.querySelector("#own-notes");
  if (!part) return;
  const place = () => (player && player.currentTime >= 1 ? Math.floor(player.currentTime) : null);
  const label = () => {
    const form = part.querySelector("[data-note]");
    if (!form) return;
    const at = place(), words = at === null ? form.dataset.whole : `${form.dataset.at} ${clock(at)}`;
    form.querySelector("textarea").placeholder = words;
    form.querySelector("label").textContent = words;
    form.querySelector("[name=seconds]").value = at ?? "";
  };
  player?.addEventListener("timeupdate", label);
  player?.addEventListener("loadedmetadata", label);
  label();
  part.addEventListener("submit", async (event) => {
    if (!event.target.matches("[data-note]") || !player) return;
    event.preventDefault();
    label();
    const form = event.target, button = form.querySelector("button");
    button.disabled = true;
    try {
      const answer = await fetch(form.action, { method: "POST", body: new FormData(form) });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const fresh = page.querySelector("#own-notes");
      if (!fresh) throw new Error("another page");
      part.replaceChildren(...fresh.childNodes);
      label();
      part.querySelector(".error, textarea")?.focus();
    } catch {
      button.disabled = false;
      form.submit();
    }
  });
}
