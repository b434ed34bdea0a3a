// The list of requirements: choose all rows of the page, and say how many are chosen.
(() => {
  "use strict";
  const form = document.getElementById("bulk");
  if (!form) return;
  const every = document.querySelector("[data-choose-all]");
  const said = form.querySelector("[data-chosen]");
  const beyond = form.elements.all;
  const rows = () => [...document.querySelectorAll("input[name=chosen]")];
  const tell = () => {
    const all = rows();
    const chosen = all.filter((row) => row.checked).length;
    const count = beyond?.checked ? beyond.value : chosen;
    every.checked = chosen > 0 && chosen === all.length;
    every.indeterminate = chosen > 0 && chosen < all.length;
    said.textContent = count ? said.dataset.some.replace("{count}", count) : said.dataset.none;
    form.classList.toggle("is-on", count > 0);
  };
  every.addEventListener("change", () => {
    for (const row of rows()) row.checked = every.checked;
    if (beyond && !every.checked) beyond.checked = false;
    tell();
  });
  beyond?.addEventListener("change", () => {
    for (const row of rows()) row.checked = beyond.checked;
    tell();
  });
  document.addEventListener("change", (e) => {
    if (!e.target.matches("input[name=chosen]")) return;
    if (beyond) beyond.checked = false;
    tell();
  });
  addEventListener("pageshow", tell); // a browser that goes back keeps what was chosen
})();
