// The search in a real browser: what the field completes, by keys, by touch and
// beside an input method; narrowing down, proposals and keeping a search, with
// script and without.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { openWindow, photograph, send, startChromium, startCuttings } from './lib.mjs';
import { startOrigin } from './origin.mjs';
import { fillLibrary, openLibrary, PAGES } from './views.mjs';

for (const script of [true, false]) {
  describe(`the search ${script ? 'with script' : 'without script'}`, () => {
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
      origin = await startOrigin(PAGES);
      cuttings = await startCuttings();
      browser = await startChromium();
      window = await openWindow(browser, { base: cuttings.url, script, allowed: [/status of 4\d\d/] });
      page = window.page;
      await openLibrary(page);
      await fillLibrary(page, origin.url);
    });

    after(async () => {
      await browser?.close();
      await origin?.close();
      await cuttings?.stop();
    });

    const field = () => page.locator('#q');
    /** Does what opens another page, and waits until it is there. */
    const open = async (/** @type {() => Promise<unknown>} */ act) => {
      await Promise.all([page.waitForEvent('load'), act()]);
    };
    const cards = () => page.locator('.card').count();

    it('a query is typed, sent by Enter, and narrowed down by a link that lets go again', async () => {
      await page.goto('/search');
      await field().fill('the');
      await open(() => page.keyboard.press('Enter'));
      const all = await cards();
      assert.ok(all > 2, `${all} hits`);
      const facet = page.locator('.facet', { hasText: 'Tag' }).locator('li', { hasText: 'sea' });
      const counted = Number(await facet.locator('.facet-count').innerText());
      await open(() => facet.locator('a').click());
      assert.equal(await field().inputValue(), 'the tag:sea');
      assert.equal(await cards(), counted);
      await open(() => page.getByRole('link', { name: 'Remove the filter sea' }).click());
      assert.equal(await field().inputValue(), 'the');
    });

    it('a proposal is a link, and what was typed stays', async () => {
      await page.goto('/search?q=harbuor');
      assert.equal(await cards(), 0);
      assert.equal(await field().inputValue(), 'harbuor');
      await open(() => page.locator('.meant a').click());
      assert.equal(await field().inputValue(), 'harbour');
      assert.ok((await cards()) > 0);
    });

    it('highlights lead to their place in the story', async () => {
      await page.goto('/search?q=%22ask+the+harbour+master%22');
      const found = page.locator('.found-highlights li');
      assert.match(await found.innerText(), /Ask the harbour master about this/);
      await open(() => found.locator('.hl-words').click());
      assert.match(page.url(), /\/articles\/\d+#/);
    });

    it('a hit leads on through what matches and back to the search', async () => {
      await page.goto('/search?q=harbour');
      await open(() => page.locator('.card-headline a').first().click());
      const back = page.locator('a[href="/search?q=harbour"]').first();
      await open(() => back.click());
      assert.equal(await field().inputValue(), 'harbour');
    });

    it('a search is kept as a filter', async () => {
      await page.goto('/search?q=harbour');
      await page.getByText('Keep this search as a filter').click();
      await page.fill('#keep-name', 'Harbour things');
      await send(page, () => page.locator('.keep-search button').click());
      assert.match(await page.locator('.saved-filters').innerText(), /Harbour things/);
    });

    it('a query that cannot be read says where', async () => {
      await page.goto('/search?q=ships+auhtor%3Aconrad');
      assert.equal(await page.locator('.query-wrong mark').innerText(), 'auhtor');
    });

    if (!script) {
      it('the field is an ordinary one', async () => {
        await page.goto('/search');
        assert.equal(await field().getAttribute('role'), null);
        assert.equal(await page.locator('details.help[open] dt').count() > 15, true);
      });
      return;
    }

    const options = () => page.getByRole('option');
    const choices = () => options().allInnerTexts();

    it('the field offers operators and names, taken by keys alone', async () => {
      await page.goto('/search');
      await field().pressSequentially('ferry ta');
      await options().first().waitFor();
      assert.equal(await field().getAttribute('aria-expanded'), 'true');
      await photograph(page, 'search-choices');
      await page.keyboard.press('ArrowDown');
      const marked = await field().getAttribute('aria-activedescendant');
      assert.equal(await page.locator(`#${marked}`).getAttribute('aria-selected'), 'true');
      await page.keyboard.press('Enter');
      assert.equal(await field().inputValue(), 'ferry tag:');
      await options().first().waitFor();
      await page.keyboard.type('to');
      await page.waitForFunction(() => document.querySelectorAll('[role=option]').length === 1);
      await page.keyboard.press('ArrowUp');
      await page.keyboard.press('Tab');
      assert.equal(await field().inputValue(), 'ferry tag:"to cite" ');
      assert.equal(await page.evaluate(() => document.activeElement?.id), 'q');
    });

    it('Escape closes the list and keeps what was typed; Enter without a mark searches', async () => {
      await page.goto('/search');
      await field().pressSequentially('is:un');
      await options().first().waitFor();
      await page.keyboard.press('Escape');
      assert.equal(await page.getByRole('listbox').isVisible(), false);
      assert.equal(await field().inputValue(), 'is:un');
      await page.keyboard.type('r');
      await options().first().waitFor();
      await page.keyboard.type('ead');
      await open(() => page.keyboard.press('Enter'));
      assert.match(page.url(), /q=is%3Aunread$/);
    });

    it('a choice in the middle of a query leaves the rest as it was', async () => {
      await page.goto('/search');
      await field().fill('é tag:se harbour');
      await field().evaluate((element) => {
        const input = /** @type {HTMLInputElement} */ (element);
        input.setSelectionRange(8, 8);
        input.dispatchEvent(new InputEvent('input'));
      });
      await options().first().waitFor();
      await options().first().click();
      assert.equal(await field().inputValue(), 'é tag:sea harbour');
    });

    it('an input method composes undisturbed', async () => {
      await page.goto('/search');
      await field().focus();
      /** @type {string[]} */
      const asked = [];
      page.on('request', (request) => {
        if (request.url().includes('/search/complete')) asked.push(request.url());
      });
      const client = await page.context().newCDPSession(page);
      await client.send('Input.imeSetComposition', { text: 'ta', selectionStart: 2, selectionEnd: 2 });
      await page.waitForTimeout(400);
      assert.deepEqual(asked, []);
      await client.send('Input.insertText', { text: 'ta' });
      await options().first().waitFor();
      assert.ok((await choices())[0]?.startsWith('tag:'));
    });
  });
}
