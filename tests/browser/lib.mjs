// Starting Cuttings and Chromium for browser tests, and watching both.
//
// `cargo xtask test` builds the binary and says where it is (`CUTTINGS_BINARY`);
// run by hand, the tests look under the target folder of the workspace. Each
// server gets a new data folder, so tests never see each other's articles.

import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');

/** Where screenshots go. */
export const OUTPUT = process.env.CUTTINGS_TEST_OUTPUT ?? path.join(ROOT, 'test-output');

/** How long the server may take to start or stop, in milliseconds. */
const SERVER_LIMIT_MS = 30_000;

/** How long anything on a page may take, in milliseconds. */
const PAGE_LIMIT_MS = 10_000;

/** The sizes and colour schemes every page is looked at in. */
const LOOKS = [
  { width: 1280, height: 900, scheme: 'light' },
  { width: 1280, height: 900, scheme: 'dark' },
  { width: 360, height: 740, scheme: 'light' },
  { width: 390, height: 844, scheme: 'light' },
  { width: 390, height: 844, scheme: 'dark' },
];

function binary() {
  const target = process.env.CARGO_TARGET_DIR ?? path.join(ROOT, 'target');
  const found = process.env.CUTTINGS_BINARY ?? path.join(target, 'ci/cuttings');
  if (!existsSync(found)) {
    throw new Error(`no ${found}: build it with cargo build --profile ci -p cuttings`);
  }
  return found;
}

/**
 * Starts `cuttings serve` on an empty data folder and a free port, allowed to
 * save from loopback.
 *
 * `log()` gives all it wrote to standard error so far. `stop()` asks it to end,
 * removes the folder, and fails when it does not end well within the limit.
 *
 * `addUser()` makes another user in the library. `saveFile()` hands a page over, as
 * if it had been saved from `url`.
 *
 * @returns {Promise<{
 *   url: string, log: () => string, stop: () => Promise<void>,
 *   addUser: (name: string, password: string) => void,
 *   saveFile: (html: string, url: string, user: string) => void,
 * }>}
 */
export async function startCuttings() {
  const data = mkdtempSync(path.join(tmpdir(), 'cuttings-browser-'));
  const environment = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !name.startsWith('CUTTINGS_')),
  );
  const server = spawn(
    binary(),
    [
      'serve',
      '--data', path.join(data, 'library'),
      '--listen', '127.0.0.1:0',
      '--allow-private-network', '127.0.0.0/8',
    ],
    { env: environment, stdio: ['ignore', 'ignore', 'pipe'] },
  );
  let log = '';
  server.stderr.setEncoding('utf8');
  server.stderr.on('data', (text) => {
    log += text;
  });
  /** @type {Promise<string>} */
  const ended = new Promise((resolve) => {
    server.on('error', (error) => resolve(`could not be started: ${error.message}`));
    server.on('exit', (code, signal) => resolve(code === 0 ? '' : `ended with ${code ?? signal}`));
  });
  const stop = async () => {
    server.kill('SIGTERM');
    const how = await Promise.race([
      ended,
      sleep(SERVER_LIMIT_MS, 'did not end when asked to', { ref: false }),
    ]);
    server.kill('SIGKILL');
    rmSync(data, { recursive: true, force: true });
    if (how !== '') throw new Error(`cuttings ${how}; it said:\n${log}`);
  };

  const address = () => /listening on (http:\/\/\S+)/.exec(log)?.[1];
  const died = ended.then((how) => how || 'ended at once');
  const outcome = await Promise.race([died, until('the server listens', address, SERVER_LIMIT_MS)]);
  const url = address();
  if (url === undefined) {
    server.kill('SIGKILL');
    rmSync(data, { recursive: true, force: true });
    throw new Error(`cuttings ${outcome}; it said:\n${log}`);
  }
  /** @param {string} name @param {string} password */
  const addUser = (name, password) => {
    const library = path.join(data, 'library');
    execFileSync(binary(), ['user', 'add', name, '--password-stdin', '--data', library], {
      env: environment,
      input: `${password}\n`,
      stdio: ['pipe', 'ignore', 'inherit'],
    });
  };
  /** @param {string} html @param {string} url @param {string} user */
  const saveFile = (html, url, user) => {
    const library = path.join(data, 'library');
    execFileSync(binary(), ['save', '-', '--url', url, '--user', user, '--data', library], {
      env: environment,
      input: html,
      stdio: ['pipe', 'ignore', 'inherit'],
    });
  };
  return { url: url.replace(/\/$/, ''), log: () => log, stop, addUser, saveFile };
}

/**
 * Starts Chromium without any traffic of its own, with a profile of its own.
 *
 * @returns {Promise<import('playwright-core').Browser>}
 */
