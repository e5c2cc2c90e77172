// What the extension says. All of it stands in _locales/; a page of ours names
// the sentence in `data-text`, and `show` puts it there.

import { browser } from "./browser.js";

/**
 * @param {string} name
 * @param {...string} values what the sentence is about
 */
export function text(name, ...values) {
  const said = browser.i18n.getMessage(name, values);
  if (said === "") throw new Error(`there is no text ${name}`);
  return said;
}

/** Puts the texts into the page. */
export function show() {
  document.documentElement.lang = browser.i18n.getUILanguage().startsWith("en")
    ? browser.i18n.getUILanguage()
    : "en";
  for (const element of document.querySelectorAll("[data-text]")) {
    element.textContent = text(String(element.getAttribute("data-text")));
  }
  for (const element of document.querySelectorAll("[data-label]")) {
    element.setAttribute("aria-label", text(String(element.getAttribute("data-label"))));
  }
}

/**
 * A day as people write it.
 *
 * @param {string} instant RFC 3339
 */
export function day(instant) {
  return new Date(instant).toLocaleDateString(browser.i18n.getUILanguage(), { dateStyle: "long" });
}

/**
 * A moment as people write it.
 *
 * @param {string} instant RFC 3339
 */
export function moment(instant) {
  const style = /** @type {const} */ ({ dateStyle: "medium", timeStyle: "short" });
  return new Date(instant).toLocaleString(browser.i18n.getUILanguage(), style);
}

/**
 * Why something was not done, and what to do about it.
 *
 * @param {import("./library.js").Reason} reason
 * @param {string} detail the library's own words, or none
 */
export function why(reason, detail) {
  return detail === "" ? text(`why_${reason}`) : `${text(`why_${reason}`)} ${detail}`;
}
