// A filled library and the pages that everybody should see: pictures are taken
// of them (shots.mjs) and they are checked for access (access.test.mjs).
//
// The articles come from a small newspaper on loopback: the story of the tests
// and the golden pages of the extractor, whose text is our own.

import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { FEED_PAGES, FEED_VIEWS, fillFeeds } from './feeds.mjs';
import { send, until } from './lib.mjs';

const GOLDEN = path.resolve(
  path.dirname(fileURLToPath(import.meta.url)),
  '../../crates/cuttings-extract/corpus',
);

/** What a story of the newspaper is called, and its HTML. */
export const STORIES = new Map(
  readdirSync(GOLDEN)
    .sort()
    .map((kind) => [`/${kind}`, readFileSync(path.join(GOLDEN, kind, 'source.html'), 'utf8')]),
);

/** All pages of the newspaper. */
export const PAGES = new Map([...STORIES, ...FEED_PAGES]);

/** Pages of a signed-in user; `{story}` stands for the number of the test's story. */
export const VIEWS = [
  ['library', '/'],
  ['library-all', '/?view=all'],
  ['library-dense', '/?view=all&layout=dense'],
  ['library-cards', '/?view=all&layout=cards'],
  ['library-filtered', '/?view=all&tag=sea&length=short&sort=title'],
  ['library-archive', '/?view=archived'],
  ['library-starred', '/?view=starred'],
  ['library-failed', '/?state=failed'],
  ['library-no-match', '/?view=all&q=xylophone'],
  ['tags', '/tags'],
  ['filters', '/filters'],
  ['reader', '/articles/{story}?in=view%3Dall'],
  ['edit', '/articles/{story}/edit'],
  ['captures', '/articles/{story}/captures'],
  ['compare', '/articles/1/captures/compare'],
  ['highlights', '/highlights'],
  ['highlight', '/highlights/1'],
  ['highlights-none', '/highlights?q=xylophone'],
  ['search', '/search'],
  ['search-found', '/search?q=the+harbour'],
  ['search-highlights', '/search?q=harbour'],
  ['search-narrowed', '/search?q=the+language%3Aen+is%3Aunread'],
  ['search-meant', '/search?q=harbuor'],
  ['search-nothing', '/search?q=xylophone'],
  ['search-wrong', '/search?q=site%3A'],
  ...FEED_VIEWS,
  ['settings', '/settings'],
  ['connect', '/connect'],
  ['save', '/save?url=https%3A%2F%2Fnews.example%2Frain&title=Rain+in+the+valley'],
  ['save-already', '/save?url=http%3A%2F%2Fexample.invalid%2F&saved={story}'],
  ['offline', '/offline'],
  ['not-found', '/articles/999999'],
  ['problem', '/problems/bad-request'],
];

/**
 * Opens the library for Ada, on the page of the first run.
 *
 * @param {import('playwright-core').Page} page
 */
export async function openLibrary(page) {
  await page.goto('/setup');
  await page.fill('#name', 'ada');
  await page.fill('#password', 'nine quiet herons at dusk');
  await page.fill('#password_again', 'nine quiet herons at dusk');
  await send(page, () => page.click('form.stacked button'));
}

/**
 * Saves everything the newspaper has, and does with it what people do: stars,
 * archives, tags, marks words and keeps a filter.
 *
 * @param {import('playwright-core').Page} page
 * @param {string} origin address of the newspaper
 * @returns {Promise<number>} the number of the test's story
 */
export async function fillLibrary(page, origin) {
  const addresses = [...STORIES.keys(), '/missing', '/story'].map((place) => origin + place);
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
  const story = addresses.length;
  const change = writer(page);
  await change(`/articles/${story}/star`, {});
  await change(`/articles/${story - 3}/archive`, {});
  for (const [number, tags] of [
    [story, 'sea, harbour'],
    [1, 'sea'],
    [2, 'to cite'],
  ]) {
    await change(`/articles/${number}/tags`, { add: String(tags) });
  }
  await change('/filters', { name: 'Short reads', query: 'view=all&length=short' });
  const words = await firstSentences(page, story);
  for (const [index, colour] of ['yellow', 'red', 'green', 'blue', 'purple'].entries()) {
    await change(`/articles/${story}/highlights`, {
      words: words[index] ?? '',
      colour,
      note: index === 1 ? 'Ask the harbour master about this.' : '',
    });
  }
  await fillFeeds(page, origin, change);
  await editStory(page, change);
  return story;
}

/**
 * Has the newspaper edit its first story, and captures that again.
 *
 * @param {import('playwright-core').Page} page
 * @param {ReturnType<typeof writer>} change
 */
async function editStory(page, change) {
  const [path, html] = [...STORIES][0] ?? ['', ''];
  // The first long paragraph says more, the next is gone.
  let paragraphs = 0;
  const edited = html.replace(/<p>([^<]{120,})<\/p>/g, (whole, words) => {
    paragraphs += 1;
    if (paragraphs === 1) return `<p>${words.replace(' the ', ' almost every ')} This was added later.</p>`;
    return paragraphs === 2 ? '' : whole;
  });
  PAGES.set(path, edited);
  await change('/articles/1/captures', {});
  await until(
    'the first story was captured again',
    async () => {
      await page.goto('/articles/1/captures');
      return (await page.locator('.captures > li').count()) > 1;
    },
    60_000,
  );
}

/**
 * The first sentences of a story, each from a paragraph of its own.
 *
 * @param {import('playwright-core').Page} page
 * @param {number} story
 */
async function firstSentences(page, story) {
  await page.goto(`/articles/${story}`);
  const paragraphs = await page.locator('#story > p').allInnerTexts();
  return paragraphs.map((text) => text.split(/(?<=[.!?”"])\s/)[0] ?? text);
}

/**
 * Sends forms as the pages would.
 *
 * @param {import('playwright-core').Page} page
 */
function writer(page) {
  /** @param {string} to @param {Record<string, string>} fields */
  return async (to, fields) => {
    const csrf = await page.locator('input[name=csrf]').first().getAttribute('value');
    const answer = await page.request.post(to, {
      form: { csrf: String(csrf), ...fields },
      headers: { origin: new URL(page.url()).origin },
      maxRedirects: 0,
    });
    if (answer.status() >= 400) throw new Error(`${to}: ${answer.status()} ${await answer.text()}`);
  };
}