export function startChromium() {
  return chromium.launch({
    executablePath: process.env.CUTTINGS_CHROMIUM ?? '/usr/bin/chromium',
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}

/**
 * Opens a window on the library and notes everything that goes wrong in it.
 *
 * `complaints()` lists messages on the console (a violated Content-Security-Policy
 * shows there), script errors, failed requests, and requests to anywhere but
 * `base`. `allowed` are patterns of complaints that a test provokes on purpose.
 *
 * @param {import('playwright-core').Browser} browser
 * @param {{base: string, script: boolean, allowed?: RegExp[]}} options
 */
export async function openWindow(browser, { base, script, allowed = [] }) {
  const context = await browser.newContext({
    baseURL: base,
    javaScriptEnabled: script,
    viewport: { width: 1280, height: 900 },
    colorScheme: 'light',
  });
  context.setDefaultTimeout(PAGE_LIMIT_MS);
  /** @type {string[]} */
  const complaints = [];
  /** @param {string} text */
  const complain = (text) => {
    if (!allowed.some((pattern) => pattern.test(text))) complaints.push(text);
  };
  let requests = 0;
  context.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') {
      complain(`console ${message.type()}: ${message.text()} (${message.location().url})`);
    }
  });
  context.on('weberror', (error) => complain(`script error: ${error.error().message}`));
  context.on('request', (request) => {
    requests += 1;
    const url = new URL(request.url());
    if (url.origin !== base && url.protocol !== 'data:') {
      complain(`request to ${request.url()}`);
    }
  });
  context.on('requestfailed', (request) => {
    const reason = request.failure()?.errorText ?? 'unknown';
    // Leaving a page while its pictures load is no failure.
    if (reason === 'net::ERR_ABORTED') return;
    // Through the service worker the same is told otherwise: of what a page sends
    // while it is left, and of pictures that go with their page or their list before
    // they came. That pictures do come through it is seen in offline.test.mjs.
    const isLeft =
      (request.method() === 'PUT' && request.url().endsWith('/position')) ||
      /^\/articles\/\d+\/(pictures\/|thumbnail$)/.test(new URL(request.url()).pathname);
    if (isLeft && reason === 'net::ERR_FAILED') return;
    complain(`failed request to ${request.url()}: ${reason}`);
  });
  const page = await context.newPage();
  return { page, context, complaints: () => [...new Set(complaints)], requests: () => requests };
}

/**
 * Presses the button of a form and waits for the answer, whether the browser
 * sends the form itself or a script does.
 *
 * @param {import('playwright-core').Page} page
 * @param {() => Promise<void>} press what sends the form
 * @returns {Promise<number>} the status of the answer
 */
export async function send(page, press) {
  const answered = page.waitForResponse((response) => response.request().method() === 'POST');
  const loaded = page.waitForEvent('load').then(
    () => true,
    () => false,
  );
  await press();
  const response = await answered;
  if (response.request().isNavigationRequest() && !(await loaded)) {
    throw new Error(`no page came after ${response.url()}`);
  }
  return response.status();
}

/**
 * Asks again and again until there is an answer.
 *
 * @template T
 * @param {string} what a sentence for the error
 * @param {() => T | Promise<T>} ask anything falsy means: not yet
 * @param {number} [limitMs]
 * @returns {Promise<T>}
 */
export async function until(what, ask, limitMs = PAGE_LIMIT_MS) {
  const deadline = Date.now() + limitMs;
  for (;;) {
    const answer = await ask();
    if (answer) return answer;
    if (Date.now() > deadline) throw new Error(`not true within ${limitMs} ms: ${what}`);
    await sleep(100);
  }
}

/**
 * Takes pictures of a page, wide and phone-sized, light and dark. Fails when the
 * page is wider than the window (nobody should scroll sideways to read) or when
 * words run under a picture.
 *
 * @param {import('playwright-core').Page} page
 * @param {string} name the file's name begins with it
 */
export async function photograph(page, name) {
  mkdirSync(path.dirname(path.join(OUTPUT, name)), { recursive: true });
  /** @type {string[]} */
  const faults = [];
  for (const { width, height, scheme } of LOOKS) {
    await page.setViewportSize({ width, height });
    await page.emulateMedia({ colorScheme: /** @type {'light' | 'dark'} */ (scheme) });
    const look = `${name}-${width}x${height}-${scheme}`;
    // Without the option, a change of colours is caught half-way.
    await page.screenshot({
      path: path.join(OUTPUT, `${look}.png`),
      fullPage: true,
      animations: 'disabled',
    });
    const needed = await page.evaluate(() => document.documentElement.scrollWidth);
    if (needed > width) faults.push(`${look} needs ${needed} pixels and scrolls sideways`);
    const covered = await page.evaluate(wordsUnderPictures);
    faults.push(...covered.map((words) => `${look} has words under a picture: ${words}`));
  }
  await page.setViewportSize({ width: 1280, height: 900 });
  await page.emulateMedia({ colorScheme: 'light' });
  if (faults.length > 0) throw new Error(faults.join('\n'));
}

/**
 * Runs in the page: texts of which a line and a picture lie over each other by
 * more than a hair. Text for screen readers alone, a pixel wide, does not count,
 * nor does what is folded away, stays in its place over the page or was opened
 * over it.
 *
 * @returns {string[]}
 */
function wordsUnderPictures() {
  const HAIR = 2;
  const pictures = Array.from(document.images, (image) => image.getBoundingClientRect());
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const found = [];
  while (walker.nextNode()) {
    const text = walker.currentNode.textContent?.trim();
    const parent = walker.currentNode.parentElement;
    if (!text || !parent?.checkVisibility()) continue;
    let isFixed = false;
    for (let around = parent; around; around = /** @type {HTMLElement} */ (around.parentElement)) {
      isFixed ||= getComputedStyle(around).position === 'fixed';
    }
    if (isFixed || parent.closest(':popover-open')) continue;
    const range = document.createRange();
    range.selectNodeContents(walker.currentNode);
    const isCovered = Array.from(range.getClientRects()).some((line) =>
      pictures.some(
        (picture) =>
          line.width > HAIR &&
          line.height > HAIR &&
          Math.min(line.right, picture.right) - Math.max(line.left, picture.left) > HAIR &&
          Math.min(line.bottom, picture.bottom) - Math.max(line.top, picture.top) > HAIR,
      ),
    );
    if (isCovered) found.push(text.slice(0, 60));
  }
  return found;
}
