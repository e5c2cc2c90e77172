// `cargo xtask shots`: every page of Cuttings as pictures, light and dark, wide
// and phone-sized, for people to look at.
//
// A library is filled from a small newspaper on loopback: the story of the tests
// and the golden pages of the extractor, whose text is our own. The pictures go
// to `test-output/shots`.

import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { openWindow, photograph, send, startChromium, startCuttings, until } from './lib.mjs';
import { startOrigin } from './origin.mjs';

const GOLDEN = path.resolve(
  path.dirname(fileURLToPath(import.meta.url)),
  '../../crates/cuttings-extract/corpus',
);

/** What a page of the origin is called, and its HTML. */
const pages = new Map(
  readdirSync(GOLDEN)
    .sort()
    .map((kind) => [`/${kind}`, readFileSync(path.join(GOLDEN, kind, 'source.html'), 'utf8')]),
);

/** Pages after signing in; `{story}` stands for the number of the test's story. */
const VIEWS = [
  ['library', '/'],
  ['library-all', '/?view=all'],
  ['library-archive', '/?view=archived'],
  ['library-starred', '/?view=starred'],
  ['reader', '/articles/{story}'],
  ['captures', '/articles/{story}/captures'],
  ['search', '/search'],
  ['search-found', '/search?q=the+harbour'],
  ['search-nothing', '/search?q=xylophone'],
  ['search-wrong', '/search?q=site%3A'],
  ['not-found', '/articles/999999'],
  ['problem', '/problems/bad-request'],
];

const origin = await startOrigin(pages);
const cuttings = await startCuttings();
const browser = await startChromium();
try {
  const window = await openWindow(browser, { base: cuttings.url, script: true, allowed: [/./] });
  const { page } = window;
  await page.goto('/setup');
  await photograph(page, 'shots/setup');
  await page.fill('#name', 'ada');
  await page.fill('#password', 'nine quiet herons at dusk');
  await page.fill('#password_again', 'nine quiet herons at dusk');
  await send(page, () => page.click('form.stacked button'));
  await photograph(page, 'shots/library-empty');

  const addresses = [...pages.keys(), '/missing', '/story'].map((place) => origin.url + place);
  for (const address of addresses) {
    await page.goto('/');
    await page.fill('#url', address);
    await send(page, () => page.click('form.save button'));
  }
  await until(
    'every page was read',
    async () => {
      await page.goto('/?view=all');
      return (await page.locator('[data-queued]').count()) === 0;
    },
    60_000,
  );
  const story = String(addresses.length);
  await page.goto(`/articles/${story}`);
  await send(page, () => page.click('[formaction$="/star"]'));
  await page.goto(`/articles/${addresses.length - 3}`);
  await send(page, () => page.click('[formaction$="/archive"]'));
  for (const [name, at] of VIEWS) {
    await page.goto(at.replace('{story}', story));
    await photograph(page, `shots/${name}`);
  }
  for (const [number, kind] of [...pages.keys()].entries()) {
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
