// @ts-check
// What the device remembers: who is signed in, what each user wants kept, what
// is kept, and what waits to be sent. Pages and pictures are in caches beside
// it, one a user; here are the facts about them.

/**
 * @typedef {{ id: number, name: string }} User
 * @typedef {{ unread: boolean, starred: boolean, tags: string[], most: number, pictures: boolean }} Choice
 * @typedef {{ block: number, percent: number }} Place
 * @typedef {{
 *   user: number, id: number, title: string, outlet: string, minutes: number, language: string,
 *   order: number, starred: boolean, archived: boolean, place: Place | null,
 *   updated_at: string, kept_at: number, version: string, pictures: boolean, whole: boolean,
 *   bytes: number, files: string[],
 * }} Kept
 * @typedef {{
 *   seq?: number, user: number, key: string, method: string, path: string, body: string,
 *   kind: string, article: number | null, title: string, words: string, at: number,
 *   refused: { title: string, detail: string } | null,
 * }} Change
 */

const worker = /** @type {ServiceWorkerGlobalScope} */ (/** @type {unknown} */ (self));

/** @type {Choice} */
const NOTHING = { unread: false, starred: false, tags: [], most: 100, pictures: true };

/** @type {Promise<IDBDatabase> | null} */
let opened = null;

/** @returns {Promise<IDBDatabase>} */
function database() {
  opened ??= new Promise((resolve, reject) => {
    const request = indexedDB.open("cuttings", 1);
    request.onupgradeneeded = () => {
      request.result.createObjectStore("facts");
      request.result.createObjectStore("kept", { keyPath: ["user", "id"] });
      request.result.createObjectStore("changes", { keyPath: "seq", autoIncrement: true });
    };
    request.onsuccess = () => {
      request.result.onversionchange = () => {
        request.result.close();
        opened = null;
      };
      resolve(request.result);
    };
    request.onerror = () => {
      opened = null;
      reject(request.error);
    };
  });
  return opened;
}

/**
 * One step in one store, done when it is safely written.
 *
 * @template T
 * @param {string} store
 * @param {IDBTransactionMode} mode
 * @param {(store: IDBObjectStore) => IDBRequest<T>} step
 * @returns {Promise<T>}
 */
async function inStore(store, mode, step) {
  const db = await database();
  return new Promise((resolve, reject) => {
    const transaction = db.transaction(store, mode, { durability: "strict" });
    const request = step(transaction.objectStore(store));
    transaction.oncomplete = () => resolve(request.result);
    transaction.onabort = () => reject(transaction.error);
  });
}

/** Everything of one user in the store of kept articles. @param {number} user */
const rangeOf = (user) => IDBKeyRange.bound([user, 0], [user, Number.MAX_SAFE_INTEGER]);

/** @param {string} name @returns {Promise<any>} */
const fact = (name) => inStore("facts", "readonly", (store) => store.get(name));
/** @param {string} name @param {unknown} value */
const putFact = (name, value) => inStore("facts", "readwrite", (store) => store.put(value, name));
/** @param {string} name */
const dropFact = (name) => inStore("facts", "readwrite", (store) => store.delete(name));

/** @returns {Promise<User | undefined>} who is signed in, as far as is known */
const currentUser = () => fact("user");

/** @param {number} user @returns {Promise<Choice>} */
const choiceOf = async (user) => ({ ...NOTHING, ...(await fact(`choice ${user}`)) });

/** @param {number} user @returns {Promise<Kept[]>} the newest first */
const keptOf = async (user) =>
  (await inStore("kept", "readonly", (store) => store.getAll(rangeOf(user)))).sort(
    (one, other) => one.order - other.order,
  );
/** @param {number} user @param {number} id @returns {Promise<Kept | undefined>} */
const keptOne = (user, id) => inStore("kept", "readonly", (store) => store.get([user, id]));
/** @param {Kept} kept */
const putKept = (kept) => inStore("kept", "readwrite", (store) => store.put(kept));
/** @param {number} user @param {number} id */
const dropKept = (user, id) => inStore("kept", "readwrite", (store) => store.delete([user, id]));

/** @param {number} user @returns {Promise<Required<Change>[]>} in the order they were made */
const changesOf = async (user) =>
  (await inStore("changes", "readonly", (store) => store.getAll())).filter(
    (change) => change.user === user,
  );
/** @param {Change} change */
const putChange = (change) => inStore("changes", "readwrite", (store) => store.put(change));
/** @param {number} seq */
const dropChange = (seq) => inStore("changes", "readwrite", (store) => store.delete(seq));

/** @param {number} user @returns {string} the cache with a user's pages and pictures */
const cacheOf = (user) => `pages ${user}`;

/** Takes away all that is kept for a user; what waits to be sent stays. @param {number} user */
async function forget(user) {
  await caches.delete(cacheOf(user));
  await inStore("kept", "readwrite", (store) => store.delete(rangeOf(user)));
  await dropFact(`brought ${user}`);
}

/** Takes away everybody's pages, but those of one user. @param {number | null} but */
async function forgetOthers(but) {
  for (const name of await caches.keys()) {
    const user = Number(/^pages (\d+)$/.exec(name)?.[1] ?? NaN);
    if (!Number.isNaN(user) && user !== but) await forget(user);
  }
}

/**
 * Somebody is signed in: what others have kept on this device goes. What still
 * waits for them stays, shown to nobody else, until they are back.
 *
 * @param {User} user
 */
async function signedIn(user) {
  const before = await currentUser();
  if (before?.id === user.id && (user.name === "" || before.name === user.name)) return;
  await putFact("user", user);
  await forgetOthers(user.id);
}

/** Nobody is signed in any more. */
async function signedOut() {
  await dropFact("user");
  await forgetOthers(null);
  await tellPages();
}

/** Tells open pages that something here is not as it was. @param {object} [what] */
async function tellPages(what = {}) {
  const pages = await worker.clients.matchAll({ type: "window" });
  for (const page of pages) page.postMessage({ changed: true, ...what });
}

/**
 * A promise with a limit.
 *
 * @template T
 * @param {Promise<T>} promise
 * @param {number} limitMs
 * @returns {Promise<T>}
 */
function within(promise, limitMs) {
  if (limitMs === Infinity) return promise;
  return Promise.race([
    promise,
    new Promise((_, reject) => {
      setTimeout(() => reject(new Error(`not within ${limitMs} ms`)), limitMs);
    }),
  ]);
}

/** Whether an answer comes from something in front of a library that is away. @param {Response} answer */
const isAway = (answer) => [502, 503, 504].includes(answer.status);
