// OBS, or a program like it, on the desk of who holds a room: what is typed into it, and whether it sends.
export class Encoder {
  constructor(room, config, ticket) {
    Object.assign(this, { room, config, ticket });
    this.part = (name) => room.querySelector(`[data-encoder-${name}]`);
    this.sends = false;
    this.part("show")?.addEventListener("click", () => this.ask());
    this.part("anew")?.addEventListener("click", (event) => confirm(event.currentTarget.dataset.sure) && this.ask({ anew: true }));
    this.part("agree")?.addEventListener("click", () => this.ask({ recorded: true }));
    this.part("see")?.addEventListener("click", (event) => this.see(event.currentTarget));
    for (const button of room.querySelectorAll("[data-encoder-copy]")) button.addEventListener("click", () => this.copy(button));
  }

  async ask(more = {}) {
    let said = { words: this.part("refused").dataset.away };
    try {
      const answer = await fetch(`/live/${this.config.about}/encoder/`, {
        method: "POST",
        headers: { "Live-Ticket": this.ticket(), "Content-Type": "application/json" },
        body: JSON.stringify(more),
      });
      said = await answer.json();
    } catch { /* said below */ }
    this.refused(said.words);
    if (!said.key) return;
    this.part("agree").hidden = true;
    this.part("show").hidden = true;
    this.part("given").hidden = false;
    this.part("server").value = said.server;
    this.part("key").value = said.key;
  }

  refused(words) {
    const place = this.part("refused");
    place.hidden = !words;
    place.textContent = words ?? "";
  }

  see(button) {
    const seen = button.getAttribute("aria-pressed") !== "true";
    button.setAttribute("aria-pressed", seen);
    this.part("key").type = seen ? "text" : "password";
  }

  // Where a page may not write into the clipboard, the words are marked, so that they can be copied by hand.
  async copy(button) {
    const input = this.part(button.dataset.encoderCopy);
    try {
      await navigator.clipboard.writeText(input.value);
      button.textContent = button.dataset.done;
      setTimeout(() => (button.textContent = button.dataset.words), 2_000);
    } catch {
      if (input.type === "password") this.see(this.part("see"));
      input.select();
    }
  }

  // What the room tells: whether it sends, or why it may not.
  told({ sends, code, words }) {
    this.sends = sends;
    if (!this.part("says")) return;
    this.refused(words);
    if (words) this.part("panel").open = true;
    this.part("agree").hidden = code !== "recorded";
    this.draw();
  }

  // The camera here is shown in the place of OBS, where it was turned on after it.
  camera(on) {
    this.instead = on;
    this.draw();
  }

  draw() {
    const says = this.part("says");
    if (!says) return;
    const { dataset } = says;
    says.textContent = !this.sends ? "" : this.instead ? dataset.instead : dataset.sends;
  }
}
