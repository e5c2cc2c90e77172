// The main path of Cuttings in a real browser: first run, save, read, find,
// archive. Walked twice, with script and without, since every page has to work
// without.
//
// The steps of one walk build on each other, so a failure early on takes the
// later ones with it: read the first.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { openWindow, photograph, send, startChromium, startCuttings, until } from './lib.mjs';
import { STORY, startOrigin } from './origin.mjs';

const NAME = 'ada';
const PASSWORD = 'nine quiet herons at dusk';

/** How long a save may take to become readable, in milliseconds. */
const CAPTURE_LIMIT_MS = 30_000;

for (const script of [true, false]) {
  describe(`the main path ${script ? 'with script' : 'without script'}`, () => {
    /** @type {Awaited<ReturnType<typeof startOrigin>>} */
    let origin;
    /** @type {Awaited<ReturnType<typeof startCuttings>>} */
    let cuttings;
    /** @type {Awaited<ReturnType<typeof startChromium>>} */
    let browser;
    /** @type {Awaited<ReturnType<typeof openWindow>>} */
    let window;
    /** @type {import('playwright-core').Page} */
    let page;

    before(async () => {
      origin = await startOrigin();
      cuttings = await startCuttings();
      browser = await startChromium();
      window = await openWindow(browser, { base: cuttings.url, script });
      page = window.page;
    });

    after(async () => {
      await browser?.close();
      await origin?.close();
      await cuttings?.stop();
    });

    /** Pictures are taken once; without script the pages look the same. */
    const picture = async (/** @type {string} */ name) => {
      if (script) await photograph(page, name);
    };
    const title = (/** @type {number} */ id) =>
      page.locator(`a[href="/articles/${id}"], a[href^="/articles/${id}?"]`);
    /** The button that sends to an address, by its form or by itself. */
    const button = (/** @type {string} */ action) =>
      page.locator(`button[formaction="${action}"], form[action="${action}"] button:not([type=button])`).first();
    /** Opens a list and says whether an article is in it. */
    const isListed = async (/** @type {string} */ view, /** @type {number} */ id) => {
      await page.goto(`/?view=${view}`);
      return (await title(id).count()) > 0;
    };
    /** Gives an address to the save box, by keyboard alone. */
    const save = async (/** @type {string} */ url) => {
      await page.goto('/');
      const field = page.locator('form[action="/articles"] input[name="url"]');
      await field.focus();
      await page.keyboard.type(url);
      await send(page, () => page.keyboard.press('Enter'));
    };

    it('an empty library asks for a name and a password', async () => {
      await page.goto('/');
      assert.equal(new URL(page.url()).pathname, '/setup');
      await picture('setup');
    });

    it('two passwords that differ open nothing', async () => {
      const other = await openWindow(browser, {
        base: cuttings.url,
        script,
        allowed: [/status of 4\d\d/],
      });
      await other.page.goto('/setup');
      await other.page.locator('input[name="name"]').fill(NAME);
      await other.page.locator('input[name="password"]').fill(PASSWORD);
      await other.page.locator('input[name="password_again"]').fill(`${PASSWORD}!`);
      await send(other.page, () =>
        other.page.getByRole('button', { name: 'Open the library' }).click(),
      );
      await other.page.goto('/');
      assert.equal(new URL(other.page.url()).pathname, '/setup');
      assert.deepEqual(other.complaints(), []);
      await other.context.close();
    });

    it('the first run opens the library', async () => {
      await page.goto('/setup');
      await page.locator('input[name="name"]').fill(NAME);
      await page.locator('input[name="password"]').fill(PASSWORD);
      await page.locator('input[name="password_again"]').fill(PASSWORD);
      await send(page, () => page.getByRole('button', { name: 'Open the library' }).click());
      assert.equal(new URL(page.url()).pathname, '/');
      await picture('library-empty');
    });

    it('a saved page becomes a card with its headline and publication', async () => {
      await save(`${origin.url}/story`);
      await until(
        'the card shows the headline',
        async () => {
          await page.goto('/');
          return (await title(1).filter({ hasText: STORY.headline }).count()) > 0;
        },
        CAPTURE_LIMIT_MS,
      );
      const shown = await page.locator('main').innerText();
      assert.ok(shown.includes(STORY.dek), `no dek on the card:\n${shown}`);
      assert.ok(shown.includes(STORY.author), `no author on the card:\n${shown}`);
      assert.ok(
        shown.toLowerCase().includes(STORY.publication.toLowerCase()),
        `no publication on the card:\n${shown}`,
      );
    });

    it('a page that cannot be fetched says why and offers another try', async () => {
      await save(`${origin.url}/missing`);
      await until(
        'the failed article offers another try',
        async () => {
          await page.goto('/');
          return (await button('/articles/2/retry').count()) > 0;
        },
        CAPTURE_LIMIT_MS,
      );
      const shown = await page.locator('main').innerText();
      assert.match(shown, /404|not found|no such page|does not exist/i);
      await picture('failed-capture');
      await picture('library');
    });

    it('the reader shows the story and nothing but the story', async () => {
      await page.goto('/');
      await title(1).filter({ hasText: STORY.headline }).first().click();
      await page.waitForURL('**/articles/1?in=');
      const shown = plain(await page.locator('main').innerText());
      for (const text of [STORY.headline, STORY.dek, STORY.author, ...STORY.paragraphs]) {
        assert.ok(shown.includes(plain(text)), `the reader leaves out: ${text}`);
      }
      for (const { caption } of STORY.pictures) {
        assert.ok(shown.includes(plain(caption)), `the reader leaves out: ${caption}`);
      }
      for (const text of STORY.noise) {
        assert.ok(!shown.includes(plain(text)), `the reader shows: ${text}`);
      }
    });

    it('pictures are kept copies that outlive their site', async () => {
      await origin.close();
      await page.goto('/articles/1');
      const images = page.locator('main img');
      assert.ok((await images.count()) >= STORY.pictures.length);
      for (const image of await images.all()) {
        await image.scrollIntoViewIfNeeded();
        await until('the picture is loaded', () =>
          image.evaluate((node) => {
            const element = /** @type {HTMLImageElement} */ (node);
            return element.complete && element.naturalWidth > 0;
          }),
        );
      }
      await picture('reader');
      origin = await startOrigin();
    });

    it('the reader says where the story is from and what was kept', async () => {
      await page.goto('/articles/1');
      assert.ok((await page.locator('main a[href$="/story"]').count()) > 0, 'no source link');
      await page.locator('a[href="/articles/1/captures"]').first().click();
      await page.waitForURL('**/articles/1/captures');
      assert.match(await page.locator('main').innerText(), /200/);
    });

    it('search finds the story and marks the words', async () => {
      await page.goto('/search?q=volunteers');
      assert.ok((await title(1).count()) > 0, 'not found');
      const marked = await page.locator('mark').allInnerTexts();
      assert.ok(marked.length > 0, 'nothing is marked');
      assert.ok(
        marked.every((text) => /volunteer/i.test(text)),
        `marked: ${marked}`,
      );
      await page.goto('/search?q=%22harbour+engineer%22');
      assert.ok((await title(1).count()) > 0, 'the phrase was not found');
      await picture('search');
      await page.goto('/search?q=%22engineer+harbour%22');
      assert.equal(await title(1).count(), 0, 'a phrase was found in the wrong order');
    });

    it('words of the appeal lead to nothing', async () => {
      await page.goto('/search?q=newsroom');
      assert.equal(await title(1).count(), 0);
    });

    it('archiving from the reader moves the article to the archive', async () => {
      await page.goto('/articles/1');
      await send(page, () => button('/articles/1/archive').click());
      assert.equal(await isListed('unread', 1), false);
      assert.equal(await isListed('archived', 1), true);
      await page.goto('/articles/1');
      await send(page, () => button('/articles/1/unarchive').click());
      assert.equal(await isListed('unread', 1), true);
    });

    it('a star puts the article among the starred', async () => {
      assert.equal(await isListed('starred', 1), false);
      await page.goto('/articles/1');
      await send(page, () => button('/articles/1/star').click());
      assert.equal(await isListed('starred', 1), true);
    });

    it('a deleted article can be brought back at once', async () => {
      await page.goto('/articles/1');
      await send(page, () => button('/articles/1/delete').click());
      await send(page, () => button('/articles/1/undelete').click());
      assert.equal(await isListed('all', 1), true);
    });

    it('signing in takes the right password', async () => {
      const other = await openWindow(browser, {
        base: cuttings.url,
        script,
        allowed: [/status of 4\d\d/],
      });
      const enter = async (/** @type {string} */ password) => {
        await other.page.locator('input[name="name"]').fill(NAME);
        await other.page.locator('input[name="password"]').fill(password);
        await send(other.page, () =>
          other.page.locator('form[action="/signin"]').getByRole('button').first().click(),
        );
      };
      await other.page.goto('/');
      assert.equal(new URL(other.page.url()).pathname, '/signin');
      if (script) await photograph(other.page, 'signin');
      await enter('nine loud herons at dusk');
      assert.equal(new URL(other.page.url()).pathname, '/signin');
      await enter(PASSWORD);
      assert.equal(new URL(other.page.url()).pathname, '/');
      assert.deepEqual(other.complaints(), []);
      await other.context.close();
    });

    it('signing out closes the library', async () => {
      await page.goto('/');
      await send(page, () => button('/signout').click());
      await page.goto('/');
      assert.equal(new URL(page.url()).pathname, '/signin');
    });

    it('the console stayed clean and nobody else was asked for anything', () => {
      assert.ok(window.requests() > 10, 'the requests were not watched');
      assert.deepEqual(window.complaints(), []);
    });
  });
}

/** Text with its white space and quotation marks evened out, for comparing. */
function plain(/** @type {string} */ text) {
  return text.replace(/\s+/g, ' ').replace(/[“”]/g, '"').replace(/[‘’]/g, "'").trim();
}
