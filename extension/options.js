// Connecting the extension with a library: asks the browser for the permission to
// speak to it, and the library whether it takes pages with this token. Nothing is
// remembered before both have said yes.

import { browser } from "./browser.js";
import { askPermission, check, connection, dropPermission, forget, originOf, remember } from "./library.js";
import { flush } from "./outbox.js";
import { show, text, why } from "./texts.js";

/** @param {string} id */
const at = (id) => /** @type {HTMLElement} */ (document.getElementById(id));
const address = /** @type {HTMLInputElement} */ (at("address"));
const token = /** @type {HTMLInputElement} */ (at("token"));
const button = /** @type {HTMLButtonElement} */ (at("connect-button"));

/** @param {string} said */
function tell(said) {
  at("status").textContent = said;
}

/** Leads to the page of the library where tokens are made. */
function showTokenPage() {
  const origin = originOf(address.value);
  const link = /** @type {HTMLAnchorElement} */ (at("tokens"));
  link.hidden = origin === null || address.value.trim() === "";
  if (origin !== null) link.href = `${origin}/connect#tokens`;
}

async function showConnection() {
  const now = await connection();
  at("forget").hidden = now === null;
  button.textContent = text(now === null ? "connect" : "connect_again");
  if (now === null) return;
  address.value = now.address;
  // The token stays where it is; an empty field keeps it.
  token.required = false;
  token.placeholder = "••••••••";
  tell(text("connected", now.user, now.address));
}

/** @param {SubmitEvent} event */
async function connect(event) {
  event.preventDefault();
  const origin = originOf(address.value);
  if (origin === null) {
    tell(text("bad_address"));
    address.focus();
    return;
  }
  address.value = origin;
  showTokenPage();
  // Before anything is awaited, or the browser asks nobody.
  const asked = askPermission(origin);
  button.disabled = true;
  tell(text("connecting"));
  try {
    if (!(await asked)) {
      tell(text("why_no_permission"));
      return;
    }
    const before = await connection();
    const secret = token.value.trim() || (before?.address === origin ? before.token : "");
    if (secret === "") {
      tell(text("no_token"));
      token.focus();
      return;
    }
    const next = { address: origin, token: secret, user: "" };
    const answer = await check(next);
    if (!answer.ok) {
      tell(why(answer.reason, answer.detail));
      return;
    }
    await remember({ ...next, user: answer.body });
    if (before !== null && before.address !== origin) await dropPermission(before.address);
    token.value = "";
    await showConnection();
    // What was refused for its token may be taken now.
    await flush({ again: true });
  } finally {
    button.disabled = false;
  }
}

async function disconnect() {
  const now = await connection();
  await forget();
  if (now !== null) await dropPermission(now.address);
  token.required = true;
  token.placeholder = "";
  await showConnection();
  tell(text("forgotten"));
  address.focus();
}

show();
at("connect").addEventListener("submit", connect);
at("forget").addEventListener("click", disconnect);
address.addEventListener("input", showTokenPage);
const keys = await browser.commands.getAll();
const key = keys.find((command) => command.name === "save-page")?.shortcut ?? "";
if (key !== "") at("how-key").textContent = text("how_key", key);
await showConnection();
showTokenPage();
