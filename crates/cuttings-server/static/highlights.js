// @ts-check
// Highlights: tools at chosen words of the story, and the editor at a highlight.
//
// The server finds the words and draws them. Every change is a form of the
// page's own, sent from here; the marks and the margin of the page that comes
// back are put into this one, which stays where it was. Without this file words
// are marked by the form in the margin, and a highlight has a page of its own.

import { canKeep, state } from "./device.js";

const story = document.getElementById("story");
const margin = document.getElementById("margin");
const tools = document.getElementById("hl-tools");
const editor = document.getElementById("hl-editor");
const said = document.getElementById("hl-said");

/** What stands in the story and not in its text: the server counts no letters there. */
const NOT_IN_TEXT = "figure, .pull-quote, .embed, .missing-picture";
/** Elements that begin a line. */
const BLOCKS = "p, li, dt, dd, td, th, pre, h2, h3, h4, h5, h6, blockquote, table, div";
const SPACE = /\p{White_Space}+/gu;
/** What is sent of the text before and behind the words, in characters. */
const CONTEXT = 64;
/** How long a selection must rest before the tools come, in milliseconds. */
const REST_MS = 200;
/** Room between words and what belongs to them, in pixels. */
const ROOM_PX = 10;
/** How long a word about what was done stays, in milliseconds. */
const SAID_MS = 10_000;

/**
 * @typedef {object} Chosen
 * @property {string} words
 * @property {string} before
 * @property {string} behind
 * @property {number} first letters of the text before the words
 * @property {number} letters letters of the words
 * @property {Range} range
 */

/** @param {string} text */
const lettersOf = (text) => Array.from(text.replace(SPACE, "")).length;

/** @param {Node} root @returns {Text[]} the texts of the story in their order */
function texts(root) {
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  const found = [];
  while (walker.nextNode()) found.push(/** @type {Text} */ (walker.currentNode));
  return found;
}

/** @param {Range} range @returns {Chosen | null} the words of the text in a range */
function wordsIn(range) {
  if (!story) return null;
  let [before, words, behind] = ["", "", ""];
  /** @type {Element | null | undefined} */
  let block;
  for (const node of texts(story)) {
    const around = node.parentElement;
    if (around?.closest(NOT_IN_TEXT)) continue;
    const here = around?.closest(BLOCKS);
    const gap = here === block ? "" : "\n\n";
    block = here;
    let [from, to] = [0, 0];
    if (range.intersectsNode(node)) {
      if (node === range.startContainer) from = range.startOffset;
      to = node === range.endContainer ? range.endOffset : node.length;
    } else if (range.comparePoint(node, 0) < 0) {
      [from, to] = [node.length, node.length];
    }
    if (from > 0 || (to === 0 && words === "" && behind === "")) before += gap + node.data.slice(0, from);
    if (to > from) words += (from > 0 ? "" : gap) + node.data.slice(from, to);
    if (to < node.length && (to > from || words !== "")) behind += (to > 0 ? "" : gap) + node.data.slice(to);
  }
  const letters = lettersOf(words);
  return letters === 0 ? null : { words: words.trim(), before, behind, first: lettersOf(before), letters, range };
}

/** @returns {Chosen | null} what is selected of the story */
function chosen() {
  const selection = getSelection();
  if (!story || !selection || selection.isCollapsed || selection.rangeCount === 0) return null;
  const range = selection.getRangeAt(0);
  return range.intersectsNode(story) ? wordsIn(range) : null;
}

/**
 * Puts a layer above or below some place, wherever there is room.
 *
 * @param {HTMLElement} layer
 * @param {{ top: number, bottom: number, left: number }} at
 * @param {boolean} above whether it should rather stand above
 */
function place(layer, at, above) {
  if (!layer.matches(":popover-open")) layer.showPopover();
  const [width, height] = [layer.offsetWidth, layer.offsetHeight];
  const room = document.documentElement.clientWidth - width - ROOM_PX;
  const over = at.top - height - ROOM_PX;
  const under = at.bottom + ROOM_PX;
  const isAbove = above ? over > 0 : under + height > innerHeight && over > 0;
  const top = Math.max(ROOM_PX, Math.min(isAbove ? over : under, innerHeight - height - ROOM_PX));
  layer.style.left = `${scrollX + Math.max(ROOM_PX, Math.min(at.left, room))}px`;
  layer.style.top = `${scrollY + top}px`;
}

