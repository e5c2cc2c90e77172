// Saving a page or a link, in two steps: it is put aside as it stands in its tab,
// and sent. The popup leaves the first to the worker, which goes on when the popup
// closes, and does the second itself, because browsers end a worker whose request
// takes half a minute, as a large page on a slow line may.

import { browser } from "./browser.js";
import { connection } from "./library.js";
import { add, all, announce, flush } from "./outbox.js";

/** @typedef {{state: "failed", why: "unconnected" | "full" | "no_page"}} Failed */

/**
 * Put aside under a key. `byAddress`: the page could not be read in its tab, so the
 * library fetches it.
 *
 * @typedef {{state: "aside", key: string, byAddress: boolean}} Aside
 */

/**
 * What became of a save.
 *
 * @typedef {{state: "kept" | "waiting", byAddress: boolean}
 *   | {state: "refused", reason: import("./library.js").Reason, detail: string} | Failed} Outcome
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
 * Puts the page of a tab aside; where it cannot be read, its address.
 *
 * @param {chrome.tabs.Tab} tab
 * @param {string[]} tags
 * @returns {Promise<Aside | Failed>}
 */
export async function putPageAside(tab, tags) {
  const taken = await take(Number(tab.id));
  if (taken === null) return putLinkAside(tab.url ?? "", tab.title ?? "", tags);
  const page = new Blob([taken.html], { type: "text/html" });
  return putAside(taken.url, taken.title, page, tags);
}

/**
 * Puts an address aside, which the library is to fetch.
 *
 * @param {string} url
 * @param {string} title
 * @param {string[]} tags
 * @returns {Promise<Aside | Failed>}
 */
export async function putLinkAside(url, title, tags) {
  if (!/^https?:/.test(url)) return { state: "failed", why: "no_page" };
  return putAside(url, title, null, tags);
}

/**
 * @param {string} url
 * @param {string} title
 * @param {Blob | null} page
 * @param {string[]} tags
 * @returns {Promise<Aside | Failed>}
 */
async function putAside(url, title, page, tags) {
  if ((await connection()) === null) return { state: "failed", why: "unconnected" };
  const key = crypto.randomUUID();
  const seenAt = new Date().toISOString();
  const isThere = await add({ key, url, title, page, tags, seenAt, refused: null });
  return isThere ? { state: "aside", key, byAddress: page === null } : { state: "failed", why: "full" };
}

/**
 * Sends what was put aside, and says what became of it.
 *
 * @param {Aside | Failed} put
 * @returns {Promise<Outcome>}
 */
export async function sendAside(put) {
  if (put.state === "failed") return put;
  const { key, byAddress } = put;
  await flush();
  const left = (await all()).find((one) => one.key === key);
  if (left === undefined) return { state: "kept", byAddress };
  return left.refused === null ? { state: "waiting", byAddress } : { state: "refused", ...left.refused };
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
