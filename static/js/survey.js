// Surveys: questions that hang on others, tables that grow, answers kept while one writes.
(() => {
  "use strict";
  const form = document.querySelector("form[data-survey]");
  if (!form) return;
  const plain = (text) => text.trim().replace(/\s+/g, " ").toLowerCase();

  // What is answered to a question; an untouched file counts as the one that is kept.
  const answerOf = (question) => {
    const place = form.querySelector(`[data-question="${question}"]`);
    if (!place || place.hidden) return [];
    const file = place.querySelector("input[type=file]");
    if (file) {
      const clear = place.querySelector("input[type=checkbox]");
      return file.files.length || (clear && !clear.checked) ? ["file"] : [];
    }
    return [...place.querySelectorAll("input, textarea, select")]
      .filter((one) => !["radio", "checkbox"].includes(one.type) || one.checked)
      .map((one) => plain(one.value))
      .filter(Boolean);
  };
  const meets = (place) => {
    const texts = answerOf(place.dataset.if);
    const wanted = plain(place.dataset.ifValue);
    if (!texts.length || place.dataset.ifKind === "ANSWERED") return texts.length > 0;
    if (place.dataset.ifKind === "EQUALS") {
      const number = Number(wanted.replace(",", "."));
      return texts.length === 1 && (texts[0] === wanted || (wanted !== "" && Number(texts[0]) === number));
    }
    const reason = form.querySelector(`[data-question="${place.dataset.if}"]`);
    const isChosen = reason.querySelector("input[type=radio], input[type=checkbox]");
    const isOne = reason.querySelector("input[type=radio]");
    return texts.some((text) => (isChosen && !isOne ? text === wanted : text.includes(wanted)));
  };
  const show = () => {
    // In the order of the page, so that what hangs on something hidden hides as well.
    for (const place of form.querySelectorAll("[data-if]"))
      place.hidden = !meets(place) && !place.querySelector(".is-invalid");
  };
  for (const note of form.querySelectorAll("[data-if-note]")) note.hidden = true;
  form.addEventListener("input", show);
  form.addEventListener("change", show);
  show();

  // A table gets another row, which the keyboard goes to.
  for (const button of form.querySelectorAll("[data-add-row]")) button.hidden = false;
  form.addEventListener("click", (e) => {
    const button = e.target.closest("[data-add-row]");
    if (!button) return;
    const table = form.querySelector(`[data-table="${button.dataset.addRow}"]`);
    const rows = table.querySelectorAll("tbody tr");
    if (rows.length >= Number(table.dataset.most)) return;
    const row = rows[rows.length - 1].cloneNode(true);
    for (const [column, cell] of [...row.querySelectorAll("input")].entries()) {
      cell.name = `${button.dataset.addRow}-${rows.length}-${column}`;
      cell.value = "";
      cell.setAttribute("aria-label", cell.getAttribute("aria-label").replace(/\d+$/, rows.length + 1));
    }
    rows[rows.length - 1].after(row);
    row.querySelector("input").focus();
  });

  // In a meeting: on with Enter, figures choose, begin where it was left, see who speaks.
  const bar = form.querySelector("[data-interview]");
  if (bar) {
    const shown = () => [...form.querySelectorAll("[data-question]")].filter((one) => !one.hidden);
    const isOpen = (place) => !answerOf(place.dataset.question).length;
    const here = () => document.activeElement?.closest("[data-question]");
    const goTo = (place) => {
      if (!place) return;
      const fields = [...place.querySelectorAll("input:not([type=hidden]), textarea, select")];
      (fields.find((one) => one.checked) || fields[0])?.focus({ preventScroll: true });
      place.scrollIntoView({ block: "nearest" });
    };
    const step = (by) => {
      const places = shown();
      const at = places.indexOf(here());
      goTo(places[at < 0 ? 0 : at + by]);
    };
    const nextOpen = () => {
      const places = shown();
      const at = places.indexOf(here());
      goTo(places.slice(at + 1).find(isOpen) || places.find(isOpen));
    };
    const count = bar.querySelector("[data-count]");
    const tell = () => {
      const places = shown();
      count.textContent = count.dataset.count
        .replace("{answered}", places.filter((one) => !isOpen(one)).length)
        .replace("{asked}", places.length);
    };
    form.addEventListener("change", tell);
    tell();

    const trouble = bar.querySelector("[data-trouble]");
    const faults = () => [...form.querySelectorAll("[id^=kept-] .ip-tone-danger")];
    document.addEventListener("htmx:afterSettle", () => {
      trouble.hidden = !faults().length;
      trouble.textContent = trouble.dataset.trouble.replace("{count}", faults().length);
    });
    trouble.addEventListener("click", () => goTo(faults()[0]?.closest("[data-question]")));

    for (const button of bar.querySelectorAll("[data-step]")) {
      button.hidden = false;
      // The field keeps the focus, so that one knows where one was.
      button.addEventListener("mousedown", (e) => e.preventDefault());
      button.addEventListener("click", () => step(Number(button.dataset.step)));
    }
    const open = bar.querySelector("[data-open]");
    open.hidden = false;
    open.addEventListener("mousedown", (e) => e.preventDefault());
    open.addEventListener("click", nextOpen);

    form.addEventListener("keydown", (e) => {
      const place = e.target.closest("[data-question]");
      if (!place || e.isComposing || e.altKey) return;
      const isChoice = ["radio", "checkbox"].includes(e.target.type);
      const isLine = e.target.matches("input:not([type=file])");
      const isAsked = e.ctrlKey || e.metaKey || isLine;
      if (e.key === "Enter" && isAsked) {
        e.preventDefault();
        step(e.shiftKey ? -1 : 1);
      } else if (isChoice && /^[1-9]$/.test(e.key) && !e.ctrlKey && !e.metaKey) {
        const choice = place.querySelectorAll("input[type=radio], input[type=checkbox]")[Number(e.key) - 1];
        choice?.focus();
        choice?.click();
      }
    });

    const speaker = bar.querySelector("select");
    const memory = `speaker:${location.pathname}`;
    const last = sessionStorage.getItem(memory);
    if (!speaker.value && [...speaker.options].some((one) => one.value === last)) speaker.value = last;
    speaker.addEventListener("change", () => sessionStorage.setItem(memory, speaker.value));

    const wrong = form.querySelector(".is-invalid")?.closest("[data-question]");
    if (wrong) goTo(wrong);
    else if (shown().some((one) => !isOpen(one))) nextOpen();
  }

  // Behind the link: kept a moment after something changed. A file waits for the button.
  const said = form.dataset.autosave && document.getElementById(form.dataset.autosave);
  if (!said) return;
  let timer = 0;
  const keep = async () => {
    const data = new FormData(form);
    for (const file of form.querySelectorAll("input[type=file]")) data.delete(file.name);
    data.append("autosave", "1");
    const answer = await fetch(location.href, { method: "POST", body: data, credentials: "same-origin" }).catch(() => null);
    if (answer?.ok) {
      const { wrong } = await answer.json();
      said.textContent = wrong.length ? said.dataset.notKept : said.dataset.kept;
    } else said.textContent = answer ? said.dataset.gone : document.body.dataset.failed;
  };
  form.addEventListener("change", (e) => {
    if (e.target.type === "file") return;
    clearTimeout(timer);
    timer = setTimeout(keep, 400);
  });
  form.addEventListener("submit", () => clearTimeout(timer));
})();
