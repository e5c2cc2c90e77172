// @ts-check
// The page of what this device keeps: fills its lists from the device. It stands
// in for any page that cannot be had, and then says so.

import { ask, canKeep, changeArticle, onChange, sayKept, sayWorking, state } from "./device.js";

/** @typedef {import("./device.js").State} State */

/** @param {string} id @returns {HTMLElement} */
const part = (id) => /** @type {HTMLElement} */ (document.getElementById(id));

/** @param {string} id @returns {HTMLElement} what a template holds, anew */
function fromTemplate(id) {
  const { content } = /** @type {HTMLTemplateElement} */ (part(id));
  return /** @type {HTMLElement} */ (document.importNode(content, true).firstElementChild);
}

/** Says why this page is here and not the one that was asked for. */
function sayWhy() {
  const notice = part("kept-notice");
  const line = notice.querySelector("p");
  const why = new URLSearchParams(location.search).get("not");
  const isCopy = "copy" in document.documentElement.dataset;
  let words;
  if (!canKeep) words = notice.dataset.unsupported;
  else if (location.pathname === "/offline" && why === "sent") words = notice.dataset.notSent;
  else if (location.pathname === "/offline" && why === "signed-out") words = notice.dataset.noSignOut;
  else if (isCopy && !["/", "/offline"].includes(location.pathname)) words = notice.dataset.notKept;
  else if (isCopy) words = notice.dataset.offline;
  if (!line || !words) return;
  line.textContent = words;
  notice.hidden = false;
}

/** @param {State["kept"][number]} kept @returns {HTMLElement} */
function row(kept) {
  const made = fromTemplate("kept-row");
  const list = part("kept-list").dataset;
  made.id = `a${kept.id}`;
  const link = /** @type {HTMLAnchorElement} */ (made.querySelector("a"));
  link.href = `/articles/${kept.id}`;
  link.textContent = kept.title;
  if (kept.language) made.querySelector("h3")?.setAttribute("lang", kept.language);
  const [outlet, minutes] = made.querySelectorAll("bdi");
  if (outlet) outlet.textContent = kept.outlet;
  if (minutes) {
    const read = kept.place && kept.place.percent > 0 ? kept.place.percent : null;
    const words = read === null ? list.minutes : list.percent;
    minutes.textContent = (words ?? "").replace("{n}", String(read ?? kept.minutes));
  }
  /** @type {NodeListOf<HTMLButtonElement>} */
  const buttons = made.querySelectorAll("button[data-turn]");
  for (const button of buttons) {
    const turn = /** @type {"starred" | "archived"} */ (button.dataset.turn);
    const words = (kept[turn] ? button.dataset.on : button.dataset.off) ?? "";
    button.textContent = words;
    button.setAttribute("aria-label", `${words}: ${kept.title}`);
    button.classList.toggle("on", kept[turn]);
    button.addEventListener("click", () =>
      changeArticle(kept.id, { [turn]: !kept[turn] }).then(() => ask("keep")).then(show),
    );
  }
  return made;
}

/** @param {State["changes"][number]} change @returns {HTMLElement} */
function line(change) {
  const made = fromTemplate("waiting-row");
  const words = /** @type {HTMLElement} */ (document.querySelector(".waiting-list")).dataset;
  const [what, link] = [made.querySelector("span"), made.querySelector("a")];
  if (what) what.textContent = words[change.kind] ?? words.change ?? "";
  if (link) {
    link.textContent = change.title || change.path;
    if (change.article !== null) link.href = `/articles/${change.article}`;
  }
  const [quoted, why] = made.querySelectorAll("p");
  const dismiss = made.querySelector("button");
  if (change.words && quoted) {
    quoted.textContent = `“${change.words}”`;
    quoted.hidden = false;
  }
  if (change.refused && why && dismiss) {
    why.textContent = `${change.refused.title}. ${change.refused.detail}`;
    why.hidden = false;
    dismiss.hidden = false;
    dismiss.addEventListener("click", () => ask("dismiss", change.seq));
  }
  return made;
}

async function show() {
  const now = await state();
  const changes = now?.changes ?? [];
  for (const [id, shown] of /** @type {const} */ ([
    ["waiting-section", changes.filter((change) => !change.refused)],
    ["refused-section", changes.filter((change) => change.refused)],
  ])) {
    part(id).hidden = shown.length === 0;
    part(id).querySelector("ul")?.replaceChildren(...shown.map(line));
  }
  const kept = now?.kept ?? [];
  const focused = document.activeElement;
  const [card, turn] = [focused?.closest("article")?.id, focused?.getAttribute("data-turn")];
  part("kept-list").replaceChildren(...kept.map(row));
  part("kept-none").hidden = kept.length > 0;
  sayKept(part("kept-line"), now);
  if (card && turn) {
    /** @type {HTMLElement | null} */
    const again = document.querySelector(`#${CSS.escape(card)} [data-turn="${turn}"]`);
    again?.focus({ preventScroll: true });
  }
}

sayWhy();
if (canKeep) {
  part("send-now").addEventListener("click", () => ask("open"));
  onChange(({ done, all }) => {
    if (done !== undefined && all !== undefined) sayWorking(part("kept-line"), done, all);
    else show();
  });
  show();
}
