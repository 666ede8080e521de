/** How long to wait before asking again a server that could not be asked, or that asked for patience. */

const FIRST_WAIT_MS = 1_000;
const MAX_WAIT_MS = 30_000;

export class Backoff {
  #minMs = FIRST_WAIT_MS;

  /** Begin with short waits again. */
  reset() {
    this.#minMs = FIRST_WAIT_MS;
  }

  /**
   * Twice as long as the last time, or what the server asked for (`Retry-After`), and up to half as
   * much again, so that not all come back at one time.
   * @param {{retryAfterSeconds?: number}} [error] what came instead of an answer, if anything
   * @returns {number} milliseconds
   */
  waitMs({ retryAfterSeconds = 0 } = {}) {
    const minMs = Math.max(this.#minMs, retryAfterSeconds * 1000);
    this.#minMs = Math.min(this.#minMs * 2, MAX_WAIT_MS);
    return Math.round(minMs * (1 + Math.random() / 2));
  }
}
