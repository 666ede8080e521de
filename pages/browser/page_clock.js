/** Time on the cards: a tick each second, moments and durations as people read them. */

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

/** @param {number} seconds Unix time, shown as Nov 23, 2026, 9:05 AM, or however that is written here */
export function moment(seconds) {
  return new Date(seconds * 1000).toLocaleString([], { dateStyle: "medium", timeStyle: "short" });
}

/** @param {number} ms Unix time, shown as 9:05:31 AM, or however that is written here */
export function timeOfDay(ms) {
  return new Date(ms).toLocaleTimeString([], { timeStyle: "medium" });
}
