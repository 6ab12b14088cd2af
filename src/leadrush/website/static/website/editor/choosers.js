// Starts the editor's choosers of pictures, which Wagtail would start by a script inside the page.
for (const start of document.querySelectorAll("template[data-chooser]")) {
  const { kind, id, options } = JSON.parse(start.dataset.chooser);
  new window[kind](id, options);
}
