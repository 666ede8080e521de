/**
 * Where this page is. NiceGUI's router pushes paths without an event, so that needs a little help. A slash
 * at the end is taken off on load.
 */

const moves = new EventTarget();
const push = history.pushState;

// With the origin, because `//name` alone would be another one.
const plain = location.pathname.replace(/(?<=.)\/+$/, "");
if (plain !== location.pathname)
  history.replaceState(history.state, "", location.origin + plain + location.search + location.hash);

history.pushState = (...args) => {
  push.apply(history, args);
  moves.dispatchEvent(new Event("move"));
};
addEventListener("popstate", () => moves.dispatchEvent(new Event("move")));

/**
 * Call `action` after each change of address until the returned function is called.
 * @param {() => void} action
 */
export function atEachMove(action) {
  moves.addEventListener("move", action);
  return () => moves.removeEventListener("move", action);
}

/**
 * Whether an address is one of these, or below one of them.
 * @param {string} pathname
 * @param {string[]} paths
 */
export function isAmong(pathname, paths) {
  return paths.some((path) => `${pathname}/`.startsWith(`${path}/`));
}

/**
 * Show another page of ours in place of this one, without loading a document.
 * @param {string} path
 */
export function go(path) {
  history.replaceState({ page: path }, "", path);
  dispatchEvent(new PopStateEvent("popstate", { state: { page: path } }));
}
