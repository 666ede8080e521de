/** How long to wait before asking again a server that could not be asked, or that asked for patience. */

/** @import { ApiError } from "./api.js" */

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
   * @param {ApiError} error
   * @returns {number} milliseconds
   */
  waitMs(error) {
    const minMs = Math.max(this.#minMs, error.retryAfterSeconds * 1000);
    this.#minMs = Math.min(this.#minMs * 2, MAX_WAIT_MS);
    return Math.round(minMs * (1 + Math.random() / 2));
  }
}
