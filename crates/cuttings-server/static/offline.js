// @ts-check
// On every page: starts the service worker, tells it when there may be something
// to send or to fetch, shows how many changes wait, and on a page that comes from
// the device makes its buttons work. Without this file nothing is kept.

import { ask, canKeep, changeArticle, onChange, state } from "./device.js";

/** Turns of an article: what the button says now, and what it does to the article. */
const TURNS = /** @type {const} */ ({
  star: { starred: true },
  unstar: { starred: false },
  archive: { archived: true },
  unarchive: { archived: false },
});

/** How many changes of this user wait, as far as is known. */
let waiting = 0;

/** Only a script of ours may become the worker; see the policy in headers.rs. */
async function start() {
  const address = "/sw.js";
  const policy = /** @type {any} */ (window).trustedTypes?.createPolicy("service-worker", {
    createScriptURL: (/** @type {string} */ typed) => {
      if (typed !== address) throw new TypeError(`${typed} is no worker of ours`);
      return typed;
    },
  });
  const script = policy ? policy.createScriptURL(address) : address;
  await navigator.serviceWorker.register(script, { updateViaCache: "none" });
  await ask("open");
}

async function showWaiting() {
  /** @type {HTMLElement | null} */
  const link = document.querySelector("#waiting");
  const now = await state();
  waiting = now?.changes.length ?? 0;
  if (!link) return;
  link.hidden = waiting === 0;
  const words = waiting === 1 ? link.dataset.one : link.dataset.many;
  link.textContent = (words ?? "").replace("{n}", String(waiting));
}

/** @param {HTMLButtonElement} button @returns {{ id: string, turn: keyof typeof TURNS } | null} */
function turnOf(button) {
  const found = /\/articles\/(\d+)\/(star|unstar|archive|unarchive)$/.exec(button.formAction);
  if (!found) return null;
  return { id: String(found[1]), turn: /** @type {keyof typeof TURNS} */ (found[2]) };
}

/** Makes a button offer the other way. @param {HTMLButtonElement} button */
function flip(button) {
  const now = turnOf(button);
  const act = document.getElementById("act");
  if (!now || !act) return;
  const other = now.turn.startsWith("un") ? now.turn.slice(2) : `un${now.turn}`;
  button.setAttribute("formaction", `/articles/${now.id}/${other}`);
  button.classList.toggle("on", other.startsWith("un"));
  button.textContent = act.dataset[other] ?? "";
}

/** A page from the device shows what was done to its article since it was kept. */
async function showTurns() {
  const now = await state();
  /** @type {NodeListOf<HTMLButtonElement>} */
  const buttons = document.querySelectorAll("button[form=act]");
  for (const button of buttons) {
    const offered = turnOf(button);
    const kept = now?.kept.find((one) => String(one.id) === offered?.id);
    if (!offered || !kept) continue;
    const [[fact, value]] = /** @type {["starred" | "archived", boolean][]} */ (
      Object.entries(TURNS[offered.turn])
    );
    if (kept[fact] === value) flip(button);
  }
}

if (canKeep) {
  start().catch((error) => console.info(`nothing can be kept on this device: ${error}`));
  onChange(() => showWaiting());
  showWaiting();
  addEventListener("online", () => ask("open"));
  document.addEventListener("live", () => ask("open"));

  if ("copy" in document.documentElement.dataset) {
    showTurns();
    document.addEventListener("click", (event) => {
      const button = /** @type {HTMLElement} */ (event.target).closest("button");
      const offered = button?.getAttribute("form") === "act" ? turnOf(button) : null;
      if (!button || !offered) return;
      event.preventDefault();
      changeArticle(offered.id, TURNS[offered.turn]).then(
        () => flip(button),
        // The form says what is wrong, on a page of its own.
        () => button.form?.requestSubmit(button),
      );
    });
  }

  /** @type {HTMLFormElement | null} */
  const account = document.querySelector("form#account");
  account?.addEventListener("submit", (event) => {
    if (waiting === 0) return;
    event.preventDefault();
    ask("send")
      .then(showWaiting)
      .then(() => {
        const words = (account.dataset.unsent ?? "").replace("{n}", String(waiting));
        if (waiting === 0 || confirm(words)) account.submit();
      });
  });
}
