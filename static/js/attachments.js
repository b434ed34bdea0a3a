// Files dropped on the form are attached at once; without script they are chosen and sent.
(() => {
  "use strict";
  for (const form of document.querySelectorAll("form[data-drop]")) {
    const carriesFiles = (e) => e.dataTransfer?.types.includes("Files");
    const mark = (on) => form.classList.toggle("is-target", on);
    form.addEventListener("dragover", (e) => carriesFiles(e) && (e.preventDefault(), mark(true)));
    form.addEventListener("dragleave", (e) => form.contains(e.relatedTarget) || mark(false));
    form.addEventListener("drop", (e) => {
      if (!carriesFiles(e)) return;
      e.preventDefault();
      mark(false);
      form.querySelector("input[type=file]").files = e.dataTransfer.files;
      form.requestSubmit();
    });
    form.addEventListener("submit", () => form.querySelector("button").setAttribute("aria-busy", "true"));
  }
})();
