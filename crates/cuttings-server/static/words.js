// @ts-check
// Choosing words by keys alone: h begins at the paragraph in focus, arrows go
// from word to word and from sentence to sentence, with Shift they take more or
// less, Escape ends it. What is chosen is the selection of the page, so it can
// be copied as ever; highlights.js marks it.

const story = document.getElementById("story");
const help = document.getElementById("hl-keys");

/** What stands in the story and not in its text: nothing there can be marked. */
const NOT_IN_TEXT = "figure, .pull-quote, .embed, .missing-picture";
const BLOCKS = "p, li, dt, dd, td, th, pre, h2, h3, h4, h5, h6, blockquote, div";
/** How far below the top of the window a paragraph counts as seen, in pixels. */
const TOP_PX = 112;

/** @typedef {{ from: number, to: number }} Stretch in the letters of the story */

/**
 * The words and sentences of the story, and where each letter of it is.
 *
 * @param {HTMLElement} root
 */
function read(root) {
  /** @type {{ node: Text, start: number }[]} */
  const nodes = [];
  let text = "";
  /** @type {Element | null | undefined} */
  let block;
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = /** @type {Text} */ (walker.currentNode);
    if (node.parentElement?.closest(NOT_IN_TEXT) || node.data === "") continue;
    const here = node.parentElement?.closest(BLOCKS);
    if (here !== block && text !== "") text += "\n\n";
    block = here;
    nodes.push({ node, start: text.length });
    text += node.data;
  }
  /** @param {"word" | "sentence"} granularity @returns {Stretch[]} */
  const stretches = (granularity) => {
    const found = [];
    const segmenter = new Intl.Segmenter(root.lang || undefined, { granularity });
    let start = 0;
    for (const line of text.split("\n\n")) {
      for (const { segment, index, isWordLike } of segmenter.segment(line)) {
        const from = start + index + (segment.length - segment.trimStart().length);
        const to = start + index + segment.trimEnd().length;
        if (to > from && isWordLike !== false) found.push({ from, to });
      }
      start += line.length + 2;
    }
    return found;
  };
  return { nodes, words: stretches("word"), sentences: stretches("sentence") };
}

if (story && help && "Segmenter" in Intl) {
  /** @type {ReturnType<typeof read> | null} what is chosen from, while something is */
  let from = null;
  /** @type {Stretch} */
  let now = { from: 0, to: 0 };

  const begin = () => {
    const paragraphs = Array.from(
      /** @type {NodeListOf<HTMLElement>} */ (story.querySelectorAll("[id^=b]")),
    );
    const block =
      story.querySelector(".focused") ??
      paragraphs.find((one) => /^b\d+$/.test(one.id) && one.getBoundingClientRect().bottom > TOP_PX);
    const text = read(story);
    const selection = getSelection();
    const range = selection?.rangeCount ? selection.getRangeAt(0) : null;
    const start = range && !range.collapsed && story.contains(range.startContainer) ? range : null;
    // Words that are selected already are where it begins.
    const first = text.nodes.find(({ node }) =>
      start ? start.intersectsNode(node) : block?.contains(node),
    );
    if (!first) return;
    const at = first.start + (start && start.startContainer === first.node ? start.startOffset : 0);
    const word = text.words.find((one) => one.to > at);
    if (!word) return;
    from = text;
    help.hidden = false;
    choose(word);
  };

  const end = () => {
    from = null;
    help.hidden = true;
  };

  /** @param {number} at @param {boolean} isEnd @returns {[Text, number]} */
  const spot = (at, isEnd) => {
    const nodes = from?.nodes ?? [];
    const found = nodes.findLast(({ start }) => (isEnd ? start < at : start <= at)) ?? nodes[0];
    return [found.node, Math.min(at - found.start, found.node.length)];
  };

  /** @param {Stretch | undefined} next */
  const choose = (next) => {
    if (!next || !from) return;
    const isForward = next.to !== now.to;
    now = next;
    const [start, startAt] = spot(now.from, false);
    const [last, lastAt] = spot(now.to, true);
    getSelection()?.setBaseAndExtent(start, startAt, last, lastAt);
    const range = document.createRange();
    range.setStart(...(isForward ? spot(now.to - 1, false) : spot(now.from, false)));
    const at = range.getBoundingClientRect();
    if (at.top < TOP_PX || at.bottom > innerHeight - TOP_PX) {
      scrollBy({ top: at.top - innerHeight / 2, behavior: "instant" });
    }
  };

  /** @param {string} key @param {boolean} isMore @returns {boolean} whether the key is one of these */
  const step = (key, isMore) => {
    if (!from) return false;
    const [next, previous] =
      story.dir === "rtl" ? ["ArrowLeft", "ArrowRight"] : ["ArrowRight", "ArrowLeft"];
    const isWord = key === next || key === previous;
    if (!isWord && key !== "ArrowDown" && key !== "ArrowUp") return false;
    const isOn = key === next || key === "ArrowDown";
    const units = isWord ? from.words : from.sentences;
    if (isMore) {
      const ends = units.map((unit) => unit.to);
      const to = isOn
        ? ends.find((one) => one > now.to)
        : ends.findLast((one) => one < now.to && one > now.from);
      if (to !== undefined) choose({ from: now.from, to });
    } else if (isOn) {
      // The first press takes the whole of the sentence it is in.
      const around = units.find((one) => one.from <= now.from && one.to >= now.to);
      const isWhole = around?.from === now.from && around.to === now.to;
      choose(around && !isWhole ? around : units.find((one) => one.from >= now.to));
    } else {
      choose(units.findLast((one) => one.to <= now.from));
    }
    return true;
  };

  document.addEventListener(
    "keydown",
    (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
      const target = /** @type {HTMLElement} */ (event.target);
      if (target.closest("input, textarea, select, [contenteditable], [popover], dialog")) return;
      if (!from && event.key === "h" && !event.shiftKey) begin();
      else if (from && event.key === "Escape") {
        end();
        getSelection()?.removeAllRanges();
      } else if (!step(event.key, event.shiftKey)) return;
      event.preventDefault();
      // Until it ends, arrows and Escape belong to this.
      event.stopImmediatePropagation();
    },
    { capture: true },
  );
  document.addEventListener("selectionchange", () => {
    if (from && getSelection()?.isCollapsed !== false) end();
  });
}
