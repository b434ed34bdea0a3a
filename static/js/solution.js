// The editor of a solution's section. Without script the form saves by its button.
(() => {
  "use strict";
  const form = document.querySelector("form.sd-write");
  if (!form) return;
  let unsaved = false;

  // Who was signed out while writing gets the sign-in page as an answer: nothing is saved then.
  form.addEventListener("htmx:beforeSwap", (e) => {
    if (e.target !== form || e.detail.xhr.responseURL.endsWith(form.getAttribute("hx-post"))) return;
    e.detail.shouldSwap = false;
    const state = document.getElementById("section-state");
    const note = document.createElement("div");
    note.className = "ip-note ip-tone-danger";
    note.textContent = form.dataset.signedOut;
    state.replaceChildren(note);
    unsaved = true;
  });
  form.addEventListener("submit", () => (unsaved = false));
  window.addEventListener("beforeunload", (e) => unsaved && e.preventDefault());
})();
