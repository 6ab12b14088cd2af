// The host's page of a film: "from here" and "until here" write down where it stands.
import { clock, player } from "../../media/js/player.js";

const form = document.querySelector("[data-cuts]");
if (form && player) {
  for (const button of form.querySelectorAll("[data-here]")) {
    button.hidden = false;
    button.addEventListener("click", () => {
      player.pause();
      const input = form.querySelector(`[name=${button.dataset.here}]`);
      input.value = clock(player.currentTime);
      input.focus();
    });
  }
}
