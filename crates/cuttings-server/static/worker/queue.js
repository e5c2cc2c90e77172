// @ts-check
// Changes that wait. A change that finds no network is kept with a key of its
// own and answered at once; when the library can be reached it is sent, in the
// order of the changes, under that key, so that one whose answer was lost is not
// made twice. What the library refuses is kept and shown until it is dismissed.

/** How long the library may take to answer a change before the change waits. */
const CHANGE_LIMIT_MS = 15_000;

/** What can wait: [kind, method, path]. The first number in the path is an article's. */
const CAN_WAIT = /** @type {const} */ ([
  ["save", "POST", /^\/api\/v1\/articles$/],
  ["change", "PATCH", /^\/api\/v1\/articles\/(\d+)$/],
  ["delete", "DELETE", /^\/api\/v1\/articles\/(\d+)$/],
  ["undelete", "POST", /^\/api\/v1\/articles\/(\d+)\/undelete$/],
  ["position", "PUT", /^\/api\/v1\/articles\/(\d+)\/position$/],
  ["highlight", "POST", /^\/api\/v1\/articles\/(\d+)\/highlights$/],
  ["change", "PATCH", /^\/api\/v1\/highlights\/\d+$/],
  ["change", "DELETE", /^\/api\/v1\/highlights\/\d+$/],
  ["change", "POST", /^\/api\/v1\/highlights\/\d+\/restore$/],
]);

/** Forms of pages as changes of the API: [path, method, path of the API, body]. */
const FORMS = /** @type {const} */ ([
  ["star", "PATCH", "", { starred: true }],
  ["unstar", "PATCH", "", { starred: false }],
  ["archive", "PATCH", "", { archived: true }],
  ["unarchive", "PATCH", "", { archived: false }],
  ["delete", "DELETE", "", null],
  ["undelete", "POST", "/undelete", null],
]);

/**
 * @param {string} method
 * @param {string} path
 * @returns {{ kind: string, article: number | null } | null} null when it cannot wait
 */
function canWait(method, path) {
  for (const [kind, wanted, pattern] of CAN_WAIT) {
    const found = wanted === method ? pattern.exec(path) : null;
    if (found) return { kind, article: found[1] === undefined ? null : Number(found[1]) };
  }
  return null;
}

/**
 * The change of the API that does what a form does.
 *
 * @param {string} path
 * @param {FormData} form
 * @returns {{ method: string, path: string, body: string } | null}
 */
function ofForm(path, form) {
  if (path === "/articles") {
    const url = String(form.get("url") ?? "").trim();
    return { method: "POST", path: "/api/v1/articles", body: JSON.stringify({ url }) };
  }
  const found = /^\/articles\/(\d+)\/([a-z]+)$/.exec(path);
  const known = FORMS.find(([name]) => name === found?.[2]);
  if (!found || !known) return null;
  const [, method, rest, body] = known;
  return {
    method,
    path: `/api/v1/articles/${found[1]}${rest}`,
    body: body ? JSON.stringify(body) : "",
  };
}

/** @param {string} kind @param {string} body @returns {string} a kind as exact as the body says */
function exactKind(kind, body) {
  if (kind !== "change" || body === "") return kind;
  const said = JSON.parse(body);
  if ("starred" in said) return said.starred ? "star" : "unstar";
  if ("archived" in said) return said.archived ? "archive" : "unarchive";
  return kind;
}

/**
 * @param {{ key: string, method: string, path: string, body: string }} change
 * @param {string} csrf
 * @returns {Promise<Response>}
 */
function sendChange(change, csrf) {
  const headers = new Headers({ "idempotency-key": change.key, "x-csrf-token": csrf });
  if (change.body !== "") headers.set("content-type", "application/json");
  return within(
    fetch(change.path, { method: change.method, headers, body: change.body || null }),
    CHANGE_LIMIT_MS,
  );
}

/**
 * Keeps a change until the library can be reached, and does it to what is kept.
 *
 * @param {{ key: string, method: string, path: string, body: string }} change
 */
