// A small newspaper on loopback: the site that the tests save from.
//
// `main-path.test.mjs` starts one for each run. Its story has what a news page
// has around the text: navigation, an appeal for support in the middle, links
// to other stories, a newsletter box. `STORY` tells what belongs to the article
// and what does not, so a test needs no copy of the text.

import { createServer } from 'node:http';
import { png } from './picture.mjs';

/** The story, and what must not be taken for a part of it. */
export const STORY = {
  publication: 'The Tideway Post',
  headline: 'Ferry to the islands sails again after eleven years',
  dek: 'The council bought back the boat it sold, and forty islanders rode the first crossing.',
  author: 'Marta Lindqvist',
  paragraphs: [
    'The white ferry that carried three generations of islanders to school, to market and to hospital left the town quay on Monday morning for the first time in eleven years, with forty passengers, two bicycles and a crate of hens on board.',
    'The council had sold the boat when the subsidy ended, and for a decade the only way across was a mail launch that took six people and did not run in winter. Families moved to the mainland, the island school closed its upper class, and the shop opened on three days a week.',
    '“We were told that nobody would ride it,” said Ines Halloran, who has kept the shop since her mother gave it up. “Nobody could ride it, because it was not there.”',
    'Two years ago a harbour engineer found the boat laid up in a yard up the coast, its hull sound and its engine in pieces. The council bought it back for less than it had been paid, and volunteers spent two winters putting the engine together from drawings that a retired mechanic had kept in his attic.',
    'The new timetable has four crossings a day in summer and two in winter. A ticket costs what it cost in the last year of the old service, and islanders who work on the mainland travel free until the spring, when the council will look at the books again.',
    'Not everyone is pleased. The owner of the mail launch, Piet Arends, said his contract had been ended with a month of notice, and that the town would miss him on the first day of fog. The council replied that the launch stays under hire for days when the ferry cannot sail.',
    'On the first crossing the wind came from the north and the ferry was nine minutes late. No one complained. The hens, their owner reported, laid two eggs on the way.',
  ],
  pictures: [
    { name: 'quay', caption: 'The ferry at the town quay on Monday morning.', credit: 'Tideway Post' },
    { name: 'engine', caption: 'The engine was rebuilt from a mechanic’s own drawings.', credit: 'J. Okoro' },
  ],
  // Phrases on the page that are no part of the story.
  noise: [
    'Can you spare a minute to back our reporting',
    'Give five a month',
    'Crossword',
    'Mayor opens third roundabout',
    'Get the morning letter',
    'Terms of use',
  ],
};

/**
 * Starts the site on a free port of 127.0.0.1.
 *
 * Pages: `/story` is the article, `/missing` answers 404; `pages` are others,
 * by path. Any other path that ends as a picture does is one.
 *
 * @param {Map<string, string>} [pages]
 * @returns {Promise<{url: string, close: () => Promise<void>}>}
 */
export async function startOrigin(pages = new Map()) {
  const pictures = new Map([
    ['/pictures/quay.png', png(960, 600, [38, 70, 110], [190, 205, 215])],
    ['/pictures/engine.png', png(960, 640, [60, 52, 48], [196, 160, 110])],
    ['/pictures/advert.png', png(300, 250, [200, 30, 60], [250, 220, 40])],
  ]);
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? '/', 'http://origin').pathname;
    const other = /\.(png|jpe?g|webp)$/.test(path) && png(960, 640, [70, 90, 88], [214, 200, 176]);
    const picture = pictures.get(path) ?? other;
    const page = pages.get(path);
    if (page !== undefined) {
      response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' });
      response.end(page);
    } else if (path === '/story') {
      response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' });
      response.end(storyPage());
    } else if (picture) {
      response.writeHead(200, { 'content-type': 'image/png' });
      response.end(picture);
    } else {
      response.writeHead(404, { 'content-type': 'text/html; charset=utf-8' });
      response.end('<!doctype html><title>Not found</title><p>There is no such page.</p>');
    }
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the origin has no port');
  return {
    url: `http://127.0.0.1:${address.port}`,
    close: () =>
      new Promise((resolve, reject) => {
        server.close((error) => (error ? reject(error) : resolve()));
        server.closeAllConnections();
      }),
  };
}

function storyPage() {
  const figures = STORY.pictures.map(
    ({ name, caption, credit }) => `
      <figure>
        <img src="/pictures/${name}.png" width="960" height="600" alt="${caption}">
        <figcaption>${caption} <span class="credit">Photo: ${credit}</span></figcaption>
      </figure>`,
  );
  const paragraphs = STORY.paragraphs.map((text) => `<p>${text}</p>`);
  return `<!doctype html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <title>${STORY.headline} | ${STORY.publication}</title>
  <meta name="description" content="${STORY.dek}">
  <meta name="author" content="${STORY.author}">
  <meta property="og:type" content="article">
  <meta property="og:site_name" content="${STORY.publication}">
  <meta property="og:title" content="${STORY.headline}">
  <meta property="og:image" content="/pictures/quay.png">
  <meta property="article:published_time" content="2026-03-02T07:30:00Z">
</head>
<body>
  <header class="site-header">
    <a href="/">${STORY.publication}</a>
    <nav><ul>
      <li><a href="/news">News</a></li><li><a href="/sport">Sport</a></li>
      <li><a href="/tides">Tides</a></li><li><a href="/crossword">Crossword</a></li>
    </ul></nav>
  </header>
  <main>
    <article>
      <h1>${STORY.headline}</h1>
      <p class="standfirst">${STORY.dek}</p>
      <p class="byline">By <a rel="author" href="/by/lindqvist">${STORY.author}</a></p>
      <time datetime="2026-03-02T07:30:00Z">2 March 2026</time>
      ${figures[0]}
      ${paragraphs.slice(0, 3).join('\n      ')}
      <aside class="support-appeal">
        <h2>Can you spare a minute to back our reporting?</h2>
        <p>Local news costs money, and advertising does not pay for it any more. Readers do. Give five a month and keep the lights on in a newsroom that answers to you and to nobody else.</p>
        <a class="button" href="/support">Give five a month</a>
      </aside>
      ${figures[1]}
      ${paragraphs.slice(3).join('\n      ')}
    </article>
    <aside class="advert"><a href="/ad"><img src="/pictures/advert.png" width="300" height="250" alt="Advertisement"></a></aside>
    <section class="related">
      <h2>More from the coast</h2>
      <ul>
        <li><a href="/roundabout">Mayor opens third roundabout</a></li>
        <li><a href="/gulls">Gulls blamed for missing chips</a></li>
      </ul>
    </section>
    <form class="newsletter" action="/letter"><label>Get the morning letter <input type="email" name="mail"></label><button>Sign up</button></form>
  </main>
  <footer><p>${STORY.publication} is printed on the quay. <a href="/terms">Terms of use</a></p></footer>
</body>
</html>
`;
}
