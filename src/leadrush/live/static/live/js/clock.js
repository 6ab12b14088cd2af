// The site's clock. A visitor's own may be wrong, or be set while they are here; the site says what time it is with
// each state and each answer to a ping.
let base = Date.now() - performance.now();

export function set(moment) {
  base = new Date(moment) - performance.now();
}

export function now() {
  return base + performance.now();
}
