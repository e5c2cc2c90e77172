// Live: parts of the page marked `data-live` follow the library. A save made
// elsewhere appears, a capture under way shows its state.
//
// The server says when the library's clock moves; the page is then asked for
// again and its live parts take the place of the old ones. Nothing is taken from
// under somebody's hands: with boxes ticked or a field half typed in, a line
// offers the change instead. Without this file the page is as it was sent, and
// pages that wait refresh themselves.

/** A burst of changes is shown at once, this long after the first. */
const GATHER_MS = 300;

/** @type {EventSource | null} */
let source = null;
/** The clock the page was made at, as far as it is known. */
let seen = "";
let gathering = false;

/** @returns {HTMLElement[]} */
function parts() {
  return Array.from(document.querySelectorAll("[data-live]"));
}

/**
 * @param {string} within the parts that would be shown anew
 * @returns {boolean} whether that would lose what somebody is at
 */
function busy(within) {
  /** @type {NodeListOf<HTMLInputElement>} */
  const fields = document.querySelectorAll(`${within} input, ${within} textarea`);
  return (
    document.querySelector(`dialog[open], ${within} details[open]`) !== null ||
    Array.from(fields).some(
      (field) => field.value !== field.defaultValue || field.checked !== field.defaultChecked,
    )
  );
}

/**
 * The page as it is now. XMLHttpRequest gives a document that nothing has run in.
 *
 * @returns {Promise<Document>}
 */
function pageNow() {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.responseType = "document";
    request.onload = () =>
      request.status === 200 && request.responseXML
        ? resolve(request.responseXML)
        : reject(new Error(`the page answered ${request.status}`));
    request.onerror = () => reject(new Error("the page could not be asked for"));
    request.open("GET", location.href);
    request.send();
  });
}

/** @returns {() => void} what gives the focus back after parts were replaced */
function focusKeeper() {
  const focused = document.activeElement;
  const card = focused?.closest("[data-live] [id]");
  const current = document.querySelector(".card.current");
  const names = ["data-key", "formaction", "href", "name"];
  const name = names.find((attribute) => focused?.hasAttribute(attribute));
  return () => {
    if (current) document.getElementById(current.id)?.classList.add("current");
    if (!focused || !card || !name || document.contains(focused)) return;
    const value = CSS.escape(focused.getAttribute(name) ?? "");
    /** @type {HTMLElement | null | undefined} */
    const again = document.getElementById(card.id)?.querySelector(`[${name}="${value}"]`);
    again?.focus({ preventScroll: true });
  };
}

async function follow() {
  gathering = false;
  const fresh = await pageNow();
  const old = parts();
  const pairs = old.map((part) => ({ part, now: fresh.getElementById(part.id) }));
  // A page that waited and is another page now.
  if (pairs.some(({ now }) => !now)) {
    if (busy("body")) offer();
    else location.reload();
    return;
  }
  const changed = pairs.filter(({ part, now }) => now && !part.isEqualNode(now));
  if (changed.length === 0) return;
  if (busy("[data-live]")) {
    offer();
    return;
  }
  const focus = focusKeeper();
  for (const { part, now } of changed) {
    if (now) part.replaceWith(document.importNode(now, true));
  }
  focus();
  document.dispatchEvent(new CustomEvent("live"));
}

/** Shows the line that offers what has changed. */
function offer() {
  const line = document.getElementById("live-note");
  if (line) line.hidden = false;
}

/** @param {MessageEvent<string>} event */
function heard(event) {
  const is_first = seen === "";
  const is_new = seen !== event.data;
  seen = event.data;
  // The page may be older than the first word of the server by a moment.
  if ((is_new || is_first) && !gathering) {
    gathering = true;
    setTimeout(() => follow().catch(() => offer()), is_first ? 0 : GATHER_MS);
  }
}

/** Hidden pages let go of their connection: browsers allow few to one server. */
function listen() {
  if (document.hidden) {
    source?.close();
    source = null;
  } else if (!source) {
    source = new EventSource("/api/v1/events");
    source.addEventListener("clock", heard);
  }
}

document.querySelector("#live-note button")?.addEventListener("click", () => location.reload());
if (parts().length > 0) {
  document.addEventListener("visibilitychange", listen);
  addEventListener("pagehide", () => source?.close());
  addEventListener("pageshow", (event) => {
    if (event.persisted) {
      source = null;
      listen();
    }
  });
  listen();
}
