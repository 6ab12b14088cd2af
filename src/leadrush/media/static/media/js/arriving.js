// Sends a large file ahead of its form, in pieces that go on where they stopped. Without this script the form sends
// the file itself. The protocol is tus; what it remembers of a file on its way lies in this browser for a day.
const DAY = 86_400_000;
const MB = 1_000_000;
const language = document.documentElement.lang || undefined;
const number = (value) => new Intl.NumberFormat(language).format(value);
const filled = (words, values) => words.replace(/%\((\w+)\)s/g, (all, name) => values[name] ?? all);

function remembered(each = () => {}) {
  const found = [];
  try {
    for (const key of Object.keys(localStorage).filter((one) => one.startsWith("tus::"))) {
      const told = JSON.parse(localStorage.getItem(key));
      if (Date.now() - new Date(told.creationTime) > DAY) localStorage.removeItem(key);
      else found.push(told), each(key, told);
    }
  } catch { /* a browser that keeps nothing: an upload goes on after a lost connection, not after a reload */ }
  return found;
}

// A file is known again by its name, size and date, and by some of its bytes: another one of the same name is another.
async function known(file, { endpoint, metadata }) {
  let sum = 0x811c9dc5;
  for (const at of [0, file.size / 2, file.size - 65536]) {
    const start = Math.max(0, Math.floor(at));
    for (const byte of new Uint8Array(await file.slice(start, start + 65536).arrayBuffer())) sum = Math.imul(sum ^ byte, 0x01000193) >>> 0;
  }
  return [endpoint, metadata.kinds, file.name, file.size, file.lastModified, sum].join("|");
}

class Arriving {
  constructor(place) {
    this.place = place;
    this.words = place.dataset;
    const part = (name) => place.querySelector(name);
    [this.input, this.word, this.here, this.way] = ["input[type=file]", "[data-word]", "[data-here]", "[data-way]"].map(part);
    [this.bar, this.numbers, this.pause, this.go, this.out] = ["progress", "[data-numbers]", "[data-pause]", "[data-go]", "[data-out]"].map(part);
    this.name = this.input.name;
    part("[data-plain]").hidden = true;
    this.input.addEventListener("change", () => this.chosen());
    this.pause.addEventListener("click", () => this.stop());
    this.go.addEventListener("click", () => this.start());
    this.out.addEventListener("click", () => this.takeOut());
    this.input.form.addEventListener("submit", (event) => this.sent(event));
    addEventListener("online", () => this.lost && this.start());
    const left = remembered().find(({ metadata }) => metadata?.kinds === this.words.kinds);
    if (left && !this.word.value) this.say(filled(this.words.again, { name: left.metadata.filename }));
    if (this.input.files.length) this.chosen(); // a browser that kept the choice over a reload
  }

  say(words, wrong = false) {
    this.here.textContent = words;
    this.here.className = wrong ? "error" : "hint";
  }

  async chosen() {
    await this.takeOut(true);
    const file = this.input.files[0];
    if (!file || file.size <= Number(this.words.piece)) return;
    this.file = file;
    this.input.removeAttribute("name"); // the form hands in the word instead
    this.way.hidden = false;
    this.running = true;
    try {
      if (!window.tus) await import(this.words.tus);
    } catch {
      this.reset(true);
      return this.say(this.words.failed, true);
    }
    if (this.file !== file) return;
    const upload = new tus.Upload(file, {
      endpoint: this.words.arriving,
      chunkSize: Number(this.words.piece),
      metadata: { filename: file.name, kinds: this.words.kinds },
      retryDelays: [0, 1000, 3000, 5000, 10000, 30000],
      fingerprint: known,
      onShouldRetry: (error) => {
        const status = error.originalResponse?.getStatus() ?? 0;
        const again = !status || status === 409 || status === 423 || (status >= 500 && status !== 507);
        if (again && !status) this.say(this.words.lost);
        return again;
      },
      onProgress: (here) => this.draw(here),
      onChunkComplete: () => this.here.textContent === this.words.lost && this.say(this.then ? this.words.then : filled(this.words.begun, { name: file.name })),
      onSuccess: ({ lastResponse }) => this.arrived(lastResponse.getHeader("Upload-Word")),
      onError: (error) => this.failed(error),
    });
    const before = (await upload.findPreviousUploads()).filter(({ creationTime }) => Date.now() - new Date(creationTime) < DAY);
    if (this.file !== file) return;
    if (before.length) upload.resumeFromPreviousUpload(before.at(-1));
    this.upload = upload;
    this.say(this.then ? this.words.then : filled(this.words.begun, { name: file.name }));
    this.start();
  }

