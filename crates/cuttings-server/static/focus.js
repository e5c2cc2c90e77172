// @ts-check
// One paragraph at a time: j and k, or the arrows once it has begun, move a
// block into the middle and let the others stand back. Escape ends it.

const story = document.getElementById("story");

if (story) {
  /** @type {NodeListOf<HTMLElement>} */
  const found = story.querySelectorAll("[id^=b], figure");
  const blocks = Array.from(found).filter(
    (block) => block.matches("figure") || /^b\d+$/.test(block.id),
  );

  /** @returns {HTMLElement | undefined} */
  const current = () => blocks.find((block) => block.classList.contains("focused"));

  const leave = () => {
    current()?.classList.remove("focused");
    story.classList.remove("focusing");
  };

  /** @param {number} step 1 for down, -1 for up */
  const move = (step) => {
    const from = current();
    const next = from
      ? blocks[blocks.indexOf(from) + step]
      : blocks.find((block) => block.getBoundingClientRect().bottom > innerHeight / 5);
    if (!next) return;
    from?.classList.remove("focused");
    next.classList.add("focused");
    story.classList.add("focusing");
    next.tabIndex = -1;
    next.focus({ preventScroll: true });
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    const tall = next.getBoundingClientRect().height > innerHeight * 0.8;
    next.scrollIntoView({
      block: tall ? "start" : "center",
      behavior: calm ? "instant" : "smooth",
    });
  };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey || event.isComposing) return;
    const target = /** @type {HTMLElement} */ (event.target);
    if (target.closest("input, textarea, select, [contenteditable], dialog, [popover], .looks")) return;
    const begun = current() !== undefined;
    if (event.key === "j" || (begun && event.key === "ArrowDown")) move(1);
    else if (event.key === "k" || (begun && event.key === "ArrowUp")) move(-1);
    else if (begun && event.key === "Escape") leave();
    else return;
    event.preventDefault();
  });

  // Whoever points at something else reads as before.
  document.addEventListener("pointerdown", (event) => {
    if (!current()?.contains(/** @type {Node} */ (event.target))) leave();
  });
}
