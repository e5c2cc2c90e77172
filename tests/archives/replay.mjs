// Archives of ours in ReplayWeb.page, which nobody here wrote, in Chromium.
//
//     node replay.mjs FOLDER '[{"file": …, "url": …, "words": …, "looks": true}]'
//
// `check.py` makes the files and the list. A server on loopback gives out the
// program and the files in FOLDER and nothing else. Prints `ok` or `not ok` for each
// page that is to be seen. `looks` says that the page has a blue text and a picture,
// from a style sheet and a file of their own.
//
// The program comes built. package-lock.json is cut down to it, so that what it was
// built from is not installed.

import { createServer } from 'node:http';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

const LIMIT_MS = 60_000;
const PROGRAM = fileURLToPath(new URL('node_modules/replaywebpage', import.meta.url));
const PAGE = `<!doctype html><meta charset=utf-8><title>Replay</title>
<script src="/ui.js"></script><replay-app-main></replay-app-main>`;

const [folder, listed] = process.argv.slice(2);
const wanted = JSON.parse(listed);

const server = createServer(async (request, response) => {
  const name = new URL(request.url, 'http://here').pathname.slice(1);
  if (name === '') {
    response.writeHead(200, { 'content-type': 'text/html' }).end(PAGE);
    return;
  }
  const isProgram = ['ui.js', 'sw.js'].includes(name);
  const isWanted = wanted.some(({ file }) => file === name);
  if (!isProgram && !isWanted) {
    response.writeHead(404).end();
    return;
  }
  const bytes = await readFile(path.join(isProgram ? PROGRAM : folder, name));
  const headers = { 'content-type': isProgram ? 'text/javascript' : 'application/octet-stream' };
  const range = /^bytes=(\d*)-(\d*)$/.exec(request.headers.range ?? '');
  if (!range) {
    response.writeHead(200, { ...headers, 'content-length': bytes.length, 'accept-ranges': 'bytes' });
    response.end(request.method === 'HEAD' ? undefined : bytes);
    return;
  }
  const start = range[1] === '' ? bytes.length - Number(range[2]) : Number(range[1]);
  const end = range[1] === '' || range[2] === '' ? bytes.length - 1 : Number(range[2]);
  const part = bytes.subarray(start, end + 1);
  response.writeHead(206, {
    ...headers,
    'content-length': part.length,
    'content-range': `bytes ${start}-${start + part.length - 1}/${bytes.length}`,
  });
  response.end(request.method === 'HEAD' ? undefined : part);
});
await new Promise((resolve) => {
  server.listen(0, '127.0.0.1', () => resolve(undefined));
});
const base = `http://127.0.0.1:${server.address().port}`;

const browser = await chromium.launch({
  executablePath: process.env.CUTTINGS_CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
});
try {
  for (const page of wanted) {
    const seen = await look(page);
    const fault = seen.at(-1);
    const isWhole = fault?.hasWords && (!page.looks || (fault.isBlue && fault.hasPicture));
    const what = `ReplayWeb.page shows ${page.url} out of ${page.file}`;
    console.log(`${isWhole ? 'ok' : 'not ok'} - ${what}${page.looks ? ' as it looked' : ''}`);
    if (!isWhole) console.log(`    ${JSON.stringify(seen)}`);
  }
} finally {
  await browser.close();
  server.close();
}

/** Opens a page of an archive, in a browser that knows of no other. */
async function look({ file, url, words }) {
  const context = await browser.newContext();
  const seen = [];
  try {
    const window = await context.newPage();
    const view = new URLSearchParams({ view: 'replay', url });
    await window.goto(`${base}/?source=/${file}#${view}`);
    const until = Date.now() + LIMIT_MS;
    while (Date.now() < until) {
      for (const frame of window.frames()) {
        if (!frame.url().includes('mp_/')) continue;
        // A frame that is being replaced cannot be looked into yet.
        const found = await frame.evaluate(told, words).catch(() => null);
        if (found) seen.push({ frame: frame.url(), ...found });
        if (found?.hasWords && found.isBlue && found.hasPicture) return seen;
        if (found?.hasWords && found.pictures === 0) return seen;
      }
      await sleep(300);
    }
    return seen.slice(-3);
  } finally {
    await context.close();
  }
}

/** Runs in the page. */
function told(words) {
  const text = document.body?.innerText ?? '';
  const pictures = Array.from(document.images);
  return {
    hasWords: text.includes(words),
    text: text.slice(0, 200),
    isBlue: document.body ? getComputedStyle(document.body).color === 'rgb(17, 34, 51)' : false,
    pictures: pictures.length,
    hasPicture: pictures.some((picture) => picture.naturalWidth === 320),
  };
}
