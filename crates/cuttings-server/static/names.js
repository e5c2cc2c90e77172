// @ts-check
// Names of the library under a field that takes one: publications, authors and
// tags, as they are typed. They stand in the field's own list, so browsers show
// them as they show any. Without this file the field is an ordinary one.

/** How long somebody pauses before we ask. */
const PAUSE_MS = 120;

/** @param {HTMLInputElement} field */
function offerNames(field) {
  const list = document.createElement("datalist");
  list.id = `${field.id}-names`;
  field.after(list);
  field.setAttribute("list", list.id);
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  let asked = 0;

  async function ask() {
    // Quotes end a value of the language of the search.
    const typed = field.value.replaceAll('"', " ").trim();
    if (typed === "") return;
    asked += 1;
    const mine = asked;
    // Without the second quote: it is not done yet.
    const query = new URLSearchParams({ q: `${field.dataset.names}:"${typed}` });
    const answer = await fetch(`/search/complete?${query}`, {
      headers: { accept: "application/json" },
    });
    const json = answer.headers.get("content-type")?.startsWith("application/json") ?? false;
    if (!answer.ok || !json || mine !== asked) return;
    /** @type {{ choices: { label: string }[] }} */
    const { choices } = await answer.json();
    list.replaceChildren(
      ...choices.map(({ label }) => {
        const option = document.createElement("option");
        option.value = label;
        return option;
      }),
    );
  }

  field.addEventListener("input", () => {
    clearTimeout(timer);
    // Without a network nothing is offered; the list itself says why.
    timer = setTimeout(() => ask().catch(() => {}), PAUSE_MS);
  });
}

/** @type {NodeListOf<HTMLInputElement>} */
const fields = document.querySelectorAll("input[data-names]");
for (const field of fields) offerNames(field);
