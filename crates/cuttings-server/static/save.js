// @ts-check
// The small window that the bookmarklet opens: tags are completed one by one,
// and after a save the window can be closed. Without this file the form is an
// ordinary one.

/** The list holds whole lines, so what stands before the last comma is kept. */
const field = /** @type {HTMLInputElement | null} */ (document.getElementById("tags"));
const list = /** @type {HTMLDataListElement | null} */ (document.getElementById("all-tags"));
if (field && list) {
  const names = Array.from(list.options, (option) => option.value);
  field.addEventListener("input", () => {
    const comma = field.value.lastIndexOf(",");
    const before = comma < 0 ? "" : `${field.value.slice(0, comma).trimEnd()}, `;
    list.replaceChildren(
      ...names.map((name) => {
        const option = document.createElement("option");
        option.value = before + name;
        return option;
      }),
    );
  });
}

/** @type {HTMLButtonElement | null} */
const close = document.querySelector("button[data-close]");
if (close && matchMedia("(max-width: 640px)").matches) {
  close.hidden = false;
  close.addEventListener("click", () => {
    window.close();
    // A window that no script opened stays; there the library is next.
    setTimeout(() => location.assign("/"), 300);
  });
  close.focus();
}
