// Three notes, to hear whether the sound is on. Made here: nothing is fetched, nothing is heard.
const NOTES = [392, 494, 587]; // Hz
for (const place of document.querySelectorAll("[data-check]")) {
  const said = place.querySelector("[data-said]");
  place.hidden = false;
  place.querySelector("[data-notes]").addEventListener("click", async () => {
    try {
      const sound = new AudioContext();
      await sound.resume();
      NOTES.forEach((note, nth) => {
        const tone = sound.createOscillator();
        const volume = sound.createGain();
        const at = sound.currentTime + nth * 0.35;
        tone.frequency.value = note;
        volume.gain.setValueAtTime(0, at);
        volume.gain.linearRampToValueAtTime(0.2, at + 0.03);
        volume.gain.linearRampToValueAtTime(0, at + 0.3);
        tone.connect(volume).connect(sound.destination);
        tone.start(at);
        tone.stop(at + 0.32);
      });
      setTimeout(() => sound.close(), 1500);
      said.textContent = said.dataset.played;
    } catch {
      said.textContent = said.dataset.none;
    }
  });
}
