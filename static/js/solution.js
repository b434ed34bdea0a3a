// The editor of a solution's section. Without script the form saves by its button.
(() => {
  "use strict";
  const form = document.querySelector("form.sd-write");
  if (!form) return;
  let unsaved = false;

  const tell = (text) => {
    const note = document.createElement("div");
    note.className = "ip-note ip-tone-danger";
    note.textContent = text;
    document.getElementById("section-state")?.replaceChildren(note);
  };

  // Who was signed out while writing gets the sign-in page as an answer: nothing is saved then.
  form.addEventListener("htmx:beforeSwap", (e) => {
    if (e.target !== form || e.detail.xhr.responseURL.endsWith(form.getAttribute("hx-post"))) return;
    e.detail.shouldSwap = false;
    tell(form.dataset.signedOut);
    unsaved = true;
  });
  form.addEventListener("submit", () => (unsaved = false));
  window.addEventListener("beforeunload", (e) => unsaved && e.preventDefault());

  // A block is put in where the text is being written, as a paragraph of its own.
  document.addEventListener("click", (e) => {
    const button = e.target.closest("[data-insert]");
    if (!button) return;
    e.preventDefault();
    const field = form.elements.markdown;
    const before = field.value.slice(0, field.selectionStart).replace(/\s+$/, "");
    const after = field.value.slice(field.selectionEnd).replace(/^\s+/, "");
    const start = before ? `${before}\n\n` : "";
    const end = start + button.dataset.insert;
    field.value = after ? `${end}\n\n${after}` : end;
    field.setSelectionRange(end.length, end.length);
    field.focus();
    field.dispatchEvent(new Event("input", { bubbles: true }));
  });

  // A picture pasted or dropped is uploaded; its line takes the place of the waiting words.
  const text = form.elements.markdown;
  if (!form.dataset.paste || !text) return;
  form.querySelector(".sd-paste").hidden = false;
  const pictures = (transfer) => [...(transfer?.files ?? [])].filter((file) => file.type.startsWith("image/"));
  const upload = async (picture, number) => {
    const waiting = `[${form.dataset.uploading} ${Date.now()}-${number}]`;
    text.setRangeText(waiting, text.selectionStart, text.selectionEnd, "end");
    let line = "";
    try {
      const body = new FormData();
      body.append("picture", picture);
      const token = document.querySelector("meta[name=csrf-token]").content;
      const answer = await fetch(form.dataset.paste, { method: "POST", body, headers: { "X-CSRFToken": token } });
      const said = await answer.json();
      if (answer.ok) line = said.markdown;
      else tell(said.problem);
    } catch {
      tell(form.dataset.notUploaded);
    }
    const place = text.value.indexOf(waiting);
    if (place >= 0) text.setRangeText(line, place, place + waiting.length, "preserve");
    if (line) text.dispatchEvent(new Event("input", { bubbles: true }));
  };
  const takeIn = async (e, transfer) => {
    const found = pictures(transfer);
    if (!found.length) return;
    e.preventDefault();
    for (const [number, picture] of found.entries()) await upload(picture, number);
  };
  text.addEventListener("paste", (e) => takeIn(e, e.clipboardData));
  text.addEventListener("drop", (e) => takeIn(e, e.dataTransfer));
  text.addEventListener("dragover", (e) => {
    if ([...e.dataTransfer.types].includes("Files")) e.preventDefault();
  });
})();
