// @ts-check
// Where the reader is: goes on where they stopped, keeps their place on the
// server, and says how long the rest takes. Without this file a link leads to
// the place.

/** How far below the top of the window a block counts as the one being read, in pixels. */
const TOP_PX = 112;
/** How long the page must stand still before the place is kept, in milliseconds. */
const STILL_MS = 1500;
/** The longest time without keeping the place while the page moves. */
const MOVING_MS = 10_000;
/** A story that fits the window is read after so long. */
const FITS_MS = 10_000;
/** From here on a story is read to its end. */
const END_PERCENT = 98;

const story = document.getElementById("story");
/** @type {HTMLElement | null} */
const line = document.querySelector("#reading-line");
/** @type {HTMLInputElement | null} */
const proof = document.querySelector("#act input[name=csrf]");

if (story && line) {
  /** @type {NodeListOf<HTMLElement>} */
  const named = story.querySelectorAll("[id^=b]");
  const blocks = Array.from(named).filter((block) => /^b\d+$/.test(block.id));
  const minutes = Number(story.dataset.minutes);

  /** @returns {number} where the page is when the story's end can be seen, in pixels */
  const end = () => story.getBoundingClientRect().bottom + scrollY - innerHeight;
  /** @returns {number} how much is read, 0 to 1 */
  const share = () => (end() <= 0 ? 1 : Math.min(1, Math.max(0, scrollY / end())));

  /** @returns {{ block: number, percent: number }} */
  const place = () => {
    const at = blocks.findLast((block) => block.getBoundingClientRect().top <= TOP_PX);
    return { block: Number(at?.id.slice(1) ?? 0), percent: Math.round(share() * 100) };
  };

  /** What the server has, as text. */
  let kept = JSON.stringify({
    block: Number(story.dataset.block ?? 0),
    percent: Number(story.dataset.percent ?? 0),
  });
  let keptAt = Date.now();

  const keep = () => {
    const here = JSON.stringify(place());
    if (here === kept || !proof) return;
    const before = kept;
    kept = here;
    keptAt = Date.now();
    fetch(`/api/v1/articles/${story.dataset.article}/position`, {
      method: "PUT",
      headers: { "content-type": "application/json", "x-csrf-token": proof.value },
      body: here,
      keepalive: true,
    }).then(
      (answer) => {
        if (!answer.ok) kept = before;
      },
      () => {
        // The server is away for a moment; the next stop tries again.
        kept = before;
      },
    );
  };

  const bar = line.querySelector("progress");
  /** @type {HTMLElement | null} */
  const left = line.querySelector("p");
  const draw = () => {
    const read = share();
    if (bar) {
      bar.value = read;
      // A story that fits the window has no way to go.
      bar.hidden = end() <= 0;
    }
    if (!left) return;
    const rest = Math.ceil(minutes * (1 - read));
    left.hidden = read >= 1 || minutes === 0;
    left.textContent =
      minutes * (1 - read) < 1
        ? (left.dataset.last ?? "")
        : (left.dataset.many ?? "").replace("{minutes}", String(rest));
  };

  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let stillness;
  let lastY = scrollY;
  const tools = document.querySelector(".reader-tools");
  addEventListener(
    "scroll",
    () => {
      draw();
      // The tools come back as soon as somebody looks for them.
      if (Math.abs(scrollY - lastY) > 8) {
        const hasOpen = tools?.querySelector("details[open]") !== null;
        tools?.classList.toggle("away", scrollY > lastY && scrollY > 200 && !hasOpen);
        lastY = scrollY;
      }
      clearTimeout(stillness);
      if (Date.now() - keptAt > MOVING_MS) keep();
      stillness = setTimeout(keep, STILL_MS);
    },
    { passive: true },
  );
  addEventListener("resize", draw);
  document.addEventListener("visibilitychange", () => {
    if (document.hidden && stillness !== undefined) keep();
  });
  addEventListener("pagehide", () => {
    if (stillness !== undefined) keep();
  });
  if (end() <= 0) {
    setTimeout(() => {
      if (!document.hidden && end() <= 0) keep();
    }, FITS_MS);
  }

  /** Goes on where the reader stopped, unless the browser or the address knows better. */
  const resume = () => {
    const block = document.getElementById(`b${story.dataset.block}`);
    const percent = Number(story.dataset.percent);
    const [navigation] = performance.getEntriesByType("navigation");
    const how = /** @type {PerformanceNavigationTiming | undefined} */ (navigation)?.type;
    if (!block || location.hash !== "" || percent >= END_PERCENT || how !== "navigate") return;
    const go = () => {
      block.scrollIntoView({ block: "start", behavior: "instant" });
      kept = JSON.stringify(place());
      lastY = scrollY;
    };
    go();
    const there = scrollY;
    // Typefaces that came late move what is above.
    document.fonts.ready.then(() => {
      if (Math.abs(scrollY - there) < 2) go();
    });
    const note = document.getElementById("resumed");
    if (!note) return;
    note.hidden = false;
    const hide = () => {
      note.hidden = true;
    };
    note.querySelector("a")?.addEventListener("click", hide);
    setTimeout(hide, 8000);
  };

  line.hidden = false;
  resume();
  draw();
}
