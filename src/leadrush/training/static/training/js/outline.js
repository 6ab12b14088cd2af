// Lessons and modules dragged by their handle, with mouse, pen or finger. The buttons beside each do the same.
// The whole new order goes to the server with the outline that it started from; what comes back is the outline.
const root = () => document.getElementById("outline");
document.documentElement.classList.add("drags");

let held = null; // the row that is dragged
let kind = "";
let before = ""; // the order before
let point = 0; // where the pointer is, for scrolling at the edges

const written = () =>
  [...root().querySelectorAll("[data-module]")]
    .map((module) => `${module.dataset.module}:${[...module.querySelectorAll("[data-lesson]")].map((row) => row.dataset.lesson).join(",")}`)
    .join(";");

// Put the row that is dragged where the pointer is.
const put = (x, y) => {
  const under = document.elementFromPoint(x, y);
  if (!under || !root().contains(under)) return;
  const half = (box) => y < box.top + box.height / 2;
  if (kind === "module") {
    const module = under.closest("[data-module]");
    if (module && module !== held) module[half(module.getBoundingClientRect()) ? "before" : "after"](held);
    return;
  }
  const row = under.closest("[data-lesson]");
  if (row && row !== held) row[half(row.getBoundingClientRect()) ? "before" : "after"](held);
  else if (!row) {
    const list = under.closest("[data-module]")?.querySelector("[data-lessons]");
    if (list && !list.contains(held)) list[half(list.getBoundingClientRect()) ? "prepend" : "append"](held);
  }
};

const scroll = () => {
  if (!held) return;
  const edge = 72;
  if (point < edge) scrollBy(0, -8);
  else if (point > innerHeight - edge) scrollBy(0, 8);
  requestAnimationFrame(scroll);
};

const end = (keep) => {
  if (!held) return;
  held.classList.remove("dragged");
  document.documentElement.classList.remove("dragging");
  const moved = held.id;
  held = null;
  const after = written();
  if (after === before) return;
  const form = document.getElementById("moves");
  if (!keep) {
    // Draw it anew as it stands: nothing is sent but the order that there was.
    form.elements.order.value = before;
  } else {
    form.elements.order.value = after;
    form.elements.moved.value = moved;
  }
  // No button was pressed, so what a button would say is said by a field.
  const asked = document.createElement("input");
  asked.type = "hidden";
  asked.name = "do";
  asked.value = "order";
  form.append(asked);
  form.requestSubmit();
};

// What is no outline (somebody was signed out, or the site is busy) is not put in its place: the page says so.
document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.target.id !== "outline" || event.detail.xhr.responseText.includes('id="outline"')) return;
  event.detail.shouldSwap = false;
  location.reload();
});
document.addEventListener("htmx:sendError", () => {
  const said = document.getElementById("outline-said");
  said.className = "notice";
  said.textContent = root().parentElement.dataset.lost;
});

document.addEventListener("pointerdown", (event) => {
  const grip = event.target.closest?.("#outline [data-grip]");
  if (!grip || event.button !== 0) return;
  event.preventDefault();
  kind = grip.dataset.grip;
  held = grip.closest(kind === "module" ? "[data-module]" : "[data-lesson]");
  before = written();
  point = event.clientY;
  held.classList.add("dragged");
  document.documentElement.classList.add("dragging");
  requestAnimationFrame(scroll);
});
document.addEventListener("pointermove", (event) => {
  if (!held) return;
  point = event.clientY;
  put(event.clientX, event.clientY);
});
document.addEventListener("pointerup", () => end(true));
document.addEventListener("pointercancel", () => end(false));
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && held) end(false);
});