async function enqueue(change) {
  const user = await currentUser();
  const can = canWait(change.method, change.path);
  if (!user || !can) throw new Error(`${change.method} ${change.path} cannot wait`);
  const kept = can.article === null ? undefined : await keptOne(user.id, can.article);
  const kind = exactKind(can.kind, change.body);
  const said = change.body === "" ? {} : JSON.parse(change.body);
  /** @type {Change} */
  const waiting = {
    ...change,
    user: user.id,
    kind,
    article: can.article,
    title: kept?.title ?? said.url ?? "",
    at: Date.now(),
    refused: null,
  };
  if (kind === "position") {
    // Only the last place counts.
    for (const old of await changesOf(user.id)) {
      if (old.path === change.path && !old.refused) await dropChange(old.seq);
    }
  }
  await putChange(waiting);
  if (kept) {
    if ("starred" in said) kept.starred = said.starred;
    if ("archived" in said) kept.archived = said.archived;
    if (kind === "position") kept.place = said;
    await putKept(kept);
  }
  await tellPages();
  // Browsers that know it wake the worker when the network is back; elsewhere
  // the next page does.
  const { sync } = /** @type {any} */ (worker.registration);
  await sync?.register("send").catch(() => {});
}

/**
 * Asks who is signed in.
 *
 * @returns {Promise<{ user: User, csrf: string } | null>} null when nobody is, or nobody answers
 */
async function session() {
  let answer;
  try {
    answer = await within(fetch("/api/v1/session"), CHANGE_LIMIT_MS);
  } catch {
    return null;
  }
  if (answer.status === 401) await signedOut();
  if (!answer.ok) return null;
  const found = await answer.json();
  await signedIn(found.user);
  return found;
}

/**
 * Sends what waits, one after the other; by one worker at a time.
 *
 * @returns {Promise<boolean>} whether something was done by it
 */
async function sendWaiting() {
  let sent = false;
  await navigator.locks.request("cuttings send", async () => {
    const known = await currentUser();
    if (known && (await changesOf(known.id)).every((change) => change.refused)) return;
    const now = await session();
    if (!now) return;
    for (const change of await changesOf(now.user.id)) {
      if (change.refused) continue;
      let answer;
      try {
        answer = await sendChange(change, now.csrf);
      } catch {
        return;
      }
      // The session, or the library, is not as it should be: nothing is lost by
      // waiting. 409 says that the same change is still being made.
      if ([401, 403, 409, 429].includes(answer.status) || answer.status >= 500) return;
      if (answer.ok) {
        await dropChange(change.seq);
        sent = true;
      } else {
        const problem = await answer.json().catch(() => ({}));
        await putChange({
          ...change,
          refused: { title: problem.title ?? String(answer.status), detail: problem.detail ?? "" },
        });
      }
      await tellPages();
    }
  });
  return sent;
}

/**
 * A change that a page sends: to the library, or into the queue. One for which
 * others wait stands behind them.
 *
 * @param {Request} request
 * @param {string} path
 * @returns {Promise<Response>}
 */
async function change(request, path) {
  const body = await request.clone().text();
  const key = request.headers.get("idempotency-key") ?? crypto.randomUUID();
  const user = await currentUser();
  const waits = user ? (await changesOf(user.id)).some((other) => !other.refused) : false;
  if (waits && (await sendWaiting())) {
    // Not waited for: the page waits for its change.
    bringUpToDate(true).catch((error) => console.info(`not brought up to date: ${error}`));
  }
  const still = user && waits ? (await changesOf(user.id)).some((other) => !other.refused) : false;
  if (!still) {
    const csrf = request.headers.get("x-csrf-token") ?? "";
    try {
      // A request of our own: it goes on when the page is left meanwhile.
      const answer = await sendChange({ key, method: request.method, path, body }, csrf);
      if (!isAway(answer) || !user) return answer;
    } catch (error) {
      if (!user) throw error;
    }
  }
  await enqueue({ key, method: request.method, path, body });
  return Response.json({ queued: true, key }, { status: 202 });
}

/**
 * A form of a page that changes something.
 *
 * @param {Request} request
 * @param {string} path
 * @returns {Promise<Response>}
 */
async function form(request, path) {
  const copy = request.clone();
  try {
    const answer = await fetch(request);
    if (!isAway(answer)) return answer;
  } catch {
    // Sent again below, as a change of the API that waits.
  }
  const fields = await copy.formData();
  const change = ofForm(path, fields);
  const back = new URL(String(fields.get("back") ?? "/"), location.origin);
  if (!change || !(await currentUser())) return Response.redirect("/offline?not=sent", 303);
  await enqueue({ key: crypto.randomUUID(), ...change });
  const to = back.origin === location.origin ? back.pathname + back.search : "/";
  return Response.redirect(to, 303);
}
