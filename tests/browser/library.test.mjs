// The library kept in order in a real browser: filters, tags, many articles at
// once with undo, corrections, layouts. What needs no script is done without.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { openWindow, photograph, send, startChromium, startCuttings, until } from './lib.mjs';
import { STORY, startOrigin } from './origin.mjs';

const PASSWORD = 'nine quiet herons at dusk';
const SUBJECTS = ['harbour', 'sea wall', 'island school', 'mail launch', 'winter timetable', 'engine'];

/** @param {string} subject @param {number} number */
function story(subject, number) {
  const words = `The ${subject} was what the council of the town spoke about on the evening of the ${number}th of the month, and the hall was full before the doors had been closed.`;
  return `<!doctype html><html lang="en"><head><title>The ${subject} ${number} | The Tideway Post</title>
    <meta property="og:site_name" content="${number % 2 ? 'The Tideway Post' : 'Quay Gazette'}">
    <meta property="og:type" content="article"><meta name="author" content="Marta Lindqvist">
    <meta name="description" content="What the town will do about the ${subject}, and what it has cost so far.">
    <meta property="article:published_time" content="2024-0${number}-13T08:00:00Z"></head>
    <body><article><h1>The ${subject}, and who pays for it</h1>${`<p>${words}</p>`.repeat(number * 12)}</article></body></html>`;
}

const pages = new Map(SUBJECTS.map((subject, place) => [`/s/${place}`, story(subject, place + 1)]));

