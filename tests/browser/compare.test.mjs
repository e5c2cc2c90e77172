// Comparing captures in a real browser: capture again, the mark in the library,
// the comparison by keys, narrow and wide, and what was seen.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { openWindow, photograph, send, startChromium, startCuttings, until } from './lib.mjs';
import { STORY, startOrigin } from './origin.mjs';

const CAPTURE_LIMIT_MS = 30_000;

/**
 * The story as a page.
 *
 * @param {string[]} paragraphs
 * @param {string} headline
 */
function storyPage(paragraphs, headline = STORY.headline) {
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${headline}</title>
<meta property="og:type" content="article"><meta name="author" content="${STORY.author}">
<meta property="og:title" content="${headline}"><meta property="og:site_name" content="${STORY.publication}">
</head><body><main><article><h1>${headline}</h1>
${paragraphs.map((text) => `<p>${text}</p>`).join('\n')}
</article></main></body></html>`;
}

const [first, second, third, , ...rest] = STORY.paragraphs;
const EDITED = [
  rest[2] ?? '',
  first ?? '',
  (second ?? '').replace('six people', 'nine people'),
  'A spokesman for the county said on Tuesday that the subsidy had never been stopped, only paid late, and that the books would show it.',
  third ?? '',
  ...rest.slice(0, 2),
];

describe('comparing captures', () => {
  /** @type {Awaited<ReturnType<typeof startOrigin>>} */
  let origin;
  const pages = new Map([['/ferry', storyPage(STORY.paragraphs)]]);
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
    window = await openWindow(browser, { base: cuttings.url, script: true, allowed: [] });
    page = window.page;
    await page.goto('/setup');
    await page.fill('#name', 'ada');
    await page.fill('#password', 'nine quiet herons at dusk');
    await page.fill('#password_again', 'nine quiet herons at dusk');
    await send(page, () => page.click('form.stacked button'));
    await page.fill('#url', `${origin.url}/ferry`);
    await send(page, () => page.click('form.save button'));
    await until(
      'the page was read',
      async () => {
        await page.goto('/?view=all');
        return (await page.locator('[data-queued]').count()) === 0;
      },
      CAPTURE_LIMIT_MS,
    );
  });

  after(async () => {
    await browser?.close();
    await origin?.close();
    await cuttings?.stop();
  });

  it('captures again by a button and marks the story in the library', async () => {
    pages.set('/ferry', storyPage(EDITED, STORY.headline.replace('eleven', 'twelve')));
    await page.goto('/articles/1/captures');
    await send(page, () => page.getByRole('button', { name: 'Capture again' }).click());
    await until(
      'the page was visited again',
      async () => {
        await page.goto('/articles/1/captures');
        return (await page.locator('.captures > li').count()) === 2;
      },
      CAPTURE_LIMIT_MS,
    );
    await photograph(page, 'compare/captures');
    await page.goto('/');
    await page.getByRole('link', { name: 'Silently edited since you saved it' }).click();
    assert.match(page.url(), /\/captures\/compare\?from=1&to=2$/);
  });

  it('shows what was added, cut, reworded and moved, without colour alone', async () => {
    const labels = await page.locator('.compare-label > span:first-child').allTextContents();
    assert.deepEqual(labels.toSorted(), ['Added', 'Cut', 'Moved from here', 'Moved here', 'Reworded']);
    const heads = page.locator('.compare-heads');
    assert.match((await heads.textContent()) ?? '', /eleven.*twelve/s);
    const style = (/** @type {string} */ one) =>
      page.locator(`.compare-heads ${one}`).evaluate((found) => getComputedStyle(found).textDecorationLine);
    assert.equal(await style('ins'), 'underline');
    assert.equal(await style('del'), 'line-through');
    // Words are not torn apart: one word was cut and one added.
    assert.equal(await page.locator('.compare-reworded .compare-inline del').count(), 1);
    await photograph(page, 'compare/wide');
  });

  it('walks from change to change by keys', async () => {
    const focused = () => page.evaluate(() => document.activeElement?.id);
    await page.keyboard.press('n');
    assert.equal(await focused(), 'c1');
    await page.keyboard.press('n');
    assert.equal(await focused(), 'c2');
    assert.equal(await page.locator('#steps [role=status]').textContent(), '2 of 5');
    await page.keyboard.press('p');
    assert.equal(await focused(), 'c1');
    await page.keyboard.press('p');
    assert.equal(await focused(), 'c1', 'nothing lies before the first');
  });

  it('stands side by side where there is room and in one column elsewhere', async () => {
    const sides = page.locator('.compare-reworded .compare-sides');
    const inline = page.locator('.compare-reworded .compare-inline');
    await page.setViewportSize({ width: 1280, height: 900 });
    assert.ok((await sides.isVisible()) && !(await inline.isVisible()));
    await page.setViewportSize({ width: 360, height: 800 });
    assert.ok(!(await sides.isVisible()) && (await inline.isVisible()));
    const wide = await page.evaluate(() => document.documentElement.scrollWidth);
    assert.ok(wide <= 360, `nothing sticks out: ${wide}`);
    await page.setViewportSize({ width: 1280, height: 900 });
    await page.getByRole('link', { name: 'One column' }).click();
    assert.ok((await inline.isVisible()) && (await sides.count()) === 0);
  });

  it('takes the mark off when it was seen, and works without script', async () => {
    const plain = await openWindow(browser, { base: cuttings.url, script: false, allowed: [] });
    await plain.context.addCookies(await window.context.cookies());
    const still = plain.page;
    await still.goto('/articles/1/captures/compare');
    await still.locator('#c1 a[href="#c2"]').click();
    assert.match(still.url(), /#c2$/);
    await still.getByRole('button', { name: 'I have seen this' }).click();
    assert.equal(await still.getByRole('button', { name: 'I have seen this' }).count(), 0);
    await still.goto('/');
    assert.equal(await still.getByText('edited since you saved it').count(), 0);
    await plain.context.close();
  });

  it('shows an earlier capture by hand, and undoes it', async () => {
    await page.goto('/articles/1/captures');
    await page.getByRole('button', { name: 'Show this one' }).click();
    await page.getByRole('status').getByText('Another capture is shown now.').waitFor();
    await page.goto('/articles/1');
    assert.match((await page.locator('h1').textContent()) ?? '', /eleven/);
    await page.goBack();
    await page.getByRole('button', { name: 'Undo' }).click();
    await page.goto('/articles/1');
    assert.match((await page.locator('h1').textContent()) ?? '', /twelve/);
  });

  it('keeps a schedule for some weeks', async () => {
    await page.goto('/articles/1/captures');
    await page.selectOption('#every', 'week');
    await page.fill('#weeks', '8');
    await page.getByRole('button', { name: 'Set', exact: true }).click();
    await page.getByText('Captured every week until').waitFor();
    await page.goto('/?scheduled=yes');
    assert.equal(await page.locator('.card').count(), 1);
  });
});