  start() {
    this.lost = false;
    this.running = true;
    this.began = null;
    this.pause.hidden = false;
    this.go.hidden = true;
    this.upload.start();
  }

  stop(words = this.words.paused) {
    this.running = false;
    this.upload?.abort();
    this.pause.hidden = true;
    this.go.hidden = false;
    this.then = this.began = null;
    this.numbers.textContent = filled(this.words.onTheWay, this.values(this.come ?? 0));
    this.say(filled(words, this.values(this.come ?? 0)));
  }

  failed(error) {
    const said = error.originalResponse;
    // Read before it is stopped: with that a browser forgets the answer.
    const [status, kind, body] = said ? [said.getStatus(), said.getHeader("Content-Type"), said.getBody()] : [0, "", ""];
    this.lost = !status;
    this.stop(this.words.failed);
    if (body && kind?.startsWith("text/plain")) this.say(body.trim(), true);
    if (status === 422 || status === 413) {
      this.forget();
      this.reset();
    }
  }

  values(here) {
    const whole = (bytes) => number(Math.floor(bytes / MB));
    return { here: whole(here), all: whole(this.file.size), name: this.file.name };
  }

  draw(here) {
    this.come = here;
    this.bar.value = here / this.file.size;
    const now = performance.now();
    this.began ??= { at: now, here };
    const words = filled(this.words.onTheWay, this.values(here));
    const spent = (now - this.began.at) / 1000;
    const left = spent > 2 && here > this.began.here ? ((this.file.size - here) / (here - this.began.here)) * spent / 60 : null;
    this.numbers.textContent = left === null ? words : `${words}, ${this.time(left)}`;
  }

  time(minutes) {
    if (minutes < 0.75) return this.words.moment;
    if (minutes < 1.5) return this.words.minute;
    return minutes < 90 ? filled(this.words.minutes, { n: number(Math.round(minutes)) }) : filled(this.words.hours, { n: number(Math.round(minutes / 60)) });
  }

  arrived(word) {
    this.running = false;
    this.word.value = word;
    this.way.hidden = true;
    this.say(filled(this.words.whole, this.values(this.file.size)));
    if (this.then) this.input.form.requestSubmit(this.then.by);
  }

  sent(event) {
    if (!this.file || this.word.value) return this.forget();
    event.preventDefault();
    if (this.upload && !this.running) this.start();
    this.then = { by: event.submitter };
    this.say(this.words.then);
  }

  // It is handed in, or not taken: no page says any more that it was on its way.
  forget() {
    if (this.upload) remembered((key, told) => told.uploadUrl === this.upload.url && localStorage.removeItem(key));
  }

  async takeOut(only = false) {
    const { upload } = this;
    this.reset(only);
    // What has arrived is forgotten here and there, unless another file was chosen: then it waits for its day.
    if (upload) await upload.abort(!only).catch(() => {});
  }

  reset(keepChoice = false) {
    this.upload = this.file = this.then = null;
    this.running = this.lost = false;
    this.word.value = "";
    this.way.hidden = true;
    this.bar.value = this.come = 0;
    this.numbers.textContent = "";
    this.input.name = this.name;
    if (keepChoice !== true) this.input.value = "";
    if (keepChoice === true || !this.here.classList.contains("error")) this.say("");
  }
}

for (const place of document.querySelectorAll("[data-arriving]")) new Arriving(place);
