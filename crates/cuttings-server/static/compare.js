// @ts-check
// The comparison of two captures: n and p walk from change to change. Without
// this file each change leads to the next by a link.

const steps = document.getElementById("steps");
/** @type {HTMLElement[]} */
const changes = Array.from(document.querySelectorAll(".compare-change"));
let at = -1;

/** @param {number} step 1 for the next change, -1 for the one before */
function walk(step) {
  const to = Math.max(0, Math.min(changes.length - 1, at + step));
  const change = changes[to];
  if (!change) return;
  at = to;
  change.focus({ preventScroll: true });
  change.scrollIntoView({ block: "center" });
  const told = steps?.querySelector("[role=status]");
  if (told) told.textContent = change.querySelector(".compare-number")?.textContent ?? "";
}

if (steps) {
  steps.hidden = false;
  for (const button of steps.querySelectorAll("button")) {
    button.addEventListener("click", () => walk(Number(button.dataset.step)));
  }
  // Who goes to a change by hand goes on from there.
  document.addEventListener("focusin", (event) => {
    const change = /** @type {HTMLElement} */ (event.target).closest(".compare-change");
    if (change) at = changes.indexOf(/** @type {HTMLElement} */ (change));
  });
  const named = changes.findIndex((change) => `#${change.id}` === location.hash);
  if (named >= 0) at = named;
}
