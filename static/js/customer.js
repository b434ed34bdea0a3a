// Pages behind a shared link. They work without this, too.
(() => {
  "use strict";
  // "Opened" is told by the page, for a GET changes nothing. It proves no human.
  const form = document.querySelector("form[data-opened]");
  if (form) fetch(form.action, { method: "POST", body: new FormData(form), credentials: "same-origin" }).catch(() => {});
  // So is a download, by the click on it. Without script it only happens.
  const proof = document.querySelector("form[data-proof]");
  document.addEventListener("click", (event) => {
    const file = event.target.closest("a[download]");
    if (file && proof)
      fetch(file.href, { method: "POST", body: new FormData(proof), credentials: "same-origin", keepalive: true }).catch(() => {});
  });
  // The browser's claim of its time zone goes into the evidence.
  const zone = document.querySelector("input[name=time_zone]");
  if (zone) zone.value = Intl.DateTimeFormat().resolvedOptions().timeZone || "";
  // When it begins by the reader's own clock, where that differs from the place's.
  const own = document.querySelector("[data-own-time]");
  const here = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (own && here && here !== own.dataset.zone) {
    const format = new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: "full", timeStyle: "short" });
    const range = format.formatRange(new Date(own.dataset.from), new Date(own.dataset.until));
    own.querySelector("[data-own-time-text]").textContent = `${range} (${here})`;
    own.hidden = false;
  }
  // A question is asked in its place; without script the link leads to a page of its own.
  document.addEventListener("click", (e) => {
    const link = e.target.closest("a[data-ask]");
    if (link) {
      e.preventDefault();
      const section = link.closest("section");
      if (!section.querySelector(".ip-ask-here")) {
        link.parentElement.after(document.getElementById("ask").content.cloneNode(true));
        section.querySelector(".ip-ask-here").action = link.href;
      }
      section.querySelector(".ip-ask-here textarea").focus();
    }
    const close = e.target.closest("[data-ask-close]");
    if (close) {
      const section = close.closest("section");
      close.form.remove();
      section.querySelector("a[data-ask]").focus();
    }
  });
  // What is still under way is asked for again, and only that part of the page changes.
  const again = () => {
    const part = document.querySelector("[data-again]");
    if (part)
      setTimeout(async () => {
        const answer = await fetch(location.href, { credentials: "same-origin" }).catch(() => null);
        const page = answer?.ok && new DOMParser().parseFromString(await answer.text(), "text/html");
        const now = page && page.getElementById(part.id);
        if (now && now.textContent !== part.textContent) {
          part.replaceChildren(...now.childNodes);
          if (!now.dataset.again) delete part.dataset.again;
        }
        again();
      }, Number(part.dataset.again));
  };
  again();
})();
