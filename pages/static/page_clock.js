/** Time on the cards: a tick each second, and durations as people read them. */

/**
 * Call `action` each second until the returned function is called.
 * @param {() => void} action
 */
export function everySecond(action) {
  const timer = setInterval(action, 1000);
  return () => clearInterval(timer);
}

/** @param {number} ms shown as 9:05 */
export function minutes(ms) {
  const seconds = Math.ceil(ms / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}
