/**
 * A channel to the other tabs of this browser. There is none where the browser has no such thing, or may
 * keep nothing for this site: then this tab is on its own.
 */

/**
 * @param {string} name
 * @returns {BroadcastChannel | null}
 */
export function openChannel(name) {
  try {
    return new BroadcastChannel(name);
  } catch {
    return null;
  }
}
