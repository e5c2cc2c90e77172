// The extension, in Chromium: connecting it, saving a page that shows its story
// only here, knowing it again, the key, the menu, and a library that is away.

/// <reference types="chrome" />

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { SOURCE, copyExtension, startGate, startWithExtension } from './extension.mjs';
import { photograph, send, startCuttings, until } from './lib.mjs';
import { png } from './picture.mjs';
import { openLibrary } from './views.mjs';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

const WEB_EXT = fileURLToPath(new URL('node_modules/web-ext/bin/web-ext.js', import.meta.url));

const LEDE =
  'The ferry was late by an hour, and those who had come to see it off stood under the roof of the ticket office and told each other about other hours.';
const BY_SCRIPT =
  'It came around the mole at noon with all its flags out, because the captain was to marry on the other side, and nobody had told the harbour.';
const IN_OPEN =
  'The band played what it knew, which was a march and the first half of a waltz, and then the march again, until the ropes were made fast.';
const IN_CLOSED =
  'The bride had come on the ship, the cook said, and had peeled potatoes with him all the way, in her dress, under a coat of his.';

const REST = [
  'The wedding was held on the quay, between the crates, by a registrar who had taken his bicycle and arrived before the rings did, which were in the pocket of the stoker, and the stoker was asleep.',
  'The guests were those who had waited for the ferry, and since they had waited for an hour they had eaten what they had brought for the crossing, so the baker opened again and sold what was left of the morning.',
  'At two the harbour master asked, for the second time and in writing, when the ship was going to leave. The captain wrote back that he was busy until three, and that the harbour master was welcome to dance.',
];

/** What a reader types, and what says who they are; none of it may be sent. */
const PRIVATE = ['hunter2-secret', 'half a comment', 'a draft of a letter', 'csrf-4711', 'state-of-ada'];

/** A story put together by scripts, for those alone who have its cookie. */
const STORY = `<!doctype html><html lang=en><head><title>The late ferry</title>
<meta name=csrf-token content=csrf-4711>
<script>window.state = 'state-of-ada'; window.ran = 1;</script></head>
<body onload="this.title = 'x'"><article><h1>The late ferry</h1><p>${LEDE}</p>
${REST.map((paragraph) => `<p>${paragraph}</p>`).join('\n')}
<figure><img id=lead src=/members/ferry.png alt="The ferry" data-src=/members/other.png
  srcset="/members/ferry.png 1x, /members/large.png 2x"><figcaption>The ferry</figcaption></figure>
<div id=more></div><div id=open></div><x-closed></x-closed></article>
<form><input type=hidden name=csrf value=csrf-4711><input id=name><input id=password type=password>
<div id=mirror></div><textarea id=comment></textarea><div id=letter contenteditable>Dear editor</div><button>Post</button></form>
<canvas id=chart width=40 height=30></canvas><iframe src=/frame title=Tides></iframe>
<script>
document.getElementById('more').innerHTML = '<p>' + ${JSON.stringify(BY_SCRIPT)} + '</p>';
document.getElementById('open').attachShadow({ mode: 'open' }).innerHTML = '<p>' + ${JSON.stringify(IN_OPEN)} + '</p>';
customElements.define('x-closed', class extends HTMLElement {
  constructor() {
    super();
    const root = this.attachShadow({ mode: 'closed' });
    root.innerHTML = '<p>' + ${JSON.stringify(IN_CLOSED)} + '</p>';
    const sheet = new CSSStyleSheet();
    sheet.replaceSync('p { color: rgb(1, 2, 3); }');
    root.adoptedStyleSheets = [sheet];
  }
});
const style = document.head.appendChild(document.createElement('style'));
style.sheet.insertRule('article { background: url(made.png); }');
const chart = document.getElementById('chart').getContext('2d');
chart.fillStyle = 'red';
chart.fillRect(5, 5, 20, 20);
document.querySelector('textarea').addEventListener('input', (event) => {
  document.getElementById('mirror').dataset.copy = event.target.value;
});
</script></body></html>`;