/** @param {string} text @param {(() => void) | undefined} [undo] */
function say(text, undo) {
  if (!said) return;
  const [words, button] = [said.querySelector("span"), said.querySelector("button")];
  if (!words || !button) return;
  said.hidden = false;
  words.textContent = text;
  button.hidden = !undo;
  button.onclick = () => {
    said.hidden = true;
    undo?.();
  };
  clearTimeout(Number(said.dataset.timer));
  said.dataset.timer = String(
    setTimeout(() => {
      said.hidden = true;
    }, SAID_MS),
  );
}

/** The library cannot be reached. */
class Away extends Error {
  constructor() {
    super(said?.dataset.failed);
  }
}

/** @returns {string} the proof against cross-site requests */
function proof() {
  /** @type {HTMLInputElement | null} */
  const field = document.querySelector("#margin input[name=csrf]");
  return field?.value ?? "";
}

/**
 * Makes a change by the API instead: without network it waits on this device,
 * where one keeps stories to read offline.
 *
 * @param {unknown} error why the form was not sent
 * @param {string} method
 * @param {string} path
 * @param {object} [body]
 */
async function later(error, method, path, body) {
  if (!(error instanceof Away)) throw error;
  const answer = await fetch(path, {
    method,
    headers: { "content-type": "application/json", "x-csrf-token": proof() },
    body: body ? JSON.stringify(body) : null,
  });
  if (!answer.ok) throw error;
  // Another answer means that the library is back.
  if (answer.status === 202) say(said?.dataset.waits ?? "");
  else location.reload();
}

/**
 * Sends a form as the page itself would and gives the page that comes back.
 *
 * @param {string} path
 * @param {Record<string, string>} fields
 * @returns {Promise<Document>}
 */
function send(path, fields) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.responseType = "document";
    request.onload = () => {
      const page = request.responseXML;
      if (request.status === 200 && page?.getElementById("story")) resolve(page);
      else reject(new Error(page?.querySelector(".lead")?.textContent ?? said?.dataset.failed));
    };
    request.onerror = () => reject(new Away());
    request.open("POST", path);
    request.setRequestHeader("accept", "text/html");
    const back = location.pathname + location.search;
    request.send(new URLSearchParams({ csrf: proof(), back, ...fields }));
  });
}

/**
 * Draws a mark that the server has not drawn yet.
 *
 * @param {Range} range
 * @param {string} colour
 */
function draw(range, colour) {
  if (!story) return;
  const { startContainer, startOffset, endContainer, endOffset } = range.cloneRange();
  for (const node of texts(story).filter((one) => range.intersectsNode(one))) {
    if (node.parentElement?.closest(NOT_IN_TEXT)) continue;
    const to = node === endContainer ? endOffset : node.length;
    const from = node === startContainer ? startOffset : 0;
    if (node.data.slice(from, to).trim() === "") continue;
    const words = node.splitText(from);
    words.splitText(to - from);
    const mark = document.createElement("mark");
    mark.className = `hl hl-${colour}`;
    words.replaceWith(mark);
    mark.append(words);
  }
}

/**
 * Finds words of the story again, by their letters and those around them.
 *
 * @param {{ exact: string, prefix?: string, suffix?: string }} anchor
 * @returns {Range | null}
 */
function find({ exact, prefix = "", suffix = "" }) {
  if (!story) return null;
  let letters = "";
  /** Where each letter stands. @type {[Text, number][]} */
  const places = [];
  for (const node of texts(story)) {
    if (node.parentElement?.closest(NOT_IN_TEXT)) continue;
    for (const { 0: run, index } of node.data.matchAll(/\P{White_Space}+/gu)) {
      letters += run;
      for (let at = 0; at < run.length; at += 1) places.push([node, index + at]);
    }
  }
  const [before, words, behind] = [prefix, exact, suffix].map((text) => text.replace(SPACE, ""));
  const around = letters.indexOf(before + words + behind);
  const first = around < 0 ? letters.indexOf(words) : around + before.length;
  if (words === "" || first < 0) return null;
  const range = document.createRange();
  range.setStart(...places[first]);
  const [last, at] = places[first + words.length - 1];
  range.setEnd(last, at + 1);
  return range;
}

/** A page from this device shows what was marked since and is not sent yet. */
async function drawWaiting() {
  const path = `/api/v1/articles/${story?.dataset.article}/highlights`;
  const now = await state();
  for (const change of now?.changes ?? []) {
    if (change.kind !== "highlight" || change.path !== path || change.refused) continue;
    const made = JSON.parse(change.body);
    const range = find(made);
    if (range) draw(range, made.colour);
  }
}

