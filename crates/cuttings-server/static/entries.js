// Entries of feeds: saving one and marking it as seen without leaving the list,
// and marking it when it is opened. Without this file the buttons do the same by
// loading the page again.

/** @type {HTMLInputElement | null} */
const proof = document.querySelector("#act input[name=csrf]");

/**
 * @param {string} method
 * @param {string} path below /api/v1/entries/
 * @param {object} [body]
 * @returns {Promise<any>} the answer; null when it was refused
 */
async function ask(method, path, body) {
  const answer = await fetch(`/api/v1/entries/${path}`, {
    method,
    headers: {
      "x-csrf-token": proof?.value ?? "",
      ...(body ? { "content-type": "application/json" } : {}),
    },
    body: body ? JSON.stringify(body) : undefined,
  });
  return answer.ok ? answer.json() : null;
}

/**
 * Gives a button its next name, and keeps the old one for the way back.
 * @param {HTMLButtonElement} button
 */
function turn(button) {
  const now = button.textContent ?? "";
  const next = button.dataset.done ?? now;
  button.dataset.done = now;
  button.textContent = next;
  const name = button.getAttribute("aria-label");
  if (name?.startsWith(now)) button.setAttribute("aria-label", next + name.slice(now.length));
}

/**
 * @param {HTMLElement} card
 * @param {boolean} seen
 */
function show(card, seen) {
  card.classList.toggle("entry-seen", seen);
  /** @type {HTMLButtonElement | null} */
  const button = card.querySelector("[data-do=seen], [data-do=unseen]");
  if (!button || (button.dataset.do === "unseen") === seen) return;
  button.dataset.do = seen ? "unseen" : "seen";
  button.setAttribute("formaction", `/entries/${card.dataset.entry}/${button.dataset.do}`);
  turn(button);
}

document.addEventListener("click", async (event) => {
  const target = /** @type {HTMLElement} */ (event.target);
  /** @type {HTMLButtonElement | null} */
  const button = target.closest("button[data-do]");
  /** @type {HTMLElement | null | undefined} */
  const card = button?.closest("[data-entry]");
  if (!button || !card || button.disabled) return;
  event.preventDefault();
  button.disabled = true;
  const id = card.dataset.entry;
  try {
    if (button.dataset.do === "save") {
      const article = await ask("POST", `${id}/save`);
      if (!article) throw new Error("refused");
      const link = document.createElement("a");
      link.className = "on";
      link.href = `/articles/${article.id}`;
      link.textContent = button.dataset.done ?? "";
      button.replaceWith(link);
      show(card, true);
    } else {
      const seen = button.dataset.do === "seen";
      const entry = await ask("PATCH", `${id}`, { seen });
      if (!entry) throw new Error("refused");
      show(card, seen);
    }
  } catch {
    // The page that the form leads to says what is wrong.
    button.removeAttribute("data-do");
    button.disabled = false;
    button.click();
    return;
  }
  button.disabled = false;
});

// Opened is seen.
/** @type {HTMLButtonElement | null} */
const opened = document.querySelector("button[data-opened]");
if (opened) {
  const id = opened.dataset.opened;
  ask("PATCH", `${id}`, { seen: true })
    .catch(() => null)
    .then((entry) => {
      if (!entry) return;
      opened.setAttribute("formaction", `/entries/${id}/unseen`);
      turn(opened);
    });
}
