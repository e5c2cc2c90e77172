// `node icons.mjs`: draws the icons of the installed app from favicon.svg, in
// Chromium. To be run again when the favicon changes; the pictures are kept
// beside it. The maskable one has the paper of the pages all around, because
// phones cut it to a shape of their own.

import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { startChromium } from './lib.mjs';

const STATIC = path.resolve(
  path.dirname(fileURLToPath(import.meta.url)),
  '../../crates/cuttings-server/static',
);
const PAPER = '#fbf9f4';

/** Name, side in pixels, share of the side the drawing takes, and what is behind it. */
const ICONS = /** @type {const} */ ([
  ['icon-192.png', 192, 1, 'transparent'],
  ['icon-512.png', 512, 1, 'transparent'],
  ['icon-maskable-512.png', 512, 0.6, PAPER],
  ['icon-touch-180.png', 180, 0.76, PAPER],
]);

const drawing = readFileSync(path.join(STATIC, 'favicon.svg'), 'utf8');
const browser = await startChromium();
try {
  for (const [name, side, share, ground] of ICONS) {
    const page = await browser.newPage({ viewport: { width: side, height: side } });
    await page.setContent(
      `<style>html{background:${ground}}body{margin:0;height:100vh;display:grid;place-items:center}` +
        `svg{width:${share * 100}vw;height:${share * 100}vw}</style>${drawing}`,
    );
    await page.screenshot({ path: path.join(STATIC, 'icons', name), omitBackground: true });
    await page.close();
  }
} finally {
  await browser.close();
}
