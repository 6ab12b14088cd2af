// Says that this page was read, and for how long it was in view. Stores nothing, reads no cookie.
const { visit: token } = document.querySelector("script[data-visit]").dataset;
let n = 0, seen = 0, since = 0, page = location.pathname;
const send = (kind, more) => {
  const body = JSON.stringify({ token, kind, n, ...more });
  if (!navigator.sendBeacon?.("/collect", body)) fetch("/collect", { method: "POST", body, keepalive: true });
};
const look = () => { since ||= document.hidden ? 0 : performance.now(); };
const rest = () => {
  if (!since) return;
  seen += performance.now() - since;
  since = 0;
  send("time", { seen: Math.round(seen) });
};
const again = () => {
  rest();
  n += 1;
  seen = 0;
  send("view", { before: page, page: page = location.pathname });
  look();
};
const begin = () => { send("heard"); look(); };
document.prerendering ? document.addEventListener("prerenderingchange", begin, { once: true }) : begin();
document.addEventListener("visibilitychange", () => document.hidden ? rest() : look());
addEventListener("pagehide", rest);
addEventListener("pageshow", (event) => event.persisted && again());
const moved = () => location.pathname != page && again();
addEventListener("popstate", moved);
const push = history.pushState;
history.pushState = (...to) => (push.apply(history, to), moved());
const begun = new Set();
addEventListener("input", ({ target }) => {
  const goal = target.form?.dataset.begins;
  if (goal && !begun.has(goal)) begun.add(goal), send("begin", { goal });
});
