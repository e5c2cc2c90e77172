// The reader in a real browser: how it looks, where one stopped, footnotes,
// pictures, paragraphs, reading aloud, and the way through a list. The first
// part is with script, the second without.

import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { OUTPUT, openWindow, photograph, send, startChromium, startCuttings, until } from './lib.mjs';
import { startOrigin } from './origin.mjs';
import { STORIES } from './stories.mjs';

const NAME = 'ada';
const PASSWORD = 'nine quiet herons at dusk';
const CAPTURE_LIMIT_MS = 30_000;

/** A voice that says nothing and notes what it was given; `finish` ends a sentence. */
const SILENT_VOICE = () => {
  /** @type {{ said: string[], finish: () => void }} */
  const voice = { said: [], finish: () => {} };
  class Utterance {
    lang = '';
    rate = 1;
    onend = () => {};
    onerror = () => {};
    /** @param {string} text */
    constructor(text) {
      this.text = text;
    }
  }
  const speech = Object.assign(new EventTarget(), {
    getVoices: () => [{}],
    cancel: () => {},
    speak: (/** @type {Utterance} */ words) => {
      voice.said.push(`${words.rate} ${words.text}`);
      voice.finish = () => words.onend();
    },
  });
  Object.defineProperty(globalThis, 'speechSynthesis', { value: speech });
  Object.defineProperty(globalThis, 'SpeechSynthesisUtterance', { value: Utterance });
  Object.defineProperty(globalThis, 'voice', { value: voice });
};

