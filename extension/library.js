// The library: where it is, and asking it. Nothing else is ever asked for by the
// extension itself.
//
// Address and token stay in this browser (storage.local, not the synchronised
// kind) and go to the library alone. No cookie is sent along: with a token the
// library looks at nothing else.

import { browser } from "./browser.js";

/** @typedef {{address: string, token: string, user: string}} Connection */

/**
 * Why the library did not do what it was asked. `unreachable` and `busy` pass
 * by themselves; the others are to be seen to.
 *
 * @typedef {"unreachable" | "busy" | "no_permission" | "not_cuttings" | "token_refused"
 *   | "scope_too_small" | "too_large" | "not_taken"} Reason
 */

/** @typedef {{ok: true, body: any} | {ok: false, reason: Reason, detail: string}} Answer */

/** How long a question may take, in milliseconds. */
const ASK_LIMIT_MS = 15_000;

/** How long sending a page may take, in milliseconds. */
const SEND_LIMIT_MS = 180_000;

/** @returns {Promise<Connection | null>} */
export async function connection() {
  const { connection } = await browser.storage.local.get("connection");
  return /** @type {Connection | undefined} */ (connection) ?? null;
}

/** @param {Connection} connection */
export async function remember(connection) {
  await browser.storage.local.set({ connection });
}

export async function forget() {
  await browser.storage.local.remove("connection");
}

/**
 * The origin somebody means who types or pastes an address of the library.
 *
 * @param {string} typed
 * @returns {string | null}
 */
export function originOf(typed) {
  const trimmed = typed.trim();
  // Without a scheme it is the safe one.
  const whole = /^[a-z][a-z0-9+.-]*:\/\//i.test(trimmed) ? trimmed : `https://${trimmed}`;
  if (!URL.canParse(whole)) return null;
  const { protocol, origin, hostname } = new URL(whole);
  return (protocol === "http:" || protocol === "https:") && hostname !== "" ? origin : null;
}

/**
 * The permission for the library alone. Patterns of Firefox know no ports.
 *
 * @param {string} address
 */
function permission(address) {
  const { protocol, host, hostname } = new URL(address);
  const isFirefox = browser.runtime.getURL("").startsWith("moz-");
  return { origins: [`${protocol}//${isFirefox ? hostname : host}/*`] };
}

/**
 * Asks the user for the permission. Only from a click, before anything is
 * awaited: browsers ask nobody otherwise.
 *
 * @param {string} address
 */
export const askPermission = (address) => browser.permissions.request(permission(address));

/** @param {string} address */
export const dropPermission = (address) => browser.permissions.remove(permission(address));

/**
 * Asks the library.
 *
 * @param {Connection} connection
 * @param {string} path
 * @param {{method?: string, body?: BodyInit, headers?: Record<string, string>}} [request]
 * @returns {Promise<Answer>}
 */
export async function ask(connection, path, { method = "GET", body, headers = {} } = {}) {
  if (!(await browser.permissions.contains(permission(connection.address)))) {
    return refused("no_permission");
  }
  let response;
  try {
    response = await fetch(connection.address + path, {
      method,
      body,
      headers: { accept: "application/json", authorization: `Bearer ${connection.token}`, ...headers },
      credentials: "omit",
      cache: "no-store",
      // A page sent on to elsewhere would take the token along.
      redirect: "manual",
      signal: AbortSignal.timeout(method === "GET" ? ASK_LIMIT_MS : SEND_LIMIT_MS),
    });
  } catch {
    return refused("unreachable");
  }
  return read(response);
}

/**
 * @param {Response} response
 * @returns {Promise<Answer>}
 */
async function read(response) {
  const kind = response.headers.get("content-type") ?? "";
  // 409: the same page is being taken right now.
  if (response.status >= 500 || [408, 409, 425, 429].includes(response.status)) {
    return refused("busy", await detail(response, kind));
  }
  if (response.ok) {
    const body = kind.includes("json") ? await response.json().catch(() => null) : null;
    // Whoever answers in its place, such as the sign-in page of a hotel, is not it.
    return body === null ? refused("not_cuttings") : { ok: true, body };
  }
  if (!kind.includes("application/problem+json")) {
    // A proxy in front of the library has a limit of its own.
    return refused(response.status === 413 ? "too_large" : "not_cuttings");
  }
  const said = await detail(response, kind);
  switch (response.status) {
    case 401:
      return refused("token_refused");
    case 403:
      return refused("scope_too_small");
    case 413:
      return refused("too_large");
    default:
      return refused("not_taken", said);
  }
}

/**
 * @param {Reason} reason
 * @returns {Answer}
 */
const refused = (reason, detail = "") => ({ ok: false, reason, detail });

/**
 * What the library says went wrong, in its words.
 *
 * @param {Response} response
 * @param {string} kind
 */
async function detail(response, kind) {
  if (!kind.includes("application/problem+json")) return "";
  const problem = await response.json().catch(() => null);
  return typeof problem?.detail === "string" ? problem.detail : "";
}

/**
 * Whether there is a library at the address that takes pages for this token; with
 * the name of its user. Changes nothing.
 *
 * @param {Connection} connection
 * @returns {Promise<Answer>}
 */
export async function check(connection) {
  const session = await ask(connection, "/api/v1/session");
  if (!session.ok) return session;
  if (typeof session.body?.user?.name !== "string") return refused("not_cuttings");
  // A form without a page in it is looked at after the token's reach, and refused.
  const empty = new FormData();
  empty.append("url", "");
  const probe = await ask(connection, "/api/v1/pages", { method: "POST", body: empty });
  if (!probe.ok && probe.reason !== "not_taken") return probe;
  return { ok: true, body: session.body.user.name };
}

/** @typedef {{id: number, url: string, headline: string | null, saved_at: string, tags: string[]}} Article */

/**
 * The article that holds a page; null when none does.
 *
 * @param {Connection} connection
 * @param {string} url
 * @returns {Promise<{ok: true, body: {article: Article | null}} | Extract<Answer, {ok: false}>>}
 */
export const kept = (connection, url) =>
  ask(connection, `/api/v1/pages?url=${encodeURIComponent(url)}`);

/**
 * Names of the library's tags, those used most first.
 *
 * @param {Connection} connection
 * @returns {Promise<string[]>}
 */
export async function tagNames(connection) {
  const answer = await ask(connection, "/api/v1/tags");
  if (!answer.ok) return [];
  /** @type {{name: string, article_count: number}[]} */
  const tags = answer.body.tags;
  return tags.sort((a, b) => b.article_count - a.article_count).map((tag) => tag.name);
}

/**
 * Sends what waits. The same key each time: the library takes a page once,
 * however often it comes.
 *
 * @param {Connection} connection
 * @param {import("./outbox.js").Waiting} waiting
 * @returns {Promise<Answer>}
 */
export function send(connection, waiting) {
  const headers = { "idempotency-key": waiting.key };
  if (waiting.page === null) {
    return ask(connection, "/api/v1/articles", {
      method: "POST",
      body: JSON.stringify({ url: waiting.url, tags: waiting.tags }),
      headers: { ...headers, "content-type": "application/json" },
    });
  }
  const form = new FormData();
  form.append("file", waiting.page, "page.html");
  form.append("url", waiting.url);
  form.append("tags", waiting.tags.join(","));
  form.append("seen_at", waiting.seenAt);
  return ask(connection, "/api/v1/pages", { method: "POST", body: form, headers });
}
