// What happens without a window of ours: the key, the menu, and sending what
// waits; and reading a page for the popup, which may close any moment.
//
// Browsers end this worker when it has nothing to do and start it for the next
// event; whatever must last is in the outbox.

import { browser } from "./browser.js";
import { connection } from "./library.js";
import { all, announce, flush } from "./outbox.js";
import { putLinkAside, putPageAside, sendAside, tick } from "./save.js";
import { text } from "./texts.js";

/**
 * @typedef {{save: {tab: chrome.tabs.Tab, tags: string[]}}} Request
 */

/** How long to leave a library alone that did not answer, in milliseconds. */
const PAUSE_MS = 60_000;

let triedAt = 0;

/** Sends what waits, if anything does and the library was left alone for a while. */
async function sendWaiting() {
  if (Date.now() - triedAt < PAUSE_MS) return;
  triedAt = Date.now();
  if ((await all()).some((one) => one.refused === null)) await flush();
}

/**
 * Saves without a window: the answer is shown on the button.
 *
 * @param {chrome.tabs.Tab | undefined} tab
 * @param {string} [link] the page that is saved, when it is not the tab's own
 */
async function saveAtOnce(tab, link) {
  if (tab === undefined) return;
  const put = link === undefined ? await putPageAside(tab, []) : await putLinkAside(link, "", []);
  const outcome = await sendAside(put);
  if (outcome.state === "failed" && outcome.why === "unconnected") {
    await browser.runtime.openOptionsPage();
    return;
  }
  await tick(tab.id, outcome);
}

browser.runtime.onInstalled.addListener(async ({ reason }) => {
  await browser.contextMenus.removeAll();
  browser.contextMenus.create({
    id: "page",
    title: text("menu_page"),
    contexts: ["page", "selection", "image"],
    documentUrlPatterns: ["http://*/*", "https://*/*"],
  });
  browser.contextMenus.create({
    id: "link",
    title: text("menu_link"),
    contexts: ["link"],
    targetUrlPatterns: ["http://*/*", "https://*/*"],
  });
  if (reason === "install" && (await connection()) === null) {
    await browser.runtime.openOptionsPage();
  }
});

// Two moments at which this worker is started for nothing else: with the browser,
// and when a tab comes to the front, which asks for no permission.
browser.runtime.onStartup.addListener(sendWaiting);
browser.tabs.onActivated.addListener(sendWaiting);

browser.contextMenus.onClicked.addListener((info, tab) =>
  saveAtOnce(tab, info.menuItemId === "link" ? info.linkUrl : undefined),
);

browser.commands.onCommand.addListener(async (command, tab) => {
  if (command !== "save-page") return;
  const [active] = tab ? [tab] : await browser.tabs.query({ active: true, currentWindow: true });
  await saveAtOnce(active);
});

browser.runtime.onMessage.addListener((/** @type {Request} */ request, sender, answer) => {
  if (sender.id !== browser.runtime.id) return false;
  putPageAside(request.save.tab, request.save.tags).then(
    (put) => {
      answer(put);
      // The popup sends it as well; whoever comes second finds nothing to do.
      return flush();
    },
    (error) => {
      console.error("a page could not be put aside:", error);
      answer(null);
    },
  );
  // The answer comes later.
  return true;
});

// Whatever it was started for.
announce().then(sendWaiting);
