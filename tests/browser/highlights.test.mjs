// Highlights in a real browser: chosen by mouse, by finger and by keys alone,
// changed and removed where they stand, and listed when their words are gone.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { openWindow, send, startChromium, startCuttings, until } from './lib.mjs';
import { STORY, startOrigin } from './origin.mjs';

const CAPTURE_LIMIT_MS = 30_000;

/** The story as a page; `change` may alter its paragraphs. */
function storyPage(/** @type {(text: string) => string} */ change = (text) => text, head = '') {
  const paragraphs = STORY.paragraphs.map((text) => `<p>${change(text)}</p>`);
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${STORY.headline}</title>
<meta property="og:type" content="article"><meta name="author" content="${STORY.author}">
<meta property="og:title" content="${STORY.headline}"><meta property="og:site_name" content="${STORY.publication}">
${head}</head><body><main><article><h1>${STORY.headline}</h1>
${paragraphs.slice(0, 2).join('\n')}
<figure><img src="/pictures/quay.png" width="960" height="600" alt="A boat"><figcaption>The ferry at the town quay on Monday morning.</figcaption></figure>
${paragraphs.slice(2).join('\n')}
<ul><li>The first boat leaves at six in the morning, all year round.</li><li>The last boat comes back at eight in the evening.</li></ul>
<table><thead><tr><th>Season</th><th>Crossings</th></tr></thead><tbody><tr><td>Summer</td><td>four a day</td></tr><tr><td>Winter</td><td>two a day</td></tr></tbody></table>
<p>The harbour office keeps the list of all crossings, and everybody may look at it.</p>
</article></main></body></html>`;
}

describe('highlights', () => {
  /** @type {Awaited<ReturnType<typeof startOrigin>>} */
  let origin;
  /** @type {Map<string, string>} */
  const pages = new Map([['/ferry', storyPage()]]);
  /** @type {Awaited<ReturnType<typeof startCuttings>>} */
  let cuttings;
  /** @type {Awaited<ReturnType<typeof startChromium>>} */
  let browser;
  /** @type {Awaited<ReturnType<typeof openWindow>>} */
  let window;
  /** @type {import('playwright-core').Page} */
  let page;

  /** @param {string} url */
  const save = async (url) => {
    await page.goto('/');
    await page.fill('#url', url);
    await send(page, () => page.click('form.save button'));
    await until(
      'the page was read',
      async () => {
        await page.goto('/?view=all');
        return (await page.locator('[data-queued]').count()) === 0;
      },
      CAPTURE_LIMIT_MS,
    );
  };

  before(async () => {
    origin = await startOrigin(pages);
    cuttings = await startCuttings();
    browser = await startChromium();
    window = await openWindow(browser, {
      base: cuttings.url,
      script: true,
      // One test sends words that are not in the text.
      allowed: [/status of 422/],
    });
    page = window.page;
    await window.context.grantPermissions(['clipboard-read', 'clipboard-write']);
    await page.goto('/setup');
    await page.fill('#name', 'ada');
    await page.fill('#password', 'nine quiet herons at dusk');
    await page.fill('#password_again', 'nine quiet herons at dusk');
    await send(page, () => page.click('form.stacked button'));
    await save(`${origin.url}/ferry`);
  });

  after(async () => {
    await browser?.close();
    await origin?.close();
    await cuttings?.stop();
  });

  /**
   * Where a part of the story's words is in the window.
   *
   * @param {import('playwright-core').Page} at
   * @param {string} words
   */
  const placeOf = (at, words) =>
    at.evaluate(async (words) => {
      // Typefaces that come late move the lines.
      await document.fonts.ready;
      const story = /** @type {Element} */ (document.getElementById('story'));
      const walker = document.createTreeWalker(story, NodeFilter.SHOW_TEXT);
      while (walker.nextNode()) {
        const node = /** @type {Text} */ (walker.currentNode);
        const from = node.data.indexOf(words);
        if (from < 0 || node.parentElement?.closest('figure')) continue;
        const range = document.createRange();
        range.setStart(node, from);
        range.setEnd(node, from + words.length);
        node.parentElement?.scrollIntoView({ block: 'center', behavior: 'instant' });
        const lines = range.getClientRects();
        const [first, last] = [lines[0], lines[lines.length - 1]];
        return {
          from: { x: first.left + 1, y: first.top + first.height / 2 },
          to: { x: last.right - 1, y: last.top + last.height / 2 },
        };
      }
      throw new Error(`the story does not say ${words}`);
    }, words);

  /** Draws the mouse over words. @param {string} first @param {string} [last] */
  const drag = async (first, last = first) => {
    const [{ to }, { from }] = [await placeOf(page, last), await placeOf(page, first)];
    const end = first === last ? (await placeOf(page, last)).to : null;
    await page.mouse.move(from.x, from.y);
    await page.mouse.down();
    await page.mouse.move((end ?? to).x, (end ?? to).y, { steps: 6 });
    await page.mouse.up();
  };

  const tools = () => page.locator('#hl-tools');
  const editor = () => page.locator('#hl-editor');
  const marks = (/** @type {number} */ id) => page.locator(`#story mark[data-highlight="${id}"]`);
  const marked = async (/** @type {number} */ id) => (await marks(id).allTextContents()).join('|');
  const listed = () => page.locator('#margin [data-item]').count();
  const clipboard = () => page.evaluate(() => navigator.clipboard.readText());
  const isHere = () => page.evaluate(() => document.body.dataset.same === 'yes');

  it('the mouse chooses words, and a colour marks them where they stand', async () => {
    await page.goto('/articles/1');
    await page.evaluate(() => document.body.setAttribute('data-same', 'yes'));
    assert.equal(await tools().isVisible(), false);
    await drag('a decade the only way across');
    await tools().waitFor();
    const before = await page.evaluate(() => scrollY);
    await tools().getByRole('button', { name: 'Green' }).click();
    await marks(1).first().waitFor();
    assert.equal(await marked(1), 'a decade the only way across');
    assert.match((await marks(1).getAttribute('class')) ?? '', /hl-green/);
    assert.equal(await page.evaluate(() => scrollY), before, 'the page stays where it was');
    assert.equal(await isHere(), true, 'nothing was loaded anew');
    assert.equal(await tools().isVisible(), false);
    assert.equal(await listed(), 1);
    await page.reload();
    assert.equal(await marked(1), 'a decade the only way across', 'the server has it');
  });

  it('words are copied as a quotation with their source, and as a link', async () => {
    await drag('its hull sound and its engine in pieces');
    await tools().getByRole('button', { name: 'Copy as quotation' }).click();
    const quoted = await until('it is copied', clipboard);
    assert.match(quoted, /^“its hull sound and its engine in pieces” \(Marta Lindqvist, The Tideway Post, .*\/ferry\)$/);
    await tools().getByRole('button', { name: 'Copy link to the original' }).click();
    const link = await until('the link is copied', async () => {
      const text = await clipboard();
      return text.startsWith('http') && text;
    });
    assert.equal(link, `${origin.url}/ferry#:~:text=its%20hull%20sound%20and%20its%20engine%20in%20pieces`);
    await page.keyboard.press('Escape');
    await until('the tools are gone', async () => !(await tools().isVisible()));
  });

  it('marks run over pictures, lists and tables, and caption words are not in them', async () => {
    await page.evaluate(() => {
      const paragraphs = document.querySelectorAll('#story > p');
      const [before, behind] = [paragraphs[1], paragraphs[2]];
      const start = document.createTreeWalker(before, NodeFilter.SHOW_TEXT);
      while (start.nextNode());
      const last = /** @type {Text} */ (start.currentNode);
      const first = /** @type {Text} */ (document.createTreeWalker(behind, NodeFilter.SHOW_TEXT).nextNode());
      getSelection()?.setBaseAndExtent(last, last.length - 15, first, 12);
    });
    await tools().waitFor();
    await page.keyboard.press('2');
    await marks(2).first().waitFor();
    assert.equal(await marked(2), 'ee days a week.|“We were tol');
    await page.evaluate(() => {
      const item = document.querySelector('#story li');
      const cell = document.querySelector('#story tbody td');
      getSelection()?.setBaseAndExtent(/** @type {Node} */ (item?.firstChild), 0, /** @type {Node} */ (cell?.firstChild), 6);
    });
    await tools().waitFor();
    await page.keyboard.press('4');
    await marks(3).first().waitFor();
    assert.equal(
      await marked(3),
      'The first boat leaves at six in the morning, all year round.|The last boat comes back at eight in the evening.|Season|Crossings|Summer',
    );
    await page.reload();
    assert.equal(await page.locator('#story figure mark').count(), 0);
    assert.equal((await marked(3)).split('|').length, 5);
  });

  it('keys alone choose words and sentences, mark them, and open the editor', async () => {
    await page.goto('/articles/1#main');
    await until('the paragraph has the focus', async () => {
      await page.keyboard.press('j');
      return page.locator('#story .focused', { hasText: 'Two years ago' }).count();
    });
    await page.keyboard.press('h');
    assert.ok(await page.locator('#hl-keys').isVisible(), 'the keys are told');
    const selected = () => page.evaluate(() => String(getSelection()));
    const first = await selected();
    assert.ok(first.length > 0 && !first.includes(' '), `one word: ${first}`);
    await page.keyboard.press('ArrowRight');
    assert.notEqual(await selected(), first);
    await page.keyboard.press('ArrowLeft');
    assert.equal(await selected(), first);
    await page.keyboard.press('ArrowDown');
    const sentence = await selected();
    assert.match(sentence, /^Two years ago .* in pieces\.$/);
    await page.keyboard.press('Shift+ArrowRight');
    assert.equal(await selected(), `${sentence} The`);
    await page.keyboard.press('Shift+ArrowLeft');
    await page.keyboard.press('Enter');
    await until('the tools have the focus', () =>
      page.evaluate(() => document.activeElement?.getAttribute('data-colour') === 'yellow'),
    );
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('Enter');
    await marks(4).first().waitFor();
    assert.match((await marks(4).first().getAttribute('class')) ?? '', /hl-red/);
    assert.equal(await page.locator('#hl-keys').isVisible(), false);
    await until('the highlight has the focus', () =>
      page.evaluate(() => document.activeElement?.getAttribute('data-highlight') === '4'),
    );
    await page.keyboard.press('Enter');
    await editor().waitFor();
    await page.keyboard.press('Escape');
    await until('the editor is gone', async () => !(await editor().isVisible()));
    assert.equal(await page.evaluate(() => document.activeElement?.getAttribute('data-highlight')), '4');
    await page.keyboard.press('h');
    await page.keyboard.press('Escape');
    assert.equal(await selected(), '', 'Escape ends it');
  });

  it('a click on a highlight edits it in place: colour, note, link', async () => {
    await page.goto('/articles/1');
    await page.evaluate(() => document.body.setAttribute('data-same', 'yes'));
    await marks(1).click();
    await editor().waitFor();
    await editor().getByRole('button', { name: 'Purple' }).click();
    await until('it is purple', async () => /hl-purple/.test((await marks(1).getAttribute('class')) ?? ''));
    await editor().locator('textarea').fill('Ask the mail launch.');
    await editor().getByRole('button', { name: 'Save' }).click();
    await until('the note is in the margin', () => page.locator('#margin', { hasText: 'Ask the mail launch.' }).count());
    assert.equal(await isHere(), true);
    await marks(1).click();
    await until('the note is in the editor', async () => (await editor().locator('textarea').inputValue()) === 'Ask the mail launch.');
    await editor().getByRole('button', { name: 'Copy link' }).click();
    const link = await until('the link is copied', async () => {
      const text = await clipboard();
      return text.endsWith('#h1') ? text : '';
    });
    assert.match(
      (await editor().getByRole('link').getAttribute('href')) ?? '',
      /\/ferry#:~:text=a%20decade%20the%20only%20way%20across$/,
    );
    await page.goto('/');
    await page.goto(link);
    await until('it opens at its place', () =>
      marks(1).evaluate((mark) => {
        const { top } = mark.getBoundingClientRect();
        return top > 0 && top < innerHeight;
      }),
    );
  });

  it('the original page opens at the words', async () => {
    const link = await page.locator('#margin [data-item="4"]').getAttribute('data-original');
    const other = await window.context.newPage();
    await other.goto(String(link));
    const found = await other.evaluate(() => document.body.innerText.includes('Two years ago'));
    assert.ok(found && String(link).includes(':~:text=Two%20years%20ago'));
    await other.close();
  });

  it('a highlight is removed, and comes back', async () => {
    await page.goto('/articles/1');
    await marks(1).click();
    await editor().waitFor();
    await editor().getByRole('button', { name: 'Remove' }).click();
    await until('it is gone', async () => (await marks(1).count()) === 0);
    assert.equal(await editor().isVisible(), false);
    assert.equal(await listed(), 3);
    await page.locator('#hl-said').getByRole('button', { name: 'Undo' }).click();
    await marks(1).waitFor();
    assert.equal(await listed(), 4);
    assert.ok(await page.locator('#margin', { hasText: 'Ask the mail launch.' }).count());
  });

  it('the page of all highlights changes, removes and brings back where they stand', async () => {
    await page.goto('/highlights?q=decade');
    await page.evaluate(() => document.body.setAttribute('data-same', 'yes'));
    const item = page.locator('[data-item="1"]');
    const edit = item.getByRole('link', { name: 'Edit' });
    const note = item.getByRole('textbox');

    await edit.click();
    await note.waitFor();
    const earlier = await note.inputValue();
    assert.equal(await note.evaluate((field) => field === document.activeElement), true);
    await page.keyboard.press('Escape');
    assert.equal(await item.locator('form').count(), 0);
    assert.equal(await edit.evaluate((link) => link === document.activeElement), true);

    await page.keyboard.press('Enter');
    await note.fill('Said of the old ferry');
    await item.getByRole('radio', { name: 'Purple' }).check();
    await item.getByRole('button', { name: 'Save' }).click();
    await item.locator('.hl-note', { hasText: 'Said of the old ferry' }).waitFor();
    assert.match((await item.locator('.hl-words').getAttribute('class')) ?? '', /hl-purple/);
    assert.equal(await edit.evaluate((link) => link === document.activeElement), true);

    await edit.click();
    await item.getByRole('button', { name: 'Remove' }).click();
    await item.waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Undo' }).click();
    await item.waitFor();
    assert.equal(await item.locator('.hl-note').textContent(), 'Said of the old ferry');
    assert.equal(new URL(page.url()).search, '?q=decade');
    assert.equal(await isHere(), true, 'the page never went away');

    await edit.click();
    await note.fill(earlier);
    await item.getByRole('button', { name: 'Save' }).click();
    await item.locator('.hl-note', { hasText: earlier }).waitFor();
    await page.goto('/articles/1');
    await page.evaluate(() => document.body.setAttribute('data-same', 'yes'));
  });

  it('a note is written at once, without choosing a colour first', async () => {
    await drag('nine minutes late');
    await tools().getByRole('button', { name: 'Note' }).click();
    await editor().waitFor();
    await page.keyboard.type('By which clock?');
    await page.keyboard.press('Escape');
    await until('it is kept', () => page.locator('#margin', { hasText: 'By which clock?' }).count());
    assert.match((await marks(5).getAttribute('class')) ?? '', /hl-noted/);
  });

  it('footnotes, places and the rest of the page still work after words were marked', async () => {
    // The story's elements are the same ones as before, with all that is bound to them.
    await page.goto('/articles/1');
    await page.locator('#story p').first().evaluate((node) => Object.assign(node, { own: 'same' }));
    await drag('forty passengers');
    await tools().waitFor();
    await page.keyboard.press('1');
    await marks(6).waitFor();
    const own = await page.locator('#story p').first().evaluate((node) => Reflect.get(node, 'own'));
    assert.equal(own, 'same');
  });

  it('fingers choose words, with the tools at the foot of the window', async () => {
    const phone = await browser.newContext({
      baseURL: cuttings.url,
      storageState: await window.context.storageState(),
      viewport: { width: 390, height: 844 },
      hasTouch: true,
      isMobile: true,
    });
    const touch = await phone.newPage();
    await touch.goto('/articles/1');
    const { from } = await placeOf(touch, 'drawings that');
    // A long press chooses a word, as on a phone.
    const driver = await phone.newCDPSession(touch);
    const finger = [{ x: from.x + 12, y: from.y }];
    await driver.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints: finger });
    await new Promise((resolve) => setTimeout(resolve, 900));
    await driver.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] });
    const selected = await touch.evaluate(() => String(getSelection()));
    if (selected === '') {
      // Chromium without a window system has no long press; its handles are not
      // ours to test. The selection comes as it would from them.
      await touch.evaluate(() => {
        const story = /** @type {Element} */ (document.getElementById('story'));
        const walker = document.createTreeWalker(story, NodeFilter.SHOW_TEXT);
        while (walker.nextNode() && !walker.currentNode.textContent?.includes('drawings that'));
        const node = /** @type {Text} */ (walker.currentNode);
        const at = node.data.indexOf('drawings');
        getSelection()?.setBaseAndExtent(node, at, node, at + 'drawings'.length);
      });
    }
    const bar = touch.locator('#hl-tools');
    await bar.waitFor();
    const box = await bar.boundingBox();
    assert.ok(box && Math.abs(box.y + box.height - 844) < 2 && box.width === 390, JSON.stringify(box));
    for (const button of await bar.getByRole('button').all()) {
      const size = await button.boundingBox();
      assert.ok(size && size.height >= 40 && size.width >= 40, JSON.stringify(size));
    }
    await bar.getByRole('button', { name: 'Blue' }).tap();
    const made = touch.locator('#story mark[data-highlight="7"]');
    await made.waitFor();
    assert.equal(await made.textContent(), 'drawings');
    await made.tap();
    await touch.locator('#hl-editor').waitFor();
    await touch.locator('#hl-editor').getByRole('button', { name: 'Remove' }).tap();
    await until('it is gone', async () => (await made.count()) === 0);
    await phone.close();
  });

  it('without script words are marked, changed and removed by forms', async () => {
    const plain = await openWindow(browser, { base: cuttings.url, script: false });
    await plain.context.addCookies(await window.context.cookies());
    const other = plain.page;
    await other.goto('/articles/1');
    assert.equal(await other.locator('#hl-tools').isVisible(), false);
    await other.locator('.hl-add summary').click();
    await other.fill('#hl-words', 'No one complained.');
    await other.selectOption('#hl-colour', 'blue');
    await other.fill('#hl-note', 'Not even Arends?');
    await other.locator('.hl-add button').click();
    const mark = other.locator('#story mark.hl-blue', { hasText: 'No one complained.' });
    assert.equal(await mark.count(), 1);
    assert.match(other.url(), /#h\d+$/);
    await other.locator('#margin li', { hasText: 'No one complained.' }).getByRole('link', { name: 'Edit' }).click();
    await other.getByLabel('Red').check();
    await other.getByRole('button', { name: 'Save' }).click();
    assert.equal(await other.locator('#story mark.hl-red', { hasText: 'No one complained.' }).count(), 1);
    await other.locator('#margin li', { hasText: 'No one complained.' }).getByRole('link', { name: 'Edit' }).click();
    await other.getByRole('button', { name: 'Remove' }).click();
    assert.equal(await mark.count(), 0);
    await other.locator('#margin .notice button').click();
    assert.equal(await other.locator('#story mark.hl-red', { hasText: 'No one complained.' }).count(), 1);
    assert.deepEqual(plain.complaints(), []);
    await plain.context.close();
  });

  it('words that are gone after a new capture are listed, and nothing else is marked for them', async () => {
    const head = `<link rel="canonical" href="${origin.url}/ferry">`;
    pages.set('/ferry-again', storyPage((text) => text.replace('for a decade the only way across was', 'since then there was only'), head));
    await save(`${origin.url}/ferry-again`);
    await send(page, () => page.locator('[formaction="/articles/2/join"]').first().click());
    await page.goto('/articles/1');
    const orphan = page.locator('#margin .hl-orphans li');
    assert.equal(await orphan.count(), 1);
    assert.match(await orphan.innerText(), /a decade the only way across/);
    assert.equal(await marks(1).count(), 0);
    assert.match(await marked(4), /^Two years ago/);
    await orphan.getByRole('link', { name: 'Edit' }).click();
    await editor().waitFor();
    await until('it has its note', async () => (await editor().locator('textarea').inputValue()) === 'Ask the mail launch.');
    await page.goto('/highlights?which=orphan');
    assert.equal(await page.locator('.hl-item').count(), 1);
  });

  it('nothing was asked of anybody else, and nothing went wrong', () => {
    // The original page was looked at too.
    const complaints = window.complaints().filter((text) => !text.includes(origin.url));
    assert.deepEqual(complaints, []);
  });
});
