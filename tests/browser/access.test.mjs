// Every page for everybody: axe-core finds nothing in any theme, focus is seen,
// nothing scrolls sideways at 200 %, nothing moves for those who want calm, and
// the list of keys opens by its key and closes again.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { after, before, describe, it } from 'node:test';
import { openWindow, photograph, send, startChromium, startCuttings } from './lib.mjs';
import { startOrigin } from './origin.mjs';
import { PAGES, VIEWS, fillLibrary, openLibrary } from './views.mjs';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Pages that know no user: what went wrong, and what that means. */
const WITHOUT_USER = ['not-found', 'problem'];

/** All themes there are to choose. */
const THEMES = ['paper', 'sepia', 'dark', 'black'];

describe('access', () => {
  /** @type {Awaited<ReturnType<typeof startOrigin>>} */
  let origin;
  /** @type {Awaited<ReturnType<typeof startCuttings>>} */
  let cuttings;
  /** @type {import('playwright-core').Browser} */
  let browser;
  /** @type {Awaited<ReturnType<typeof openWindow>>} */
  let window;
  /** @type {import('playwright-core').Page} */
  let page;
  let story = 0;

  before(async () => {
    origin = await startOrigin(PAGES);
    cuttings = await startCuttings();
    browser = await startChromium();
    window = await openWindow(browser, { base: cuttings.url, script: true, allowed: [/40\d/] });
    page = window.page;
    await openLibrary(page);
    story = await fillLibrary(page, origin.url);
  });
  after(async () => {
    await browser.close();
    await origin.close();
    await cuttings.stop();
  });

  /** @returns {[string, string][]} */
  const views = () => VIEWS.map(([name, at]) => [String(name), at?.replace('{story}', String(story)) ?? '']);

  /** What axe-core finds on the page as it stands. */
  async function faults() {
    await page.evaluate(AXE);
    return page.evaluate(async () => {
      // @ts-expect-error axe-core puts itself on the window.
      const { violations } = await window.axe.run(document, {
        runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
      });
      return violations.flatMap(
        (/** @type {{id: string, nodes: {target: string[], failureSummary: string}[]}} */ fault) =>
          fault.nodes.map((node) => `${fault.id}: ${node.target.join(' ')}: ${node.failureSummary.replace(/\s+/g, ' ')}`),
      );
    });
  }

  for (const theme of THEMES) {
    it(`axe-core finds nothing on any page on ${theme}`, async () => {
      await page.goto('/settings');
      await send(page, () => page.locator(`input[name=theme][value=${theme}]`).check({ force: true }));
      /** @type {string[]} */
      const found = [];
      for (const [name, at] of views()) {
        await page.goto(at);
        if (!WITHOUT_USER.includes(name)) {
          assert.equal(await page.locator('html').getAttribute('data-theme'), theme, name);
        }
        for (const fault of await faults()) found.push(`${name} (${theme}): ${fault}`);
      }
      assert.deepEqual(found, []);
    });
  }

  it('axe-core finds nothing in what opens: looks, filter, choosing, keys', async () => {
    for (const [at, open] of [
      ['/articles/{story}', '#looks > summary'],
      ['/?view=all', '.panel:not(.panel-bulk) > summary'],
      ['/?view=all', '.panel-bulk > summary'],
      ['/', '.keys-open'],
    ]) {
      await page.goto(String(at).replace('{story}', String(story)));
      await page.locator(String(open)).click();
      assert.deepEqual(await faults(), [], `${at} ${open}`);
    }
  });

  it('axe-core finds nothing in the tools at chosen words and the editor of a highlight', async () => {
    await page.goto(`/articles/${story}#main`);
    await page.keyboard.press('h');
    await page.locator('#hl-tools').waitFor();
    assert.deepEqual(await faults(), []);
    await page.keyboard.press('Escape');
    await page.locator('#story mark.hl').first().click();
    await page.locator('#hl-editor').waitFor();
    assert.deepEqual(await faults(), []);
  });

  it('axe-core finds nothing for a visitor', async () => {
    const visitor = await openWindow(browser, { base: cuttings.url, script: true, allowed: [/./] });
    const own = page;
    page = visitor.page;
    try {
      for (const at of ['/signin', '/articles/1', '/nowhere']) {
        await page.goto(at);
        assert.deepEqual(await faults(), [], at);
      }
    } finally {
      page = own;
      await visitor.context.close();
    }
  });

  it('at 200 % and at 360 pixels no page scrolls sideways', async () => {
    for (const width of [640, 360]) {
      await page.setViewportSize({ width, height: 450 });
      /** @type {string[]} */
      const wide = [];
      for (const [name, at] of views()) {
        await page.goto(at);
        const needed = await page.evaluate(() => document.documentElement.scrollWidth);
        if (needed > width) wide.push(`${name} needs ${needed} of ${width}`);
      }
      assert.deepEqual(wide, []);
    }
    await page.setViewportSize({ width: 1280, height: 900 });
  });

  it('what has the focus shows it, all along every page', async () => {
    for (const [name, at] of views()) {
      await page.goto(at);
      let first = '';
      for (let step = 0; step < 60; step += 1) {
        await page.keyboard.press('Tab');
        const here = await page.evaluate(() => {
          const at = document.activeElement;
          if (!at || at === document.body) return null;
          // A radio button or a box may let its label show the focus.
          const shown = [at, at.nextElementSibling, at.closest('label')].some((one) => {
            if (!one) return false;
            const style = getComputedStyle(one);
            return style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2;
          });
          const box = at.getBoundingClientRect();
          const path = at.outerHTML.slice(0, 120);
          return { shown, path, key: `${path} ${box.x} ${box.y + scrollY}` };
        });
        if (here === null || here.key === first) break;
        if (first === '') first = here.key;
        assert.ok(here.shown, `${name}: no focus is seen on ${here.path}`);
      }
      assert.notEqual(first, '', `${name}: nothing takes the focus`);
    }
  });

  it('nothing moves for readers who want calm', async () => {
    await page.emulateMedia({ reducedMotion: 'reduce' });
    for (const [name, at] of views()) {
      await page.goto(at);
      const moving = await page.evaluate(() =>
        Array.from(document.querySelectorAll('*'))
          .filter((one) => {
            const style = getComputedStyle(one);
            const lasts = (/** @type {string} */ times) => times.split(',').some((time) => parseFloat(time) > 0);
            return lasts(style.transitionDuration) || (style.animationName !== 'none' && lasts(style.animationDuration));
          })
          .map((one) => one.outerHTML.slice(0, 80)),
      );
      assert.deepEqual(moving, [], name);
    }
    await page.emulateMedia({ reducedMotion: 'no-preference' });
  });

  it('every page has a name, one heading of the first kind and its landmarks', async () => {
    const names = new Set();
    for (const [name, at] of views()) {
      await page.goto(at);
      const title = await page.title();
      assert.match(title, /Cuttings$/, name);
      names.add(title);
      assert.equal(await page.locator('h1').count(), 1, name);
      assert.equal(await page.getByRole('main').count(), 1, name);
      assert.equal(await page.getByRole('banner').count(), 1, name);
      if (!WITHOUT_USER.includes(name)) {
        assert.ok((await page.getByRole('navigation').count()) >= 1, name);
      }
    }
    assert.ok(names.size > VIEWS.length / 2, [...names].join('\n'));
  });

  it('the list of keys opens by ? and by its button, and closes by Escape', async () => {
    await page.goto('/');
    await page.keyboard.press('?');
    const keys = page.getByRole('dialog', { name: 'Keys' });
    assert.ok(await keys.isVisible());
    await photograph(page, 'shots/keys');
    await page.keyboard.press('Escape');
    assert.ok(await keys.isHidden());
    await page.locator('.keys-open').click();
    assert.ok(await keys.isVisible());
    await keys.getByRole('button', { name: 'Close' }).click();
    assert.ok(await keys.isHidden());
  });

  it('an article is found, opened, starred, archived and left by keys alone', async () => {
    await page.goto('/?view=all&publication=The+Tideway+Post');
    await page.keyboard.press('j');
    await page.keyboard.press('j');
    await page.keyboard.press('k');
    const title = await page.locator('.card.current .card-headline').innerText();
    await page.keyboard.press('o');
    await page.waitForURL('**/articles/**');
    assert.equal(await page.locator('h1').innerText(), title);
    const starred = await page.locator('[formaction$="/unstar"]').count();
    await Promise.all([page.waitForEvent('load'), page.keyboard.press('s')]);
    assert.equal(await page.locator('[formaction$="/unstar"]').count(), 1 - starred);
    await page.keyboard.press('u');
    await page.waitForURL('**/?view=all&publication=The+Tideway+Post');
    assert.deepEqual(window.complaints(), []);
  });
});
