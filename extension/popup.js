// The small window at the button: whether the page is kept, saving it with tags,
// and what still waits to be sent.

import { browser } from "./browser.js";
import { connection, kept, tagNames } from "./library.js";
import { all, discard, flush } from "./outbox.js";
import { sendAside } from "./save.js";
import { day, moment, show, text, why } from "./texts.js";

/** @param {string} id */
const at = (id) => /** @type {HTMLElement} */ (document.getElementById(id));
const field = /** @type {HTMLInputElement} */ (at("tags"));
const saveButton = /** @type {HTMLButtonElement} */ (at("save-button"));
const sendButton = /** @type {HTMLButtonElement} */ (at("send"));

/** @typedef {import("./library.js").Connection} Connection */

/** Tags as they were typed, with commas between them. */
const typedTags = () =>
  field.value.split(",").map((tag) => tag.trim()).filter((tag) => tag !== "");

/**
 * Offers the library's tags for the one that is being typed. The browser's own
 * list completes a whole field, so each choice carries what stands before it.
 *
 * @param {string[]} names
 */
function complete(names) {
  const before = field.value.slice(0, field.value.lastIndexOf(",") + 1);
  const lead = before === "" ? "" : `${before} `;
  const used = new Set(before.split(",").map((tag) => tag.trim().toLowerCase()));
  const choices = names.filter((name) => !used.has(name.toLowerCase())).slice(0, 100);
  at("tag-names").replaceChildren(
    ...choices.map((name) => {
      const choice = document.createElement("option");
      choice.value = lead + name;
      choice.label = name;
      return choice;
    }),
  );
}

/** @param {string} said */
function tell(said) {
  at("status").textContent = said;
}

/**
 * Shows whether the library holds the page.
 *
 * @param {Connection} library
 * @param {string} url
 */
async function showKept(library, url) {
  const answer = await kept(library, url);
  if (!answer.ok) {
    tell(why(answer.reason, answer.detail));
    return;
  }
  const { article } = answer.body;
  at("kept").hidden = article === null;
  if (article === null) return;
  at("kept-since").textContent = text("kept_since", day(article.saved_at));
  /** @type {HTMLAnchorElement} */ (at("kept-link")).href = `${library.address}/articles/${article.id}`;
  saveButton.textContent = text("save_again");
}

/** Shows what waits, and what was refused. */
async function showWaiting() {
  const waiting = await all();
  at("waiting").hidden = waiting.length === 0;
  at("waiting-title").textContent = text(
    waiting.length === 1 ? "waiting_one" : "waiting_many",
    String(waiting.length),
  );
  at("waiting-list").replaceChildren(
    ...waiting.map((one) => {
      const item = document.createElement("li");
      const title = document.createElement("p");
      title.dir = "auto";
      title.textContent = one.title || one.url;
      const state = document.createElement("p");
      state.className = "hint";
      state.textContent =
        one.refused === null
          ? text("waiting_since", moment(one.seenAt))
          : why(one.refused.reason, one.refused.detail);
      const away = document.createElement("button");
      away.type = "button";
      away.className = "plain";
      away.textContent = text("discard");
      away.setAttribute("aria-label", text("discard_named", one.title || one.url));
      away.addEventListener("click", async () => {
        await discard(one.number);
        await showWaiting();
        if (at("waiting").hidden) saveButton.focus();
      });
      item.append(title, away, state);
      return item;
    }),
  );
}

/**
 * What to say of a save.
 *
 * @param {import("./save.js").Outcome | null} outcome
 */
function outcomeText(outcome) {
  switch (outcome?.state) {
    case "kept":
      return text(outcome.byAddress ? "saved_by_address" : "saved");
    case "waiting":
      return text("saved_waiting");
    case "refused":
      return why(outcome.reason, outcome.detail);
    case "failed":
      return text(`failed_${outcome.why}`);
    default:
      return text("failed_inside");
  }
}

/**
 * @param {Connection} library
 * @param {chrome.tabs.Tab} tab
 */
async function save(library, tab) {
  saveButton.disabled = true;
  tell(text("saving"));
  try {
    /** @type {import("./background.js").Request} */
    const request = { save: { tab, tags: typedTags() } };
    /** @type {import("./save.js").Aside | import("./save.js").Failed | null} */
    const put = await browser.runtime.sendMessage(request);
    const outcome = put === null ? null : await sendAside(put);
    if (outcome?.state === "kept") {
      field.value = "";
      await showKept(library, tab.url ?? "");
    }
    tell(outcomeText(outcome));
  } catch (error) {
    console.error("a page could not be saved:", error);
    tell(outcomeText(null));
  } finally {
    saveButton.disabled = false;
    await showWaiting();
  }
}

/** Sends what waits from here, where nobody ends us while the window is open. */
async function sendWaiting(again = false) {
  sendButton.disabled = true;
  try {
    await flush({ again });
  } finally {
    sendButton.disabled = false;
    await showWaiting();
  }
}

async function start() {
  show();
  at("settings").addEventListener("click", () => browser.runtime.openOptionsPage());
  at("connect").addEventListener("click", () => browser.runtime.openOptionsPage());
  sendButton.addEventListener("click", () => sendWaiting(true));
  const library = await connection();
  if (library === null) {
    at("unconnected").hidden = false;
    await showWaiting();
    return;
  }
  const link = /** @type {HTMLAnchorElement} */ (at("library"));
  link.href = library.address;
  link.hidden = false;
  const [tab] = await browser.tabs.query({ active: true, currentWindow: true });
  at("page").hidden = false;
  await showWaiting();
  if (tab?.url === undefined || !/^https?:/.test(tab.url)) {
    at("title").textContent = text("no_page_title");
    at("save").hidden = true;
    tell(text("failed_no_page"));
    await sendWaiting();
    return;
  }
  at("title").textContent = tab.title || tab.url;
  at("host").textContent = new URL(tab.url).host;
  at("save").addEventListener("submit", (event) => {
    event.preventDefault();
    save(library, tab);
  });
  field.focus();
  /** @type {string[]} */
  let names = [];
  field.addEventListener("input", () => complete(names));
  await Promise.all([
    showKept(library, tab.url),
    tagNames(library).then((found) => {
      names = found;
      complete(names);
    }),
    sendWaiting(),
  ]);
}

start();
