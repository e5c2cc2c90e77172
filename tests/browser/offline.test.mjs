// Reading without a network: lists kept on the device with their pictures,
// changes that wait and are made once, and nothing left for the next person.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { startFlaky } from './flaky.mjs';
import { openWindow, send, startChromium, startCuttings, until } from './lib.mjs';
import { STORY, startOrigin } from './origin.mjs';
import { openLibrary } from './views.mjs';

/** What Chromium says while there is no network, and while answers get lost. */
const AWAY = [
  /ERR_CONNECTION_REFUSED|ERR_EMPTY_RESPONSE|ERR_CONNECTION_RESET|ERR_INTERNET_DISCONNECTED/,
  /ERR_INCOMPLETE_CHUNKED_ENCODING|ERR_FAILED|ERR_NETWORK_CHANGED/,
];

describe('without a network', () => {
  /** @type {Awaited<ReturnType<typeof startOrigin>>} */
  let origin;
  /** @type {Awaited<ReturnType<typeof startCuttings>>} */
  let cuttings;
  /** @type {Awaited<ReturnType<typeof startFlaky>>} */
  let way;
  /** @type {Awaited<ReturnType<typeof startChromium>>} */
  let browser;
  /** @type {Awaited<ReturnType<typeof openWindow>>} */
  let window;

  before(async () => {
    origin = await startOrigin();
    cuttings = await startCuttings();
    way = await startFlaky(cuttings.url);
    browser = await startChromium();
    window = await openWindow(browser, { base: way.url, script: true, allowed: AWAY });
    const { page } = window;
    await openLibrary(page);
    await page.fill('#url', `${origin.url}/story`);
    await send(page, () => page.click('form.save button'));
    await until('the story was read', () =>
      page.getByRole('link', { name: STORY.headline }).count(),
    );
  });

  after(async () => {
    await browser?.close();
    await way?.close();
    await origin?.close();
    await cuttings?.stop();
  });

  /** What the worker knows. @returns {Promise<any>} */
  const device = () =>
    window.page.evaluate(async () => {
      const { active } = await navigator.serviceWorker.ready;
      return new Promise((resolve) => {
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = ({ data }) => resolve(data.answer);
        active?.postMessage({ what: 'state' }, [port2]);
      });
    });

  /** An article as the server has it. @param {number} id @returns {Promise<any>} */
  const article = async (id) => {
    const answer = await window.context.request.get(`/api/v1/articles/${id}`);
    return answer.json();
  };

  /**
   * Sends a change of the API from the open page, as its scripts do.
   *
   * @param {string} method @param {string} path @param {unknown} body
   * @returns {Promise<{ status: number, json: any }>}
   */
  const change = (method, path, body) =>
    window.page.evaluate(
      async ([method, path, body]) => {
        const proof = /** @type {HTMLInputElement} */ (document.querySelector('input[name=csrf]'));
        const answer = await fetch(path, {
          method,
          headers: { 'content-type': 'application/json', 'x-csrf-token': proof.value },
          body,
        });
        return { status: answer.status, json: await answer.json() };
      },
      /** @type {[string, string, string]} */ ([method, path, JSON.stringify(body)]),
    );

  it('the library can be installed', async () => {
    const session = await window.context.newCDPSession(window.page);
    const manifest = await session.send('Page.getAppManifest');
    assert.deepEqual(manifest.errors, []);
    assert.match(manifest.url, /\/manifest\.webmanifest$/);
    const { installabilityErrors } = await session.send('Page.getInstallabilityErrors');
    // Chromium installs nothing in a private window, which every test window is.
    const errors = installabilityErrors.filter(({ errorId }) => errorId !== 'in-incognito');
    assert.deepEqual(errors, []);
    const said = JSON.parse(String(manifest.data));
    for (const icon of said.icons) {
      const answer = await window.context.request.get(icon.src);
      assert.equal(answer.headers()['content-type'], icon.type);
      if (icon.type !== 'image/png') continue;
      const side = (await answer.body()).readUInt32BE(16);
      assert.equal(`${side}x${side}`, icon.sizes);
    }
    for (const shortcut of said.shortcuts) {
      assert.equal((await window.context.request.get(shortcut.url)).status(), 200, shortcut.url);
    }
  });

  it('nothing is kept until a list is chosen', async () => {
    await window.page.goto('/settings');
    assert.deepEqual((await device()).kept, []);
    assert.equal(await window.page.locator('#keeping').isVisible(), true);
  });

  it('a chosen list is kept with its pictures', async () => {
    const { page } = window;
    await page.getByRole('checkbox', { name: 'Unread' }).check();
    await until('the story is kept', async () => (await device()).kept.length === 1);
    const [kept] = (await device()).kept;
    assert.equal(kept.title, STORY.headline);
    assert.equal(kept.whole, true);
    assert.ok(kept.files.length >= 1 + STORY.pictures.length, String(kept.files));
    await until('the page says so', async () =>
      /^1 articles, [\d.]+ (kB|MB)\. Brought up to date /.test(
        await page.locator('.keeping-line').innerText(),
      ),
    );
    // The choice is still there when the page is opened again.
    await page.reload();
    await until('the choice is shown', () => page.locator('input[name=unread]').isChecked());
  });

  it('without a network the front page is what is kept, and a story reads as ever', async () => {
    const { page } = window;
    await way.down();
    await page.goto('/');
    await page.getByText('You are offline. What you change here').waitFor();
    await page.getByRole('link', { name: STORY.headline }).click();
    await page.locator('.offline-line').waitFor();
    assert.match(await page.locator('.offline-line').innerText(), /This is the copy from \d+ \w+ 20\d\d/);
    const text = await page.locator('#story').innerText();
    for (const paragraph of STORY.paragraphs) assert.ok(text.includes(paragraph), paragraph);
    const pictures = page.locator('#story img');
    assert.equal(await pictures.count(), STORY.pictures.length);
    for (const picture of await pictures.all()) {
      await picture.scrollIntoViewIfNeeded();
      await until('the picture is drawn', () =>
        picture.evaluate((image) => /** @type {HTMLImageElement} */ (image).naturalWidth > 0),
      );
    }
    // Set in its own typeface, not in whatever the system has.
    assert.equal(
      await page.evaluate(() => document.fonts.check('20px "Newsreader"') && document.fonts.size > 0),
      true,
    );
  });

  it('star, archive, highlight and the place wait, and the page shows them done', async () => {
    const { page } = window;
    await page.goto('/articles/1');
    const star = page.locator('.reader-tools').getByRole('button', { name: 'Star', exact: true });
    await star.click();
    await page.locator('.reader-tools').getByRole('button', { name: 'Unstar' }).waitFor();
    await page.locator('.reader-tools').getByRole('button', { name: 'Archive', exact: true }).click();
    await page.locator('.reader-tools').getByRole('button', { name: 'Back to unread' }).waitFor();
    await page.evaluate(() => {
      const first = document.createTreeWalker(
        /** @type {Node} */ (document.querySelector('#story > p')),
        NodeFilter.SHOW_TEXT,
      );
      const words = /** @type {Node} */ (first.nextNode());
      getSelection()?.setBaseAndExtent(words, 0, words, 40);
    });
    await page.locator('#hl-tools').getByRole('button', { name: 'Blue' }).click();
    await page.locator('#hl-said', { hasText: 'This waits on this device' }).waitFor();
    await page.locator('#story mark.hl-blue').waitFor();
    for (const percent of [30, 60]) {
      await change('PUT', '/api/v1/articles/1/position', { block: 4, percent });
    }
    const { changes } = await device();
    assert.deepEqual(
      changes.map((/** @type {any} */ one) => one.kind).filter((/** @type {string} */ kind) => kind !== 'position'),
      ['star', 'archive', 'highlight'],
    );
    assert.equal(changes.filter((/** @type {any} */ one) => one.kind === 'position').length, 1);
    assert.equal(await page.locator('#waiting').innerText(), '4 changes wait');
    // Opened again, it is still done.
    await page.goto('/articles/1');
    await page.locator('.reader-tools').getByRole('button', { name: 'Unstar' }).waitFor();
    await until('it is archived', () =>
      page.locator('.reader-tools').getByRole('button', { name: 'Back to unread' }).count(),
    );
    assert.equal(await page.locator('#story').getAttribute('data-percent'), '60');
    await until('the highlight is drawn', () => page.locator('#story mark.hl-blue').count());
    const marked = await page.locator('#story mark.hl-blue').allInnerTexts();
    assert.equal(marked.join(''), STORY.dek.slice(0, 40));
  });

  it('an address saved without a network waits too; what cannot wait says so', async () => {
    const { page } = window;
    await way.up();
    await page.goto('/?view=all');
    await way.down();
    await page.fill('#url', `${origin.url}/missing`);
    await page.click('form.save button');
    await until('it waits', async () => (await device()).changes.some((/** @type {any} */ one) => one.kind === 'save'));
    await page.goto('/offline');
    await page.getByText('Save', { exact: true }).waitFor();
    await page.getByText(`${origin.url}/missing`).waitFor();
    await page.goto('/search?q=ferry');
    await page.getByText('not kept on this device').waitFor();
  });

  it('a change whose answer was lost is made once', async () => {
    const { page } = window;
    // Whatever waits is made by the server, and all the answers are lost.
    const before = way.passed.length;
    way.lose(/^(PATCH|PUT|POST|DELETE) \/api\/v1\//);
    await way.up();
    await page.goto('/');
    await until('an answer was lost', () => way.lost() > 0);
    await until('the change was made all the same', async () => (await article(1)).starred_at);
    assert.ok((await device()).changes.length > 0);
    // Meanwhile somebody takes the star away, on another device.
    const proof = (await (await window.context.request.get('/api/v1/session')).json()).csrf;
    way.lose(null);
    const other = await window.context.request.patch('/api/v1/articles/1', {
      data: { starred: false },
      headers: { 'x-csrf-token': proof, origin: way.url },
    });
    assert.equal(other.status(), 200);
    await page.goto('/');
    await until('nothing waits', async () => (await device()).changes.length === 0);
    const now = await article(1);
    assert.equal(now.starred_at, null, 'the star was put on a second time');
    assert.notEqual(now.archived_at, null);
    assert.notEqual(now.position, null);
    const { highlights } = await (
      await window.context.request.get('/api/v1/articles/1/highlights')
    ).json();
    assert.deepEqual(
      highlights.map((/** @type {any} */ one) => [one.exact, one.colour]),
      [[STORY.dek.slice(0, 40), 'blue']],
    );
    const sent = way.passed.slice(before).filter((what) => what === 'PATCH /api/v1/articles/1');
    assert.ok(sent.length >= 3, `star twice, archive once: ${sent.length}`);
    assert.equal(await page.locator('#waiting').isVisible(), false);
  });

  it('what has left its list is kept no longer', async () => {
    const { page } = window;
    await page.goto('/offline');
    await page.evaluate(async () => {
      const { active } = await navigator.serviceWorker.ready;
      active?.postMessage({ what: 'keep' }, []);
    });
    await until('the archived story is gone', async () => (await device()).kept.length === 0);
    const files = await page.evaluate(async () => {
      const name = (await caches.keys()).find((name) => name.startsWith('pages '));
      const requests = await (await caches.open(String(name))).keys();
      return requests.map((request) => new URL(request.url).pathname);
    });
    assert.deepEqual(files, ['/offline']);
  });

  it('a change to what was deleted meanwhile is told and does not hold up the others', async () => {
    const { page } = window;
    await page.goto('/?view=all');
    await way.down();
    await change('PATCH', '/api/v1/articles/2', { starred: true });
    await change('PATCH', '/api/v1/articles/1', { archived: false });
    // On another way, before this device has its own back and sends at once.
    const session = await window.context.request.get(`${cuttings.url}/api/v1/session`);
    const gone = await window.context.request.delete(`${cuttings.url}/api/v1/articles/2`, {
      headers: { 'x-csrf-token': (await session.json()).csrf, origin: cuttings.url },
    });
    assert.equal(gone.status(), 204);
    await way.up();
    await page.goto('/offline');
    await page.getByRole('heading', { name: 'Could not be done' }).waitFor();
    await until('the other was made', async () => (await article(1)).archived_at === null);
    await page.getByText('There is no such article in your library').waitFor();
    await page.getByRole('button', { name: 'Dismiss' }).click();
    await until('it is dismissed', async () => (await device()).changes.length === 0);
  });

  it('signing out leaves nothing behind, and the next person sees nothing', async () => {
    const { page } = window;
    await until('the story is kept again', async () => (await device()).kept.length === 1);
    await send(page, () => page.getByRole('button', { name: 'Sign out' }).click());
    await until('the pages are gone', () =>
      page.evaluate(async () => (await caches.keys()).every((name) => !name.startsWith('pages '))),
    );
    assert.equal(await device(), null);
    await way.down();
    const other = await window.context.newPage();
    await assert.rejects(other.goto('/articles/1'));
    await other.close();
    await way.up();
  });

  it('a session that is over elsewhere leaves nothing behind either', async () => {
    const { page } = window;
    const signIn = async () => {
      await page.goto('/signin');
      await page.fill('#name', 'ada');
      await page.fill('#password', 'nine quiet herons at dusk');
      await send(page, () => page.click('form.stacked button'));
    };
    await signIn();
    await page.goto('/settings');
    await page.getByRole('checkbox', { name: 'Unread' }).check();
    await until('the story is kept', async () => (await device())?.kept.length === 1);
    await window.context.clearCookies();
    await page.goto('/');
    await until('the pages are gone', async () => (await device()) === null);
    const left = await page.evaluate(async () => (await caches.keys()).join());
    assert.doesNotMatch(left, /pages/);
    // The choice was this person's and is still there for them.
    await signIn();
    await until('the story is kept', async () => (await device())?.kept.length === 1);
  });

  it('another user who signs in finds nothing of the first, whose changes wait until they are back', async () => {
    const { page } = window;
    cuttings.addUser('ben', 'six loud gulls at noon');
    const isStarred = async () => {
      const answer = await page.request.get('/api/v1/articles/1');
      return (await answer.json()).starred_at !== null;
    };
    await page.goto('/articles/1');
    const wanted = !(await isStarred());
    await way.down();
    await change('PATCH', '/api/v1/articles/1', { starred: wanted });
    assert.equal((await device()).changes.length, 1);
    // The session ends while the change waits; then somebody else signs in.
    await window.context.clearCookies();
    await way.up();
    await page.goto('/signin');
    await page.fill('#name', 'ben');
    await page.fill('#password', 'six loud gulls at noon');
    await send(page, () => page.click('form.stacked button'));
    await until('the device knows ben', async () => (await device())?.user.name === 'ben');
    const now = await device();
    assert.deepEqual([now.kept, now.changes], [[], []]);
    const left = await page.evaluate(async () => {
      const names = (await caches.keys()).filter((name) => name.startsWith('pages '));
      /** @type {IDBDatabase} */
      const db = await new Promise((resolve) => {
        const request = indexedDB.open('cuttings');
        request.onsuccess = () => resolve(request.result);
      });
      /** @param {string} name @returns {Promise<any[]>} */
      const rows = (name) =>
        new Promise((resolve) => {
          const request = db.transaction(name).objectStore(name).getAll();
          request.onsuccess = () => resolve(request.result);
        });
      const found = { names, kept: await rows('kept'), changes: await rows('changes') };
      db.close();
      return found;
    });
    assert.deepEqual(left.kept, []);
    assert.equal(left.changes.length, 1);
    assert.notEqual(left.changes[0].user, now.user.id);
    assert.deepEqual(left.names, [`pages ${now.user.id}`]);
    await way.down();
    await page.goto('/articles/1');
    await page.getByText('not kept on this device').waitFor();
    assert.equal(await page.getByText(STORY.headline).count(), 0);
    await way.up();
    const proof = await page.request.get('/api/v1/session');
    assert.equal((await proof.json()).user.name, 'ben');

    await window.context.clearCookies();
    await page.goto('/signin');
    await page.fill('#name', 'ada');
    await page.fill('#password', 'nine quiet herons at dusk');
    await send(page, () => page.click('form.stacked button'));
    await until('the change is sent', async () => (await isStarred()) === wanted);
  });

  it('nothing was asked of anybody else, and nothing went wrong', () => {
    assert.deepEqual(window.complaints(), []);
  });
});
