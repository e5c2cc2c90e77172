// Feeds of the small newspaper: what the tests subscribe to and the pictures show.

/** A front page that names its feed. */
export const FRONT = `<!doctype html><html lang="en"><head><title>The Tideway Post</title>
  <link rel="alternate" type="application/rss+xml" title="The Tideway Post" href="/feed.xml">
  </head><body><h1>The Tideway Post</h1><p>News from the quay.</p></body></html>`;

/** @type {[string, string, string, string][]} headline, page, author, text */
const ENTRIES = [
  ['Ferry to the islands sails again after eleven years', '/story', 'Marta Lindqvist', 'The white ferry that carried three generations of islanders to school, to market and to hospital left the town quay on Monday morning for the first time in eleven years, with forty passengers, two bicycles and a crate of hens on board.'],
  ['Mail launch stays under hire for days of fog', '/launch', 'Piet Arends', 'The council keeps the launch for days when the ferry cannot sail, and its owner says that the town will be glad of him on the first day of fog.'],
  ['Sea wall survey finds eleven loose stones', '/wall', 'Ines Halloran', 'Divers walked the foot of the wall at low water for three days. What they found is less than was feared, and more than the budget of this year has room for.'],
  ['School on the island opens its upper class again', '/school', 'Marta Lindqvist', 'Nine children will stay on the island this autumn. Their teacher comes by the first ferry on Mondays and goes home by the last one on Fridays.'],
  ['Letters: the timetable, the hens, and who pays', '/letters', '', 'Readers write about four crossings a day, about a crate of hens, and about what a ticket cost in the last year of the old service.'],
  ['Roundabout number three is open', '/roundabout', 'J. Okoro', ''],
];

/** @param {string} text */
function escaped(text) {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}

/** The newspaper's feed, of which one entry has a text of some length. */
export const FEED = `<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:content="http://purl.org/rss/1.0/modules/content/">
<channel><title>The Tideway Post</title><link>/</link><language>en</language>
${ENTRIES.map(
  ([headline, page, author, text], place) => `<item><title>${escaped(headline)}</title><link>${page}</link>
<guid isPermaLink="false">${page}</guid>${author ? `<dc:creator>${author}</dc:creator>` : ''}
<pubDate>${new Date(Date.UTC(2024, 4, 13 - place, 8)).toUTCString()}</pubDate>
<description>${escaped(text)}</description>${
    place === 0
      ? `<content:encoded><![CDATA[<p>${text}</p><p><img src="/pictures/quay.png" alt="The ferry at the town quay"></p>
<p>The council had sold the boat when the subsidy ended, and for a decade the only way across was a <a href="/launch">mail launch</a> that took six people and did not run in winter.</p>
<blockquote><p>We were told that nobody would ride it. Nobody could ride it, because it was not there.</p></blockquote>
<h2>The timetable</h2><ul><li>Four crossings a day in summer</li><li>Two in winter</li></ul>
<p>${'On the first crossing the wind came from the north and the ferry was nine minutes late. No one complained. '.repeat(8)}</p>]]></content:encoded>`
      : ''
  }</item>`,
).join('\n')}
</channel></rss>`;

/** Another one, in Atom. */
export const COURIER = `<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en"><title>Quay Courier</title>
<entry><title>Harbour engineer to speak at the library</title><id>urn:c:1</id><link href="/engineer"/>
<updated>2024-05-12T09:00:00Z</updated><summary>Drawings, and the engine that was built from them.</summary></entry>
<entry><title>Two eggs on the way</title><id>urn:c:2</id><link href="/eggs"/>
<updated>2024-05-11T09:00:00Z</updated><summary>The hens, their owner reported, laid two on the first crossing.</summary></entry></feed>`;

/** Where they are on the newspaper's site. */
export const FEED_PAGES = new Map([
  ['/', FRONT],
  ['/feed.xml', FEED],
  ['/courier.xml', COURIER],
]);

/** Pages about feeds that everybody should see; see `fillFeeds`. */
export const FEED_VIEWS = [
  ['feeds', '/feeds'],
  ['feeds-left', '/feeds?left=3'],
  ['feeds-add', '/feeds/add'],
  ['feeds-rules', '/feeds/rules'],
  ['feeds-rule', '/feeds/rules?edit=1'],
  ['feeds-lists', '/feeds/lists'],
  ['feed', '/feeds/1?show=all'],
  ['feed-broken', '/feeds/4'],
  ['feed-settings', '/feeds/1/settings'],
  ['entries', '/entries'],
  ['entries-all', '/entries?show=all'],
  ['entries-saved', '/entries?show=saved'],
  ['entries-none', '/entries?folder=None'],
  ['entry', '/entries/6?show=all'],
  ['entry-short', '/entries/1?show=all'],
];

/**
 * Subscribes to the feeds and does with them what people do.
 *
 * @param {import('playwright-core').Page} page
 * @param {string} origin address of the newspaper
 * @param {(to: string, fields: Record<string, string>) => Promise<void>} change sends a form
 */
export async function fillFeeds(page, origin, change) {
  await page.goto('/feeds');
  await change('/feeds', { url: `${origin}/feed.xml`, folder: 'Islands' });
  await change('/feeds', { url: `${origin}/courier.xml`, folder: 'Islands' });
  await change('/feeds', { url: `${origin}/courier.xml?edition=evening`, folder: '' });
  await change('/feeds/3/settings', { title: 'The evening courier', folder: 'Town', paused: '1' });
  await change('/feeds', { url: `${origin}/feed.xml?page=sport`, folder: 'Town' });
  await change('/feeds/4/settings', { title: 'Sport in the Tideway Post', folder: 'Town' });
  await change('/feeds/rules', { query: 'ferry OR "mail launch" -fog', tags: 'sea, boats', feed: '1', old: '1' });
  await change('/feeds/rules', { query: 'author:lindqvist', tags: '', feed: '' });
  await change('/entries/3/seen', {});
  await change('/entries/4/seen', {});
}
