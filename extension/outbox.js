// Pages on their way to the library. Each is put here first and taken away when
// the library has it, so that nothing is lost when the browser is closed, the
// worker is ended in mid-send, or the library is down.
//
// The worker and the popup both send; a lock lets one at a time. What the library
// refuses stays too, with the reason, until somebody tries again or discards it.

import { browser } from "./browser.js";
import { connection, send } from "./library.js";

/**
 * @typedef {object} Waiting
 * @property {string} key names this save to the library
 * @property {string} url
 * @property {string} title
 * @property {Blob | null} page null when the library is to fetch the address itself
 * @property {string[]} tags
 * @property {string} seenAt RFC 3339
 * @property {{reason: import("./library.js").Reason, detail: string} | null} refused
 */

/** Most pages that wait. */
export const MOST_PAGES = 50;

/** Most bytes that wait. */
export const MOST_BYTES = 200 * 1024 * 1024;

/** Reasons that pass by themselves. */
const PASSING = ["unreachable", "busy"];

/** @returns {Promise<IDBDatabase>} */
function open() {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open("cuttings", 1);
    opening.onupgradeneeded = () =>
      opening.result.createObjectStore("outbox", { keyPath: "number", autoIncrement: true });
    opening.onsuccess = () => resolve(opening.result);
    opening.onerror = () => reject(opening.error);
  });
}

/**
 * Does something with what waits, in one transaction.
 *
 * @template T
 * @param {"readonly" | "readwrite"} mode
 * @param {(outbox: IDBObjectStore) => IDBRequest<T>} run
 * @returns {Promise<T>}
 */
async function withOutbox(mode, run) {
  const database = await open();
  try {
    return await new Promise((resolve, reject) => {
      const transaction = database.transaction("outbox", mode, { durability: "strict" });
      const request = run(transaction.objectStore("outbox"));
      transaction.oncomplete = () => resolve(request.result);
      transaction.onabort = () => reject(transaction.error ?? request.error);
    });
  } finally {
    database.close();
  }
}

/** @typedef {Waiting & {number: number}} Numbered */

/**
 * All that waits, in the order in which it was saved.
 *
 * @returns {Promise<Numbered[]>}
 */
export const all = () => withOutbox("readonly", (outbox) => outbox.getAll());

/** @param {number} number */
export async function discard(number) {
  await withOutbox("readwrite", (outbox) => outbox.delete(number));
  await announce();
}

/**
 * Puts a page aside to be sent. False when there is no room for it, in our limits
 * or on the disk.
 *
 * @param {Waiting} waiting
 */
export async function add(waiting) {
  return navigator.locks.request("outbox-add", async () => {
    const before = await all();
    const bytes = [...before, waiting].reduce((sum, one) => sum + (one.page?.size ?? 0), 0);
    if (before.length >= MOST_PAGES || bytes > MOST_BYTES) return false;
    try {
      await withOutbox("readwrite", (outbox) => outbox.add(waiting));
    } catch (error) {
      if (error instanceof DOMException && error.name === "QuotaExceededError") return false;
      throw error;
    }
    return true;
  });
}

/**
 * Sends what waits, oldest first; with `again` also what was refused.
 *
 * @param {{again?: boolean}} [options]
 * @returns {Promise<void>}
 */
export async function flush({ again = false } = {}) {
  await navigator.locks.request("outbox", async () => {
    const library = await connection();
    if (library === null) return;
    for (const waiting of await all()) {
      if (waiting.refused !== null && !again) continue;
      // Somebody may have discarded it meanwhile, now and while it is sent.
      if (!(await holds(waiting.number))) continue;
      const answer = await send(library, waiting);
      if (answer.ok) {
        await discard(waiting.number);
        continue;
      }
      const { reason, detail } = answer;
      const refused = PASSING.includes(reason) ? null : { reason, detail };
      if (JSON.stringify(refused) !== JSON.stringify(waiting.refused) && (await holds(waiting.number))) {
        await withOutbox("readwrite", (outbox) => outbox.put({ ...waiting, refused }));
      }
      // A library that does not answer will not answer for the next one either.
      if (reason === "unreachable") break;
    }
    await announce();
  });
}

/** @param {number} number */
const holds = async (number) =>
  (await withOutbox("readonly", (outbox) => outbox.count(number))) > 0;

/** Shows on the button how many pages wait, or that one was refused. */
export async function announce() {
  const waiting = await all();
  const isRefused = waiting.some((one) => one.refused !== null);
  await browser.action.setBadgeBackgroundColor({ color: "#96281b" });
  await browser.action.setBadgeTextColor({ color: "#ffffff" });
  const count = waiting.length === 0 ? "" : String(waiting.length);
  await browser.action.setBadgeText({ text: isRefused ? "!" : count });
}