/** A page built so that whoever reads its tree trips over it. */
const TRIPPING = `<!doctype html><html lang=en><head><title>Under water</title></head><body>
<form><input name=attributes><input name=localName><input name=lastChild><input name=nodeType>
<input name=namespaceURI><input name=parentElement><input name=isContentEditable>
<article><h1>Under water</h1><p>${LEDE}</p>${REST.map((paragraph) => `<p>${paragraph}</p>`).join('\n')}
<style>p::after { content: "</style" }</style><pre>

Two lines above this</pre>
<svg viewBox="0 0 9 9"><script>window.ran = 1</script><foreignObject><p>In the drawing</p></foreignObject></svg>
<math><mi>x</mi></math></article></form>
<img name=documentElement><img name=title><img name=baseURI><img name=querySelectorAll><img name=contentType>
<img name=doctype><img name=body><div id=deep></div>
<script>
for (const type of [Node, Element, Document, Array, String]) type.prototype.toString = () => { throw new Error('no'); };
Element.prototype.getAttribute = () => 'changed';
Object.defineProperty(Node.prototype, 'textContent', { get() { throw new Error('no'); } });
Array.prototype[Symbol.iterator] = function* () {};
let at = document.getElementById('deep');
for (let depth = 0; depth < 5000; depth += 1) at = at.appendChild(document.createElement('span'));
at.append('At the ground');
at.setAttribute('title', '"><script>window.ran = 1</' + 'script>');
</script></body></html>`;

/** A picture that takes some room: what stands behind the end of a PNG is no part of it. */
const LARGE_PICTURE = Buffer.concat([png(400, 300, [9, 60, 90], [90, 200, 210]), Buffer.alloc(2_500_000, 7)]);
const ALBUM_SIZE = 16;

/** A site that shows its story and its pictures only with a cookie. */
async function startMembersOnly() {
  /** @type {string[]} */
  const asked = [];
  const server = createServer((request, response) => {
    const place = request.url ?? '';
    asked.push(place);
    const isMember = request.headers.cookie?.includes('reader=ada');
    if (place === '/login') {
      response.setHeader('set-cookie', 'reader=ada; Path=/').end('in');
    } else if (place.startsWith('/members/') && isMember) {
      response.setHeader('content-type', 'image/png').end(png(640, 400, [40, 60, 120], [200, 210, 230]));
    } else if (place === '/frame') {
      response.setHeader('content-type', 'text/html').end('<p>High water at noon</p>');
    } else if (place === '/list') {
      response.setHeader('content-type', 'text/html').end('<title>List</title><h1>List</h1><a href=/linked>Linked</a>');
    } else if (place === '/linked') {
      response.setHeader('content-type', 'text/html').end(`<title>Linked</title><article><h1>Linked</h1><p>${LEDE}</p><p>${BY_SCRIPT}</p></article>`);
    } else if (place === '/tripping') {
      response.setHeader('content-type', 'text/html').end(TRIPPING);
    } else if (place.startsWith('/large/')) {
      response.setHeader('content-type', 'image/png').end(LARGE_PICTURE);
    } else if (place === '/album') {
      const pictures = Array.from({ length: ALBUM_SIZE }, (_, at) => `<img src=/large/${at}.png alt="Picture ${at}">`);
      response.setHeader('content-type', 'text/html').end(`<title>Album</title><h1>Album</h1><p>${LEDE}</p>${pictures.join('')}`);
    } else if (place === '/plain') {
      response.setHeader('content-type', 'text/plain').end('Words without a page.');
    } else if (isMember) {
      response.setHeader('content-type', 'text/html; charset=utf-8').end(STORY);
    } else {
      response.setHeader('content-type', 'text/html; charset=utf-8').end('<title>Ferry</title><p>Subscribe to read this.</p>');
    }
  });
  // Another host than the library's: what the extension may do there, it may by
  // the press of its button.
  await new Promise((resolve) => server.listen(0, '127.0.0.2', () => resolve(undefined)));
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  return { url: `http://127.0.0.2:${port}`, asked, close: () => server.close() };
}

