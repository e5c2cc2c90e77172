// `cargo xtask shots`: every page of Cuttings as pictures, light and dark, wide
// and phone-sized, for people to look at. They go to `test-output/shots`.

import { openWindow, photograph, startChromium, startCuttings } from './lib.mjs';
import { startOrigin } from './origin.mjs';
import { PAGES, STORIES, VIEWS, fillLibrary, openLibrary } from './views.mjs';

const origin = await startOrigin(PAGES);
const cuttings = await startCuttings();
const browser = await startChromium();
try {
  const window = await openWindow(browser, { base: cuttings.url, script: true, allowed: [/./] });
  const { page } = window;
  await page.goto('/setup');
  await photograph(page, 'shots/setup');
  await openLibrary(page);
  await photograph(page, 'shots/library-empty');
  const story = String(await fillLibrary(page, origin.url));
  for (const [name, at] of VIEWS) {
    await page.goto(at.replace('{story}', story));
    await photograph(page, `shots/${name}`);
  }
  await page.goto(`/articles/${story}/captures`);
  await page.locator('.capture-acts a').first().click();
  await page.locator('.colophon').waitFor();
  await photograph(page, 'shots/capture');
  await page.goto(`/articles/${story}#main`);
  await page.keyboard.press('h');
  await page.keyboard.press('ArrowDown');
  await page.locator('#hl-tools').waitFor();
  await photograph(page, 'shots/reader-words-chosen');
  await page.keyboard.press('Escape');
  await page.locator('#story mark.hl').first().click();
  await page.locator('#hl-editor').waitFor();
  await photograph(page, 'shots/reader-highlight-open');
  for (const [number, kind] of [...STORIES.keys()].entries()) {
    await page.goto(`/articles/${number + 1}`);
    await photograph(page, `shots/reader-${kind.slice(1)}`);
  }
  await window.context.clearCookies();
  await page.goto('/signin');
  await photograph(page, 'shots/signin');
} finally {
  await browser.close();
  await origin.close();
  await cuttings.stop();
}
