// @ts-check
// The group "Offline" of the settings: which lists this device keeps. A choice
// holds at once, and for this device alone.

import { ask, canKeep, onChange, sayKept, sayWorking, state } from "./device.js";

const form = /** @type {HTMLFormElement} */ (document.getElementById("keeping"));
const line = /** @type {HTMLElement} */ (form.querySelector(".keeping-line"));

/** @param {string} name @returns {HTMLInputElement[]} */
const fields = (name) => Array.from(form.querySelectorAll(`input[name=${name}]`));
/** @param {string} name @returns {string | undefined} */
const chosen = (name) => fields(name).find((field) => field.checked)?.value;

async function showLine() {
  sayKept(line, await state());
}

async function show() {
  const now = await state();
  const choice = now?.choice;
  if (choice) {
    for (const name of /** @type {const} */ (["unread", "starred"])) {
      for (const field of fields(name)) field.checked = choice[name];
    }
    for (const field of fields("tag")) field.checked = choice.tags.includes(field.value);
    for (const field of fields("most")) field.checked = field.value === String(choice.most);
    const pictures = choice.pictures ? "yes" : "no";
    for (const field of fields("pictures")) field.checked = field.value === pictures;
  }
  sayKept(line, now);
}

/** What the form says, as the device keeps it. */
const choice = () => ({
  unread: chosen("unread") !== undefined,
  starred: chosen("starred") !== undefined,
  tags: fields("tag").flatMap((field) => (field.checked ? [field.value] : [])),
  most: Number(chosen("most") ?? 100),
  pictures: chosen("pictures") !== "no",
});

form.hidden = false;
if (canKeep) {
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("change", async () => {
    // Browsers may throw away what nobody asked them to keep.
    await navigator.storage?.persist?.();
    await ask("choose", choice());
    await showLine();
  });
  form.querySelector("button[name=keep]")?.addEventListener("click", async () => {
    await ask("keep");
    await showLine();
  });
  /** @type {HTMLButtonElement | null} */
  const forget = form.querySelector("button[name=forget]");
  forget?.addEventListener("click", async () => {
    if (!confirm(forget.dataset.sure)) return;
    await ask("forget");
    await show();
  });
  onChange(({ done, all }) => {
    if (done !== undefined && all !== undefined) sayWorking(line, done, all);
    else showLine();
  });
  show();
} else {
  const choices = document.getElementById("keeping-choices");
  const unsupported = document.getElementById("keeping-unsupported");
  if (choices) choices.hidden = true;
  if (unsupported) unsupported.hidden = false;
}
