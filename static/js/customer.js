// Pages behind a shared link. They work without this, too.
(() => {
  "use strict";
  // "Opened" is told by the page, for a GET changes nothing. It proves no human.
  const form = document.querySelector("form[data-opened]");
  if (form) fetch(form.action, { method: "POST", body: new FormData(form), credentials: "same-origin" }).catch(() => {});
  // The browser's claim of its time zone goes into the evidence.
  const zone = document.querySelector("input[name=time_zone]");
  if (zone) zone.value = Intl.DateTimeFormat().resolvedOptions().timeZone || "";
})();
