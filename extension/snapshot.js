// The page as it stands in its tab, as one HTML file. save.js runs this file in
// the page, beside the page's own scripts and out of their reach; its value is
// what the file ends with.
//
// Written down is the tree as it is now: shadow roots as declarative ones, styles
// that scripts made, frames of the same site, drawings, and the pictures that the
// page itself may read, so that those behind a login come along. Left out is what
// acts (scripts), what somebody typed (values of fields, editable text), and what
// proves who they are (hidden fields, tokens for forms).
//
// The page's own functions are not called, and nothing in it is changed.

(async () => {
  /** Largest picture that goes along, in bytes, and all together, in characters. */
  const MOST_PICTURE_BYTES = 3 * 1024 * 1024;
  const MOST_PICTURES_CHARS = 32 * 1024 * 1024;

  /** How long one picture may take, and all together, in milliseconds. */
  const PICTURE_LIMIT_MS = 6_000;
  const PICTURES_LIMIT_MS = 15_000;

  /** How many pictures are read at a time. */
  const AT_A_TIME = 6;

  /** Pictures below this many pixels across are there to count readers. */
  const LEAST_PICTURE_PIXELS = 3;

  /** Largest drawing that goes along as a picture, in pixels. */
  const MOST_DRAWING_PIXELS = 4_000_000;

  /** Most text of linked style sheets that goes along, in characters. */
  const MOST_STYLE_CHARS = 2_000_000;

  /** How deep frames in frames are followed. */
  const MOST_FRAMES_DEEP = 3;

  const HTML = "http://www.w3.org/1999/xhtml";

  const VOID = new Set(
    "area base br col embed hr img input link meta source track wbr".split(" "),
  );

  /** Elements whose text stands in HTML as it is. */
  const RAW = new Set(["style", "noscript"]);

  /** Elements that go with all that is in them. */
  const GONE = new Set("script base template object embed applet noembed noframes".split(" "));

  /** Links in the head that load ahead of need, or are applications' own. */
  const NEEDLESS_LINKS =
    /\b(preload|modulepreload|prefetch|preconnect|dns-prefetch|prerender|manifest|serviceworker)\b/i;

  /** Elements that may have a shadow root, besides those with a name of their own. */
  const MAY_HOST = new Set(
    "article aside blockquote body div footer h1 h2 h3 h4 h5 h6 header main nav p section span".split(" "),
  );

  /** Attributes that act, hold what was typed, or bind to bytes that may differ. */
  const DROPPED =
    /^(on.*|nonce|integrity|crossorigin|checked|selected|autofocus|srcdoc|formaction|ping|http-equiv|shadowroot.*)$/;

  /** Fields whose value is the writing on a button. */
  const BUTTONS = ["submit", "button", "reset"];

  /**
   * A property as the browser has it. On a form, a field takes the place of a
   * property that has its name, and on the document a picture does; a page could
   * hide its text so, or break off what reads it.
   *
   * @template {object} T
   * @template {keyof T & string} K
   * @param {{prototype: T}} type
   * @param {K} name
   * @returns {(of: T) => T[K]}
   */
  function property({ prototype }, name) {
    const get = Object.getOwnPropertyDescriptor(prototype, name)?.get;
    if (!get) throw new Error(`the browser has no ${name}`);
    return (of) => get.call(of);
  }
  const typeOf = property(Node, "nodeType");
  const valueOf = property(Node, "nodeValue");
  const parentOf = property(Node, "parentElement");
  const firstIn = property(Node, "firstChild");
  const lastIn = property(Node, "lastChild");
  const before = property(Node, "previousSibling");
  const textIn = property(Node, "textContent");
  const baseOf = property(Node, "baseURI");
  const nameOf = property(Element, "localName");
  const namespaceOf = property(Element, "namespaceURI");
  const attributesOf = property(Element, "attributes");
  const isWritten = property(HTMLElement, "isContentEditable");
  const rootOf = property(Document, "documentElement");
  const doctypeOf = property(Document, "doctype");
  const titleOf = property(Document, "title");
  const contentTypeOf = property(Document, "contentType");

  /** Whether an element is one of HTML. @param {Element} element */
  const isHtml = (element) => namespaceOf(element) === HTML;

  /** All elements below a document or a shadow root. @param {Document | ShadowRoot} root */
  const below = (root) =>
    (root instanceof ShadowRoot ? ShadowRoot : Document).prototype.querySelectorAll.call(root, "*");

  const base = baseOf(document);

  /** @param {string} text */
  const escaped = (text) =>
    text.replace(/[&<>\u00a0]/g, (one) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;" })[one] ?? "&nbsp;");

  /** @param {string} text */
  const quoted = (text) =>
    `"${text.replace(/[&"<>]/g, (one) => ({ "&": "&amp;", '"': "&quot;", "<": "&lt;" })[one] ?? "&gt;")}"`;

  /** Style text that does not end the element it stands in. @param {string} css */
  const styled = (css) => css.replace(/<\//g, "<\\/");

  /**
   * The rules of a sheet as text, its addresses made whole. Null when the page may
   * not read them.
   *
   * @param {CSSStyleSheet | null | undefined} sheet
   */
  function rules(sheet) {
    try {
      if (!sheet) return null;
      const from = sheet.href ?? base;
      return Array.from(sheet.cssRules, (rule) => rule.cssText)
        .join("\n")
        .replace(/(url\()"((?:[^"\\]|\\.)*)"\)|(@import )"((?:[^"\\]|\\.)*)"/g, (whole, ...parts) => {
          const address = parts[1] ?? parts[3];
          if (/^(data:|#)/.test(address) || !URL.canParse(address, from)) return whole;
          return `${parts[0] ?? "@import url("}"${new URL(address, from).href}")`;
        });
    } catch {
      return null;
    }
  }

  /** How many rules a text makes. @param {string} css */
  function countRules(css) {
    try {
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(css);
      return sheet.cssRules.length + (css.match(/@import\b/g)?.length ?? 0);
    } catch {
      return null;
    }
  }

  /** Sheets that scripts gave to a document or a shadow root, as elements. @param {Document | ShadowRoot} root */
  function adopted(root) {
    try {
      const sheets = Array.from(root.adoptedStyleSheets);
      return sheets.map((sheet) => `<style>${styled(rules(sheet) ?? "")}</style>`);
    } catch {
      // Firefox does not show them to extensions.
      return [];
    }
  }

  /** Open or closed. @param {Element} element @returns {ShadowRoot | null} */
  function shadowRoot(element) {
    if (!isHtml(element) || !(MAY_HOST.has(nameOf(element)) || nameOf(element).includes("-"))) return null;
    const own = /** @type {Element & {openOrClosedShadowRoot?: ShadowRoot | null}} */ (element);
    if (own.openOrClosedShadowRoot !== undefined) return own.openOrClosedShadowRoot;
    try {
      return chrome.dom.openOrClosedShadowRoot(/** @type {HTMLElement} */ (element));
    } catch {
      return element.shadowRoot;
    }
  }

  /** A frame's document, when it is of the same site. @param {HTMLIFrameElement} frame */
  function inside(frame) {
    try {
      const inner = frame.contentDocument;
      return inner && textIn(rootOf(inner))?.trim() ? inner : null;
    } catch {
      return null;
    }
  }

  /** Everything in a document or a shadow root, with what is in shadow roots and frames. */
  function* elements(/** @type {Document | ShadowRoot} */ root, depth = 0) {
    /** @type {[Document | ShadowRoot, number][]} */
    const roots = [[root, depth]];
    for (let next = roots.pop(); next; next = roots.pop()) {
      for (const element of below(next[0])) {
        yield element;
        const shadow = shadowRoot(element);
        if (shadow) roots.push([shadow, next[1]]);
        if (nameOf(element) === "iframe" && isHtml(element) && next[1] < MOST_FRAMES_DEEP) {
          const inner = inside(/** @type {HTMLIFrameElement} */ (element));
          if (inner) roots.push([inner, next[1] + 1]);
        }
      }
    }
  }

  /** The address of a picture that is shown, not of one that still waits. @param {Element} element */
  function shown(element) {
    if (nameOf(element) !== "img" || !isHtml(element)) return null;
    const { currentSrc, naturalWidth, naturalHeight } = /** @type {HTMLImageElement} */ (element);
    const isLarge = naturalWidth >= LEAST_PICTURE_PIXELS && naturalHeight >= LEAST_PICTURE_PIXELS;
    return isLarge && /^(https?|blob):/.test(currentSrc) ? currentSrc : null;
  }

  /**
   * A picture as a data: address. Null when the page may not read it, or it is too
   * large or too slow; then the library asks for it.
   *
   * @param {string} address
   * @param {AbortSignal} over
   * @returns {Promise<string | null>}
   */
  async function read(address, over) {
    try {
      const signal = AbortSignal.any([over, AbortSignal.timeout(PICTURE_LIMIT_MS)]);
      const response = await fetch(address, { cache: "force-cache", credentials: "same-origin", signal });
      const length = Number(response.headers.get("content-length") ?? 0);
      if (!response.ok || length > MOST_PICTURE_BYTES) return null;
      const bytes = await response.blob();
      if (!bytes.type.startsWith("image/") || bytes.size > MOST_PICTURE_BYTES) return null;
      return await new Promise((resolve) => {
        const reader = new FileReader();
        reader.onload = () => resolve(String(reader.result));
        reader.onerror = () => resolve(null);
        reader.readAsDataURL(bytes);
      });
    } catch {
      return null;
    }
  }

  /** Reads the pictures of the page, each address once. */
  async function readPictures() {
    const addresses = new Set(Array.from(elements(document), shown).filter((one) => one !== null));
    /** @type {Map<string, string>} */
    const found = new Map();
    const over = AbortSignal.timeout(PICTURES_LIMIT_MS);
    const queue = addresses.values();
    let chars = 0;
    await Promise.all(
      Array.from({ length: AT_A_TIME }, async () => {
        for (const address of queue) {
          if (over.aborted || chars >= MOST_PICTURES_CHARS) return;
          const data = await read(address, over);
          if (data === null || chars + data.length > MOST_PICTURES_CHARS) continue;
          chars += data.length;
          found.set(address, data);
        }
      }),
    );
    return found;
  }

  /** A drawing as a data: address. @param {HTMLCanvasElement} canvas */
  function drawn(canvas) {
    if (canvas.width * canvas.height > MOST_DRAWING_PIXELS || canvas.offsetWidth === 0) return null;
    try {
      const data = canvas.toDataURL("image/png");
      return data.length > 30 && data.length < MOST_PICTURE_BYTES ? data : null;
    } catch {
      // It holds what the page may not read.
      return null;
    }
  }

  /** What stands in the fields; some pages copy it into attributes. */
  function typed() {
    /** @type {Set<string>} */
    const values = new Set();
    for (const element of elements(document)) {
      if (!/^(input|textarea)$/.test(nameOf(element)) || !isHtml(element)) continue;
      const { value } = /** @type {HTMLInputElement} */ (element);
      if (value) values.add(value);
    }
    return values;
  }

  if (!/^(text\/html|application\/xhtml\+xml)$/.test(contentTypeOf(document))) return null;
  const pictures = await readPictures();
  const secrets = typed();
  let styleChars = 0;

  /**
   * The attributes of an element, changed where `instead` says: null drops one.
   *
   * @param {Element} element
   * @param {Record<string, string | null>} [instead]
   */
  function attributes(element, instead = {}) {
    let written = "";
    const is = nameOf(element);
    for (const { name, value } of attributesOf(element)) {
      if (Object.hasOwn(instead, name) || DROPPED.test(name)) continue;
      if (/[\s"'<>/=\u0000]/.test(name)) continue;
      if (/^\s*javascript:/i.test(value) && /^(href|src|action|xlink:href|data)$/.test(name)) continue;
      if (/^(data|aria)-/.test(name) && secrets.has(value)) continue;
      if (name === "value" && /^(input|textarea|option|button)$/.test(is)) {
        if (!BUTTONS.includes(/** @type {HTMLInputElement} */ (element).type)) continue;
      }
      written += ` ${name}=${quoted(value)}`;
    }
    for (const [name, value] of Object.entries(instead)) {
      if (value !== null) written += ` ${name}=${quoted(value)}`;
    }
    return written;
  }

  /** @param {HTMLImageElement} image */
  function writeImage(image) {
    const address = shown(image);
    const data = address === null ? undefined : pictures.get(address);
    if (address === null || (data === undefined && address.startsWith("blob:"))) {
      return `<img${attributes(image)}>`;
    }
    /** @type {Record<string, string | null>} */
    const instead = { src: data ?? address, loading: null };
    if (data !== undefined) {
      // This is the one that was seen; no other is to be looked for.
      for (const name of ["srcset", "sizes", "data-src", "data-srcset"]) instead[name] = null;
      for (const { name, value } of image.attributes) {
        if (name.startsWith("data-") && /[/.]/.test(value)) instead[name] = null;
      }
    }
    return `<img${attributes(image, instead)}>`;
  }

  /** Whether a `source` offers other forms of a picture that goes along. @param {Element} source */
  function isNeedless(source) {
    const parent = parentOf(source);
    const image = parent && nameOf(parent) === "picture" ? parent.querySelector("img") : null;
    if (!image) return false;
    const address = shown(image);
    return address !== null && pictures.has(address);
  }

  /** @param {HTMLLinkElement} link */
  function writeLink(link) {
    if (NEEDLESS_LINKS.test(link.rel)) return "";
    if (/\bstylesheet\b/i.test(link.rel) && !link.disabled) {
      const css = rules(link.sheet);
      if (css !== null && styleChars + css.length <= MOST_STYLE_CHARS) {
        styleChars += css.length;
        const media = link.media === "" ? "" : ` media=${quoted(link.media)}`;
        return `<style${media}>${styled(css)}</style>`;
      }
    }
    return `<link${attributes(link)}>`;
  }

  /** @param {HTMLStyleElement} style */
  function writeStyle(style) {
    const text = style.textContent ?? "";
    // Scripts may have put rules in that the text knows nothing of.
    const made = style.sheet?.cssRules.length ?? 0;
    const css = made === countRules(text) ? text : (rules(style.sheet) ?? text);
    return `<style${attributes(style)}>${styled(css)}</style>`;
  }

  /** @param {Element} meta */
  function writeMeta(meta) {
    const says = (meta.getAttribute("http-equiv") ?? "") + (meta.getAttribute("charset") ?? "");
    if (says !== "" || /csrf|xsrf/i.test(meta.getAttribute("name") ?? "")) return "";
    return `<meta${attributes(meta)}>`;
  }

  /**
   * What is written for an element as a whole; null when it is to be gone into.
   *
   * @param {Element} element
   * @param {number} depth of frames
   */
  function whole(element, depth) {
    const is = nameOf(element);
    if (!isHtml(element)) return is === "script" ? "" : null;
    // What a page says of itself to machines is no script.
    if (is === "script" && element.getAttribute("type")?.trim().toLowerCase() === "application/ld+json") {
      const said = (element.textContent ?? "").replace(/<\//g, "<\\/").replace(/<!--/g, "<\\!--");
      return `<script type="application/ld+json">${said}</script>`;
    }
    if (GONE.has(is)) return "";
    switch (is) {
      case "img":
        return writeImage(/** @type {HTMLImageElement} */ (element));
      case "source":
        return isNeedless(element) ? "" : `<source${attributes(element)}>`;
      case "link":
        return writeLink(/** @type {HTMLLinkElement} */ (element));
      case "style":
        return writeStyle(/** @type {HTMLStyleElement} */ (element));
      case "meta":
        return writeMeta(element);
      case "noscript":
        // With scripts it is not seen, but it may hold a picture that comes late.
        return /<img\b/i.test(element.textContent ?? "") ? null : "";
      case "input":
        return element.getAttribute("type") === "hidden" ? "" : `<input${attributes(element)}>`;
      case "textarea":
        return `<textarea${attributes(element)}></textarea>`;
      case "canvas": {
        const data = drawn(/** @type {HTMLCanvasElement} */ (element));
        return data === null ? null : `<img${attributes(element, { src: data, alt: "" })}>`;
      }
      case "iframe": {
        const inner = depth < MOST_FRAMES_DEEP ? inside(/** @type {HTMLIFrameElement} */ (element)) : null;
        if (inner === null) return `<iframe${attributes(element)}></iframe>`;
        return `<iframe${attributes(element, { src: null, srcdoc: write(inner, depth + 1) })}></iframe>`;
      }
      default:
        return null;
    }
  }

  /** Puts the children of a node on a stack, the first on top. @param {(Node | string)[]} stack @param {Node} node */
  function pushChildren(stack, node) {
    for (let child = lastIn(node); child; child = before(child)) stack.push(child);
  }

  /**
   * A document as HTML. Not by recursion: pages nest as deep as they like.
   *
   * @param {Document} page
   * @param {number} depth of frames
   */
  function write(page, depth) {
    const doctype = doctypeOf(page);
    let html = doctype === null ? "" : new XMLSerializer().serializeToString(doctype);
    /** @type {(Node | string)[]} */
    const left = [rootOf(page)];
    for (let next = left.pop(); next !== undefined; next = left.pop()) {
      if (typeof next === "string") {
        html += next;
        continue;
      }
      if (typeOf(next) === Node.TEXT_NODE) {
        const parent = parentOf(next);
        const isRaw = parent !== null && isHtml(parent) && RAW.has(nameOf(parent));
        html += isRaw ? valueOf(next) : escaped(valueOf(next) ?? "");
        continue;
      }
      if (typeOf(next) !== Node.ELEMENT_NODE) continue;
      const element = /** @type {HTMLElement} */ (next);
      const done = whole(element, depth);
      if (done !== null) {
        html += done;
        continue;
      }
      const name = nameOf(element);
      html += `<${name}${attributes(element)}>`;
      if (isHtml(element) && VOID.has(name)) continue;
      left.push(`</${name}>`);
      if (name === "head" && isHtml(element)) {
        html += `<meta charset="utf-8"><base href=${quoted(baseOf(page))}>`;
        left.push(...adopted(page).reverse());
      }
      // The first line break in these is no text.
      if (/^(pre|listing)$/.test(name) && firstIn(element)?.nodeValue?.startsWith("\n")) html += "\n";
      // Somebody is writing here.
      if (isHtml(element) && isWritten(element)) continue;
      pushChildren(left, element);
      const shadow = shadowRoot(element);
      if (shadow) {
        left.push("</template>", ...adopted(shadow).reverse());
        pushChildren(left, shadow);
        // Closed ones too: there is no script any more that they are closed to.
        left.push('<template shadowrootmode="open">');
      }
    }
    return html;
  }

  return { url: location.href, title: titleOf(document), html: write(document, 0) };
})();
