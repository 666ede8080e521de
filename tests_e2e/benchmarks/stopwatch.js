/**
 * Notes when something is first to be seen in this document; runs before any script of the page.
 * `at` is in ms of the wall clock, which all tabs share; `after` in ms since navigation began;
 * `painted` likewise, at the next frame: what is in the document waits for style sheets.
 */
globalThis.stopwatch = { selector: "", text: "", at: 0, after: 0, painted: 0, clickedAt: 0 };

globalThis.watchFor = (selector, text) => {
  Object.assign(globalThis.stopwatch, { selector, text, at: 0, after: 0, painted: 0 });
};

const look = () => {
  const { selector, text, at } = globalThis.stopwatch;
  if (at || !selector) return;
  const isSeen = (element) => element.textContent.includes(text) && element.checkVisibility();
  if (![...document.querySelectorAll(selector)].some(isSeen)) return;
  Object.assign(globalThis.stopwatch, { at: Date.now(), after: performance.now() });
  requestAnimationFrame(() => (globalThis.stopwatch.painted = performance.now()));
};

const changes = { subtree: true, childList: true, attributes: true, characterData: true };
new MutationObserver(look).observe(document, changes);
addEventListener("click", () => (globalThis.stopwatch.clickedAt = Date.now()), { capture: true });
