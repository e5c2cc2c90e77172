// Saving a page or a link: takes the page as it stands in its tab, puts it aside,
// sends it, and says what became of it.

import { browser } from "./browser.js";
import { connection } from "./library.js";
import { add, all, announce, flush } from "./outbox.js";

/**
 * What became of a save. `by_address`: the page could not be read in its tab, so
 * the library fetches it.
 *
 * @typedef {{state: "kept" | "waiting", byAddress: boolean}
 *   | {state: "refused", reason: import("./library.js").Reason, detail: string}
 *   | {state: "failed", why: "unconnected" | "full" | "no_page"}} Outcome
 */

/** @typedef {{url: string, title: string, html: string}} Taken */

/**
 * Reads a page in its tab. Null where browsers let no extension look: their own
 * pages, their shops, documents that are no web pages.
 *
 * @param {number} tabId
 * @returns {Promise<Taken | null>}
 */
async function take(tabId) {
  try {
    const [frame] = await browser.scripting.executeScript({
      target: { tabId },
      files: ["snapshot.js"],
    });
    return /** @type {Taken | null | undefined} */ (frame?.result) ?? null;
  } catch (error) {
    console.info("the page could not be read in its tab:", error);
    return null;
  }
}

/**
 * @param {chrome.tabs.Tab} tab
 * @param {string[]} tags
 * @returns {Promise<Outcome>}
 */
export async function savePage(tab, tags) {
  if ((await connection()) === null) return { state: "failed", why: "unconnected" };
  const taken = await take(Number(tab.id));
  if (taken === null) return saveLink(tab.url ?? "", tab.title ?? "", tags);
  const page = new Blob([taken.html], { type: "text/html" });
  return put(taken.url, taken.title, page, tags);
}

/**
 * Saves an address, which the library fetches.
 *
 * @param {string} url
 * @param {string} title
 * @param {string[]} tags
 * @returns {Promise<Outcome>}
 */
export async function saveLink(url, title, tags) {
  if ((await connection()) === null) return { state: "failed", why: "unconnected" };
  if (!/^https?:/.test(url)) return { state: "failed", why: "no_page" };
  return put(url, title, null, tags);
}

/**
 * @param {string} url
 * @param {string} title
 * @param {Blob | null} page
 * @param {string[]} tags
 * @returns {Promise<Outcome>}
 */
async function put(url, title, page, tags) {
  const key = crypto.randomUUID();
  const seenAt = new Date().toISOString();
  const isThere = await add({ key, url, title, page, tags, seenAt, refused: null });
  if (!isThere) return { state: "failed", why: "full" };
  const answer = (await flush()).get(key);
  const byAddress = page === null;
  if (answer?.ok) return { state: "kept", byAddress };
  // Without an answer of its own it came behind one that stopped the sending, or
  // was sent from elsewhere at the same moment.
  const left = (await all()).find((one) => one.key === key);
  if (left === undefined) return { state: "kept", byAddress };
  if (left.refused === null) return { state: "waiting", byAddress };
  return { state: "refused", ...left.refused };
}

/** How long a tick stays on the button, in milliseconds. */
const TICK_MS = 5000;

/**
 * Shows on the button what became of a save that had no window to say it in.
 *
 * @param {number | undefined} tabId
 * @param {Outcome} outcome
 */
export async function tick(tabId, outcome) {
  if (tabId === undefined || outcome.state === "waiting") return announce();
  try {
    await browser.action.setBadgeText({ tabId, text: outcome.state === "kept" ? "✓" : "!" });
    await new Promise((resolve) => setTimeout(resolve, TICK_MS));
    // Nothing of its own: the tab shows again what all show.
    await browser.action.setBadgeText({ tabId, text: /** @type {any} */ (null) });
  } catch (error) {
    console.info("the tab was closed before its tick:", error);
  }
  return announce();
}
