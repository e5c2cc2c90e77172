// The browser's interface for extensions, under one name. Firefox calls the one
// that answers with promises `browser`, Chromium calls it `chrome`.

const given = /** @type {{browser?: typeof chrome, chrome: typeof chrome}} */ (
  /** @type {unknown} */ (globalThis)
);

export const browser = given.browser ?? given.chrome;