for (const script of [true, false]) {
  describe(`the library ${script ? 'with script' : 'without script'}`, () => {
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
      origin = await startOrigin(pages);
      cuttings = await startCuttings();
      browser = await startChromium();
      window = await openWindow(browser, { base: cuttings.url, script, allowed: [/status of 4\d\d/] });
      page = window.page;
      await page.goto('/setup');
      await page.fill('input[name=name]', 'ada');
      await page.fill('input[name=password]', PASSWORD);
      await page.fill('input[name=password_again]', PASSWORD);
      await send(page, () => page.getByRole('button', { name: 'Open the library' }).click());
      for (const place of [...pages.keys(), '/missing', '/gone', '/story']) {
        await page.goto('/');
        await page.fill('#url', origin.url + place);
        await send(page, () => page.keyboard.press('Enter'));
      }
      await until(
        'every page was read',
        async () => {
          await page.goto('/?view=all');
          return (await page.locator('[data-queued]').count()) === 0;
        },
        60_000,
      );
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
    const count = () => page.locator('.count').innerText();
    const summary = (/** @type {string} */ name) => page.locator('summary', { hasText: name });
    const cards = () => page.locator('.card').count();
    /** The box of the card at a place, from 0. */
    const box = (/** @type {number} */ place) => page.locator('.card .pick input').nth(place);

    it('a filter is put together in the panel, shown as chips, and taken away', async () => {
      await page.goto('/?view=all');
      assert.equal(await count(), '9 articles');
      await summary('Filter').click();
      await page.fill('#f-publication', 'quay gazette');
      await page.selectOption('#f-length', 'short');
      await picture('library-filter-panel');
      await page.locator('.filter .button').click();
      await page.waitForURL(/publication=quay/);
      assert.equal(new URL(page.url()).search, '?view=all&publication=quay+gazette&length=short');
      const narrowed = await count();
      await picture('library-filtered');
      await page.getByRole('link', { name: /Remove the filter Short/ }).click();
      await page.waitForURL(/publication=quay\+gazette$/);
      assert.equal(await count(), '3 articles');
      await page.goBack();
      assert.equal(await count(), narrowed, 'back works');
    });

    it('an order is chosen from its menu and goes on page by page', async () => {
      await page.goto('/?view=all');
      await summary('Saved, newest first').click();
      await page.getByRole('link', { name: 'Longest first' }).click();
      await page.waitForURL(/sort=longest/);
      const first = await page.locator('.card-headline').first().innerText();
      assert.equal(first, 'The engine, and who pays for it');
    });

    it('a tag is put on from the card', async () => {
      await page.goto('/?view=all&publication=quay+gazette');
      await page.getByRole('link', { name: /^Tag: The engine/ }).click();
      const field = page.locator('input[name=add]').first();
      await field.fill('Machines, money');
      if (script) await picture('library-tagging');
      await send(page, () => field.press('Enter'));
      if (script) assert.match(page.url(), /publication=quay/, 'the list stays where it was');
      await page.goto('/?view=all&tag=MACHINES');
      assert.equal(await count(), '1 article');
      assert.equal(await page.locator('.card-tags a').first().innerText(), 'Machines');
    });

    it('articles are ticked, changed together, and the change is undone', async () => {
      await page.goto('/?view=unread');
      const before = await cards();
      await summary('Choose').click();
      if (script) {
        await box(0).click();
        await box(2).click({ modifiers: ['Shift'] });
        assert.equal((await page.locator('#ticked').innerText()).trim(), '(3)');
        await picture('library-choosing');
      } else {
        for (const place of [0, 1, 2]) await box(place).check();
      }
      await send(page, () => page.getByRole('button', { name: 'Archive', exact: true }).click());
      assert.match(await page.locator('.notice:not([id])').innerText(), /3 articles archived\./);
      assert.equal(await cards(), before - 3);
      await picture('library-done');
      await send(page, () => page.getByRole('button', { name: 'Undo' }).click());
      assert.match(await page.locator('.notice:not([id])').innerText(), /Undone: 3 articles/);
      assert.equal(await cards(), before);
    });

    it('all that match are changed with the number that was stated', async () => {
      await page.goto('/?view=all&author=lindqvist');
      const stated = await count();
      await summary('Choose').click();
      await page.getByRole('radio', { name: /that match/ }).check();
      await page.locator('.bulk input[name=tag]').fill('By Marta');
      await send(page, () => page.locator('.bulk input[name=tag]').press('Enter'));
      const notice = await page.locator('.notice:not([id])').innerText();
      assert.ok(notice.includes(`${stated} tagged “By Marta”.`), notice);
    });

    it('a filter is kept under a name and shown with its count', async () => {
      await page.goto('/?view=all&tag=by+marta');
      const many = (await count()).split(' ')[0];
      await summary('Filter').click();
      await page.fill('#f-name', 'Marta');
      await send(page, () => page.getByRole('button', { name: 'Keep', exact: true }).click());
      assert.equal(await page.locator('.saved-filters a').first().innerText(), `Marta ${many}`);
      await picture('library-saved-filter');
      await page.goto('/filters');
      await picture('filters');
    });

    it('tags are renamed, and merged where the name is taken', async () => {
      await page.goto('/tags');
      await picture('tags');
      await page.getByRole('link', { name: /the tag money/ }).click();
      await page.fill('#new-name', 'machines');
      await send(page, () => page.getByRole('button', { name: 'Rename' }).click());
      assert.match(await page.locator('.wrong').innerText(), /There is a tag “machines” already/);
      await picture('tags-merge');
      await send(page, () => page.getByRole('button', { name: 'Merge' }).click());
      assert.equal(new URL(page.url()).pathname, '/tags');
      assert.equal(await page.getByRole('link', { name: 'money', exact: true }).count(), 0);
    });

    it('a headline is corrected, and what the page says is shown', async () => {
      await page.goto('/?view=all&q=ferry');
      const link = await page.locator('.card-headline a').first().getAttribute('href');
      const address = String(link).replace(/\?.*/, '');
      await page.goto(`${address}/edit`);
      await picture('edit');
      await page.fill('#e-headline', 'The ferry is back');
      await send(page, () => page.getByRole('button', { name: 'Save', exact: true }).click());
      await page.goto(`${address}/edit`);
      const said = page.getByText(`The page says: ${STORY.headline}`);
      assert.equal(await said.count(), 1);
      await picture('edit-corrected');
      await page.goto('/search?q="ferry+is+back"');
      assert.equal(await cards(), 1);
      await page.goto(`${address}/edit`);
      await page.getByLabel('Use what the page says').check();
      await send(page, () => page.getByRole('button', { name: 'Save', exact: true }).click());
      await page.goto('/?view=all&q=ferry');
      assert.equal(await page.locator('.card-headline').first().innerText(), STORY.headline);
    });

    it('failed captures stand together with their reasons', async () => {
      await page.goto('/');
      await page.getByRole('link', { name: 'Failed (2)' }).click();
      await page.waitForURL(/state=failed/);
      assert.equal(await count(), '2 articles');
      assert.equal(await page.locator('.failures li').count(), 1);
      await picture('library-failed');
      await send(page, () => page.getByRole('button', { name: 'Try all 2 again' }).click());
      assert.match(await page.locator('.notice:not([id])').innerText(), /2 articles to be tried again/);
    });

    it('dense and card layouts show the same articles', async () => {
      await page.goto('/?view=all');
      const many = await cards();
      for (const layout of ['Dense', 'Cards']) {
        await page.getByRole('link', { name: layout, exact: true }).click();
        await page.waitForURL(new RegExp(`layout=${layout.toLowerCase()}`));
        assert.equal(await cards(), many);
        await picture(`library-${layout.toLowerCase()}`);
      }
    });

    it('nothing went wrong in the browser on the way', () => {
      assert.deepEqual(window.complaints(), []);
    });
  });
}
