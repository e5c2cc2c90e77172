// @ts-check
// Answering: each request of a page comes through here first.
//
// Static files are taken from the device, pages from the network and only
// without one from the device, and then they say so. Everything else is left to
// the browser.

/** How long the network may take for a page of which there is a copy. */
const PAGE_LIMIT_MS = 4000;

/** @param {Request} request */
async function staticFile(request) {
  const kept = await caches.match(request, { ignoreVary: true });
  if (kept) return kept;
  const answer = await fetch(request);
  if (answer.ok) await (await caches.open(`files ${VERSION}`)).put(request, answer.clone());
  return answer;
}

/** @param {Request} request @param {URL} url */
async function picture(request, url) {
  const user = await currentUser();
  const cache = user ? await caches.open(cacheOf(user.id)) : null;
  return (await cache?.match(url.pathname, { ignoreVary: true })) ?? fetch(request);
}

/**
 * What the device has of a page: the article itself, or for the front page and
 * its lists the list of what is kept.
 *
 * @param {string} path
 * @returns {Promise<{ html: string, answer: Response, kept: Kept | undefined } | null>}
 */
async function copyOf(path) {
  const user = await currentUser();
  if (!user) return null;
  const cache = await caches.open(cacheOf(user.id));
  const answer = await cache.match(path === "/" ? "/offline" : path, { ignoreVary: true });
  if (!answer) return null;
  const id = /^\/articles\/(\d+)$/.exec(path)?.[1];
  const kept = id === undefined ? undefined : await keptOne(user.id, Number(id));
  return { html: await answer.text(), answer, kept };
}

/**
 * A copy as an answer: marked as one, with the line that says so, and with the
 * place where its reader stopped last on this device.
 *
 * @param {{ html: string, answer: Response, kept: Kept | undefined }} copy
 */
function asCopy({ html, answer, kept }) {
  let marked = html.replace("<html ", "<html data-copy ");
  if (kept) {
    const when = new Intl.DateTimeFormat(TEXTS.from, { dateStyle: "long", timeStyle: "short" });
    const line = `<p class="offline-line" role="status">${TEXTS.copy} ${when.format(kept.kept_at)}.</p>`;
    marked = marked.replace('<main id="main">', `<main id="main">${line}`);
    if (kept.place) {
      const { block, percent } = kept.place;
      marked = marked.replace(/<div class="story" id="story"[^>]*>/, (tag) =>
        tag
          .replace(/ data-(?:block|percent)="\d+"/g, "")
          .replace(">", ` data-block="${Number(block)}" data-percent="${Number(percent)}">`),
      );
    }
  }
  const headers = new Headers(answer.headers);
  headers.delete("content-encoding");
  headers.delete("content-length");
  return new Response(marked, { headers });
}

/**
 * Notes what an answer says about who is signed in.
 *
 * @param {Response} answer
 * @param {URL} url
 */
async function notice(answer, url) {
  const user = Number(answer.headers.get("cuttings-user") ?? NaN);
  if (!Number.isNaN(user)) await signedIn({ id: user, name: "" });
  else if (answer.ok && url.pathname === "/signin") await signedOut();
}

/** @param {FetchEvent} event @param {URL} url @returns {Promise<Response>} */
async function page(event, url) {
  /** @type {Promise<Response>} */
  const network = Promise.resolve(event.preloadResponse).then(
    (loaded) => loaded ?? fetch(event.request),
  );
  // What comes too late for this page is still listened to.
  event.waitUntil(network.then((answer) => notice(answer, url)).catch(() => {}));
  const copy = await copyOf(url.pathname);
  try {
    const answer = await within(network, copy ? PAGE_LIMIT_MS : Infinity);
    if (!isAway(answer)) return answer;
    return copy ? asCopy(copy) : answer;
  } catch (error) {
    if (copy) return asCopy(copy);
    const frame = await copyOf("/offline");
    if (frame) return asCopy(frame);
    throw error;
  }
}

/** @param {Request} request */
async function signOut(request) {
  let answer;
  try {
    answer = await fetch(request);
  } catch {
    return Response.redirect("/offline?not=signed-out", 303);
  }
  if (answer.type === "opaqueredirect" || answer.ok) {
    const user = await currentUser();
    if (user) {
      for (const waiting of await changesOf(user.id)) await dropChange(waiting.seq);
      await dropFact(`choice ${user.id}`);
    }
    await signedOut();
  }
  return answer;
}

worker.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (url.origin !== location.origin) return;
  const path = url.pathname;
  if (request.method === "GET") {
    if (path.startsWith("/static/")) event.respondWith(staticFile(request));
    else if (path.startsWith("/replay/")) return;
    else if (request.mode === "navigate") event.respondWith(page(event, url));
    else if (/^\/articles\/\d+\/(pictures\/|thumbnail$)/.test(path)) {
      event.respondWith(picture(request, url));
    }
  } else if (request.mode === "navigate") {
    if (path === "/signout") event.respondWith(signOut(request));
    else if (path !== "/signin" && path !== "/setup") event.respondWith(form(request, path));
  } else if (canWait(request.method, path) && !request.headers.has("authorization")) {
    event.respondWith(change(request, path));
  }
});

/** What was sent may have moved articles from list to list. */
async function sendAndKeep() {
  await bringUpToDate(await sendWaiting());
}

/** What pages ask for, and what is done then; the answer goes back. */
const ASKED = {
  /** A page was opened, or the network is back. */
  open: sendAndKeep,
  keep: async () => {
    await sendWaiting();
    await bringUpToDate(true);
  },
  send: sendAndKeep,
  state: async () => {
    const user = await currentUser();
    if (!user) return null;
    return {
      user,
      choice: await choiceOf(user.id),
      kept: await keptOf(user.id),
      changes: await changesOf(user.id),
      brought: await fact(`brought ${user.id}`),
    };
  },
  /** @param {Choice} choice */
  choose: async (choice) => {
    const user = await currentUser();
    if (user) await putFact(`choice ${user.id}`, choice);
    await bringUpToDate(true);
  },
  forget: async () => {
    const user = await currentUser();
    if (!user) return;
    await dropFact(`choice ${user.id}`);
    await navigator.locks.request("cuttings keep", () => forget(user.id));
    await bringUpToDate(true);
  },
  /** @param {number} seq */
  dismiss: async (seq) => {
    await dropChange(seq);
    await tellPages();
  },
};

worker.addEventListener("message", (event) => {
  const { what, value } = event.data;
  const asked = /** @type {Record<string, (value: any) => Promise<any>>} */ (ASKED)[what];
  if (!asked) return;
  const done = asked(value).then(
    (answer) => event.ports[0]?.postMessage({ answer }),
    (error) => event.ports[0]?.postMessage({ error: String(error) }),
  );
  event.waitUntil(done);
});

worker.addEventListener("sync", (event) => {
  /** @type {ExtendableEvent} */ (event).waitUntil(sendAndKeep());
});

worker.addEventListener("install", (event) => {
  event.waitUntil(
    caches
      .open(`files ${VERSION}`)
      .then((cache) => cache.addAll(FILES))
      .then(() => worker.skipWaiting()),
  );
});

worker.addEventListener("activate", (event) => {
  event.waitUntil(
    Promise.all([worker.registration.navigationPreload?.enable(), worker.clients.claim()]),
  );
});
