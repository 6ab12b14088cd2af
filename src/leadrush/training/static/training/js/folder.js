// A folder is chosen, and stays in the browser: its names and texts are sent to see what it becomes. Then its
// files go one after the other, each whole, so that a break in between loses one at most; again adds nothing twice.
const form = document.getElementById("folder");
const input = document.getElementById("folder-files");
const planned = document.getElementById("planned");
const said = document.getElementById("folder-said");
const words = planned.dataset;
const TEXTS = /\.(md|markdown|txt)$/i;
const MOST_TEXT = 1 << 20;
let files = new Map();

form.hidden = false;

const post = async (address, body) => {
  body.append("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
  return fetch(address, { method: "POST", body, credentials: "same-origin" });
};
const fill = (text, values) => text.replace(/%\((\w+)\)s/g, (_all, name) => values[name]);
const tell = (text, wrong) => {
  said.textContent = text;
  said.className = wrong ? "notice" : "less soft";
};
// What is no UTF-8 has no text: the server says so.
const textOf = async (file) => {
  if (!TEXTS.test(file.name) || file.size > MOST_TEXT) return null;
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(await file.arrayBuffer());
  } catch {
    return null;
  }
};

input.addEventListener("change", async () => {
  tell(words.wait);
  files = new Map([...input.files].map((file) => [file.webkitRelativePath || file.name, file]));
  const listing = [];
  for (const [path, file] of files) listing.push({ path, size: file.size, text: await textOf(file) });
  const body = new FormData();
  body.append("listing", new Blob([JSON.stringify(listing)], { type: "application/json" }), "listing.json");
  try {
    const answer = await post(form.dataset.look, body);
    const text = await answer.text();
    if (answer.redirected) return tell(words.out, true);
    if (!answer.ok) return tell(answer.status === 422 ? text : words.lost, true);
    planned.innerHTML = text;
    tell("");
    document.getElementById("becomes").focus();
  } catch {
    tell(words.lost, true);
  }
});

planned.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-make]");
  if (!button || button.disabled) return;
  button.disabled = true;
  const parts = [...planned.querySelectorAll("[data-part]")];
  const bar = planned.querySelector("progress");
  const left = planned.querySelector("[data-left]");
  left.replaceChildren();
  bar.hidden = false;
  bar.max = parts.length;
  let count = 0;
  for (const [at, part] of parts.entries()) {
    const { path, kind, language, module, lesson } = part.dataset;
    tell(fill(words.sending, { at: at + 1, of: parts.length, path }));
    const body = new FormData();
    for (const [name, value] of Object.entries({ path, kind, language, module, lesson })) body.append(name, value);
    body.append("file", files.get(path), files.get(path).name);
    let answer = null;
    try {
      const sent = await post(form.dataset.bring, body);
      if (sent.redirected) {
        button.disabled = false;
        return tell(words.out, true);
      }
      answer = sent.headers.get("content-type")?.startsWith("application/json") ? await sent.json() : null;
    } catch {
      answer = null;
    }
    if (!answer) {
      button.disabled = false;
      return tell(words.lost, true);
    }
    bar.value = at + 1;
    const why = answer.wrong || answer.said;
    if (why) {
      count += 1;
      const row = document.createElement("li");
      const name = document.createElement("b");
      name.className = "anywhere";
      name.textContent = `${path} `;
      row.append(name, why);
      left.append(row);
    }
  }
  if (!count) return location.assign(form.dataset.done);
  tell(fill(words.some, { count, of: parts.length }));
  const on = document.createElement("a");
  on.className = "btn quiet small";
  on.href = form.dataset.done;
  on.textContent = words.to;
  left.after(on);
});
