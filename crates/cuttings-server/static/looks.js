// @ts-check
// The look of pages: a choice shows at once and is kept. Without this file the
// form is sent with its button.

const root = document.documentElement;

/** @returns {HTMLElement | undefined} the first block of a story below the top of the window */
function anchor() {
  /** @type {NodeListOf<HTMLElement>} */
  const blocks = document.querySelectorAll("#story [id]");
  return Array.from(blocks).find((block) => block.getBoundingClientRect().bottom > 0);
}

/** @param {string} name @param {string} value */
function show(name, value) {
  const held = anchor();
  const before = held?.getBoundingClientRect().top ?? 0;
  root.setAttribute(`data-${name}`, value);
  // What is being read stays where it is.
  if (held && scrollY > 0) scrollBy(0, held.getBoundingClientRect().top - before);
  const paper = getComputedStyle(document.body).backgroundColor;
  for (const meta of document.querySelectorAll("meta[name=theme-color]")) {
    meta.setAttribute("content", paper);
  }
}

/** @param {HTMLFormElement} form @param {string} name @param {string} value */
async function keep(form, name, value) {
  const csrf = String(new FormData(form).get("csrf"));
  const answer = await fetch(form.action, {
    method: "POST",
    body: new URLSearchParams({ csrf, [name]: value }),
    redirect: "manual",
  });
  if (answer.type !== "opaqueredirect") throw new Error(`answered ${answer.status}`);
}

/** @type {NodeListOf<HTMLFormElement>} */
const forms = document.querySelectorAll("form[data-looks]");
for (const form of forms) {
  form.classList.add("at-once");
  form.addEventListener("change", (event) => {
    const field = /** @type {HTMLInputElement} */ (event.target);
    show(field.name, field.value);
    // What could not be kept can still be sent by the button.
    keep(form, field.name, field.value).catch(() => form.classList.remove("at-once"));
  });
}

/** @type {HTMLDetailsElement | null} */
const panel = document.querySelector("details.looks");
if (panel) {
  document.addEventListener("click", (event) => {
    if (!panel.contains(/** @type {Node} */ (event.target))) panel.open = false;
  });
  panel.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !panel.open) return;
    panel.open = false;
    panel.querySelector("summary")?.focus();
    event.stopPropagation();
  });
}
