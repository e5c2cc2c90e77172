// @ts-check
// Keeping the chosen lists: asks the library what is in them, fetches the pages
// of articles that are new or have changed, with their pictures, and takes away
// what has left. It can be stopped at any point and goes on from there.

/** Articles fetched at the same time. */
const AT_ONCE = 3;
/** Changes elsewhere are followed this often at most. */
const REST_MS = 30_000;
/** Articles the library gives in one answer. */
const PAGE_SIZE = 100;

/** The pictures of an article, as its page names them. @param {number} id */
const picturesOf = (id) => new RegExp(`/articles/${id}/(?:pictures/[0-9a-f]+|thumbnail)`, "g");

/** The library said that it is not for us, or not now. */
class Stop extends Error {}

/**
 * @param {string} path
 * @param {number} user whose answer it must be
 */
async function ask(path, user) {
  const answer = await fetch(path);
  if (answer.status === 401 || new URL(answer.url).pathname === "/signin") {
    await signedOut();
    throw new Stop("nobody is signed in");
  }
  if (answer.ok && answer.headers.get("cuttings-user") !== String(user)) {
    throw new Stop("somebody else is signed in");
  }
  return answer;
}

/**
 * The articles of the chosen lists, each once, the newest of each list first.
 *
 * @param {number} user
 * @param {Choice} choice
 * @returns {Promise<Map<number, any>>}
 */
async function wanted(user, choice) {
  const lists = [];
  if (choice.unread) lists.push("view=unread");
  if (choice.starred) lists.push("view=starred");
  for (const tag of choice.tags) lists.push(`view=all&tag=${encodeURIComponent(tag)}`);
  const found = new Map();
  for (const list of lists) {
    let cursor = "";
    do {
      const more = cursor === "" ? "" : `&cursor=${encodeURIComponent(cursor)}`;
      const path = `/api/v1/articles?state=ready&limit=${PAGE_SIZE}&${list}${more}`;
      const answer = await ask(path, user);
      // A tag that is gone is an empty list.
      if (answer.status === 404) break;
      if (!answer.ok) throw new Stop(`the library answered ${answer.status}`);
      const page = await answer.json();
      for (const article of page.articles) {
        if (found.size >= choice.most) return found;
        found.set(article.id, article);
      }
      cursor = page.next ?? "";
    } while (cursor !== "");
  }
  return found;
}

/**
 * Fetches one article with its pictures.
 *
 * @param {number} user
 * @param {any} article as the API gives it
 * @param {boolean} withPictures
 * @param {number} order
 * @param {Kept | undefined} before
 * @returns {Promise<boolean>} whether all of it is here
 */
async function fetchArticle(user, article, withPictures, order, before) {
  const path = `/articles/${article.id}`;
  const answer = await ask(path, user);
  if (answer.status === 404) {
    await dropArticle(user, article.id, before?.files ?? []);
    return true;
  }
  if (!answer.ok) return false;
  const html = await answer.clone().text();
  const cache = await caches.open(cacheOf(user));
  const files = [path];
  let bytes = new Blob([html]).size;
  let whole = true;
  const pictures = withPictures ? new Set(html.match(picturesOf(article.id)) ?? []) : [];
  for (const picture of pictures) {
    let kept = await cache.match(picture, { ignoreVary: true });
    if (!kept) {
      const sent = await ask(picture, user).catch((error) => {
        if (error instanceof Stop) throw error;
        return null;
      });
      if (!sent?.ok) {
        // One that the library does not have is not missing here.
        whole &&= sent?.status === 404;
        continue;
      }
      await cache.put(picture, sent.clone());
      kept = sent;
    }
    bytes += (await kept.blob()).size;
    files.push(picture);
  }
  // The page comes last: what it shows is there.
  await cache.put(path, answer);
  for (const old of before?.files ?? []) {
    if (!files.includes(old)) await cache.delete(old, { ignoreVary: true });
  }
  await putKept({
    user,
    id: article.id,
    title: article.headline ?? article.url,
    outlet: article.publication ?? new URL(article.final_url ?? article.url).hostname,
    minutes: article.reading_minutes,
    language: article.language ?? "",
    order,
    starred: article.starred_at !== null,
    archived: article.archived_at !== null,
    place: article.position && { block: article.position.block, percent: article.position.percent },
    updated_at: article.updated_at,
    kept_at: Date.now(),
    version: VERSION,
    pictures: withPictures,
    whole,
    bytes,
    files,
  });
  return whole;
}

