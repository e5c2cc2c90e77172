// Live: while an article of the page is still being fetched, asks for its state
// every two seconds and shows the page anew when one has changed. Without this
// file the page refreshes itself.

const EVERY_MS = 2000;

/** @returns {string[]} ids of the articles that are being fetched */
function queued() {
  /** @type {NodeListOf<HTMLElement>} */
  const waiting = document.querySelectorAll("[data-queued]");
  return Array.from(waiting, (element) => element.dataset.queued ?? "");
}

/**
 * @param {string} id
 * @returns {Promise<boolean>} whether the article is no longer being fetched
 */
async function settled(id) {
  const answer = await fetch(`/api/v1/articles/${id}`, { headers: { accept: "application/json" } });
  if (answer.status === 404) return true;
  if (!answer.ok) return false;
  /** @type {{ state: string }} */
  const article = await answer.json();
  return article.state !== "queued";
}

/** @returns {boolean} whether showing the page anew would lose what is being typed */
function typing() {
  /** @type {NodeListOf<HTMLInputElement>} */
  const fields = document.querySelectorAll("input[type=text], input[type=search]");
  return Array.from(fields).some((field) => field.value !== field.defaultValue);
}

async function look() {
  if (!document.hidden && !typing()) {
    try {
      const answers = await Promise.all(queued().slice(0, 10).map(settled));
      if (answers.some(Boolean)) {
        location.reload();
        return;
      }
    } catch {
      // The server is away for a moment; the next look may reach it.
    }
  }
  setTimeout(look, EVERY_MS);
}

if (queued().length > 0) setTimeout(look, EVERY_MS);
