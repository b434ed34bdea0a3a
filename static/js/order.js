// Lists that people put in order: by drag, by touch, and with the arrow keys on a handle.
// Each move is sent at once; a refusal puts the row back where it was and says why.
(() => {
  "use strict";
  const HANDLE = "[data-order-handle]";
  const keysOf = (list) =>
    [...list.children].filter((row) => row.dataset.key).map((row) => row.dataset.key);
  const tell = (text) => {
    const status = document.getElementById("order-status");
    status.textContent = "";
    requestAnimationFrame(() => (status.textContent = text));
  };
  const refuse = (text) => {
    const note = document.createElement("div");
    note.className = "ip-note ip-tone-danger";
    note.setAttribute("role", "alert");
    note.textContent = text;
    document.getElementById("messages")?.replaceChildren(note);
    note.scrollIntoView({ block: "center" });
  };

  // One at a time and in order: a later move must not be overtaken by an earlier one.
  const sending = new WeakMap();
  const send = (list, before, row) => {
    const wanted = keysOf(list);
    if (wanted.join() === before.join()) return;
    const turn = (sending.get(list) || Promise.resolve()).then(async () => {
      list.setAttribute("aria-busy", "true");
      const body = new URLSearchParams(wanted.map((key) => ["order", key]));
      const token = document.querySelector("meta[name=csrf-token]").content;
      let answer;
      try {
        answer = await fetch(list.dataset.reorder, {
          method: "POST", body, headers: { "X-CSRFToken": token },
        });
      } catch { /* told below, as any other failure */ }
      list.removeAttribute("aria-busy");
      if (answer?.ok && !answer.redirected) {
        list.dispatchEvent(new CustomEvent("order:saved", { bubbles: true, detail: { row } }));
        return;
      }
      const rows = new Map([...list.children].map((child) => [child.dataset.key, child]));
      for (const key of before) if (rows.has(key)) list.append(rows.get(key));
      const says = answer?.status === 409 || answer?.status === 403;
      refuse(says ? await answer.text() : document.body.dataset.failed);
    });
    sending.set(list, turn);
  };

  const place = (list, row) => {
    const rows = keysOf(list);
    const status = document.getElementById("order-status");
    tell(status.dataset.moved
      .replace("{name}", row.querySelector(HANDLE).dataset.name)
      .replace("{place}", rows.indexOf(row.dataset.key) + 1)
      .replace("{total}", rows.length));
  };

  const wire = (list) => {
    if (list.dataset.wired) return;
    list.dataset.wired = "yes";
    let before = [];
    Sortable.create(list, {
      handle: HANDLE,
      draggable: "[data-key]",
      animation: matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : 150,
      ghostClass: "is-target",
      onStart: () => (before = keysOf(list)),
      onEnd: (e) => (place(list, e.item), send(list, before, e.item)),
    });
    list.addEventListener("keydown", (e) => {
      const handle = e.target.closest(HANDLE);
      const row = handle?.closest("[data-key]");
      if (!row || row.parentElement !== list || e.ctrlKey || e.metaKey || e.altKey) return;
      const rows = [...list.children].filter((child) => child.dataset.key);
      const at = rows.indexOf(row);
      const to = { ArrowUp: at - 1, ArrowDown: at + 1, Home: 0, End: rows.length - 1 }[e.key];
      if (to === undefined) return;
      e.preventDefault();
      if (to < 0 || to >= rows.length || to === at) return;
      const stood = keysOf(list);
      if (to < at) rows[to].before(row);
      else rows[to].after(row);
      handle.focus();
      place(list, row);
      send(list, stood, row);
    });
  };
  const wireAll = (root) => {
    if (root.matches?.("[data-reorder]")) wire(root);
    for (const list of root.querySelectorAll("[data-reorder]")) wire(list);
  };
  document.addEventListener("DOMContentLoaded", () => wireAll(document));
  document.addEventListener("htmx:afterSettle", (e) => wireAll(e.detail.elt));
})();
