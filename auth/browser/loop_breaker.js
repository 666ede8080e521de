/** Breaks loops of refreshes: too many in a short time, whoever is to blame, and there is a pause. */

import { ApiError } from "./api.js";

const MAX_REFRESHES = 30;
const WITHIN_MS = 30_000;

export class LoopBreaker {
  /** @type {number[]} when refreshes began */
  #begun = [];

  /**
   * Count another refresh.
   * @throws {ApiError} `too_many_refreshes`, to be put off like any other failure
   */
  count() {
    const now = performance.now();
    this.#begun = [...this.#begun.filter((at) => now - at < WITHIN_MS), now];
    if (this.#begun.length <= MAX_REFRESHES) return;
    throw new ApiError({ code: "too_many_refreshes", retryAfterSeconds: WITHIN_MS / 1000 });
  }
}
