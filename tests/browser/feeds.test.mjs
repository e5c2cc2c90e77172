// Feeds in a real browser: from the address of a page to a subscription, the
// stream by keys, a saved entry, a rule, a list of feeds. What needs no script is
// done without as well.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { openWindow, photograph, send, startChromium, startCuttings } from './lib.mjs';
import { COURIER, FEED, FRONT } from './feeds.mjs';
import { startOrigin } from './origin.mjs';

const PASSWORD = 'nine quiet herons at dusk';

for (const script of [true, false]) {
  describe(`feeds ${script ? 'with script' : 'without script'}`, () => {
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
      origin = await startOrigin(new Map([['/', FRONT], ['/feed.xml', FEED], ['/courier.xml', COURIER]]));
      cuttings = await startCuttings();
      browser = await startChromium();
      window = await openWindow(browser, { base: cuttings.url, script, allowed: [/status of 4\d\d/] });
      page = window.page;
      await page.goto('/setup');
      await page.fill('input[name=name]', 'ada');
      await page.fill('input[name=password]', PASSWORD);
      await page.fill('input[name=password_again]', PASSWORD);
      await send(page, () => page.getByRole('button', { name: 'Open the library' }).click());
    });
    after(async () => {
      await browser?.close();
      await origin?.close();
      await cuttings?.stop();
    });

    it('finds the feed of a page and subscribes', async () => {
      await page.goto('/');
      await page.getByRole('link', { name: 'Feeds', exact: true }).click();
      await page.getByRole('link', { name: 'Add a feed' }).click();
      await page.getByLabel('Address of a page or feed').fill(origin.url);
      await send(page, () => page.getByRole('button', { name: 'Find feeds' }).click());
      await page.getByLabel('Folder').fill('Islands');
      await send(page, () => page.getByRole('button', { name: 'Subscribe' }).click());
      assert.match(page.url(), /\/feeds\/1$/);
      assert.equal(await page.locator('.entry').count(), 6);
      await page.goto('/feeds');
      assert.ok(await page.getByText('Islands').isVisible());
      assert.ok(await page.getByLabel('6 new entries').isVisible());
    });

    it('says what is wrong with an address', async () => {
      await page.goto('/feeds/add');
      await page.getByLabel('Address of a page or feed').fill(`${origin.url}/missing`);
      await send(page, () => page.getByRole('button', { name: 'Find feeds' }).click());
      assert.match((await page.getByRole('alert').textContent()) ?? '', /does not exist/);
    });

    it('marks and saves entries, in place where there is script', async () => {
      await page.goto('/entries');
      const first = page.locator('.entry').first();
      if (script) {
        await page.keyboard.press('j');
        await page.keyboard.press('e');
        await page.locator('.entry-seen').waitFor();
        assert.equal(await first.getByRole('button', { name: /^Not seen/ }).count(), 1);
        await page.keyboard.press('e');
        await first.getByRole('button', { name: /^Seen/ }).waitFor();
        await page.keyboard.press('s');
        await first.getByRole('link', { name: 'Saved: read it' }).waitFor();
        assert.match(page.url(), /\/entries$/);
      } else {
        await send(page, () => first.getByRole('button', { name: /^Save/ }).click());
      }
      await page.goto('/entries?show=saved');
      assert.equal(await page.locator('.entry').count(), 1);
      await page.goto('/entries');
      // Saved is seen.
      assert.equal(await page.locator('.entry').count(), 5);
    });

    it('reads an entry; opened is seen where there is script', async () => {
      await page.goto('/entries');
      const headline = (await page.locator('.card-headline a').first().textContent()) ?? '';
      await page.locator('.card-headline a').first().click();
      await page.waitForURL(/\/entries\/\d+/);
      assert.equal(await page.locator('h1').textContent(), headline);
      assert.equal(await page.locator('.story img').count(), 0);
      if (script) {
        await page.getByRole('button', { name: 'Not seen' }).waitFor();
      } else {
        await send(page, () => page.getByRole('button', { name: 'Seen', exact: true }).click());
      }
      await page.goto('/entries');
      assert.equal(await page.locator('.entry').count(), 4);
      await photograph(page, `feeds/entries-${script}`);
    });

    it('keeps a rule and saves what it matches', async () => {
      await page.goto('/feeds/rules');
      await page.getByLabel('Matching these words').fill('ferry -fog');
      await page.getByLabel('Give these tags').fill('islands, boats');
      await page.getByLabel('Also save what matches').check();
      await send(page, () => page.getByRole('button', { name: 'Add the rule' }).click());
      assert.match((await page.getByRole('status').textContent()) ?? '', /saved/);
      await page.goto('/?view=all&tag=boats');
      assert.ok((await page.locator('.card').count()) >= 1);
    });

    it('marks everything as seen and takes it back', async () => {
      await page.goto('/entries');
      const many = await page.locator('.entry').count();
      await send(page, () => page.getByRole('button', { name: 'Mark all as seen' }).click());
      assert.equal(await page.locator('.entry').count(), 0);
      await send(page, () => page.getByRole('button', { name: 'Undo' }).click());
      assert.equal(await page.locator('.entry').count(), many);
    });

    it('takes a list of feeds as a file', async () => {
      await page.goto('/feeds/lists');
      await page.getByLabel('OPML file').setInputFiles({
        name: 'feeds.opml',
        mimeType: 'text/x-opml',
        buffer: Buffer.from(`<opml><body><outline text="Old"><outline text="Gone" xmlUrl="${origin.url}/gone.xml"/></outline>
          <outline text="Bad" xmlUrl="mailto:a@b.example"/></body></opml>`),
      });
      await send(page, () => page.getByRole('button', { name: 'Import feeds' }).click());
      assert.match((await page.getByRole('status').textContent()) ?? '', /1 added, 0 here already, 1 not taken/);
    });

    it('gives a feed up and takes it back', async () => {
      await page.goto('/feeds/1/settings');
      await send(page, () => page.getByRole('button', { name: 'Unsubscribe' }).click());
      assert.equal(await page.getByRole('link', { name: 'The Tideway Post' }).count(), 0);
      await send(page, () => page.getByRole('button', { name: 'Undo' }).click());
      assert.equal(await page.getByRole('link', { name: 'The Tideway Post', exact: true }).count(), 1);
      assert.deepEqual(window.complaints(), []);
    });
  });
}
