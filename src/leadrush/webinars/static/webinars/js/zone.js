// The visitor's own time zone, for the mails: known to the browser, so nobody has to choose it.
const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
for (const input of document.querySelectorAll("input[name=time_zone]")) {
  if (zone && !input.value) input.value = zone;
}
for (const link of document.querySelectorAll("a[data-without-script]")) link.hidden = true;
