// Chooses light or dark before the page is drawn, so that nothing flashes.
// "auto" follows the system; the choice is kept in this browser.
(() => {
  const root = document.documentElement;
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  const theme = {
    get choice() {
      try {
        return localStorage.getItem("theme") || "auto";
      } catch {
        return "auto";
      }
    },
    set choice(value) {
      try {
        localStorage.setItem("theme", value);
      } catch {
        // Storage may be forbidden: the choice then lasts for this page.
      }
      theme.show(value);
    },
    show(value) {
      root.dataset.bsTheme = value === "auto" ? (dark.matches ? "dark" : "light") : value;
    },
  };
  root.classList.add("js");
  theme.show(theme.choice);
  dark.addEventListener("change", () => theme.show(theme.choice));
  window.implportalTheme = theme;
})();
