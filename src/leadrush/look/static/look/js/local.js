// The reader's own hour beside ours, where the two differ. Without this script the page says our hour and its zone.
for (const time of document.querySelectorAll("time[data-local]")) {
  const moment = new Date(time.dateTime);
  const language = document.documentElement.lang || undefined;
  const said = (zone) => new Intl.DateTimeFormat(language, { weekday: "long", hour: "2-digit", minute: "2-digit", timeZone: zone }).formatToParts(moment);
  const day = (parts) => parts.find((part) => part.type === "weekday").value;
  const text = (parts) => parts.map((part) => part.value).join("");
  const ours = said(time.dataset.zone);
  const theirs = said(undefined);
  if (text(ours) === text(theirs)) continue;
  const hour = new Intl.DateTimeFormat(language, { hour: "2-digit", minute: "2-digit", ...(day(ours) === day(theirs) ? {} : { weekday: "long" }) }).format(moment);
  const beside = document.createElement("span");
  beside.className = "beside less soft";
  beside.textContent = ` (${time.dataset.local.replace("%(time)s", hour)})`;
  time.after(beside);
}
