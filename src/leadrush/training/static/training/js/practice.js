// Questions for practice: compared here. They stand in no form, so there is nothing that could be sent.
const part = document.querySelector("[data-practice]");
const answers = part && JSON.parse(document.getElementById("practice-answers").textContent);

for (const question of part?.querySelectorAll("[data-question]") ?? []) {
  const one = answers[question.dataset.question];
  question.addEventListener("change", () => compare(question, one));
}

function number(typed) {
  const text = typed.trim().replace(/[\s\u00a0]/g, "").replace("\u2212", "-").replace(",", ".");
  return text === "" ? NaN : Number(text);
}

const plain = (typed) => typed.toLocaleLowerCase().trim().replace(/\s+/g, " ").replace(/\.+$/, "");

function given(question, one) {
  if (one.kind === "one" || one.kind === "many") return [...question.querySelectorAll("input:checked")].map((input) => input.value);
  if (one.kind === "number" || one.kind === "text") return question.querySelector("input").value;
  return [...question.querySelectorAll("select")].map((select) => [select.dataset.choice, select.value]);
}

function isRight(one, answer) {
  const same = (left, right) => left.length === right.length && left.every((item) => right.includes(item));
  switch (one.kind) {
    case "one": case "many": return same(answer, one.rights);
    case "number": return Math.abs(number(answer) - Number(one.number)) <= Number(one.tolerance) + 1e-9;
    case "text": return one.accepted.includes(plain(answer));
    case "order": return answer.every(([choice, place]) => one.choices[Number(place) - 1] === choice);
    default: return answer.every(([choice, pair]) => choice === pair);
  }
}

function compare(question, one) {
  const answer = given(question, one), said = question.querySelector("[data-said]");
  const whole = Array.isArray(answer) ? answer.length && answer.every((item) => !Array.isArray(item) || item[1]) : answer.trim();
  for (const words of question.querySelectorAll("[data-feedback]")) words.hidden = !words.closest("label").querySelector("input").checked;
  said.replaceChildren();
  if (!whole) return;
  const right = isRight(one, answer), word = document.createElement("b");
  word.textContent = right ? part.dataset.yes : part.dataset.no;
  said.append(word, ` ${right ? one.right : one.wrong}`);
}
