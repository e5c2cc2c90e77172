// Choosing several articles: x ticks the current one, a click with Shift ticks
// all between, the panel counts. Also puts the form for a tag into a card, where
// without this file the link leads to the article's own page.

/** @returns {HTMLInputElement[]} the boxes of the list, from top to bottom */
function boxes() {
  return Array.from(document.querySelectorAll("input[form=bulk][name=id]"));
}

/** @type {HTMLDetailsElement | null} */
const panel = document.querySelector(".panel-bulk");
const ticked = document.querySelector("#ticked");
/** @type {HTMLButtonElement | null} */
const all = document.querySelector("#tick-all");
/** @type {HTMLInputElement | null} the box clicked last */
let last = null;

function count() {
  const many = boxes().filter((box) => box.checked).length;
  if (ticked) ticked.textContent = many > 0 ? ` (${many})` : "";
  if (panel && many > 0) panel.open = true;
}

document.addEventListener("click", (event) => {
  const box = /** @type {HTMLElement} */ (event.target);
  if (!(box instanceof HTMLInputElement) || box.getAttribute("form") !== "bulk") return;
  const list = boxes();
  const to = list.indexOf(box);
  if (event.shiftKey && last) {
    const from = list.indexOf(last);
    for (const between of list.slice(Math.min(from, to), Math.max(from, to) + 1)) {
      between.checked = box.checked;
    }
  }
  last = box;
  count();
});

if (all) {
  all.hidden = false;
  all.addEventListener("click", () => {
    const list = boxes();
    const on = list.some((box) => !box.checked);
    for (const box of list) box.checked = on;
    count();
  });
}

// A browser that comes back to the page keeps the ticks.
addEventListener("pageshow", count);

document.addEventListener("click", (event) => {
  const from = /** @type {HTMLElement} */ (event.target);
  /** @type {HTMLElement | null} */
  const link = from.closest("a[data-tag]");
  /** @type {HTMLTemplateElement | null} */
  const template = document.querySelector("#tag-form");
  /** @type {HTMLFormElement | null} */
  const act = document.querySelector("form#act");
  const card = link?.closest(".card");
  if (!link || !template || !act || !card || event.ctrlKey || event.metaKey || event.shiftKey) {
    return;
  }
  event.preventDefault();
  const open = card.querySelector(".tagger");
  if (open) {
    open.remove();
    link.focus();
    return;
  }
  const form = template.content.firstElementChild?.cloneNode(true);
  if (!(form instanceof HTMLFormElement)) return;
  form.action = `/articles/${link.dataset.tag}/tags`;
  for (const name of ["csrf", "back"]) {
    const field = act.querySelector(`input[name=${name}]`);
    if (field) form.append(field.cloneNode());
  }
  form.addEventListener("keydown", (pressed) => {
    if (pressed.key !== "Escape") return;
    form.remove();
    link.focus();
  });
  link.closest(".card-foot")?.append(form);
  form.querySelector("input")?.focus();
});
