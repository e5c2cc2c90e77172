// Replay in a real browser: a kept page can be seen as it looked, and can do
// nothing, learn nothing and ask nobody for anything. Letters and numbers are
// those of the catalogue of faults.
//
// One page has every way out of itself that we know of (hostile.mjs), and comes
// in twice: fetched, and handed over.

import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { chromium } from 'playwright-core';
import { hostileBody, hostileHead } from './hostile.mjs';
import { openWindow, photograph, send, startChromium, startCuttings, until } from './lib.mjs';
import { png } from './picture.mjs';

const PASSWORD = 'nine quiet herons at dusk';
const HINT = 'hinted-at.example';

/** What Chromium says when the policy of a kept page does what it is for. */
const EXPECTED = [/Content Security Policy/, /sandboxed/, /ERR_BLOCKED_BY_CSP/, /status of 40\d/];

const WORDS = `The harbour wall was opened to walkers on Sunday, and by noon the bench at its end was
taken by three anglers and a dog. The council had promised a bench for every hundred steps and built
one, which the anglers said was the right number. `;

/**
 * A server that notes what it is asked for.
 *
 * @param {(path: string) => {type: string, body: string | Buffer} | undefined} answer
 */
async function listen(answer) {
  /** @type {string[]} */
  const asked = [];
  const server = createServer((request, response) => {
    const asks = request.url ?? '/';
    asked.push(`${request.method} ${asks}`);
    const found = answer(asks);
    response.writeHead(found ? 200 : 404, { 'content-type': found?.type ?? 'text/plain' });
    response.end(found?.body ?? 'nothing');
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    url: `http://127.0.0.1:${address.port}`,
    asked,
    close: () => new Promise((resolve) => {
      server.closeAllConnections();
      server.close(() => resolve(undefined));
    }),
  };
}

const news = (/** @type {string} */ head, /** @type {string} */ body) => `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>The wall is open</title>${head}</head>
<body><main><article><h1>The wall is open</h1><p>${WORDS.repeat(2)}</p><p>${WORDS}</p>
<p>${WORDS}</p></article></main>${body}</body></html>`;

const LOOKS = `<link rel="stylesheet" href="/css/main.css"><link rel="icon" href="/icon.svg">`;

describe('a kept page as it looked', () => {
  /** @type {Awaited<ReturnType<typeof listen>>} */
  let site;
  /** @type {Awaited<ReturnType<typeof listen>>} */
  let away;
  /** @type {Awaited<ReturnType<typeof startCuttings>>} */
  let cuttings;
  /** @type {Awaited<ReturnType<typeof startChromium>>} */
  let browser;
  /** @type {Awaited<ReturnType<typeof openWindow>>} */
  let window;
  /** @type {import('playwright-core').Page} */
  let page;
  /** Requests the window made, by address. */
  /** @type {string[]} */
  let requests = [];

  const font = readFileSync(
    new URL('../../crates/cuttings-server/static/fonts/newsreader-latin.woff2', import.meta.url),
  );

  before(async () => {
    away = await listen(() => undefined);
    cuttings = await startCuttings();
    site = await listen((asks) => {
      const css = (/** @type {string} */ body) => ({ type: 'text/css', body });
      switch (asks) {
        case '/pretty':
          return {
            type: 'text/html; charset=utf-8',
            body: news(
              LOOKS,
              `<img id="picture" src="/small.png" srcset="/large.png 1400w, /small.png 100w" width="300">
               <img id="lazy" class="lazy" src="data:image/gif;base64,R0lGODlhAQABAAAAACw=" data-src="/lazy.png">
               <svg id="drawing" width="40" height="40"><rect width="40" height="40" fill="url(#g)"/>
               <linearGradient id="g"><stop stop-color="teal"/></linearGradient></svg>
               <img id="vector" src="/vector.svg"><img id="gone" src="/gone.png" alt="Gone">`,
            ),
          };
        case '/hostile':
          return {
            type: 'text/html; charset=utf-8',
            body: news(hostileHead(away.url, HINT), hostileBody(away.url, cuttings.url)),
          };
        case '/css/main.css':
          return css(
            `@charset "utf-8"; @import url("more.css") screen;
             @font-face { font-family: Kept; src: url(../font.woff2) format("woff2") }
             h1 { font-family: Kept; color: rgb(1, 2, 3) } body { background: url(/back.png) }`,
          );
        case '/css/more.css':
          return css('article { max-width: 32rem; margin: 1rem auto } h1 { letter-spacing: 3px }');
        case '/font.woff2':
          return { type: 'application/octet-stream', body: font };
        case '/icon.svg':
        case '/vector.svg':
          return {
            type: 'image/svg+xml',
            body: `<svg xmlns="http://www.w3.org/2000/svg" width="30" height="20"><rect width="30" height="20" fill="red"/>
              <script>document.title = 'script ran'</script><image href="${away.url}/out/svg"/></svg>`,
          };
        case '/polyglot':
          return {
            type: 'text/html',
            body: news('', '<img id="fake" src="/html.png"><img id="fake2" src="/gifjs.png">'),
          };
        case '/html.png':
          return { type: 'image/png', body: '<!doctype html><script>document.title = 1</script>' };
        case '/gifjs.png':
          return { type: 'text/html', body: 'GIF89a/*<script>document.title=1</script>*/=1;' };
        default:
          return /\.png$/.test(asks)
            && asks !== '/gone.png'
            && { type: 'image/png', body: png(64, 40, [38, 70, 110], [190, 205, 215]) }
            || undefined;
      }
    });
    browser = await startChromium();
    window = await openWindow(browser, { base: cuttings.url, script: true, allowed: EXPECTED });
    page = window.page;
    window.context.on('request', (request) => requests.push(request.url()));
    await page.goto('/setup');
    await page.locator('input[name="name"]').fill('ada');
    await page.locator('input[name="password"]').fill(PASSWORD);
    await page.locator('input[name="password_again"]').fill(PASSWORD);
    await send(page, () => page.getByRole('button', { name: 'Open the library' }).click());
  });

  after(async () => {
    await browser?.close();
    await site?.close();
    await away?.close();
    await cuttings?.stop();
  });

  /** Saves an address, waits until all of it is kept, and gives its replay. */
  const save = async (/** @type {string} */ url) => {
    await page.goto('/');
    await page.locator('form[action="/articles"] input[name="url"]').fill(url);
    await send(page, () =>
      page.locator('form[action="/articles"] input[name="url"]').press('Enter'),
    );
    return await replayOf(url);
  };
  const replayOf = async (/** @type {string} */ url) => {
    const id = await until(`${url} is saved`, async () => {
      const answer = await page.request.get('/api/v1/articles');
      const { articles } = await answer.json();
      const article = articles.find((/** @type {any} */ one) => one.url === url || one.given_url === url);
      return article && article.state !== 'queued' ? article.id : null;
    }, 30_000);
    await page.goto(`/articles/${id}/captures`);
    const replay = await page.locator('a[href$="/replay"]').first().getAttribute('href');
    assert.ok(replay);
    await until('what the page looks like with is kept', async () => {
      await page.goto(replay);
      return !(await page.locator('.replay-notes').textContent())?.includes('still being fetched');
    }, 60_000);
    return replay;
  };
  /** The kept page in the frame. */
  const frame = () => {
    const found = page.frames().find((one) => one.url().includes('/replay/'));
    assert.ok(found, 'there is a frame');
    return found;
  };
  /** Looks into the kept page. The debugger may run script where the page may not. */
  const look = (/** @type {string} */ expression) => frame().evaluate(expression);
  const open = async (/** @type {string} */ replay) => {
    requests = [];
    away.asked.length = 0;
    site.asked.length = 0;
    await page.goto(replay);
    await page.waitForLoadState('networkidle');
  };
  const nothingLeft = (/** @type {string} */ what) => {
    assert.deepEqual(away.asked, [], `${what}: asked away`);
    assert.deepEqual(site.asked, [], `${what}: asked the site`);
    const others = requests.filter(
      (url) => !url.startsWith(cuttings.url) && !url.startsWith('data:') && !url.startsWith('about:'),
    );
    assert.deepEqual(others, [], `${what}: requests`);
  };

  it('shows style, fonts and pictures from kept bytes, and says what is missing', async () => {
    const replay = await save(`${site.url}/pretty`);
    await open(replay);
    nothingLeft('a page that means no harm');
    assert.equal(await look('getComputedStyle(document.querySelector("h1")).color'), 'rgb(1, 2, 3)');
    assert.equal(await look('getComputedStyle(document.querySelector("h1")).letterSpacing'), '3px');
    assert.equal(await look('document.fonts.check("20px Kept") && [...document.fonts].every((one) => one.status === "loaded")'), true);
    for (const id of ['picture', 'lazy']) {
      assert.equal(await look(`document.getElementById("${id}").naturalWidth`), 64, id);
    }
    assert.equal(await look('document.getElementById("vector").naturalWidth'), 30);
    assert.match(String(await look('document.getElementById("picture").src')), /large\.png$/);
    assert.ok(requests.some((url) => url.includes('back.png')), 'the background came');
    assert.match((await page.locator('.replay-missing summary').textContent()) ?? '', /1 thing/);
    await page.locator('.replay-missing summary').click();
    assert.match((await page.locator('.replay-notes li').allTextContents()).join(), /gone\.png.*404/s);
    assert.match((await page.locator('.replay-what').textContent()) ?? '', /not the live page/);
    await photograph(page, 'replay-missing');
    await page.locator('.replay-missing summary').click();
    await photograph(page, 'replay');
    assert.deepEqual(window.complaints(), []);
  });

  it('is reached from the article and leads to other captures and back', async () => {
    const replay = await replayOf(`${site.url}/pretty`);
    const article = replay.replace(/\/captures.*/, '');
    await page.goto(article);
    await page.getByRole('link', { name: 'As it looked' }).click();
    assert.equal(new URL(page.url()).pathname, replay);
    await page.getByRole('link', { name: '← Article' }).click();
    assert.equal(new URL(page.url()).pathname, article);
  });

  for (const [way, how] of /** @type {const} */ ([['fetched', 'V10'], ['handed over', 'V17']])) {
    describe(`hostile and ${way} (${how})`, () => {
      /** @type {string} */
      let replay;

      before(async () => {
        if (way === 'fetched') {
          replay = await save(`${site.url}/hostile`);
        } else {
          const url = `${site.url}/handed-over`;
          cuttings.saveFile(
            news(hostileHead(away.url, HINT), hostileBody(away.url, cuttings.url)), url, 'ada',
          );
          replay = await replayOf(url);
        }
      });

      it('P03: asks nobody for anything, in the frame and by itself', async () => {
        await open(replay);
        await look('document.documentElement.scrollTo(0, 1e6)');
        await page.locator('iframe').hover();
        await sleep(1_000);
        nothingLeft('in the frame');
        const count = (await page.locator('.replay-missing summary').textContent()) ?? '';
        assert.match(count, /\d+ things are missing/);
        const inside = frame().url();
        const alone = await window.context.newPage();
        requests = [];
        const answer = await alone.goto(inside);
        assert.equal(answer?.status(), 200);
        await alone.waitForLoadState('networkidle');
        await sleep(1_000);
        nothingLeft('by itself');
        assert.equal(alone.url(), inside);
        await alone.close();
      });

      it('V10: runs no script and has no origin, in the frame, by itself and in a new tab', async () => {
        await open(replay);
        const alone = await window.context.newPage();
        await alone.goto(frame().url());
        const opened = window.context.waitForEvent('page');
        await page.evaluate((url) => void globalThis.open(url), frame().url());
        const tab = await opened;
        await tab.waitForLoadState();
        for (const [where, target] of /** @type {const} */ ([
          ['the frame', frame()], ['by itself', alone], ['a new tab', tab],
        ])) {
          assert.equal(await target.evaluate('document.title'), 'The wall is open', where);
          assert.equal(await target.evaluate('String(self.origin)'), 'null', where);
          for (const forbidden of [
            'document.cookie', 'localStorage.length', 'sessionStorage.length',
            'indexedDB.open("x") && caches.keys()', 'top.document.title',
          ]) {
            const outcome = await target.evaluate(`(async () => {
              try { return { got: await ${forbidden} } } catch (error) { return error.name }
            })()`);
            const isTop = forbidden.startsWith('top') && where !== 'the frame';
            if (!isTop) assert.equal(outcome, 'SecurityError', `${where}: ${forbidden}`);
          }
          for (const url of [
            '/api/v1/articles', '/articles/1', '/articles/1/captures/1/original', 'page', '/static/keys.js',
          ]) {
            const outcome = await target.evaluate(`fetch(new URL('${url}', '${cuttings.url}'),
              { credentials: 'include' }).then((answer) => answer.status, (error) => error.name)`);
            assert.equal(outcome, 'TypeError', `${where}: ${url}`);
          }
        }
        await alone.close();
        await tab.close();
        const cookies = await window.context.cookies();
        assert.deepEqual(cookies.map((cookie) => cookie.name), ['cuttings_session']);
        nothingLeft('script');
      });

      it('V10: what belongs to it comes without a cookie, and only what is its own', async () => {
        await open(replay);
        const inside = frame().url();
        /** @type {Record<string, string>[]} */
        const heads = [];
        const note = (/** @type {import('playwright-core').Request} */ request) => {
          if (request.url().includes('/replay/')) {
            void request.allHeaders().then((head) => heads.push(head));
          }
        };
        page.on('request', note);
        await page.goto(await replayOf(`${site.url}/pretty`));
        await page.waitForLoadState('networkidle');
        page.off('request', note);
        const parts = heads.filter((head) => head['sec-fetch-dest'] !== 'iframe');
        assert.ok(parts.length > 3, `${parts.length} requests`);
        for (const head of parts) assert.equal(head.cookie, undefined, JSON.stringify(head));
        const other = frame().url();
        const stranger = await openWindow(browser, { base: cuttings.url, script: true, allowed: EXPECTED });
        const ask = (/** @type {string} */ url) => stranger.page.request.get(url);
        const sheet = `resource?url=${encodeURIComponent(`${site.url}/css/main.css`)}`;
        assert.equal((await ask(new URL(sheet, other).href)).status(), 200);
        assert.equal((await ask(new URL(sheet, inside).href)).status(), 404, 'another capture');
        const [, article, capture] = /\/articles\/(\d+)\/captures\/(\d+)/.exec(replay) ?? [];
        const forged = other.replace(/(\/replay\/\d+)-\d+-\d+/, `$1-${article}-${capture}`);
        assert.notEqual(forged, other);
        assert.equal((await ask(inside)).status(), 200, 'its own ticket');
        assert.equal((await ask(forged)).status(), 404, 'a forged ticket');
        await stranger.context.close();
      });

      it('V14: registers no worker of any kind', async () => {
        await open(replay);
        const alone = await window.context.newPage();
        await alone.goto(frame().url());
        for (const target of [frame(), alone]) {
          for (const attempt of [
            `navigator.serviceWorker.register('${cuttings.url}/sw.js')`,
            `started(new SharedWorker('${cuttings.url}/static/keys.js').port)`,
            `started(new Worker(URL.createObjectURL(new Blob(['postMessage(1)']))))`,
            `started(new Worker('${cuttings.url}/static/keys.js'))`,
            // Says nothing of what came of it; below is seen that nothing did.
            `(CSS.paintWorklet?.addModule('${cuttings.url}/static/keys.js'), Promise.reject(new Error()))`,
            `new AudioContext().audioWorklet.addModule('${cuttings.url}/static/keys.js')`,
          ]) {
            // Without script no event comes, so what does not fail at once is given
            // its time from outside.
            const outcome = await Promise.race([
              target.evaluate(`(async () => {
                const started = (port) => new Promise((done) => (port.onmessage = done));
                try { await ${attempt}; return 'worked' } catch (error) { return 'failed' }
              })()`),
              sleep(1_000, 'silent'),
            ]);
            assert.notEqual(outcome, 'worked', attempt);
          }
        }
        assert.deepEqual([...page.workers(), ...alone.workers()], []);
        assert.deepEqual(
          window.context.serviceWorkers().filter((worker) => !worker.url().endsWith('/sw.js')), [],
        );
        assert.deepEqual(requests.filter((url) => url.startsWith(`${cuttings.url}/static/keys.js`)), []);
        nothingLeft('workers');
        await alone.close();
      });

      it('V15: leads nowhere by itself; a click opens a tab that knows nothing of us', async () => {
        await open(replay);
        const address = page.url();
        const inside = frame().url();
        for (const link of ['top', 'parent', 'download']) {
          const opened = window.context.waitForEvent('page');
          let saved = false;
          page.once('download', () => (saved = true));
          await frame().locator(`#${link}`).click();
          const tab = await opened;
          await tab.waitForLoadState();
          assert.equal(tab.url(), `${away.url}/clicked/${link}`);
          assert.equal(await tab.evaluate('globalThis.opener'), null, link);
          assert.equal(await tab.evaluate('document.referrer'), '', link);
          assert.equal(await tab.evaluate('globalThis.origin'), away.url, 'the tab is a usual one');
          assert.equal(saved, false, link);
          await tab.close();
        }
        assert.deepEqual(
          away.asked.filter((line) => !line.includes('/clicked/') && !line.includes('favicon')),
          [], 'pings and the like',
        );
        away.asked.length = 0;
        const pages = window.context.pages().length;
        for (const inert of ['script', 'data', 'send', 'sign-out', 'near', 'svg-link']) {
          await frame().locator(`#${inert}`).click({ force: true });
        }
        await sleep(500);
        assert.equal(window.context.pages().length, pages);
        assert.equal(page.url(), address);
        assert.equal(frame().url().replace(/#far$/, ''), inside);
        assert.equal(await look('document.title'), 'The wall is open');
        assert.deepEqual(away.asked, []);
        await page.goto('/');
        assert.equal(new URL(page.url()).pathname, '/', 'still signed in');
      });
    });
  }

  it('V13: what claims to be a picture is one or is not shown, and nothing opens as a page', async () => {
    const replay = await save(`${site.url}/polyglot`);
    await open(replay);
    assert.equal(await look('document.getElementById("fake").naturalWidth'), 0);
    const inside = frame().url();
    const request = page.request;
    for (const name of ['gifjs.png', 'html.png']) {
      const answer = await request.get(
        new URL(`resource?url=${encodeURIComponent(`${site.url}/${name}`)}`, inside).href,
      );
      const type = answer.headers()['content-type'];
      if (answer.status() === 200) {
        assert.equal(type, 'image/gif', name);
        assert.equal(answer.headers()['content-disposition'], 'attachment');
      } else {
        assert.equal(type, 'text/plain; charset=utf-8', name);
      }
    }
    // A drawing opened by itself is a file, not a document.
    const pretty = await replayOf(`${site.url}/pretty`);
    await page.goto(pretty);
    const vector = new URL(`resource?url=${encodeURIComponent(`${site.url}/vector.svg`)}`, frame().url());
    const alone = await window.context.newPage();
    const fetched = alone.waitForEvent('download');
    await alone.goto(vector.href).catch(() => {});
    await fetched;
    await alone.close();
  });

  it('a replay ends with the session it was opened in', async () => {
    const other = await openWindow(browser, { base: cuttings.url, script: true, allowed: EXPECTED });
    await other.page.goto('/signin');
    await other.page.locator('input[name="name"]').fill('ada');
    await other.page.locator('input[name="password"]').fill(PASSWORD);
    await send(other.page, () => other.page.getByRole('button', { name: 'Sign in' }).click());
    await other.page.goto(await replayOf(`${site.url}/pretty`));
    const inside = (await other.page.locator('iframe').getAttribute('src')) ?? '';
    assert.equal((await page.request.get(inside)).status(), 200);
    await other.page.goto('/');
    await send(other.page, () => other.page.getByRole('button', { name: 'Sign out' }).click());
    assert.equal((await page.request.get(inside)).status(), 404);
    await other.context.close();
  });

  it('P04: not even a name is looked up', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'cuttings-netlog-'));
    const log = path.join(folder, 'net.json');
    const replay = await replayOf(`${site.url}/hostile`);
    await page.goto(replay);
    const inside = new URL(frame().url());
    const watched = await chromium.launch({
      executablePath: process.env.CUTTINGS_CHROMIUM ?? '/usr/bin/chromium',
      args: ['--no-sandbox', '--disable-gpu', '--no-first-run', `--log-net-log=${log}`],
    });
    const tab = await watched.newPage();
    await tab.goto(inside.href);
    await sleep(1_500);
    const noted = await tab.evaluate('document.title');
    await watched.close();
    const written = readFileSync(log, 'utf8');
    rmSync(folder, { recursive: true, force: true });
    assert.equal(noted, 'The wall is open');
    assert.ok(written.includes(inside.pathname.slice(0, 40)), 'the log holds the page itself');
    assert.ok(!written.includes(HINT), 'a hinted name was looked up');
    assert.ok(!written.includes(new URL(away.url).host), 'somebody was connected to');
  });
});
