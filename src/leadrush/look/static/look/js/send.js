// A switch sends its form as it is switched; the button for those without script goes away.
for (const form of document.querySelectorAll("form:has([data-send])")) {
  for (const button of form.querySelectorAll("[data-without-script]")) button.hidden = true;
  form.addEventListener("change", (event) => {
    if (event.target.matches("[data-send]")) form.requestSubmit();
  });
}
