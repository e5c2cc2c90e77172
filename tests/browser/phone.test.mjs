// A phone of the narrowest kind: nothing scrolls sideways, and what is pressed
// is large enough for a thumb.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { openWindow, startChromium, startCuttings } from './lib.mjs';
import { startOrigin } from './origin.mjs';
import { PAGES, VIEWS, fillLibrary, openLibrary } from './views.mjs';

const PHONE = { width: 360, height: 740 };

describe('on a phone 360 pixels wide', () => {
  /** @type {Awaited<ReturnType<typeof startOrigin>>} */
  let origin;
  /** @type {Awaited<ReturnType<typeof startCuttings>>} */
  let cuttings;
  /** @type {Awaited<ReturnType<typeof startChromium>>} */
  let browser;
  /** @type {Awaited<ReturnType<typeof openWindow>>} */
  let window;
  let story = 0;

  before(async () => {
    origin = await startOrigin(PAGES);
    cuttings = await startCuttings();
    browser = await startChromium();
    window = await openWindow(browser, { base: cuttings.url, script: true, allowed: [/404/] });
    await openLibrary(window.page);
    story = await fillLibrary(window.page, origin.url);
    await window.page.setViewportSize(PHONE);
  });

  after(async () => {
    await browser?.close();
    await origin?.close();
    await cuttings?.stop();
  });

  for (const [name, at] of VIEWS) {
    it(`${name}`, async () => {
      const { page } = window;
      await page.goto(String(at).replace('{story}', String(story)));
      await page.evaluate(() => document.fonts.ready);
      const needed = await page.evaluate(() => document.documentElement.scrollWidth);
      assert.ok(needed <= PHONE.width, `needs ${needed} pixels`);
      assert.deepEqual(await page.evaluate(tooSmall), []);
    });
  }
});

/**
 * Runs in the page: what is pressed and too small for it. Buttons and what leads
 * through the pages is 40 pixels high, other links 24; links in running text are
 * as high as their line.
 *
 * @returns {string[]}
 */
function tooSmall() {
  const THUMB = 39.5;
  const LEAST = 23.5;
  /** @type {NodeListOf<HTMLElement>} */
  const pressed = document.querySelectorAll('a, button, input:not([type=hidden]), select, summary, textarea');
  const found = [];
  for (const one of pressed) {
    const { width, height } = (one.closest('label') ?? one).getBoundingClientRect();
    // Not shown, or for screen readers alone until it has the focus.
    if (!one.checkVisibility() || width <= 1 || one.matches('.skip, .unseen')) continue;
    const isLink = one.matches('a');
    if (isLink && getComputedStyle(one).display === 'inline' && one.closest('p:not(.actions), li, dd, h3')) {
      continue;
    }
    const isWay = one.closest('nav, .account, .actions, form') !== null || !isLink;
    if (height < (isWay ? THUMB : LEAST) || width < LEAST) {
      const words = (one.getAttribute('aria-label') || one.textContent || '').trim().slice(0, 30);
      found.push(`${one.tagName} “${words}” ${Math.round(width)} × ${Math.round(height)}`);
    }
  }
  return found;
}
