// Open pages follow the library: what is saved elsewhere appears without the
// page being loaded again, and nothing is taken from under somebody's hands.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { openWindow, send, startChromium, startCuttings, until } from './lib.mjs';
import { STORY, startOrigin } from './origin.mjs';

describe('open pages follow the library', () => {
  /** @type {Awaited<ReturnType<typeof startOrigin>>} */
  let origin;
  /** @type {Awaited<ReturnType<typeof startCuttings>>} */
  let cuttings;
  /** @type {Awaited<ReturnType<typeof startChromium>>} */
  let browser;
  /** @type {Awaited<ReturnType<typeof openWindow>>} */
  let window;

  before(async () => {
    origin = await startOrigin();
    cuttings = await startCuttings();
    browser = await startChromium();
    window = await openWindow(browser, { base: cuttings.url, script: true });
    const { page } = window;
    await page.goto('/setup');
    await page.fill('#name', 'ada');
    await page.fill('#password', 'nine quiet herons at dusk');
    await page.fill('#password_again', 'nine quiet herons at dusk');
    await send(page, () => page.click('form.stacked button'));
  });

  after(async () => {
    await browser?.close();
    await origin?.close();
    await cuttings?.stop();
  });

  /** Saves an address in a window of its own. @param {string} url */
  const saveElsewhere = async (url) => {
    const other = await window.context.newPage();
    await other.goto('/');
    await other.fill('#url', url);
    await send(other, () => other.click('form.save button'));
    await other.close();
    // Chromium counts a page behind another as hidden until it is in front.
    await window.page.bringToFront();
  };

  it('a save made elsewhere appears and becomes readable, in the same page', async () => {
    const { page } = window;
    await page.goto('/');
    assert.equal(await page.locator('#live-note').isVisible(), false);
    await page.evaluate(() => document.body.setAttribute('data-same-page', ''));
    await saveElsewhere(`${origin.url}/story`);
    await until('the headline appeared', () =>
      page.getByRole('link', { name: STORY.headline }).count(),
    );
    assert.equal(await page.locator('body[data-same-page]').count(), 1);
    assert.equal(await page.locator('[data-queued]').count(), 0);
    assert.equal(await page.locator('#live-note').isVisible(), false);
  });

  it('an address half typed in is still there after the list has changed', async () => {
    const { page } = window;
    await page.goto('/');
    await page.fill('#url', 'https://example.org/half-typ');
    await saveElsewhere(`${origin.url}/missing`);
    await until('the failed save appeared', () => page.locator('.chip-failed').count());
    assert.equal(await page.inputValue('#url'), 'https://example.org/half-typ');
  });

  it('nothing was asked of anybody else, and nothing went wrong', () => {
    assert.deepEqual(window.complaints(), []);
  });
});
