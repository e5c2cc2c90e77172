// Measures the pages of a library: how long each takes to be served, how many
// bytes it is, when a browser paints it first and how much it shifts after.
//
// `cargo xtask bench pages` starts the server and calls this with the server's
// address and the number of articles; name and password of the library are in
// the environment. Prints one JSON line a page.

import { request, Agent } from 'node:http';
import { chromium } from 'playwright-core';

const [base, articles] = process.argv.slice(2);
if (!base || !articles) throw new Error('measure.mjs ADDRESS ARTICLES');
const count = Number(articles);

/** Requests a page, for its times; the first few are not counted. */
const REQUESTS = 400;
const WARM = 20;

/** Looks at a page in the browser; the median counts. */
const LOOKS = 5;

/** The kinds of page. Each gives the path for the n-th request. */
const PAGES = [
  { name: 'library', path: () => '/' },
  { name: 'library, all', path: () => '/?view=all' },
  { name: 'library, archive', path: () => '/?view=archived' },
  { name: 'library, dense by title', path: () => '/?view=all&layout=dense&sort=title' },
  { name: 'library, last read', path: () => '/?view=all&sort=read' },
  { name: 'library, a tag', path: (n) => `/?view=all&tag=politics+${n % 40}` },
  { name: 'library, an outlet', path: () => '/?view=all&publication=Northern+Ledger' },
  { name: 'library, an author', path: () => '/?view=all&author=Hana' },
  { name: 'library, nobody', path: () => '/?view=all&author=Xenophon' },
  { name: 'library, highlighted', path: () => '/?view=all&highlights=yes&length=long' },
  { name: 'library, words', path: (n) => `/?view=all&q=${WORDS[n % WORDS.length]}` },
  { name: 'tags', path: () => '/tags' },
  { name: 'highlights', path: () => '/highlights' },
  { name: 'highlights, words', path: () => '/highlights?q=because' },
  { name: 'reader in a list', path: (n) => `/articles/${1 + ((n * 7919) % count)}?in=view%3Dall` },
  { name: 'reader', path: (n) => `/articles/${1 + ((n * 7919) % count)}` },
  { name: 'search, one word', path: (n) => `/search?q=${WORDS[n % WORDS.length]}` },
  {
    name: 'search, two words',
    path: (n) => `/search?q=${WORDS[n % WORDS.length]}+${WORDS[(n * 5 + 3) % WORDS.length]}`,
  },
  { name: 'search, common word', path: () => '/search?q=because' },
];

/** Words of the made-up prose, from common to rare. */
const WORDS = [
  'bamar',
  'baesko',
  'bada',
  'batonren',
  'fenneba',
  'baple',
  'fenborti',
  'baver',
  'bawa',
];

const agent = new Agent({ keepAlive: true, maxSockets: 1 });

/**
 * @param {string} path
 * @param {{method?: string, headers?: Record<string, string>, body?: string}} [how]
 * @returns {Promise<{status: number, headers: import('node:http').IncomingHttpHeaders, size: number, text: string, ms: number}>}
 */
function ask(path, { method = 'GET', headers = {}, body } = {}) {
  return new Promise((resolve, reject) => {
    const begun = performance.now();
    const asked = request(new URL(path, base), { agent, method, headers }, (answer) => {
      /** @type {Buffer[]} */
      const parts = [];
      answer.on('data', (part) => parts.push(part));
      answer.on('end', () => {
        const bytes = Buffer.concat(parts);
        resolve({
          status: answer.statusCode ?? 0,
          headers: answer.headers,
          size: bytes.length,
          text: bytes.toString('utf8'),
          ms: performance.now() - begun,
        });
      });
    });
    asked.on('error', reject);
    asked.end(body);
  });
}

async function signIn() {
  const form = new URLSearchParams({
    name: process.env.BENCH_NAME ?? '',
    password: process.env.BENCH_PASSWORD ?? '',
  }).toString();
  const answer = await ask('/signin', {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded', origin: base },
    body: form,
  });
  const cookie = answer.headers['set-cookie']?.[0]?.split(';')[0];
  if (!cookie) throw new Error(`signing in answered ${answer.status}`);
  return cookie;
}

/** @param {number[]} sorted @param {number} share */
const at = (sorted, share) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];

/** @param {number[]} numbers */
const sorted = (numbers) => [...numbers].sort((a, b) => a - b);

/** What the browser reports of a page, once it has settled. */
function paint() {
  return new Promise((resolve) => {
    let shift = 0;
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) shift += /** @type {any} */ (entry).value;
    }).observe({ type: 'layout-shift', buffered: true });
    setTimeout(() => {
      const [first] = performance.getEntriesByName('first-contentful-paint');
      const scripts = performance
        .getEntriesByType('resource')
        .filter((entry) => /** @type {any} */ (entry).initiatorType === 'script')
        .map((entry) => /** @type {any} */ (entry).responseEnd);
      resolve({ first: first?.startTime ?? null, shift, script: Math.min(...scripts, Infinity) });
    }, 400);
  });
}

const cookie = await signIn();
const browser = await chromium.launch({
  executablePath: process.env.CUTTINGS_CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
    '--disable-background-networking', '--disable-component-update', '--disable-sync'],
});
for (const page of PAGES) {
  const times = [];
  let largest = 0;
  for (let n = 0; n < REQUESTS + WARM; n += 1) {
    const answer = await ask(page.path(n), { headers: { cookie } });
    if (answer.status !== 200) throw new Error(`${page.path(n)} answered ${answer.status}`);
    if (n >= WARM) times.push(answer.ms);
    largest = Math.max(largest, answer.size);
  }
  const context = await browser.newContext({ baseURL: base, viewport: { width: 390, height: 844 } });
  const [name, value] = cookie.split('=');
  await context.addCookies([{ name, value, url: base }]);
  const firsts = [];
  const shifts = [];
  for (let look = 0; look < LOOKS; look += 1) {
    const window = await context.newPage();
    await window.goto(page.path(look));
    const seen = /** @type {any} */ (await window.evaluate(paint));
    if (seen.first !== null) firsts.push(seen.first);
    shifts.push(seen.shift);
    await window.close();
  }
  await context.close();
  const inOrder = sorted(times);
  console.log(JSON.stringify({
    name: page.name,
    p50: at(inOrder, 0.5),
    p99: at(inOrder, 0.99),
    size: largest,
    first: at(sorted(firsts), 0.5) ?? null,
    shift: Math.max(...shifts),
  }));
}
await browser.close();
agent.destroy();
