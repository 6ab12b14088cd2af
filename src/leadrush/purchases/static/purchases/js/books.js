// Fetches a year's archives one after another, so that none of them is ever kept on the server, and says how far it is.
// Without this script each archive has a button of its own.
const filled = (words, values) => words.replace(/%\((\w+)\)s/g, (all, name) => values[name] ?? all);

async function save(form, button) {
  const answer = await fetch(form.action, { method: "POST", body: new FormData(form, button) });
  if (!answer.ok || answer.headers.get("Content-Type") !== "application/zip") throw new Error(answer.status);
  const link = document.createElement("a");
  link.href = URL.createObjectURL(await answer.blob());
  link.download = answer.headers.get("Content-Disposition").match(/filename="([^"]+)"/)[1];
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

for (const place of document.querySelectorAll("[data-all]")) {
  const [all, bar, said] = ["button", "progress", "[role=status]"].map((one) => place.querySelector(one));
  const parts = [...place.closest("section").querySelectorAll("form button")];
  place.hidden = false;
  all.addEventListener("click", async () => {
    all.disabled = true;
    bar.hidden = false;
    for (const [done, button] of parts.entries()) {
      const values = { at: done + 1, of: parts.length };
      bar.value = done;
      said.textContent = filled(place.dataset.doing, values);
      try {
        await save(button.form, button);
      } catch {
        said.textContent = filled(place.dataset.failed, values);
        all.disabled = false;
        return;
      }
    }
    bar.value = parts.length;
    said.textContent = filled(place.dataset.done, { of: parts.length });
    all.disabled = false;
  });
}
