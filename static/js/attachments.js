// Files dropped on the form are attached at once; without script they are chosen and sent.
// What is too large is said before it travels: the server would turn the whole lot away.
(() => {
  "use strict";
  for (const form of document.querySelectorAll("form[data-drop]")) {
    const input = form.querySelector("input[type=file]");
    const refusal = form.querySelector("[data-refusal]");
    const carriesFiles = (e) => e.dataTransfer?.types.includes("Files");
    const mark = (on) => form.classList.toggle("is-target", on);
    const tooMuch = () => {
      const files = [...input.files];
      const large = files.filter((file) => file.size > Number(form.dataset.each));
      const whole = files.reduce((sum, file) => sum + file.size, 0);
      if (large.length) return form.dataset.tooLarge.replace("{names}", large.map((file) => file.name).join(", "));
      return whole > Number(form.dataset.together) ? form.dataset.tooMuch : "";
    };
    const check = () => {
      const said = tooMuch();
      refusal.textContent = said;
      refusal.hidden = !said;
      input.toggleAttribute("aria-invalid", Boolean(said));
      return !said;
    };
    input.addEventListener("change", check);
    form.addEventListener("dragover", (e) => carriesFiles(e) && (e.preventDefault(), mark(true)));
    form.addEventListener("dragleave", (e) => form.contains(e.relatedTarget) || mark(false));
    form.addEventListener("drop", (e) => {
      if (!carriesFiles(e)) return;
      e.preventDefault();
      mark(false);
      input.files = e.dataTransfer.files;
      form.requestSubmit();
    });
    form.addEventListener("submit", (e) => {
      if (check()) form.querySelector("button").setAttribute("aria-busy", "true");
      else e.preventDefault();
    });
  }
})();
