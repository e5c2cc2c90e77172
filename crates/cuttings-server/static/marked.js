// @ts-check
// The page of all highlights: each is changed and removed where it stands.
//
// The form is that of the highlight's own page, fetched when it is wanted; what
// it changes comes back as this page anew, of which only the list is taken.
// Without this file "Edit" leads to that page.

const main = document.querySelector("main");

/**
 * Asks for a page of ours.
 *
 * @param {string} method
 * @param {string} path
 * @param {URLSearchParams} [fields]
 * @returns {Promise<Document | null>} nothing when there is none to be had
 */
function ask(method, path, fields) {
  return new Promise((resolve) => {
    const request = new XMLHttpRequest();
    request.responseType = "document";
    request.onload = () => resolve(request.status === 200 ? request.responseXML : null);
    request.onerror = () => resolve(null);
    request.open(method, path);
    request.setRequestHeader("accept", "text/html");
    request.send(fields);
  });
}

/**
 * @param {HTMLFormElement} form
 * @param {HTMLElement | null} button what it was sent with
 * @returns {URLSearchParams} what the form says, and that it leads back here
 */
function fieldsOf(form, button) {
  const fields = new URLSearchParams();
  for (const [name, value] of new FormData(form, button)) fields.append(name, String(value));
  fields.set("back", location.pathname + location.search);
  return fields;
}

/** @param {Document} page this page as it is now */
function take(page) {
  const fresh = page.querySelector("main");
  if (!main || !fresh) return false;
  main.replaceChildren(...Array.from(fresh.childNodes, (node) => document.importNode(node, true)));
  return true;
}

/** @param {string} id @returns {HTMLElement | null} the link to the form of a highlight */
const editOf = (id) => document.querySelector(`[data-item="${id}"] [data-do=edit]`);

/** @param {HTMLElement} item its form goes, its links are back */
function close(item) {
  item.querySelector(".hl-form")?.remove();
  const links = /** @type {HTMLElement | null} */ (item.querySelector(".hl-links"));
  if (links) links.hidden = false;
  editOf(item.dataset.item ?? "")?.focus();
}

/** @param {HTMLElement} item @param {HTMLAnchorElement} link */
async function open(item, link) {
  const form = (await ask("GET", link.href))?.querySelector("form.hl-form");
  const links = /** @type {HTMLElement | null} */ (item.querySelector(".hl-links"));
  if (!form || !links) {
    location.assign(link.href);
    return;
  }
  for (const other of document.querySelectorAll(".hl-item:has(.hl-form)")) close(/** @type {HTMLElement} */ (other));
  links.hidden = true;
  item.append(document.importNode(form, true));
  item.querySelector("textarea")?.focus();
}

main?.addEventListener("click", (event) => {
  const link = /** @type {Element} */ (event.target).closest("a[data-do=edit]");
  const item = link?.closest(".hl-item");
  if (!(link instanceof HTMLAnchorElement) || !(item instanceof HTMLElement)) return;
  if (event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  void open(item, link);
});

main?.addEventListener("keydown", (event) => {
  const item = /** @type {Element} */ (event.target).closest(".hl-item:has(.hl-form)");
  if (event.key !== "Escape" || !(item instanceof HTMLElement)) return;
  event.preventDefault();
  close(item);
});

main?.addEventListener("submit", async (event) => {
  const form = /** @type {HTMLFormElement} */ (event.target);
  const item = form.closest(".hl-item");
  const isUndo = form.matches(".notice[action$='/restore']");
  if (form.dataset.plainly || (!isUndo && !item)) return;
  event.preventDefault();
  const button = event.submitter;
  const path = button?.getAttribute("formaction") ?? form.action;
  const page = await ask("POST", path, fieldsOf(form, button));
  const top = scrollY;
  // Whatever went wrong, the form itself leads to a page that says so.
  if (!page || !take(page)) {
    form.dataset.plainly = "yes";
    form.requestSubmit(button);
    return;
  }
  scrollTo(0, top);
  const restored = /\/highlights\/(\d+)/.exec(path)?.[1] ?? "";
  const undo = /** @type {HTMLElement | null} */ (document.querySelector(".notice button"));
  (undo ?? editOf(restored))?.focus();
});
