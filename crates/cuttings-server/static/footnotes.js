// @ts-check
// Footnotes open where they are called, and close by Escape or a click beside.
// Without this file the links lead to the note and back.

const story = document.getElementById("story");
const note = document.getElementById("footnote");
const words = note?.querySelector(".footnote-words");

/** Longest text of a link that calls a footnote: "[12]", "*", "note 4". */
const LONGEST_CALL = 8;
/** Room between a call and its note, and between a note and the window, in pixels. */
const ROOM_PX = 8;

/**
 * @param {HTMLAnchorElement} link
 * @returns {Element | null} the block of the note that a link calls; links that
 *   lead up, or to a part of the story, call none
 */
function called(link) {
  const target = document.getElementById(decodeURIComponent(link.hash.slice(1)));
  const text = link.textContent?.trim() ?? "";
  if (!target || !story?.contains(target) || text.length > LONGEST_CALL) return null;
  if (!(link.compareDocumentPosition(target) & Node.DOCUMENT_POSITION_FOLLOWING)) return null;
  const block = target.closest("li, p, dd, td, blockquote");
  return block && !block.contains(link) ? block : null;
}

/** @param {HTMLAnchorElement} link @param {Element} block */
function open(link, block) {
  if (!note || !words) return;
  const copy = /** @type {Element} */ (block.cloneNode(true));
  for (const named of copy.querySelectorAll("[id]")) named.removeAttribute("id");
  for (const back of copy.querySelectorAll('a[href^="#"]')) back.remove();
  words.replaceChildren(...copy.childNodes);
  const way = /** @type {HTMLAnchorElement} */ (note.querySelector(":scope > a"));
  way.href = link.hash;
  note.lang = story?.lang ?? "";
  note.dir = story?.dir ?? "";
  note.showPopover();
  const call = link.getBoundingClientRect();
  const left = Math.min(call.left, document.documentElement.clientWidth - note.offsetWidth - ROOM_PX);
  note.style.left = `${scrollX + Math.max(ROOM_PX, left)}px`;
  note.style.top = `${scrollY + call.bottom + ROOM_PX}px`;
  note.focus({ preventScroll: true });
  // A note below the window comes into it.
  note.scrollIntoView({ block: "nearest", behavior: "instant" });
}

if (story && note && "showPopover" in note) {
  /** @type {NodeListOf<HTMLAnchorElement>} */
  const links = story.querySelectorAll('a[href^="#"]');
  for (const link of links) {
    const block = called(link);
    if (!block) continue;
    link.classList.add("footnote-call");
    link.setAttribute("aria-haspopup", "dialog");
    link.addEventListener("click", (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      link.focus({ preventScroll: true });
      open(link, block);
    });
  }
  note.querySelector(":scope > a")?.addEventListener("click", () => note.hidePopover());
}
