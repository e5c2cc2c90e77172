// @ts-check
// Keys: j and k walk a list, ? shows them all (the dialog in base.html). A key
// only presses what the page shows anyway, so everything works without this file.

/** @returns {HTMLElement[]} the articles of the list, from top to bottom */
function cards() {
  return Array.from(document.querySelectorAll(".card"));
}

/** @returns {HTMLElement | null} the article the keys act on */
function current() {
  return document.querySelector(".card.current");
}

/** @param {number} step 1 for down, -1 for up */
function walk(step) {
  const all = cards();
  const from = current();
  const at = from ? all.indexOf(from) + step : step > 0 ? 0 : all.length - 1;
  const to = all[Math.max(0, Math.min(all.length - 1, at))];
  if (!to) return;
  from?.classList.remove("current");
  to.classList.add("current");
  /** @type {HTMLElement | null} */
  const link = to.querySelector("[data-key=o]");
  link?.focus({ preventScroll: true });
  to.scrollIntoView({ block: "nearest" });
}

/** @param {string} key @returns {boolean} whether there was something to press */
function press(key) {
  const within = current() ?? (cards().length === 0 ? document : null);
  /** @type {HTMLElement | null | undefined} */
  const target = within?.querySelector(`[data-key="${key}"]`);
  if (!target || target.hidden) return false;
  target.click();
  return true;
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  const target = /** @type {HTMLElement} */ (event.target);
  if (target.closest("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]")) return;
  switch (event.key) {
    case "j":
    case "k":
      // In a story they walk its paragraphs; see focus.js.
      if (cards().length === 0) return;
      walk(event.key === "j" ? 1 : -1);
      break;
    case "o":
    case "e":
    case "s":
    case "x":
    case "u":
    case "n":
    case "p":
    case "t":
    case "l":
      if (!press(event.key)) return;
      break;
    case "?":
      document.getElementById("keys")?.togglePopover();
      break;
    case "/": {
      /** @type {HTMLInputElement | null} */
      const field = document.querySelector("#q, #url");
      if (!field) return;
      field.focus();
      field.select();
      break;
    }
    default:
      return;
  }
  event.preventDefault();
});

document.addEventListener("focusin", (event) => {
  const card = /** @type {HTMLElement} */ (event.target).closest(".card");
  if (!card) return;
  current()?.classList.remove("current");
  card.classList.add("current");
});