for (const script of [true, false]) {
  describe(`the reader ${script ? 'with script' : 'without script'}`, () => {
    /** @type {Awaited<ReturnType<typeof startOrigin>>} */
    let origin;
    /** @type {Awaited<ReturnType<typeof startCuttings>>} */
    let cuttings;
    /** @type {Awaited<ReturnType<typeof startChromium>>} */
    let browser;
    /** @type {Awaited<ReturnType<typeof openWindow>>} */
    let window;
    /** @type {import('playwright-core').Page} */
    let page;

    before(async () => {
      origin = await startOrigin(new Map(STORIES.map((story) => [story.path, story.html])));
      cuttings = await startCuttings();
      browser = await startChromium();
      window = await openWindow(browser, { base: cuttings.url, script });
      page = window.page;
      await page.goto('/setup');
      await page.locator('input[name="name"]').fill(NAME);
      await page.locator('input[name="password"]').fill(PASSWORD);
      await page.locator('input[name="password_again"]').fill(PASSWORD);
      await send(page, () => page.getByRole('button', { name: 'Open the library' }).click());
      for (const story of STORIES) {
        await page.goto('/');
        await page.locator('form[action="/articles"] input[name="url"]').fill(origin.url + story.path);
        await send(page, () => page.keyboard.press('Enter'));
      }
      await until(
        'all stories can be read',
        async () => {
          await page.goto('/?view=all');
          return (await page.locator('.card:not([data-queued]) .card-headline').count()) === STORIES.length;
        },
        CAPTURE_LIMIT_MS,
      );
    });

    after(async () => {
      await browser?.close();
      await origin?.close();
      await cuttings?.stop();
    });

    const root = (/** @type {string} */ name) => page.locator('html').getAttribute(`data-${name}`);
    /** Chooses by what a label says, as a person would. */
    const choose = (/** @type {string} */ name, /** @type {string} */ value) =>
      page.locator(`label:has(input[name="${name}"][value="${value}"])`).click();
    const paper = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);

    if (script) {
      it('a choice in the panel shows at once and is there on the next page', async () => {
        await page.goto('/articles/1');
        const before = await paper();
        await page.locator('.looks summary').click();
        const kept = page.waitForResponse((response) => response.url().endsWith('/settings'));
        await choose('theme', 'sepia');
        await kept;
        assert.equal(await root('theme'), 'sepia');
        assert.notEqual(await paper(), before);
        await page.keyboard.press('Escape');
        assert.equal(await page.locator('.looks form').isVisible(), false);
        await page.goto('/settings');
        assert.equal(await root('theme'), 'sepia');
        const other = page.waitForResponse((response) => response.request().method() === 'POST');
        await choose('theme', 'system');
        await other;
      });

      it('the settings page shows the sample as it will be', async () => {
        await page.goto('/settings');
        const sample = page.locator('.sample .story');
        const size = () => sample.evaluate((node) => parseFloat(getComputedStyle(node).fontSize));
        const usual = await size();
        const kept = page.waitForResponse((response) => response.request().method() === 'POST');
        await choose('text_size', '150');
        await kept;
        assert.ok(Math.abs((await size()) / usual - 1.5) < 0.01);
        const back = page.waitForResponse((response) => response.request().method() === 'POST');
        await choose('text_size', '100');
        await back;
      });

      it('a footnote opens where it is called, and Escape leads back', async () => {
        await page.goto('/articles/1');
        const call = page.locator('#story a.footnote-call').first();
        await call.click();
        const note = page.locator('#footnote');
        assert.ok(await note.isVisible());
        assert.match(await note.innerText(), /Tax book of the valley/);
        const places = await page.evaluate(() => {
          const call = /** @type {Element} */ (document.querySelector('#story a.footnote-call'));
          const note = /** @type {Element} */ (document.querySelector('#footnote'));
          return [call.getBoundingClientRect().bottom, note.getBoundingClientRect().top];
        });
        assert.ok(places[1] >= places[0] && places[1] - places[0] < 30, `apart by ${places}`);
        assert.equal(new URL(page.url()).hash, '');
        await page.keyboard.press('Escape');
        assert.equal(await note.isVisible(), false);
        assert.ok(await call.evaluate((node) => node === document.activeElement));
        // The way back in the note itself stays a link.
        assert.equal(await page.locator('#story li a[href^="#c-fnref"].footnote-call').count(), 0);
      });

      it('pictures open large, step by arrow keys and give the focus back', async () => {
        await page.goto('/articles/1');
        const first = page.locator('#story a.enlarge').first();
        await first.focus();
        await page.keyboard.press('Enter');
        const gallery = page.locator('#gallery');
        await gallery.locator('img').waitFor();
        const caption = () => gallery.locator('figcaption').innerText();
        const one = await caption();
        assert.match(one, /lime trees/);
        await page.keyboard.press('ArrowRight');
        assert.match(await caption(), /milestone/);
        assert.match(await gallery.locator('[data-count]').innerText(), /2.*2/);
        await page.keyboard.press('ArrowRight');
        assert.equal(await caption(), one);
        await page.keyboard.press('Escape');
        assert.equal(await gallery.isVisible(), false);
        assert.ok(await first.evaluate((node) => node === document.activeElement));
      });

      it('j and k move one paragraph into sight and Escape brings all back', async () => {
        await page.goto('/articles/1');
        await page.keyboard.press('j');
        const focused = () => page.locator('#story .focused').getAttribute('id');
        const first = await focused();
        await page.keyboard.press('j');
        await page.keyboard.press('ArrowDown');
        const third = await focused();
        assert.notEqual(third, first);
        assert.equal(await page.locator('#story .focused').count(), 1);
        const dimmed = await page
          .locator('#story > p:not(.focused)')
          .first()
          .evaluate((node) => Number(getComputedStyle(node).opacity));
        assert.ok(dimmed < 1);
        await page.keyboard.press('k');
        assert.notEqual(await focused(), third);
        await page.keyboard.press('Escape');
        assert.equal(await page.locator('#story .focused').count(), 0);
      });

      it('a place is kept while reading, shown in the list, and gone on from elsewhere', async () => {
        await page.goto('/articles/1');
        assert.match(await page.locator('#reading-line p').innerText(), /min(ute)? left/);
        const kept = page.waitForResponse((response) => response.url().endsWith('/position'));
        await page.evaluate(() => {
          const block = /** @type {Element} */ (document.querySelector('#b6'));
          block.scrollIntoView({ block: 'start' });
        });
        assert.equal((await kept).status(), 200);
        await page.goto('/?view=all');
        const card = page.locator('#a1');
        assert.match(await card.innerText(), /\d+ % read/);

        // Another device: a new window with the same session.
        const state = await window.context.storageState();
        const phone = await browser.newContext({
          baseURL: cuttings.url,
          storageState: state,
          viewport: { width: 390, height: 844 },
        });
        const other = await phone.newPage();
        await other.goto('/articles/1');
        await until('the phone goes on at the block', () =>
          other.evaluate(() => {
            const top = document.querySelector('#b6')?.getBoundingClientRect().top ?? -1;
            return top > 0 && top < 160;
          }),
        );
        assert.ok(await other.locator('#resumed').isVisible());
        await other.locator('#resumed a').click();
        await until('it is back at the beginning', () =>
          other.evaluate(() => scrollY <= /** @type {HTMLElement} */ (document.querySelector('#main')).offsetTop),
        );
        await phone.close();
      });

      it('nothing moves while a story comes, with pictures or a place to go on at', async () => {
        for (const id of STORIES.keys()) {
          await page.goto(`/articles/${id + 1}`);
          const moved = await page.evaluate(
            () =>
              new Promise((resolve) => {
                let sum = 0;
                new PerformanceObserver((list) => {
                  for (const entry of list.getEntries()) sum += /** @type {any} */ (entry).value;
                }).observe({ type: 'layout-shift', buffered: true });
                setTimeout(() => resolve(sum), 500);
              }),
          );
          // A letter may be a hair wider in the typeface than in its stand-in.
          assert.ok(Number(moved) < 0.001, `article ${id + 1} moved by ${moved}`);
        }
      });

      it('the end of the story is the end of the reading', async () => {
        await page.goto('/articles/1');
        const kept = page.waitForResponse((response) => response.url().endsWith('/position'));
        await page.evaluate(() => scrollTo(0, document.body.scrollHeight));
        await kept;
        await page.goto('/?view=all');
        assert.match(await page.locator('#a1').innerText(), /100 % read/);
        await page.goto('/articles/1');
        assert.equal(await page.evaluate(() => scrollY), 0);
      });

      it('keys lead through the list it was opened from', async () => {
        await page.goto('/?view=all');
        await page.keyboard.press('j');
        await page.keyboard.press('o');
        const last = STORIES.length;
        await page.waitForURL(`**/articles/${last}?in=view%3Dall`);
        await page.keyboard.press('n');
        await page.waitForURL(`**/articles/${last - 1}?in=view%3Dall`);
        await page.keyboard.press('p');
        await page.waitForURL(`**/articles/${last}?in=view%3Dall`);
        await page.keyboard.press('u');
        await page.waitForURL('**/?view=all');
      });

      it('without a voice there is no button to listen', async () => {
        await page.goto('/articles/1');
        assert.equal(await page.locator('#listen').isVisible(), false);
      });

      it('the story is read aloud by sentences, the one being read marked', async () => {
        const other = await openWindow(browser, { base: cuttings.url, script: true });
        await other.context.addCookies(await window.context.cookies());
        await other.page.addInitScript(SILENT_VOICE);
        await other.page.goto('/articles/1');
        const said = () => other.page.evaluate('voice.said');
        const marked = () =>
          other.page.evaluate(() => {
            const [range] = CSS.highlights.get('spoken') ?? [];
            return range?.toString() ?? '';
          });
        const words = await other.page.locator('#story').innerText();
        await other.page.locator('#listen').click();
        const first = /** @type {string[]} */ (await said());
        assert.equal(first.length, 1);
        assert.match(first[0], /^1 The road was built for salt/);
        assert.match(first[0], /\.$/, 'one sentence, and not the call of its footnote');
        assert.equal(`1 ${await marked()}`, first[0]);
        await other.page.evaluate('voice.finish()');
        assert.equal(/** @type {string[]} */ (await said()).length, 2);
        assert.notEqual(`1 ${await marked()}`, first[0]);
        const bar = other.page.locator('#aloud');
        await bar.getByRole('button', { name: 'Pause' }).click();
        await other.page.evaluate('voice.finish()');
        assert.equal(/** @type {string[]} */ (await said()).length, 2, 'a pause is silent');
        await bar.getByRole('button', { name: 'Go on' }).click();
        await bar.locator('select').selectOption('1.5');
        const all = /** @type {string[]} */ (await said());
        assert.match(all.at(-1) ?? '', /^1\.5 /);
        assert.equal(all.at(-1)?.slice(4), all[1].slice(2), 'the sentence begins again');
        await bar.getByRole('button', { name: 'Stop' }).click();
        assert.equal(await marked(), '');
        assert.equal(await bar.isVisible(), false);
        assert.equal(await other.page.locator('#story').innerText(), words);
        assert.deepEqual(other.complaints(), []);
        await other.context.close();
      });

      it('every theme and every kind of story is looked at', async () => {
        for (const theme of ['system', 'sepia', 'black']) {
          await page.goto('/settings');
          const kept = page.waitForResponse((response) => response.request().method() === 'POST');
          await choose('theme', theme === 'system' ? 'paper' : theme);
          await kept;
          if (theme === 'system') {
            const back = page.waitForResponse((response) => response.request().method() === 'POST');
            await choose('theme', 'system');
            await back;
          }
          await page.goto('/articles/1');
          await photograph(page, `reader-${theme}`);
        }
        await page.goto('/settings');
        await photograph(page, 'settings-black');
        for (const [name, value] of [
          ['theme', 'system'],
          ['alignment', 'justified'],
        ]) {
          await page.goto('/settings');
          const kept = page.waitForResponse((response) => response.request().method() === 'POST');
          await choose(name, value);
          await kept;
        }
        await page.goto('/settings');
        await photograph(page, 'settings');
        for (const [index, { name }] of STORIES.entries()) {
          await page.goto(`/articles/${index + 1}?in=view%3Dall`);
          await photograph(page, `reader-${name}`);
        }
        // What opens over the page lies over its words, so only the picture is taken.
        mkdirSync(OUTPUT, { recursive: true });
        for (const width of [1280, 390]) {
          await page.setViewportSize({ width, height: 844 });
          for (const [name, open] of [
            ['looks', '.looks summary'],
            ['footnote', '#story a.footnote-call'],
            ['gallery', '#story a.enlarge'],
          ]) {
            await page.goto('/articles/1');
            await page.locator(open).first().click();
            await page.waitForTimeout(300);
            await page.screenshot({ path: path.join(OUTPUT, `reader-${name}-${width}.png`) });
          }
          await page.goto('/articles/1');
          for (const key of ['j', 'j', 'j']) await page.keyboard.press(key);
          await page.waitForTimeout(600);
          await page.screenshot({ path: path.join(OUTPUT, `reader-focus-${width}.png`) });
        }
      });
    } else {
      it('settings are saved by the button and shown in force', async () => {
        await page.goto('/articles/1?in=view%3Dall');
        await page.locator('.looks summary').click();
        await choose('theme', 'dark');
        await choose('typeface', 'legible');
        await send(page, () => page.locator('.looks .button').click());
        assert.equal(new URL(page.url()).search, '?in=view%3Dall');
        assert.equal(await root('theme'), 'dark');
        const face = await page
          .locator('#story')
          .evaluate((node) => getComputedStyle(node).fontFamily);
        assert.match(face, /Atkinson/);
        await page.goto('/settings');
        await choose('theme', 'system');
        await send(page, () => page.locator('.settings .button').click());
        assert.match(await page.locator('main').innerText(), /Saved\./);
        assert.equal(await root('theme'), 'system');
      });

      it('footnotes lead to the note and back', async () => {
        await page.goto('/articles/1');
        await page.locator('#story a[href="#c-fn1"]').click();
        assert.equal(new URL(page.url()).hash, '#c-fn1');
        await page.locator('#story a[href="#c-fnref1"]').click();
        assert.equal(new URL(page.url()).hash, '#c-fnref1');
        assert.equal(await page.locator('#footnote').isVisible(), false);
      });

      it('a picture is a link to itself', async () => {
        await page.goto('/articles/1');
        const large = await page.locator('#story a.enlarge').first().getAttribute('href');
        const answer = await page.request.get(large ?? '');
        assert.equal(answer.headers()['content-type'], 'image/png');
      });

      it('links lead through the list', async () => {
        await page.goto('/?view=all');
        await page.locator('.card-headline a').first().click();
        await page.locator('.beside a[rel=next]').click();
        await page.waitForURL(`**/articles/${STORIES.length - 1}?in=view%3Dall`);
        await page.locator('.beside a[rel=prev]').click();
        await page.waitForURL(`**/articles/${STORIES.length}?in=view%3Dall`);
      });
    }

    it('a wide table scrolls in itself and takes the focus', async () => {
      await page.setViewportSize({ width: 390, height: 844 });
      await page.goto('/articles/1');
      const table = page.locator('#story .table');
      const sizes = await table.evaluate((node) => [node.scrollWidth, node.clientWidth]);
      assert.ok(sizes[0] > sizes[1], `the table is ${sizes}`);
      await table.focus();
      assert.ok(await table.evaluate((node) => node === document.activeElement));
      const page_ = await page.evaluate(() => document.documentElement.scrollWidth);
      assert.ok(page_ <= 390, `the page needs ${page_} pixels`);
      await page.setViewportSize({ width: 1280, height: 900 });
    });

    it('in print there is the story with its source and nothing else', async () => {
      await page.emulateMedia({ media: 'print' });
      await page.goto('/articles/1?in=view%3Dall');
      for (const gone of ['.masthead', '.reader-tools', '.beside', '#reading-line', '#aloud']) {
        assert.equal(await page.locator(gone).isVisible(), false, gone);
      }
      assert.ok(await page.locator('.source a').first().isVisible());
      const colours = await page.evaluate(() => {
        const style = getComputedStyle(document.body);
        return [style.color, style.backgroundColor];
      });
      assert.deepEqual(colours, ['rgb(0, 0, 0)', 'rgb(255, 255, 255)']);
      await page.emulateMedia({ media: 'screen' });
    });

    it('stories from right to left and in other scripts are set as they should be', async () => {
      for (const [index, { language, direction }] of STORIES.entries()) {
        await page.goto(`/articles/${index + 1}`);
        const story = page.locator('#story');
        assert.equal(await story.getAttribute('dir'), direction);
        assert.equal(await story.getAttribute('lang'), language);
      }
    });

    it('the console stayed clean and nobody else was asked for anything', () => {
      assert.ok(window.requests() > 10, 'the requests were not watched');
      assert.deepEqual(window.complaints(), []);
    });
  });
}
