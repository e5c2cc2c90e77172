// @ts-check
// Pictures open large with their caption; arrow keys step through all of the
// story, Escape closes. Without this file a picture's link shows it alone.

/** @type {NodeListOf<HTMLAnchorElement>} */
const links = document.querySelectorAll("#story a.enlarge");
/** @type {HTMLDialogElement | null} */
const gallery = document.querySelector("#gallery");

if (gallery && links.length > 0) {
  const figure = /** @type {HTMLElement} */ (gallery.querySelector("figure"));
  const count = /** @type {HTMLElement} */ (gallery.querySelector("[data-count]"));
  let at = 0;

  const show = () => {
    const link = links[at];
    const small = link.querySelector("img");
    const large = document.createElement("img");
    large.src = link.href;
    large.alt = small?.alt ?? "";
    const caption = link.closest("figure")?.querySelector("figcaption")?.cloneNode(true);
    figure.replaceChildren(large, ...(caption ? [caption] : []));
    count.textContent = (count.dataset.count ?? "")
      .replace("{at}", String(at + 1))
      .replace("{all}", String(links.length));
  };

  /** @param {number} by */
  const step = (by) => {
    at = (at + by + links.length) % links.length;
    show();
  };

  for (const [index, link] of links.entries()) {
    link.addEventListener("click", (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      at = index;
      show();
      gallery.showModal();
    });
  }

  /** @type {NodeListOf<HTMLButtonElement>} */
  const steps = gallery.querySelectorAll("[data-step]");
  for (const button of steps) {
    button.hidden = links.length < 2;
    button.addEventListener("click", () => step(Number(button.dataset.step)));
  }
  count.hidden = links.length < 2;
  gallery.querySelector("[data-close]")?.addEventListener("click", () => gallery.close());
  gallery.addEventListener("keydown", (event) => {
    if (event.key === "ArrowRight") step(1);
    else if (event.key === "ArrowLeft") step(-1);
    else return;
    event.preventDefault();
  });
  // A click beside the picture closes, as everywhere.
  gallery.addEventListener("click", (event) => {
    if (event.target === gallery || event.target === figure) gallery.close();
  });
}