/** @param {number} user @param {number} id @param {string[]} files */
async function dropArticle(user, id, files) {
  const cache = await caches.open(cacheOf(user));
  for (const file of [`/articles/${id}`, ...files]) await cache.delete(file, { ignoreVary: true });
  await dropKept(user, id);
}

/**
 * Brings what is kept up to date.
 *
 * @param {boolean} atOnce even if it was done a moment ago
 * @returns {Promise<void>}
 */
async function bringUpToDate(atOnce) {
  await navigator.locks.request("cuttings keep", async () => {
    const known = await currentUser();
    const last = known ? await fact(`brought ${known.id}`) : null;
    if (!atOnce && last && last.whole && Date.now() - last.at < REST_MS) return;
    const now = await session();
    if (!now) return;
    const user = now.user.id;
    let whole = true;
    try {
      await keepFrame(user);
      whole = await keepLists(user);
    } catch (error) {
      // No network, or no right any more. What is there stays, or is gone already.
      console.info(`not brought up to date: ${error}`);
      whole = false;
    }
    if ((await currentUser())?.id !== user) return;
    await putFact(`brought ${user}`, { at: Date.now(), whole });
    if (whole) await dropOldFiles();
    await tellPages();
  });
}

/** The page that is shown where nothing else is kept. @param {number} user */
async function keepFrame(user) {
  const answer = await ask("/offline", user);
  if (!answer.ok) throw new Stop(`the library answered ${answer.status}`);
  await (await caches.open(cacheOf(user))).put("/offline", answer);
}

/** @param {number} user @returns {Promise<boolean>} whether all of it is here */
async function keepLists(user) {
  const choice = await choiceOf(user);
  const articles = await wanted(user, choice);
  const kept = new Map((await keptOf(user)).map((one) => [one.id, one]));
  for (const one of kept.values()) {
    if (!articles.has(one.id)) await dropArticle(user, one.id, one.files);
  }
  const orders = new Map([...articles.keys()].map((id, order) => [id, order]));
  /** @type {any[]} */
  const due = [];
  for (const article of articles.values()) {
    const before = kept.get(article.id);
    const order = orders.get(article.id) ?? 0;
    const isDue =
      !before ||
      before.updated_at !== article.updated_at ||
      before.version !== VERSION ||
      before.pictures !== choice.pictures ||
      !before.whole;
    if (isDue) due.push(article);
    else if (before.order !== order) await putKept({ ...before, order });
  }
  let whole = true;
  let done = 0;
  const lane = async () => {
    for (let article = due.shift(); article; article = due.shift()) {
      const before = kept.get(article.id);
      const order = orders.get(article.id) ?? 0;
      whole = (await fetchArticle(user, article, choice.pictures, order, before)) && whole;
      done += 1;
      await tellPages({ done, all });
    }
  };
  const all = due.length;
  // A failed lane stops the others from beginning another article.
  const stop = (/** @type {unknown} */ error) => {
    due.length = 0;
    throw error;
  };
  await Promise.all(Array.from({ length: AT_ONCE }, () => lane().catch(stop)));
  return whole;
}

/** Static files of earlier editions, once no kept page needs them. */
async function dropOldFiles() {
  for (const name of await caches.keys()) {
    if (name.startsWith("files ") && name !== `files ${VERSION}`) await caches.delete(name);
  }
}