/** @param {Document} page the page as it is now; its marks and its margin come here */
function take(page) {
  const [fresh, beside] = [page.getElementById("story"), page.getElementById("margin")];
  if (!story || !margin || !fresh || !beside) return;
  if (fresh.textContent !== story.textContent) {
    // It was captured anew in the meantime.
    location.reload();
    return;
  }
  // Marks are taken out and put in around the texts that are here: whatever
  // else belongs to the story's elements stays with them.
  for (const mark of story.querySelectorAll("mark.hl")) mark.replaceWith(...mark.childNodes);
  story.normalize();
  const pieces = [];
  let at = 0;
  for (const text of texts(fresh)) {
    const chain = [];
    for (let mark = text.parentElement; mark?.matches("mark.hl"); mark = mark.parentElement) chain.push(mark);
    if (chain.length > 0) pieces.push({ from: at, to: at + text.length, chain });
    at += text.length;
  }
  at = 0;
  for (const text of texts(story)) {
    const [start, end] = [at, at + text.length];
    at = end;
    // From the last to the first, so that the places before stay what they are.
    for (const piece of pieces.filter((one) => one.from < end && one.to > start).reverse()) {
      const from = Math.max(piece.from, start);
      const words = text.splitText(from - start);
      words.splitText(Math.min(piece.to, end) - from);
      const marks = piece.chain.map((mark) => document.importNode(mark, false));
      words.replaceWith(marks[marks.length - 1]);
      for (const [index, mark] of marks.entries()) mark.append(index === 0 ? words : marks[index - 1]);
    }
  }
  margin.replaceChildren(...Array.from(beside.childNodes, (node) => document.importNode(node, true)));
  name();
}

/** Lets keys reach each highlight once; inside a link it is reached from the margin. */
function name() {
  const seen = new Set();
  /** @type {NodeListOf<HTMLElement>} */
  const marks = document.querySelectorAll("#story mark.hl");
  for (const mark of marks) {
    const id = mark.dataset.highlight;
    if (seen.has(id) || mark.parentElement?.closest("a, mark.hl") || mark.querySelector("mark.hl")) continue;
    seen.add(id);
    mark.tabIndex = 0;
    mark.setAttribute("role", "button");
    mark.setAttribute("aria-haspopup", "dialog");
  }
}

/** @param {string} id @returns {HTMLElement[]} the pieces of a highlight */
const piecesOf = (id) => Array.from(document.querySelectorAll(`#story mark[data-highlight="${id}"]`));

/** @param {string} id @returns {HTMLElement | null} its place in the margin */
const itemOf = (id) => document.querySelector(`#margin [data-item="${id}"]`);

/** @param {unknown} error */
const failed = (error) => say(error instanceof Error ? error.message : String(error));

/** @param {string} text @param {string | undefined} done what is said then */
async function copy(text, done) {
  if (navigator.clipboard) {
    await navigator.clipboard.writeText(text);
  } else {
    // Without HTTPS there is only the older way.
    const give = (/** @type {ClipboardEvent} */ event) => {
      event.clipboardData?.setData("text/plain", text);
      event.preventDefault();
    };
    document.addEventListener("copy", give, { once: true });
    document.execCommand("copy");
  }
  say(done ?? "");
}

/** @param {string} words @returns {string} them with their source */
const quotation = (words) => (tools?.dataset.quotation ?? "").replace("{words}", () => words.trim());

