// `node icons.mjs`: draws the icons of the installed app and of the extension from
// favicon.svg, in Chromium. To be run again when the favicon changes; the pictures
// are kept in the repository. The maskable one has the paper of the pages all around, because
// phones cut it to a shape of their own.

import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { startChromium } from './lib.mjs';

const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const STATIC = path.join(ROOT, 'crates/cuttings-server/static');
const PAPER = '#fbf9f4';

/** File, side in pixels, share of the side the drawing takes, and what is behind it. */
const ICONS = /** @type {const} */ ([
  ['crates/cuttings-server/static/icons/icon-192.png', 192, 1, 'transparent'],
  ['crates/cuttings-server/static/icons/icon-512.png', 512, 1, 'transparent'],
  ['crates/cuttings-server/static/icons/icon-maskable-512.png', 512, 0.6, PAPER],
  ['crates/cuttings-server/static/icons/icon-touch-180.png', 180, 0.76, PAPER],
  ['extension/icons/icon-16.png', 16, 1, 'transparent'],
  ['extension/icons/icon-32.png', 32, 1, 'transparent'],
  ['extension/icons/icon-48.png', 48, 1, 'transparent'],
  ['extension/icons/icon-128.png', 128, 0.75, 'transparent'],
]);

const drawing = readFileSync(path.join(STATIC, 'favicon.svg'), 'utf8');
const browser = await startChromium();
try {
  for (const [file, side, share, ground] of ICONS) {
    const page = await browser.newPage({ viewport: { width: side, height: side } });
    await page.setContent(
      `<style>html{background:${ground}}body{margin:0;height:100vh;display:grid;place-items:center}` +
        `svg{width:${share * 100}vw;height:${share * 100}vw}</style>${drawing}`,
    );
    await page.screenshot({ path: path.join(ROOT, file), omitBackground: true });
    await page.close();
  }
} finally {
  await browser.close();
}
