// What pages do better with script. Everything here has a way without it.
(() => {
  "use strict";
  const on = (event, selector, act) =>
    document.addEventListener(event, (e) => {
      const target = e.target.closest?.(selector);
      if (target) act(target, e);
    });
  const isTyping = (element) => element.matches("input, textarea, select, [contenteditable]");

  // Menus: one open at a time; Escape and a click elsewhere close it.
  const openMenus = () => document.querySelectorAll("details.ip-menu[open]");
  document.addEventListener("click", (e) => {
    for (const menu of openMenus()) if (!menu.contains(e.target)) menu.open = false;
  });
  on("click", ".ip-menu [data-close]", (button) => {
    const menu = button.closest("details");
    menu.open = false;
    menu.querySelector("summary").focus();
  });

  // Drawer with the navigation on small screens.
  const side = document.getElementById("side");
  const drawer = (open) => {
    side.classList.toggle("is-open", open);
    document.querySelector(".ip-side-open")?.setAttribute("aria-expanded", open);
    if (open) side.querySelector(".ip-side-close").focus();
    else document.querySelector(".ip-side-open")?.focus();
  };
  on("click", ".ip-side-open", (_, e) => (e.preventDefault(), drawer(true)));
  on("click", ".ip-side-close, .ip-veil", (_, e) => (e.preventDefault(), drawer(false)));

  // Keys: "/" to search, Escape to close.
  document.addEventListener("keydown", (e) => {
    if (e.key === "/" && !e.ctrlKey && !e.metaKey && !isTyping(e.target)) {
      const search = document.getElementById("search");
      if (search) (e.preventDefault(), search.focus(), search.select());
    }
    if (e.key === "Escape") {
      for (const menu of openMenus()) {
        menu.open = false;
        menu.querySelector("summary").focus();
      }
      if (side?.classList.contains("is-open")) drawer(false);
    }
  });

  // Light, dark or as the system says.
  const markTheme = () => {
    for (const button of document.querySelectorAll("[data-theme-choice]"))
      button.setAttribute("aria-pressed", button.dataset.themeChoice === window.implportalTheme.choice);
  };
  on("click", "[data-theme-choice]", (button) => {
    window.implportalTheme.choice = button.dataset.themeChoice;
    markTheme();
  });

  // Messages can be put away.
  on("click", ".ip-note-close", (button) => button.closest(".ip-note").remove());

  // Dialogs: <button data-dialog="id"> opens <dialog id="id">.
  on("click", "[data-dialog]", (button, e) => {
    e.preventDefault();
    document.getElementById(button.dataset.dialog).showModal();
  });
  on("click", "dialog [data-close]", (button) => button.closest("dialog").close());
  on("click", "[data-print]", () => window.print());

  // Copying: <button data-copy="#id"> copies the text of that element.
  on("click", "[data-copy]", async (button) => {
    await navigator.clipboard.writeText(document.querySelector(button.dataset.copy).textContent.trim());
    if (button.dataset.copied) say(button.dataset.copied);
  });

  // A refused form: the first wrong field gets the focus.
  const focusFirstError = (within) => {
    const field = within.querySelector(".is-invalid:not([type=hidden]), [aria-invalid=true]:not([type=hidden])");
    const summary = within.querySelector(".ip-errors");
    (field || summary)?.focus();
  };

  // Leaving unsaved work asks. Forms that only search or ask in place do not count.
  const changed = new Set();
  const counts = (form) => form && form.method === "post" && !form.hasAttribute("data-leave-freely");
  document.addEventListener("input", (e) => {
    if (counts(e.target.form)) changed.add(e.target.form);
  });
  document.addEventListener("submit", (e) => {
    changed.delete(e.target);
    for (const form of document.querySelectorAll("form")) if (!form.isConnected) changed.delete(form);
  });
  window.addEventListener("beforeunload", (e) => {
    if ([...changed].some((form) => form.isConnected)) e.preventDefault();
  });

  document.addEventListener("htmx:afterRequest", (e) => {
    // What was saved while it was written needs no question.
    if (e.detail.successful && e.target.matches?.("[data-autosaved]")) changed.delete(e.target);
  });

  // A second click on the same button would send the form twice.
  document.addEventListener("submit", (e) => {
    const form = e.target;
    if (form.method !== "post" || e.defaultPrevented) return;
    if (form.dataset.sent) e.preventDefault();
    form.dataset.sent = "yes";
    // A form may also answer with a file; then the page stays and may send again.
    setTimeout(() => delete form.dataset.sent, 4000);
  });
  window.addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
  });

  // One place to tell people something without leaving the page.
  const say = (text, tone = "info") => {
    const region = document.getElementById("messages");
    if (!region) return;
    const note = document.createElement("div");
    note.className = `ip-note ip-tone-${tone}`;
    note.textContent = text;
    region.append(note);
  };

  // htmx: the CSRF token goes with every request, errors are told, focus goes to mistakes.
  document.addEventListener("htmx:configRequest", (e) => {
    const token = document.querySelector("meta[name=csrf-token]")?.content;
    if (token && e.detail.verb !== "get") e.detail.headers["X-CSRFToken"] = token;
  });
  document.addEventListener("htmx:beforeSwap", (e) => {
    // A refused form comes back with 409 or 422 and its messages: show it.
    if ([409, 422].includes(e.detail.xhr.status)) {
      e.detail.shouldSwap = true;
      e.detail.isError = false;
    }
  });
  document.addEventListener("htmx:afterSettle", (e) => focusFirstError(e.detail.elt));
  for (const event of ["htmx:sendError", "htmx:timeout", "htmx:responseError"])
    document.addEventListener(event, () => say(document.body.dataset.failed, "danger"));

  document.addEventListener("DOMContentLoaded", () => {
    if (side) drawerIsClosed();
    // Many tabs scroll on a phone: bring the present one into sight.
    const tab = document.querySelector(".nav-tabs [aria-current]");
    if (tab) tab.closest(".nav-tabs").scrollLeft = tab.offsetLeft - tab.closest(".nav-tabs").offsetLeft - 48;
    markTheme();
    focusFirstError(document);
  });
  const drawerIsClosed = () => document.querySelector(".ip-side-open")?.setAttribute("aria-expanded", false);
})();
