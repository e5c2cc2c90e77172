// Chromium with the extension in it, and what stands between it and the library:
// a gate that the tests open, shut, and let fail.

import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, request as ask } from 'node:http';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { until } from './lib.mjs';

export const SOURCE = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../extension');

/**
 * The extension in a folder of its own, as it is but for one thing: it may speak
 * to 127.0.0.1 from the start, because nobody is there to press the browser's own
 * question away.
 *
 * @param {string} folder
 */
export function copyExtension(folder) {
  cpSync(SOURCE, folder, { recursive: true });
  const file = path.join(folder, 'manifest.json');
  const manifest = JSON.parse(readFileSync(file, 'utf8'));
  writeFileSync(file, JSON.stringify({ ...manifest, host_permissions: ['http://127.0.0.1/*'] }));
}

/**
 * Starts Chromium with the extension. A profile that was used before is gone on
 * with, as after closing the browser.
 *
 * @param {{extension: string, profile: string}} folders
 * @param {string} base address of the library
 */
export async function startWithExtension({ extension, profile }, base) {
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: process.env.CUTTINGS_CHROMIUM ?? '/usr/bin/chromium',
    headless: true,
    baseURL: base,
    viewport: { width: 1280, height: 900 },
    ignoreDefaultArgs: ['--disable-extensions'],
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--enable-unsafe-extension-debugging',
      `--disable-extensions-except=${extension}`,
      `--load-extension=${extension}`,
    ],
  });
  context.setDefaultTimeout(10_000);
  /** @type {string[]} */
  const complaints = [];
  const isOurs = (/** @type {string} */ url) => url.startsWith('chrome-extension:');
  const note = (/** @type {import('playwright-core').ConsoleMessage} */ message) => {
    // That the library does not answer is shown to the user, and told here as well.
    if (message.type() === 'error' && isOurs(message.location().url) && !/Failed to load resource/.test(message.text())) {
      complaints.push(message.text());
    }
  };
  context.on('console', note);
  const worker = context.serviceWorkers()[0] ?? (await context.waitForEvent('serviceworker'));
  worker.on('console', note);
  const browser = context.browser();
  if (browser === null) throw new Error('there is no browser to speak to');
  const devtools = await browser.newBrowserCDPSession();
  const id = new URL(worker.url()).host;

  const targets = async () => {
    const { targetInfos } = await devtools.send('Target.getTargets', { filter: [{}] });
    return targetInfos;
  };
  const popupTarget = async () =>
    (await targets()).find((one) => one.type === 'page' && one.url === `chrome-extension://${id}/popup.html`);

  /**
   * Presses the button of the extension over a page, as its user does, and gives
   * its window.
   *
   * @param {import('playwright-core').Page} page
   */
  async function press(page) {
    await page.bringToFront();
    const tab = (await targets()).find((one) => one.type === 'tab' && one.url === page.url());
    if (!tab) throw new Error(`there is no tab with ${page.url()}`);
    await devtools.send('Extensions.triggerAction', { id, targetId: tab.targetId });
    const target = /** @type {{targetId: string}} */ (await until('the window of the button opens', popupTarget));
    const { sessionId } = await devtools.send('Target.attachToTarget', {
      targetId: target.targetId,
      flatten: false,
    });
    let count = 0;
    /** @param {string} expression @returns {Promise<any>} */
    const run = (expression) =>
      new Promise((resolve, reject) => {
        count += 1;
        const number = count;
        const listen = (/** @type {{sessionId: string, message: string}} */ event) => {
          const message = JSON.parse(event.message);
          if (event.sessionId !== sessionId || message.id !== number) return;
          devtools.off('Target.receivedMessageFromTarget', listen);
          const { result, exceptionDetails } = message.result ?? {};
          if (exceptionDetails) reject(new Error(JSON.stringify(exceptionDetails)));
          else resolve(result?.value);
        };
        devtools.on('Target.receivedMessageFromTarget', listen);
        const params = { expression, returnByValue: true, awaitPromise: true, userGesture: true };
        const message = JSON.stringify({ id: number, method: 'Runtime.evaluate', params });
        devtools.send('Target.sendMessageToTarget', { sessionId, message }).catch(reject);
      });
    const text = () => run('document.body?.innerText ?? ""');
    return {
      run,
      text,
      /** @param {RegExp} pattern */
      async says(pattern) {
        let said = '';
        try {
          await until(`the window says ${pattern}`, async () => pattern.test((said = await text())));
        } catch (error) {
          throw new Error(`${error}; it says:\n${said}`);
        }
        return said;
      },
      /** @param {string} selector */
      click: (selector) => run(`document.querySelector(${JSON.stringify(selector)}).click()`),
      /** @param {string} typed */
      type: (typed) =>
        run(`{ const field = document.querySelector('#tags'); field.value = ${JSON.stringify(typed)};
          field.dispatchEvent(new Event('input', { bubbles: true })); }`),
      async close() {
        await devtools.send('Target.closeTarget', { targetId: target.targetId });
        await until('the window is closed', async () => (await popupTarget()) === undefined);
      },
    };
  }
  return { context, id, press, complaints, worker: () => context.serviceWorkers()[0] ?? worker };
}

/** @typedef {Awaited<ReturnType<typeof startWithExtension>>} Extended */

/**
 * Stands in front of the library at an address of its own. `gate.mode`:
 * - `open`: all goes through;
 * - `full`: every change is answered 503;
 * - `broken`: every change is answered 500;
 * - `lost`: what is sent arrives, and the answer does not;
 * - `once`: one answer comes through, then it is `lost`.
 *
 * `shut` takes the gate away, so that nobody answers; `reopen` puts it back.
 * `sent` lists what was sent to it.
 *
 * @param {string} library
 */
export async function startGate(library) {
  const gate = {
    url: '',
    mode: 'open',
    /** @type {{path: string, key: string, authorization: string, cookie: string, origin: string, body: string}[]} */
    sent: [],
    shut: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
    reopen: () => listen(port),
  };
  const server = createServer((incoming, outgoing) => {
    /** @type {Buffer[]} */
    const chunks = [];
    incoming.on('data', (chunk) => chunks.push(chunk));
    incoming.on('end', () => {
      const body = Buffer.concat(chunks);
      const isChange = incoming.method === 'POST';
      const header = (/** @type {string} */ name) => String(incoming.headers[name] ?? '');
      if (isChange) {
        gate.sent.push({
          path: incoming.url ?? '',
          key: header('idempotency-key'),
          authorization: header('authorization'),
          cookie: header('cookie'),
          origin: header('origin'),
          body: body.toString('utf8'),
        });
      }
      if (isChange && (gate.mode === 'full' || gate.mode === 'broken')) {
        outgoing.writeHead(gate.mode === 'full' ? 503 : 500, { 'content-type': 'text/html' });
        outgoing.end('<h1>Not now</h1>');
        return;
      }
      const { method, headers, url } = incoming;
      const onward = ask(library + url, { method, headers }, (answer) => {
        if (isChange && gate.mode === 'lost') {
          answer.resume();
          answer.on('end', () => incoming.socket.destroy());
          return;
        }
        if (isChange && gate.mode === 'once') gate.mode = 'lost';
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(outgoing);
      });
      onward.on('error', () => outgoing.destroy());
      onward.end(body);
    });
  });
  /** @param {number} at @returns {Promise<void>} */
  const listen = (at) => new Promise((resolve) => server.listen(at, '127.0.0.1', () => resolve()));
  await listen(0);
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  gate.url = `http://127.0.0.1:${port}`;
  return gate;
}
