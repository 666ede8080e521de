/**
 * One refresh, login or logout at a time in this browser, by a Web Lock. HTTP calls only: never a
 * callback, never rendering, never `steal`.
 *
 * Calls overlap without Web Locks (plain http on a LAN address, or site data switched off), and beside a tab
 * that holds the lock long: at a breakpoint, an alert, or on a slow line. The server's rules bear that.
 */

import { ApiError } from "./api.js";

/** How long a caller waits for an answer. The lock is held on, because a late one may set a cookie. */
const PATIENCE_MS = 8_000;
/**
 * A caller waits this much longer for the lock than for an answer, so that it usually outlasts the holder.
 * Whoever is as patient as requests are (api.js) seldom overtakes one that is merely slow.
 */
const WAIT_LONGER_MS = 7_000;
const LOCK_NAME = "auth.session";

/**
 * Run `work` while no other tab runs any, or when that takes too long.
 * @template T
 * @param {(waitedMs: number) => Promise<T>} work ends by itself at some time (api.js)
 * @param {number} [patienceMs]
 * @returns {Promise<T>}
 * @throws {ApiError} `timeout` if `work` does not end in time; what it brings later is not waited for
 */
export function exclusively(work, patienceMs = PATIENCE_MS) {
  if (!navigator.locks) return withTimeout(work(0), patienceMs);
  const asked = performance.now();
  const waiting = new AbortController();
  const timer = setTimeout(() => waiting.abort(), patienceMs + WAIT_LONGER_MS);
  return new Promise((resolve) => {
    let isBegun = false;
    const begin = () => {
      isBegun = true;
      clearTimeout(timer);
      const running = work(Math.round(performance.now() - asked));
      resolve(withTimeout(running, patienceMs));
      return running.catch(() => {});
    };
    navigator.locks.request(LOCK_NAME, { signal: waiting.signal }, begin).catch(() => void (isBegun || begin()));
  });
}

/**
 * @template T
 * @param {Promise<T>} running
 * @param {number} timeoutMs
 * @returns {Promise<T>}
 */
function withTimeout(running, timeoutMs) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new ApiError({ code: "timeout" })), timeoutMs);
    running.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
