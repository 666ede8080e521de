/**
 * Short notes that all tabs of one browser share, in `localStorage`. That may be switched off, or full:
 * then nothing is noted, and this tab is on its own.
 */

/**
 * @param {string} key
 * @returns {string | null} `null` if there is no such note
 */
export function readNote(key) {
  try {
    return localStorage.getItem(key);
  } catch {
    return null; // switched off
  }
}

/**
 * @param {string} key
 * @param {string | null} value `null` removes the note
 */
export function writeNote(key, value) {
  try {
    if (value === null) localStorage.removeItem(key);
    else localStorage.setItem(key, value);
  } catch {
    // Switched off or full: see above.
  }
}
