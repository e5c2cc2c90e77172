// @ts-check
// Talking to the service worker (the files of worker/), which keeps articles on
// this device and the changes that wait on it.

/**
 * What the worker knows; the parts are described in worker/memory.js.
 *
 * @typedef {{
 *   user: { id: number, name: string },
 *   choice: { unread: boolean, starred: boolean, tags: string[], most: number, pictures: boolean },
 *   kept: {
 *     id: number, title: string, outlet: string, minutes: number, language: string,
 *     starred: boolean, archived: boolean, place: { block: number, percent: number } | null,
 *     bytes: number,
 *   }[],
 *   changes: {
 *     seq: number, path: string, kind: string, article: number | null, title: string, words: string,
 *     body: string,
 *     refused: { title: string, detail: string } | null,
 *   }[],
 *   brought: { at: number, whole: boolean } | undefined,
 * }} State
 */

/** Whether this browser can keep anything for this address. */
export const canKeep = "serviceWorker" in navigator && isSecureContext;

/**
 * Asks the worker to do something, and gives its answer.
 *
 * @param {string} what
 * @param {unknown} [value]
 * @returns {Promise<any>}
 */
export async function ask(what, value) {
  const { active } = await navigator.serviceWorker.ready;
  return new Promise((resolve, reject) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = ({ data }) => {
      port1.close();
      if ("error" in data) reject(new Error(data.error));
      else resolve(data.answer);
    };
    active?.postMessage({ what, value }, [port2]);
  });
}

/** @returns {Promise<State | null>} what is kept and what waits; null when nobody is signed in */
export const state = () => ask("state");

/** @param {(news: { done?: number, all?: number }) => void} listener told when any of it changes */
export function onChange(listener) {
  navigator.serviceWorker.addEventListener("message", ({ data }) => {
    if (data.changed) listener(data);
  });
}

/** @param {number} bytes @returns {string} */
export function size(bytes) {
  const [divisor, unit] = bytes < 1e6 ? [1e3, "kilobyte"] : [1e6, "megabyte"];
  return new Intl.NumberFormat("en-GB", {
    style: "unit",
    unit,
    maximumFractionDigits: bytes < 1e6 ? 0 : 1,
  }).format(bytes / divisor);
}

/**
 * Says in a line how much is kept and how new it is. The line carries the words.
 *
 * @param {HTMLElement} line
 * @param {State | null} state
 */
export function sayKept(line, state) {
  const words = line.dataset;
  if (!state?.brought) {
    line.textContent = words.never ?? "";
    return;
  }
  const bytes = state.kept.reduce((sum, one) => sum + one.bytes, 0);
  const when = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "short" });
  const said = (words.line ?? "")
    .replace("{n}", String(state.kept.length))
    .replace("{size}", size(bytes))
    .replace("{when}", when.format(state.brought.at));
  line.textContent = state.brought.whole ? said : `${said} ${words.wrong}`;
}

/** @param {HTMLElement} line @param {number} done @param {number} all */
export function sayWorking(line, done, all) {
  line.textContent = (line.dataset.working ?? "")
    .replace("{done}", String(done))
    .replace("{all}", String(all));
}

/**
 * Changes an article as a script of our pages does.
 *
 * @param {string | number} id
 * @param {Record<string, boolean>} change
 */
export async function changeArticle(id, change) {
  /** @type {HTMLInputElement | null} */
  const proof = document.querySelector("input[name=csrf]");
  const answer = await fetch(`/api/v1/articles/${id}`, {
    method: "PATCH",
    headers: { "content-type": "application/json", "x-csrf-token": proof?.value ?? "" },
    body: JSON.stringify(change),
  });
  if (!answer.ok) throw new Error(`answered ${answer.status}`);
}
