// Pages as their reader saw them: what the real SingleFile saves in Chromium is
// sent as its extension sends it, and what is read here is what was on the page.
// Then the small form that the bookmarklet opens, and the page Connect.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { openWindow, photograph, send, startChromium, startCuttings, until } from './lib.mjs';
import { png } from './picture.mjs';
import { openLibrary } from './views.mjs';

const SINGLE_FILE = fileURLToPath(
  new URL('node_modules/single-file-cli/single-file-node.js', import.meta.url),
);
const CHROMIUM = process.env.CUTTINGS_CHROMIUM ?? '/usr/bin/chromium';

const LEDE =
  'The river rose by a hand in the night, and those who live along it had carried their chairs and their clocks up to the first floor before anybody asked them to.';
const BY_SCRIPT =
  'The bridge held, as it has for two hundred years, and by noon the water had gone down enough for the baker to open his door to the street again.';
const IN_SHADOW =
  'Nobody was hurt, the mayor said, and the school is to open on Monday, if the cellar is dry by then and somebody finds the key.';

/** A page whose text is put together by scripts, for those alone who have its cookie. */
const PAGE = `<!doctype html><html lang=en><title>Rain in the valley</title>
<meta property=og:image content=/lead.png><body><article><h1>Rain in the valley</h1>
<p>${LEDE}</p><figure><img data-src=/later.png src=/river.png alt=River><figcaption>The river</figcaption></figure>
<div id=more></div><div id=host></div></article><script>
document.getElementById('more').innerHTML = '<p>' + ${JSON.stringify(BY_SCRIPT)} + '</p><img src=/river.png alt=Again>';
document.getElementById('host').attachShadow({ mode: 'open' }).innerHTML = '<p>' + ${JSON.stringify(IN_SHADOW)} + '</p>';
</script></body></html>`;

