// Signing by drawing. Without this, names are typed and pictures uploaded all the same.
(() => {
  "use strict";
  const form = document.querySelector("form[data-sign]");
  if (!form) return;
  const one = (selector) => form.querySelector(selector);
  const method = () => one("input[name=method]:checked")?.value || "TYPED";

  // The typed name, as it will stand in the certificate.
  const typed = one("[data-typed]");
  const name = one("[name=typed_name]");
  const showName = () => {
    typed.hidden = !name.value.trim();
    typed.textContent = name.value;
  };
  name.addEventListener("input", showName);
  showName();

  if (!window.SignaturePad) return; // it did not arrive: drawing is not offered
  const box = one("[data-pad]");
  const canvas = box.querySelector("canvas");
  const strokes = one("[name=strokes]");
  const state = box.querySelector("[data-pad-state]");
  const error = box.querySelector("[data-pad-error]");
  box.hidden = one("[data-pad-choice]").hidden = false;
  const pad = new SignaturePad(canvas, { minWidth: 1, maxWidth: 2.4, minDistance: 2, penColor: ink() });

  function ink() {
    return getComputedStyle(canvas).color;
  }
  // Points alone are sent: neither pressure nor speed, which would tell more than a signature.
  const points = () =>
    pad.toData().map((stroke) => stroke.points.map(({ x, y }) => [Math.round(x * 10) / 10, Math.round(y * 10) / 10]));
  const draw = (lines) =>
    pad.fromData(
      lines.map((line) => ({
        penColor: ink(), dotSize: 0, minWidth: 1, maxWidth: 2.4,
        points: line.map(([x, y]) => ({ x, y, time: 0, pressure: 0.5 })),
      })),
    );
  const kept = () => {
    try {
      return JSON.parse(strokes.value || "[]");
    } catch {
      return [];
    }
  };
  const tell = () => {
    const lines = points();
    strokes.value = lines.length ? JSON.stringify(lines) : "";
    state.textContent = lines.length ? state.dataset.drawn : state.dataset.empty;
    for (const button of box.querySelectorAll("button")) button.disabled = !lines.length;
    if (lines.length) error.hidden = true;
  };
  // A canvas forgets what is on it whenever its size changes: when it appears, and when a phone is turned.
  let width = 0;
  const fit = () => {
    if (!canvas.offsetWidth || canvas.offsetWidth === width) return;
    width = canvas.offsetWidth;
    const lines = kept();
    const ratio = Math.max(window.devicePixelRatio || 1, 1);
    canvas.width = canvas.offsetWidth * ratio;
    canvas.height = canvas.offsetHeight * ratio;
    canvas.getContext("2d").scale(ratio, ratio);
    pad.clear();
    if (lines.length) draw(lines);
    tell();
  };
  new ResizeObserver(fit).observe(canvas);
  pad.addEventListener("endStroke", () => {
    tell();
    strokes.dispatchEvent(new Event("input", { bubbles: true }));
  });
  box.querySelector("[data-pad-undo]").addEventListener("click", () => {
    draw(points().slice(0, -1));
    tell();
  });
  box.querySelector("[data-pad-clear]").addEventListener("click", () => {
    pad.clear();
    tell();
  });

  // Told before the form leaves, so that nothing has to be typed twice.
  form.addEventListener("submit", (e) => {
    if (method() !== "DRAWN" || strokes.value) return;
    e.preventDefault();
    error.textContent = error.dataset.words;
    error.hidden = false;
    canvas.scrollIntoView({ block: "center" });
  });
})();
