// Completion under a search field: operators, tags, publications, authors, as
// the library knows them. The field is a combobox with a list; arrow keys walk
// it, Enter or Tab with a choice marked takes it, Escape closes it, a touch takes
// a choice. Without this file the field is an ordinary one.
//
// Nothing happens while an input method composes: its keys are its own, and the
// letters come when they are done.

/** How long somebody pauses before we ask. */
const PAUSE_MS = 120;

/** @typedef {{text: string, label: string, hint: string}} Choice */
/** @typedef {{at: [number, number], choices: Choice[], offered: string}} Completion */

/** @param {HTMLInputElement} field */
function combobox(field) {
  const list = document.createElement("ul");
  list.id = `${field.id}-choices`;
  list.className = "choices";
  list.hidden = true;
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", field.dataset.listLabel ?? "");
  const status = document.createElement("p");
  status.className = "unseen";
  status.setAttribute("role", "status");
  field.after(list, status);
  field.setAttribute("role", "combobox");
  field.setAttribute("aria-autocomplete", "list");
  field.setAttribute("aria-expanded", "false");
  field.setAttribute("aria-controls", list.id);

  /** @type {Completion} */
  let offered = { at: [0, 0], choices: [], offered: "" };
  /** Place of the marked choice, -1 for none. */
  let marked = -1;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  let asked = 0;

  function close() {
    clearTimeout(timer);
    // An answer that is still on its way comes too late.
    asked += 1;
    marked = -1;
    list.hidden = true;
    list.replaceChildren();
    status.textContent = "";
    field.setAttribute("aria-expanded", "false");
    field.removeAttribute("aria-activedescendant");
  }

  /** @param {number} place */
  function mark(place) {
    list.children[marked]?.setAttribute("aria-selected", "false");
    marked = place;
    const choice = list.children[place];
    if (!choice) {
      field.removeAttribute("aria-activedescendant");
      return;
    }
    choice.setAttribute("aria-selected", "true");
    choice.scrollIntoView({ block: "nearest" });
    field.setAttribute("aria-activedescendant", choice.id);
  }

  /** @param {number} place */
  function take(place) {
    const choice = offered.choices[place];
    if (!choice) return;
    const letters = Array.from(field.value);
    const before = letters.slice(0, offered.at[0]).join("");
    const behind = letters.slice(offered.at[1]).join("").trimStart();
    // An operator waits for its value; a value is done.
    const done = choice.text.endsWith(":") ? choice.text : `${choice.text} `;
    field.value = before + done + behind;
    const caret = (before + done).length;
    field.setSelectionRange(caret, caret);
    close();
    field.focus();
    if (choice.text.endsWith(":")) ask();
  }

  /** @param {Completion} completion */
  function show(completion) {
    offered = completion;
    marked = -1;
    field.removeAttribute("aria-activedescendant");
    list.replaceChildren(
      ...completion.choices.map((choice, place) => {
        const line = document.createElement("li");
        line.id = `${list.id}-${place}`;
        line.setAttribute("role", "option");
        line.setAttribute("aria-selected", "false");
        const label = document.createElement("bdi");
        label.textContent = choice.label;
        const hint = document.createElement("span");
        hint.textContent = choice.hint;
        line.append(label, " ", hint);
        // The field keeps the focus, and a phone its keyboard.
        line.addEventListener("pointerdown", (event) => event.preventDefault());
        line.addEventListener("click", () => take(place));
        return line;
      }),
    );
    list.hidden = completion.choices.length === 0;
    status.textContent = completion.offered;
    field.setAttribute("aria-expanded", String(!list.hidden));
  }

  async function ask() {
    const caret = field.selectionStart ?? field.value.length;
    if (caret !== field.selectionEnd || field.value.trim() === "") {
      close();
      return;
    }
    asked += 1;
    const mine = asked;
    const at = Array.from(field.value.slice(0, caret)).length;
    const query = new URLSearchParams({ q: field.value, at: String(at) });
    try {
      const answer = await fetch(`${field.dataset.complete}?${query}`, {
        headers: { accept: "application/json" },
      });
      const json = answer.headers.get("content-type")?.startsWith("application/json") ?? false;
      if (!answer.ok || !json) return;
      /** @type {Completion} */
      const completion = await answer.json();
      if (mine === asked && document.activeElement === field) show(completion);
    } catch {
      // Without a network nothing is offered; the search itself says why.
      if (mine === asked) close();
    }
  }

  function askSoon() {
    clearTimeout(timer);
    timer = setTimeout(ask, PAUSE_MS);
  }

  field.addEventListener("input", (event) => {
    if (/** @type {InputEvent} */ (event).isComposing) return;
    askSoon();
  });
  field.addEventListener("compositionend", askSoon);
  field.addEventListener("blur", close);
  field.form?.addEventListener("submit", close);
  field.addEventListener("keydown", (event) => {
    if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
    const many = list.hidden ? 0 : offered.choices.length;
    switch (event.key) {
      case "ArrowDown":
      case "ArrowUp":
        if (many === 0) {
          if (event.key === "ArrowDown" && field.value !== "") {
            event.preventDefault();
            ask();
          }
          return;
        }
        // One place more than choices: none is marked, and what was typed stands.
        mark(((marked + 1 + (event.key === "ArrowDown" ? 1 : many)) % (many + 1)) - 1);
        break;
      case "Enter":
      case "Tab":
        if (marked < 0 || event.shiftKey) {
          close();
          return;
        }
        take(marked);
        break;
      case "Escape":
        if (many === 0) return;
        close();
        break;
      default:
        return;
    }
    event.preventDefault();
  });
}

/** @type {NodeListOf<HTMLInputElement>} */
const fields = document.querySelectorAll("input[data-complete]");
for (const field of fields) combobox(field);