/** A site that shows its story only with a cookie, and counts what it is asked for. */
async function startWalled() {
  /** @type {string[]} */
  const asked = [];
  const server = createServer((request, response) => {
    asked.push(request.url ?? '');
    if (request.url?.endsWith('.png')) {
      response.setHeader('content-type', 'image/png').end(png(640, 400, [70, 90, 120], [200, 210, 220]));
    } else if (request.headers.cookie?.includes('reader=ada')) {
      response.setHeader('content-type', 'text/html; charset=utf-8').end(PAGE);
    } else {
      response
        .setHeader('content-type', 'text/html; charset=utf-8')
        .end('<title>Rain</title><h1>Rain</h1><p>Subscribe to read this article.</p>');
    }
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  return { url: `http://127.0.0.1:${port}`, asked, close: () => server.close() };
}

describe('pages that a browser sends', () => {
  /** @type {Awaited<ReturnType<typeof startWalled>>} */
  let walled;
  /** @type {Awaited<ReturnType<typeof startCuttings>>} */
  let cuttings;
  /** @type {Awaited<ReturnType<typeof startChromium>>} */
  let browser;
  /** @type {Awaited<ReturnType<typeof openWindow>>} */
  let window;
  /** @type {import('playwright-core').Page} */
  let page;
  let folder = '';
  let token = '';

  before(async () => {
    walled = await startWalled();
    cuttings = await startCuttings();
    browser = await startChromium();
    window = await openWindow(browser, { base: cuttings.url, script: true });
    page = window.page;
    folder = mkdtempSync(path.join(tmpdir(), 'cuttings-sent-'));
    await openLibrary(page);
  });

  after(async () => {
    await browser?.close();
    walled?.close();
    await cuttings?.stop();
    if (folder) rmSync(folder, { recursive: true, force: true });
  });

  const api = async (/** @type {string} */ place) =>
    (await fetch(cuttings.url + place, { headers: { authorization: `Bearer ${token}` } })).json();

  /** Saves a page as SingleFile does, and gives the file. */
  const saved = async (/** @type {string} */ place, /** @type {string[]} */ ...options) => {
    const file = path.join(folder, `page-${options.length}.html`);
    await promisify(execFile)(
      process.execPath,
      [
        SINGLE_FILE,
        `--browser-executable-path=${CHROMIUM}`,
        '--browser-arg=--no-sandbox',
        `--browser-cookie=reader,ada,127.0.0.1,/`,
        ...options,
        walled.url + place,
        file,
      ],
      { timeout: 90_000 },
    );
    return readFileSync(file);
  };

  /** Sends a file as the extension does: the file first, the address behind it. */
  const upload = async (/** @type {Buffer} */ file, /** @type {string} */ url) => {
    const form = new FormData();
    form.append('file', new Blob([new Uint8Array(file)], { type: 'text/html' }), 'Rain (24_11_2026, 03：00).html');
    form.append('url', url);
    const answer = await fetch(`${cuttings.url}/api/v1/singlefile`, {
      method: 'POST',
      headers: { accept: 'application/json', authorization: `Bearer ${token}` },
      body: form,
    });
    return { status: answer.status, body: await answer.json() };
  };

  const read = async (/** @type {number} */ id) =>
    until('the article was read', async () => {
      const article = await api(`/api/v1/articles/${id}?include=text,html`);
      return article.state === 'queued' ? null : article;
    });

  /** Opens the newest capture as it looked: every picture is there, in its colours. */
  const looksAsItDid = async (/** @type {number} */ id) => {
    await page.goto(`/articles/${id}/captures`);
    await page.goto(String(await page.locator('a[href$="/replay"]').first().getAttribute('href')));
    await page.waitForLoadState('networkidle');
    const shown = page.frames().find((frame) => frame.url().includes('/replay/'));
    assert.ok(shown, 'there is a frame');
    assert.match(await shown.locator('body').innerText(), /The bridge held/);
    // SingleFile shows a picture that stands twice as the background of an empty one.
    const widths = () =>
      shown.evaluate(() =>
        Promise.all(
          [...document.querySelectorAll('img')].map(async (image) => {
            const behind = /url\("(.*)"\)/.exec(getComputedStyle(image).backgroundImage)?.[1];
            const seen = new Image();
            seen.src = behind ?? image.currentSrc;
            await seen.decode();
            return seen.naturalWidth;
          }),
        ),
      );
    assert.deepEqual(await widths(), [640, 640]);
    await photograph(page, `sent-replay-${id}`);
  };

  it('a token is made on the page Connect and shown once', async () => {
    await page.goto('/connect');
    await photograph(page, 'connect');
    await page.fill('#token-name', 'SingleFile');
    await send(page, () => page.click('.token-form button'));
    token = await page.locator('#secret').innerText();
    assert.match(token, /^[0-9a-f]{64}$/);
    await photograph(page, 'connect-token');
    await page.goto('/connect');
    assert.equal(await page.locator('#secret').count(), 0);
    assert.equal(await page.locator('.tokens li').count(), 1);
  });

  it('v17 what SingleFile saw behind a wall is read here, and nothing is asked for again', async () => {
    const saveByAddress = await fetch(`${cuttings.url}/api/v1/articles`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify({ url: `${walled.url}/story` }),
    });
    const { id } = await saveByAddress.json();
    const before = await read(id);
    assert.doesNotMatch(before.text ?? '', /bridge held/);

    const file = await saved('/story');
    const asked = walled.asked.length;
    const sent = await upload(file, `${walled.url}/story#top`);
    assert.equal(sent.status, 202, JSON.stringify(sent.body));
    assert.equal(sent.body.id, id);
    const article = await until('the file was read', async () => {
      const now = await api(`/api/v1/articles/${id}?include=text,html`);
      return now.text?.includes('bridge held') ? now : null;
    });
    assert.equal(article.state, 'ready');
    assert.equal(article.reason, null);
    for (const sentence of [LEDE, BY_SCRIPT, IN_SHADOW]) assert.ok(article.text.includes(sentence), sentence);
    assert.equal(walled.asked.length, asked, walled.asked.slice(asked).join(' '));

    await page.goto(`/articles/${id}`);
    await until('the picture is shown', () =>
      page.evaluate(() => {
        const picture = /** @type {HTMLImageElement | null} */ (document.querySelector('#story img'));
        return picture !== null && picture.naturalWidth === 640;
      }),
    );
    await page.goto(`/articles/${id}/captures`);
    assert.match(await page.locator('main').innerText(), /sent by a browser as a complete page/);
    await looksAsItDid(id);
  });

  it('a page that SingleFile packed is read like any other', async () => {
    const file = await saved('/packed', '--compress-content=true', '--self-extracting-archive=true');
    assert.ok(file.includes(Buffer.from('PK\u0005\u0006', 'latin1')), 'the file is a ZIP as well');
    const asked = walled.asked.length;
    const sent = await upload(file, `${walled.url}/packed`);
    assert.equal(sent.status, 201, JSON.stringify(sent.body));
    const article = await read(sent.body.id);
    for (const sentence of [LEDE, BY_SCRIPT, IN_SHADOW]) assert.ok(article.text.includes(sentence), sentence);
    assert.match(article.html, /\/pictures\/[0-9a-f]{64}/);
    await looksAsItDid(sent.body.id);
    assert.equal(walled.asked.length, asked);
  });

  it('the bookmarklet opens the form, which saves by its button and knows the page again', async () => {
    await page.goto('/connect');
    const bookmarklet = await page.locator('a.bookmarklet').getAttribute('href');
    assert.ok(bookmarklet?.startsWith('javascript:'));
    // The page it is pressed on is somebody else's.
    const other = await window.context.newPage();
    await other.goto(`${walled.url}/elsewhere`);
    await other.evaluate(() => getSelection()?.selectAllChildren(/** @type {Element} */ (document.querySelector('p'))));
    const [popup] = await Promise.all([
      window.context.waitForEvent('page'),
      other.evaluate((code) => {
        // A bookmark runs in the page without being a link of it.
        (0, eval)(code);
      }, decodeURI(String(bookmarklet).slice('javascript:'.length))),
    ]);
    await popup.waitForLoadState();
    assert.equal(await popup.locator('#url').inputValue(), `${walled.url}/elsewhere`);
    assert.equal((await api(`/api/v1/pages?url=${walled.url}/elsewhere`)).article, null);
    assert.equal(await popup.locator('#words').inputValue(), 'Subscribe to read this article.');
    await popup.setViewportSize({ width: 520, height: 640 });
    await photograph(popup, 'save');
    await popup.fill('#tags', 'rain, river');
    await send(popup, () => popup.click('.save-form button'));
    await popup.waitForURL(/saved=/);
    await photograph(popup, 'save-done');
    const { article } = await api(`/api/v1/pages?url=${walled.url}/elsewhere`);
    assert.deepEqual(article.tags, ['rain', 'river']);
    await popup.goto(`/save?url=${encodeURIComponent(`${walled.url}/elsewhere`)}&title=Rain`);
    assert.match(await popup.locator('main').innerText(), /Already kept on/);
    await photograph(popup, 'save-already');
    const again = await popup.locator('.held a').getAttribute('href');
    assert.equal(again, `/articles/${article.id}`);
  });

  it('nothing went wrong in the windows', () => {
    const foreign = new RegExp(`request to ${walled.url}|${walled.url}`);
    assert.deepEqual(
      window.complaints().filter((complaint) => !foreign.test(complaint)),
      [],
    );
  });
});