describe('the extension', () => {
  /** @type {Awaited<ReturnType<typeof startMembersOnly>>} */
  let site;
  /** @type {Awaited<ReturnType<typeof startCuttings>>} */
  let cuttings;
  /** @type {Awaited<ReturnType<typeof startGate>>} */
  let gate;
  /** @type {import('./extension.mjs').Extended} */
  let browser;
  /** @type {import('playwright-core').Page} */
  let page;
  /** @type {string[]} */
  const complaints = [];
  const folder = mkdtempSync(path.join(tmpdir(), 'cuttings-extension-'));
  const folders = { extension: path.join(folder, 'extension'), profile: path.join(folder, 'profile') };
  let token = '';
  let story = 0;

  before(async () => {
    copyExtension(folders.extension);
    site = await startMembersOnly();
    cuttings = await startCuttings();
    gate = await startGate(cuttings.url);
    browser = await startWithExtension(folders, cuttings.url);
    // It opens the page on which it is connected by itself.
    await until('the options are open', () =>
      browser.context.pages().some((one) => one.url().endsWith('/options.html')),
    );
    page = await browser.context.newPage();
  });

  after(async () => {
    await browser?.context.close();
    await gate?.shut();
    site?.close();
    await cuttings?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const api = async (/** @type {string} */ place) =>
    (await fetch(cuttings.url + place, { headers: { authorization: `Bearer ${token}` } })).json();
  const articleOf = async (/** @type {string} */ place) =>
    (await api(`/api/v1/pages?url=${encodeURIComponent(site.url + place)}`)).article;
  const captures = async (/** @type {number} */ id) =>
    (await api(`/api/v1/articles/${id}/captures`)).captures.filter(
      (/** @type {{origin: string}} */ capture) => capture.origin === 'extension',
    );
  const badge = () => browser.worker().evaluate(() => chrome.action.getBadgeText({}));
  const pagesSent = () => gate.sent.filter((one) => one.path === '/api/v1/pages' && one.key !== '');

  /** @param {string} scope */
  async function makeToken(scope) {
    await page.goto(`${cuttings.url}/connect`);
    await page.fill('#token-name', `Browser, ${scope}`);
    await page.selectOption('#token-scope', scope);
    await send(page, () => page.click('.token-form button'));
    return page.locator('#secret').innerText();
  }

  async function faults() {
    await page.evaluate(AXE);
    return page.evaluate(async () => {
      // @ts-expect-error axe-core puts itself on the window.
      const { violations } = await window.axe.run(document, {
        runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
      });
      return violations.map((/** @type {{id: string, nodes: {html: string}[]}} */ one) => `${one.id}: ${one.nodes.map((node) => node.html)}`);
    });
  }

  const ownPage = (/** @type {string} */ name) => page.goto(`chrome-extension://${browser.id}/${name}`);

  it('says only what stands in its catalogue, and all of that', () => {
    const catalogue = Object.keys(JSON.parse(readFileSync(path.join(SOURCE, '_locales/en/messages.json'), 'utf8')));
    const sources = readdirSync(SOURCE)
      .filter((name) => /\.(js|html|json)$/.test(name))
      .map((name) => readFileSync(path.join(SOURCE, name), 'utf8'))
      .join('\n');
    const isUsed = (/** @type {string} */ name) =>
      // Names with a changing end: why_…, failed_….
      sources.includes(`"${name}"`) || sources.includes(`__MSG_${name}__`) || /^(why|failed)_/.test(name);
    assert.deepEqual(catalogue.filter((name) => !isUsed(name)), []);
    const used = [...sources.matchAll(/(?:data-text|data-label)="(\w+)"|\btext\("(\w+)"|__MSG_(\w+)__/g)];
    const names = used.map((found) => found[1] ?? found[2] ?? found[3] ?? '');
    assert.ok(names.length > 20);
    assert.deepEqual(names.filter((name) => !catalogue.includes(name)), []);
    for (const reason of readFileSync(path.join(SOURCE, 'library.js'), 'utf8').matchAll(/refused\("(\w+)"/g)) {
      assert.ok(catalogue.includes(`why_${reason[1]}`), reason[1]);
    }
    assert.doesNotMatch(sources, /innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(/);
  });

  it('web-ext finds nothing in it but what is known', () => {
    const said = execFileSync(process.execPath, [WEB_EXT, 'lint', '--source-dir', SOURCE, '--output', 'json'], { encoding: 'utf8' });
    const { errors, warnings } = JSON.parse(said);
    assert.deepEqual(errors, []);
    const found = warnings.map((/** @type {{code: string, message: string}} */ one) => `${one.code}: ${one.message}`);
    const known = [
      // Chromium knows the one, Firefox the other; the manifest has both.
      /^BACKGROUND_SERVICE_WORKER_IGNORED: /,
      // Firefox has it as a property of elements, which is asked first.
      /^UNSUPPORTED_API: dom\.openOrClosedShadowRoot /,
    ];
    assert.deepEqual(found.filter((/** @type {string} */ one) => !known.some((pattern) => pattern.test(one))), []);
  });

  it('is connected on its own page, which says what is wrong until it is right', async () => {
    await page.goto(cuttings.url);
    await openLibrary(page);
    token = await makeToken('save');
    const readOnly = await makeToken('read');
    const other = createServer((_, response) => response.end('Hello')).listen(0, '127.0.0.1');
    await new Promise((resolve) => other.on('listening', resolve));
    const { port } = /** @type {import('node:net').AddressInfo} */ (other.address());

    await ownPage('options.html');
    // A key that the browser has for itself would be given to nobody.
    await page.getByText('Alt+Shift+K saves the page at once').waitFor();
    await photograph(page, 'extension-options');
    assert.deepEqual(await faults(), []);
    const connect = async (/** @type {string} */ address, /** @type {string} */ secret, /** @type {RegExp} */ expected) => {
      await page.fill('#address', address);
      await page.fill('#token', secret);
      await page.click('#connect-button');
      await page.locator('#status').filter({ hasText: expected }).waitFor();
    };
    await connect('ftp://nowhere', token, /That is no address/);
    await connect(`http://127.0.0.1:${port}`, token, /not a Cuttings library/);
    other.close();
    other.closeAllConnections();
    await connect(`http://127.0.0.1:${port}`, token, /cannot be reached/);
    await connect(gate.url, '0'.repeat(64), /does not know the token/);
    await connect(gate.url, readOnly, /may only read/);
    assert.equal(await page.evaluate(async () => (await chrome.storage.local.get('connection')).connection), undefined);
    // Whatever page of the library somebody pastes.
    await connect(`${gate.url}/articles/1?x#y`, token, /Connected with the library of ada/);
    assert.equal(await page.inputValue('#address'), gate.url);
    assert.equal(await page.inputValue('#token'), '', 'the token is not shown again');
    assert.equal((await api('/api/v1/articles')).articles.length, 0, 'checking changes nothing');
    await photograph(page, 'extension-options-connected');
    assert.deepEqual(await faults(), []);
  });

  it('v17 one click keeps a page behind a wall as it stands, and nobody asks the site again', async () => {
    await page.goto(`${site.url}/login`);
    await page.goto(`${site.url}/ferry#top`);
    await page.fill('#name', PRIVATE[0]);
    await page.fill('#password', PRIVATE[0]);
    await page.fill('#comment', PRIVATE[1]);
    await page.locator('#letter').fill(PRIVATE[2]);
    await page.waitForFunction(() => /** @type {HTMLImageElement} */ (document.querySelector('#lead')).naturalWidth === 640);
    const asked = site.asked.length;
    const before = await page.evaluate(() => document.documentElement.outerHTML);

    const popup = await browser.press(page);
    await popup.says(/The late ferry/);
    assert.equal(await popup.run('document.activeElement.id'), 'tags');
    assert.equal(await popup.run('document.querySelector("#kept").hidden'), true);
    await popup.type('sea, ferries');
    await popup.click('#save-button');
    await popup.says(/✓ Kept as you see it/);
    await popup.says(/Already kept since/);
    await popup.close();

    const article = await until('the story was read', async () => {
      const found = await articleOf('/ferry');
      return found?.state === 'ready' ? api(`/api/v1/articles/${found.id}?include=text,html`) : null;
    });
    story = article.id;
    for (const sentence of [LEDE, BY_SCRIPT, IN_OPEN, IN_CLOSED]) assert.ok(article.text.includes(sentence), sentence);
    assert.deepEqual(article.tags, ['ferries', 'sea']);
    assert.match(article.html, /\/pictures\/[0-9a-f]{64}/);
    assert.equal(article.headline, 'The late ferry');
    // The picture was read from the browser's cache or from the site, by its page.
    // The library, which has no cookie, asked for the background at most, which is
    // not inside and belongs to how the page looked.
    const since = site.asked.slice(asked);
    assert.deepEqual(since.filter((place) => !/^\/(members\/ferry|made)\.png$/.test(place)), []);
    assert.equal(await page.evaluate(() => document.documentElement.outerHTML), before, 'the page is as it was');
  });

  it('what was typed, what acts and what proves who reads is not sent', () => {
    const [sent] = pagesSent();
    assert.ok(sent);
    assert.equal(sent.cookie, '');
    assert.equal(sent.authorization, `Bearer ${token}`);
    for (const secret of PRIVATE) assert.ok(!sent.body.includes(secret), secret);
    assert.doesNotMatch(sent.body, /window\.ran|onload|Dear editor/);
    // What was made by scripts is.
    assert.match(sent.body, /<template shadowrootmode="open"><p>The bride[^]*rgb\(1, 2, 3\)/);
    assert.match(sent.body, /article \{ background: url\("http:\/\/127\.0\.0\.2:\d+\/made\.png"\)/);
    assert.match(sent.body, /<img[^>]* id="chart"[^>]* src="data:image\/png;base64,/);
    assert.match(sent.body, /<iframe[^>]* srcdoc="[^"]*High water at noon/);
    assert.match(sent.body, /<button>Post<\/button>/);
    assert.match(sent.body, /name="seen_at"\r\n\r\n20\d\d-/);
    assert.match(sent.body, /name="url"\r\n\r\nhttp:\/\/127\.0\.0\.2:\d+\/ferry#top/);
  });

  it('v17 it can be seen as it looked, closed shadow root and picture included', async () => {
    await page.goto(`${cuttings.url}/articles/${story}/captures`);
    await page.locator('a[href$="/replay"]').first().click();
    const frameOf = () => page.frames().find((one) => one.url().includes('/replay/'));
    const frame = /** @type {import('playwright-core').Frame} */ (await until('the replay is shown', frameOf));
    for (const sentence of [LEDE, BY_SCRIPT, IN_OPEN, IN_CLOSED]) {
      await frame.getByText(sentence).waitFor();
    }
    await until('its picture is shown', () =>
      frame.locator('#lead').evaluate((one) => /** @type {HTMLImageElement} */ (one).naturalWidth === 640),
    );
    await photograph(page, 'extension-replay');
    await page.goto(`${site.url}/ferry#top`);
  });

  it('knows the page again, offers the tags of the library and keeps a further capture', async () => {
    const popup = await browser.press(page);
    await popup.says(/Already kept since/);
    assert.equal(await popup.run('document.querySelector("#kept-link").href'), `${gate.url}/articles/${story}`);
    assert.equal(await popup.run('document.querySelector("#save-button").textContent'), 'Save again');
    const offered = () => popup.run('Array.from(document.querySelectorAll("#tag-names option"), (one) => one.value)');
    await until('tags are offered', async () => (await offered()).includes('ferries'));
    await popup.type('sea, f');
    assert.deepEqual(await offered(), ['sea, ferries']);
    await popup.type('sea, noon');
    await popup.click('#save-button');
    await popup.says(/✓ Kept as you see it/);
    await popup.close();
    assert.equal((await captures(story)).length, 2);
    assert.deepEqual((await articleOf('/ferry')).tags, ['ferries', 'noon', 'sea']);
  });

  /** Presses the key on a page whose button was pressed before. */
  const pressKey = () =>
    browser.worker().evaluate(async () => {
      const [tab] = await chrome.tabs.query({ active: true, lastFocusedWindow: true });
      // @ts-expect-error What the browser calls when the key is pressed.
      chrome.commands.onCommand.dispatch('save-page', tab);
    });

  const badgeOf = () =>
    browser.worker().evaluate(async () => {
      const [tab] = await chrome.tabs.query({ active: true, lastFocusedWindow: true });
      return chrome.action.getBadgeText({ tabId: tab?.id });
    });

  it('the key saves at once, and a tick on the button says so', async () => {
    await page.goto(`${site.url}/list`);
    // The press of the key lets it see the page; here that of the button did.
    await (await browser.press(page)).close();
    await pressKey();
    await until('a tick is shown', async () => (await badgeOf()) === '✓');
    const article = await articleOf('/list');
    assert.equal((await captures(article.id)).length, 1);
    await until('the tick goes', async () => (await badgeOf()) === '');
  });

  it('the menu of a link saves its page by its address', async () => {
    const sent = pagesSent().length;
    await browser.worker().evaluate(async (linkUrl) => {
      const [tab] = await chrome.tabs.query({ active: true, lastFocusedWindow: true });
      // @ts-expect-error What the browser calls when the menu is used.
      chrome.contextMenus.onClicked.dispatch({ menuItemId: 'link', linkUrl, pageUrl: tab?.url, editable: false }, tab);
    }, `${site.url}/linked`);
    const article = await until('the linked page is read', async () => {
      const found = await articleOf('/linked');
      return found && found.state !== 'queued' ? found : null;
    });
    assert.equal(article.headline, 'Linked');
    assert.ok(site.asked.includes('/linked'));
    assert.equal(pagesSent().length, sent, 'no page was sent');
  });

  it('v17 a page built to trip whoever reads it is sent whole and stays a page', async () => {
    await page.goto(`${site.url}/tripping`);
    await (await browser.press(page)).close();
    await pressKey();
    await until('a tick is shown', async () => (await badgeOf()) === '✓');
    const body = pagesSent().at(-1)?.body ?? '';
    for (const sentence of [LEDE, ...REST, 'In the drawing', 'At the ground']) assert.ok(body.includes(sentence), sentence);
    assert.doesNotMatch(body, /<script|changed/);
    assert.match(body, /<pre>\n\nTwo lines/);
    const article = await until('it is read', async () => {
      const found = await articleOf('/tripping');
      return found && found.state !== 'queued' ? found : null;
    });
    assert.equal(article.headline, 'Under water');
    // A browser that reads it again finds what was there.
    const html = /Content-Type: text\/html\r\n\r\n([^]*?)\r\n------/.exec(body)?.[1] ?? '';
    const again = await browser.context.newPage();
    await again.goto('about:blank');
    await again.setContent(html);
    const paragraphs = () => Document.prototype.querySelectorAll.call(document, 'article > p').length;
    assert.equal(await again.evaluate(paragraphs), 1 + REST.length);
    assert.equal(await again.evaluate(() => Reflect.get(window, 'ran')), undefined);
    await again.close();
  });

  it('pictures go along up to a limit, and the library asks for the rest', async () => {
    await page.goto(`${site.url}/album`);
    await page.waitForFunction((size) => Array.from(document.images).filter((one) => one.naturalWidth > 0).length === size, ALBUM_SIZE);
    const popup = await browser.press(page);
    await popup.says(/Album/);
    await popup.click('#save-button');
    await popup.says(/✓ Kept as you see it/);
    await popup.close();
    const body = pagesSent().at(-1)?.body ?? '';
    const inside = body.match(/<img[^>]* src="data:image\/png/g)?.length ?? 0;
    const outside = body.match(/<img[^>]* src="http:/g)?.length ?? 0;
    assert.equal(inside + outside, ALBUM_SIZE);
    assert.ok(inside >= 8, `${inside} went along`);
    assert.ok(body.length < 34 * 1024 * 1024, `${body.length} characters were sent`);
  });

  it('what is no page of HTML is saved by its address', async () => {
    await page.goto(`${site.url}/plain`);
    const popup = await browser.press(page);
    await popup.says(/plain/);
    await popup.click('#save-button');
    await popup.says(/Saved by its address/);
    await popup.close();
    assert.ok(await articleOf('/plain'));
  });

  it('d23 pages wait while the library is down, full or broken, and are shown so', async () => {
    await gate.shut();
    await page.goto(`${site.url}/waits/down`);
    const popup = await browser.press(page);
    await popup.says(/The library cannot be reached/);
    await popup.type('late');
    await popup.click('#save-button');
    await popup.says(/kept here and sent as soon/);
    await popup.says(/One page waits[^]*The late ferry[^]*Waits since/);
    await popup.close();
    assert.equal(await badge(), '1');
    await gate.reopen();
    for (const mode of ['full', 'broken']) {
      gate.mode = mode;
      await page.goto(`${site.url}/waits/${mode}`);
      const again = await browser.press(page);
      await again.says(/The late ferry/);
      await again.click('#save-button');
      await again.says(/kept here and sent as soon/);
      await again.close();
    }
    assert.equal(await badge(), '3');
  });

  it('d23 they are still there when the browser was closed, and are sent once', async () => {
    complaints.push(...browser.complaints);
    await browser.context.close();
    browser = await startWithExtension(folders, cuttings.url);
    page = await browser.context.newPage();
    await until('the button says what waits', async () => (await badge()) === '3');
    for (const mode of ['down', 'full', 'broken']) assert.equal(await articleOf(`/waits/${mode}`), null);

    // They arrive, and nobody hears of it: first of one, then of the next.
    gate.mode = 'lost';
    await page.goto(`${site.url}/list`);
    const popup = await browser.press(page);
    await popup.says(/3 pages wait/);
    for (const mode of ['down', 'full', 'broken']) {
      await popup.click('#send');
      await until('the page arrived', async () => (await articleOf(`/waits/${mode}`)) !== null);
      await until('the button can be pressed again', () => popup.run('!document.querySelector("#send").disabled'));
      await popup.says(/waits?\n/);
      gate.mode = 'once';
    }
    gate.mode = 'open';
    await popup.click('#send');
    await until('nothing waits', () => popup.run('document.querySelector("#waiting").hidden'));
    await popup.close();
    assert.equal(await badge(), '');
    for (const mode of ['down', 'full', 'broken']) {
      const article = await articleOf(`/waits/${mode}`);
      assert.equal((await captures(article.id)).length, 1, mode);
      const keys = pagesSent().filter((one) => one.body.includes(`${site.url}/waits/${mode}`)).map((one) => one.key);
      assert.ok(keys.length > 1, `${mode} was sent again`);
      assert.equal(new Set(keys).size, 1, `${mode} was sent under one key`);
    }
    assert.deepEqual((await articleOf('/waits/down')).tags, ['late']);
  });

  it('d23 what waited when the browser was closed is sent when it starts', async () => {
    await page.goto(`${site.url}/login`);
    await page.goto(`${site.url}/waits/start`);
    await gate.shut();
    const popup = await browser.press(page);
    await popup.says(/cannot be reached/);
    await popup.click('#save-button');
    await popup.says(/kept here and sent as soon/);
    complaints.push(...browser.complaints);
    await browser.context.close();
    await gate.reopen();
    browser = await startWithExtension(folders, cuttings.url);
    page = await browser.context.newPage();
    const article = await until('it is sent', () => articleOf('/waits/start'));
    await until('nothing waits', async () => (await badge()) === '');
    assert.equal((await captures(article.id)).length, 1);
  });

  it('what the library refuses is shown with the reason, and goes when it is discarded', async () => {
    await page.goto(`${cuttings.url}/connect`);
    const revoked = page.locator('.tokens li').filter({ hasText: 'Browser, save' }).locator('form button');
    await send(page, () => revoked.click());
    await page.goto(`${site.url}/waits/refused`);
    const popup = await browser.press(page);
    await popup.says(/does not know the token/);
    await popup.click('#save-button');
    await popup.says(/One page waits[^]*does not know the token/);
    assert.equal(await badge(), '!');
    await popup.click('#waiting-list button');
    await until('nothing waits', () => popup.run('document.querySelector("#waiting").hidden'));
    assert.equal(await badge(), '');
    await popup.close();
    // With a new token it goes on.
    token = await makeToken('save');
    await ownPage('options.html');
    await page.fill('#token', token);
    await page.click('#connect-button');
    await page.locator('#status').filter({ hasText: /Connected/ }).waitFor();
    assert.equal(await articleOf('/waits/refused'), null);
  });

  it('v18 its window holds no fault and looks as it should', async () => {
    await ownPage('popup.html');
    await page.locator('#title').filter({ hasText: /./ }).waitFor();
    await photograph(page, 'extension-popup-no-page');
    assert.deepEqual(await faults(), []);
    // Opened in a tab it sees itself; so that it can be looked at, it is told of a page.
    const pretend = (/** @type {string} */ url) =>
      page.addInitScript((tab) => {
        if (chrome.tabs) chrome.tabs.query = /** @type {any} */ (async () => [tab]);
      }, { id: 0, url, title: 'The late ferry, and who came to see it off from the old quay' });
    await pretend(`${site.url}/ferry`);
    await ownPage('popup.html');
    await page.locator('#kept-link').waitFor();
    await photograph(page, 'extension-popup-kept');
    assert.deepEqual(await faults(), []);
    await gate.shut();
    await pretend(`${site.url}/unknown`);
    await ownPage('popup.html');
    await page.locator('#status').filter({ hasText: /cannot be reached/ }).waitFor();
    // Tab 0 is none, so the address is kept.
    await page.click('#save-button');
    await page.locator('#waiting li').waitFor();
    await photograph(page, 'extension-popup-waiting');
    assert.deepEqual(await faults(), []);
    await gate.reopen();
  });

  it('nothing went wrong inside', () => {
    assert.deepEqual([...complaints, ...browser.complaints], []);
  });
});