/** @param {string} term @returns {string} as a term of a text fragment */
const term = (term) => encodeURIComponent(term.replace(SPACE, " ").trim()).replace(/[-'()*!]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);

/** @param {Chosen} here @returns {string} the original page at these words */
function atOriginal(here) {
  // Browsers look for whole words, and never across lines.
  const head = /[\p{L}\p{N}]*$/u.exec(/^[\p{L}\p{N}]/u.test(here.words) ? here.before : "")?.[0] ?? "";
  const tail = /^[\p{L}\p{N}]*/u.exec(/[\p{L}\p{N}]$/u.test(here.words) ? here.behind : "")?.[0] ?? "";
  const lines = (head + here.words + tail).split(/\n+/);
  const [first, last] = [lines[0], lines[lines.length - 1]];
  const start = /^(?:\s*\S+){1,5}/u.exec(first)?.[0] ?? first;
  const end = /(?:\S+\s*){1,5}$/u.exec(last)?.[0] ?? last;
  const whole = lines.length === 1 && first.length <= 120;
  const terms = whole ? [term(first)] : [term(start), term(end)];
  if (story?.textContent?.split(here.words).length !== 2) {
    const before = /(?:\S+\s+){1,3}$/u.exec(here.before.slice(0, here.before.length - head.length).split("\n").pop() ?? "");
    const behind = /^\s*(?:\S+\s*){1,3}/u.exec(here.behind.slice(tail.length).split("\n")[0]);
    if (before?.[0].trim()) terms.unshift(`${term(before[0])}-`);
    if (behind?.[0].trim()) terms.push(`-${term(behind[0])}`);
  }
  const base = (tools?.dataset.original ?? "").split(":~:")[0];
  return `${base}${base.includes("#") ? "" : "#"}:~:text=${terms.join(",")}`;
}

if (story && margin && tools && editor && said && "showPopover" in editor) {
  const form = /** @type {HTMLFormElement} */ (editor.querySelector("form"));
  const note = /** @type {HTMLTextAreaElement} */ (form.querySelector("textarea"));
  const original = /** @type {HTMLAnchorElement} */ (editor.querySelector("[data-do=original]"));
  /** @type {NodeListOf<HTMLButtonElement>} */
  const colours = editor.querySelectorAll("button[data-colour]");
  /** Where a new highlight is sent. */
  const added = `/articles/${story.dataset.article}/highlights`;
  let lastColour = "yellow";
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let rest;
  let isPressed = false;
  /** The highlight in the editor: its number, its words, and its note as it is kept. */
  let open = { id: "", words: "", note: "" };

  const hideTools = () => {
    if (tools.matches(":popover-open")) tools.hidePopover();
  };

  const showTools = () => {
    const here = isPressed ? null : chosen();
    if (!here || editor.matches(":popover-open")) {
      hideTools();
      return;
    }
    const rects = Array.from(here.range.getClientRects()).filter((rect) => rect.width > 0);
    const [first, last] = [rects[0], rects[rects.length - 1]];
    if (!first) return;
    // A long stretch may begin above the window.
    const top = first.top > 0 ? first.top : last.bottom;
    place(tools, { top, bottom: last.bottom, left: first.left }, true);
  };

  /** @param {string} colour @returns {Promise<string | undefined>} the new highlight */
  const mark = async (colour) => {
    const here = chosen();
    if (!here) return undefined;
    lastColour = colour;
    const before = new Set(piecesNow());
    hideTools();
    const around = { prefix: here.before.slice(-CONTEXT), suffix: here.behind.slice(0, CONTEXT) };
    const counted = { first: String(here.first), letters: String(here.letters) };
    let page;
    try {
      page = await send(added, { words: here.words, colour, ...around, ...counted });
    } catch (error) {
      await later(error, "POST", `/api/v1${added}`, { exact: here.words, colour, ...around });
      draw(here.range, colour);
      getSelection()?.removeAllRanges();
      return undefined;
    }
    const hadFocus = tools.contains(document.activeElement) || document.activeElement === document.body;
    getSelection()?.removeAllRanges();
    take(page);
    const id = piecesNow().find((one) => !before.has(one));
    if (id && hadFocus) piecesOf(id)[0]?.focus({ preventScroll: true });
    return id;
  };

  /** @returns {string[]} the numbers of all highlights listed */
  const piecesNow = () =>
    Array.from(margin.querySelectorAll("[data-item]"), (item) => item.getAttribute("data-item") ?? "");

  /** @param {string} colour */
  const show = (colour) => {
    for (const button of colours) button.setAttribute("aria-pressed", String(button.dataset.colour === colour));
  };

  /** @param {string} id @param {DOMRect} at @param {boolean} [isNote] whether to write a note at once */
  const edit = async (id, at, isNote) => {
    const answer = await fetch(`/api/v1/highlights/${id}`);
    if (!answer.ok) throw new Error(said.dataset.failed);
    const kept = await answer.json();
    open = { id, words: kept.exact, note: kept.note };
    note.value = kept.note;
    show(kept.colour);
    original.href = itemOf(id)?.dataset.original ?? "";
    hideTools();
    place(editor, at, false);
    const current = editor.querySelector("[aria-pressed=true]");
    (isNote ? note : /** @type {HTMLElement} */ (current ?? note)).focus({ preventScroll: true });
  };

  /** @param {Record<string, string>} fields */
  const change = async (fields) => {
    const path = `/highlights/${open.id}`;
    try {
      take(await send(path, fields));
    } catch (error) {
      await later(error, "PATCH", `/api/v1${path}`, fields);
    }
  };

  const remove = async () => {
    const { id } = open;
    open = { id: "", words: "", note: "" };
    editor.hidePopover();
    try {
      take(await send(`/highlights/${id}/remove`, {}));
    } catch (error) {
      await later(error, "DELETE", `/api/v1/highlights/${id}`);
      return;
    }
    say(said.dataset.removed ?? "", () => {
      send(`/highlights/${id}/restore`, {}).then((again) => {
        take(again);
        piecesOf(id)[0]?.focus({ preventScroll: true });
      }, failed);
    });
  };

  /** @param {string | undefined} what @param {HTMLElement} button */
  const useTool = async (what, button) => {
    const here = chosen();
    if (!here) return;
    if (button.dataset.colour) await mark(button.dataset.colour);
    else if (what === "note") {
      const at = here.range.getBoundingClientRect();
      const id = await mark(lastColour);
      if (id) await edit(id, at, true);
    } else if (what === "quote") await copy(quotation(here.words), said.dataset.copied);
    else if (what === "link") await copy(atOriginal(here), said.dataset.copied);
  };

  document.addEventListener("selectionchange", () => {
    clearTimeout(rest);
    rest = setTimeout(showTools, REST_MS);
  });
  // While a button of the mouse is down, the words are still being chosen.
  document.addEventListener("pointerdown", (event) => {
    isPressed = event.pointerType === "mouse" && !tools.contains(/** @type {Node} */ (event.target));
  });
  for (const end of ["pointerup", "pointercancel"]) {
    document.addEventListener(end, () => {
      isPressed = false;
      clearTimeout(rest);
      rest = setTimeout(showTools, REST_MS);
    });
  }
  // Pressing a tool leaves the words selected.
  tools.addEventListener("pointerdown", (event) => event.preventDefault());
  tools.addEventListener("mousedown", (event) => event.preventDefault());
  tools.addEventListener("click", (event) => {
    const button = /** @type {Element} */ (event.target).closest("button");
    if (button) useTool(button.dataset.do, button).catch(failed);
  });
  tools.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const buttons = Array.from(tools.querySelectorAll("button"));
    const at = buttons.indexOf(/** @type {HTMLButtonElement} */ (document.activeElement));
    buttons[(at + step + buttons.length) % buttons.length]?.focus();
    event.preventDefault();
  });

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    const target = /** @type {HTMLElement} */ (event.target);
    if (target.closest("input, textarea, select, [contenteditable]")) return;
    const at = target.closest("#story mark.hl[tabindex]");
    if (at && !chosen() && (event.key === "Enter" || event.key === " ")) {
      edit(/** @type {HTMLElement} */ (at).dataset.highlight ?? "", at.getBoundingClientRect()).catch(failed);
    } else if (/^[1-5]$/.test(event.key) && !editor.contains(target) && chosen()) {
      mark(colours[Number(event.key) - 1].dataset.colour ?? "").catch(failed);
    } else if (event.key === "Enter" && !target.closest("a, button") && chosen()) {
      showTools();
      tools.querySelector("button")?.focus({ preventScroll: true });
    } else if (event.key === "Escape" && tools.matches(":popover-open")) {
      getSelection()?.removeAllRanges();
      hideTools();
    } else return;
    event.preventDefault();
  });

  document.addEventListener("click", (event) => {
    const target = /** @type {Element} */ (event.target);
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    /** @type {HTMLElement | null} */
    const piece = target.closest("#story mark.hl");
    const link = target.closest("#margin [data-do=edit]");
    const id = link ? link.closest("li")?.dataset.item : piece?.dataset.highlight;
    if (!id || (piece && (target.closest("a") || chosen()))) return;
    event.preventDefault();
    edit(id, (link ?? /** @type {Element} */ (piece)).getBoundingClientRect()).catch(failed);
  });

  editor.addEventListener("click", (event) => {
    const button = /** @type {Element} */ (event.target).closest("button");
    const { colour, do: what } = button?.dataset ?? {};
    const here = `${location.origin}/articles/${story.dataset.article}#h${open.id}`;
    if (colour) {
      show(colour);
      change({ colour }).catch(failed);
    } else if (what === "remove") remove().catch(failed);
    else if (what === "quote") copy(quotation(open.words), said.dataset.copied).catch(failed);
    else if (what === "link") copy(here, said.dataset.copied).catch(failed);
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    editor.hidePopover();
  });
  // However the editor is left, what was written is kept.
  editor.addEventListener("toggle", (event) => {
    if (/** @type {ToggleEvent} */ (event).newState !== "closed" || open.id === "") return;
    const { id } = open;
    const back = () => {
      if (document.activeElement !== document.body) return;
      const named = piecesOf(id).find((piece) => piece.tabIndex === 0);
      (named ?? itemOf(id)?.querySelector("a"))?.focus({ preventScroll: true });
    };
    if (note.value.trim() === open.note) back();
    else change({ note: note.value }).then(back, failed);
  });

  name();
  if (canKeep && "copy" in document.documentElement.dataset) drawWaiting().catch(failed);
}
