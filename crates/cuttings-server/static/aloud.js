// @ts-check
// Reads a story aloud with the browser's own voices, sentence by sentence, and
// marks the one being read. Where the browser has no voice there is no button.

const story = document.getElementById("story");
const listen = document.getElementById("listen");
const bar = document.getElementById("aloud");
/** @type {HTMLButtonElement | null | undefined} */
const pause = bar?.querySelector("[data-aloud=pause]");
/** @type {HTMLSelectElement | null | undefined} */
const rate = bar?.querySelector("select");

/** What is not read: captions come with their picture, tables and code make no sense by ear. */
const NOT_READ = "figure, table, pre, .footnote-call, sup a, .missing-picture, rt, rp";
/** Blocks end a sentence even where its stop is missing. */
const BLOCK = "p, h2, h3, h4, h5, h6, li, dt, dd, blockquote";

/**
 * @param {HTMLElement} root
 * @returns {Range[]} the sentences, in order
 */
function sentences(root) {
  /** @type {Map<Element, Text[]>} */
  const blocks = new Map();
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = /** @type {Text} */ (walker.currentNode);
    const parent = /** @type {Element} */ (node.parentElement);
    if (parent.closest(NOT_READ)) continue;
    const block = parent.closest(BLOCK) ?? root;
    blocks.set(block, [...(blocks.get(block) ?? []), node]);
  }
  const segmenter = new Intl.Segmenter(root.lang || "en", { granularity: "sentence" });
  /** @type {Range[]} */
  const ranges = [];
  for (const nodes of blocks.values()) {
    const text = nodes.map((node) => node.data).join("");
    for (const { segment, index } of segmenter.segment(text)) {
      const end = index + segment.trimEnd().length;
      if (segment.trim() !== "") ranges.push(range(nodes, index, end));
    }
  }
  return ranges;
}

/**
 * @param {Text[]} nodes
 * @param {number} start in UTF-16 units of their joined text
 * @param {number} end
 * @returns {Range}
 */
function range(nodes, start, end) {
  const made = document.createRange();
  let before = 0;
  let begun = false;
  for (const node of nodes) {
    const behind = before + node.length;
    if (!begun && start < behind) {
      made.setStart(node, start - before);
      begun = true;
    }
    if (end <= behind) {
      made.setEnd(node, end - before);
      break;
    }
    before = behind;
  }
  return made;
}

if (story && listen && bar && pause && rate && "speechSynthesis" in globalThis && "Segmenter" in Intl) {
  /** @type {Range[]} */
  let all = [];
  let at = 0;
  /** @type {"silent" | "speaking" | "paused"} */
  let state = "silent";
  /** The sentence under way: what an older one still reports does not count. */
  let turn = 0;

  /** @param {Range | null} sentence */
  const mark = (sentence) => {
    if ("highlights" in CSS) {
      if (sentence) CSS.highlights.set("spoken", new Highlight(sentence));
      else CSS.highlights.delete("spoken");
    }
    if (!sentence) return;
    const box = sentence.getBoundingClientRect();
    if (box.top > innerHeight * 0.15 && box.bottom < innerHeight * 0.8) return;
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    scrollTo({
      top: scrollY + box.top - innerHeight * 0.3,
      behavior: calm ? "instant" : "smooth",
    });
  };

  const draw = () => {
    bar.hidden = state === "silent";
    const waits = state === "paused";
    pause.textContent = (waits ? pause.dataset.goOn : pause.dataset.pause) ?? "";
  };

  const say = () => {
    turn += 1;
    speechSynthesis.cancel();
    const sentence = all[at];
    if (!sentence) {
      stop();
      return;
    }
    const mine = turn;
    const words = new SpeechSynthesisUtterance(sentence.toString());
    words.lang = story.lang || document.documentElement.lang;
    words.rate = Number(rate.value);
    words.onend = () => {
      if (mine !== turn || state !== "speaking") return;
      at += 1;
      say();
    };
    words.onerror = (event) => {
      if (mine === turn && event.error !== "interrupted" && event.error !== "canceled") stop();
    };
    mark(sentence);
    speechSynthesis.speak(words);
  };

  const stop = () => {
    const hadFocus = bar.contains(document.activeElement);
    state = "silent";
    turn += 1;
    speechSynthesis.cancel();
    mark(null);
    draw();
    if (hadFocus) listen.focus();
  };

  listen.addEventListener("click", () => {
    all = sentences(story);
    // From the block in focus, else from the first line in the window.
    const focused = story.querySelector(".focused");
    at = all.findIndex((sentence) =>
      focused
        ? focused.contains(sentence.startContainer)
        : sentence.getBoundingClientRect().bottom > 0,
    );
    if (at < 0) at = 0;
    state = "speaking";
    draw();
    say();
    pause.focus();
  });
  pause.addEventListener("click", () => {
    // The browser's own pause forgets itself on some systems; a sentence is
    // short enough to be begun again.
    if (state === "speaking") {
      state = "paused";
      turn += 1;
      speechSynthesis.cancel();
    } else {
      state = "speaking";
      say();
    }
    draw();
  });
  bar.querySelector("[data-aloud=stop]")?.addEventListener("click", stop);
  rate.addEventListener("change", () => {
    if (state === "speaking") say();
  });
  bar.addEventListener("keydown", (event) => {
    if (event.key === "Escape") stop();
  });
  addEventListener("pagehide", () => speechSynthesis.cancel());

  const offer = () => {
    listen.hidden = speechSynthesis.getVoices().length === 0;
  };
  offer();
  speechSynthesis.addEventListener("voiceschanged", offer);
}
