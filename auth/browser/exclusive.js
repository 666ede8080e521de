/**
 * One refresh, login or logout at a time in this browser, by a Web Lock. HTTP calls only: never a
 * callback, never rendering, never `steal`.
 *
 * Without Web Locks (plain http on a LAN address, or site data switched off) calls overlap; the server's
 * rules bear that.
 */

import { ApiError } from "./api.js";

/** How long a caller waits for an answer. The lock is held on, because a late one may set a cookie. */
const PATIENCE_MS = 8_000;
/** Longer than that, so that a waiter mostly sees the holder's end. */
const WAIT_TIMEOUT_MS = 15_000;
const LOCK_NAME = "auth.session";

/**
 * Run `work` while no other tab runs any.
 * @template T
 * @param {(waitedMs: number) => Promise<T>} work ends by itself at some time (api.js)
 * @param {number} [patienceMs]
 * @returns {Promise<T>}
 * @throws {ApiError} `lock_timeout` if another tab does not finish in time, `timeout` if `work` does
 *   not; what it brings later is not waited for
 */
export function exclusively(work, patienceMs = PATIENCE_MS) {
  if (!navigator.locks) return withTimeout(work(0), patienceMs);
  const asked = performance.now();
  const signal = AbortSignal.timeout(WAIT_TIMEOUT_MS);
  return new Promise((resolve, reject) => {
    let isBegun = false;
    const begin = () => {
      isBegun = true;
      const running = work(Math.round(performance.now() - asked));
      resolve(withTimeout(running, patienceMs));
      return running.catch(() => {});
    };
    navigator.locks.request(LOCK_NAME, { signal }, begin).catch((error) => {
      if (isBegun) return;
      if (error === signal.reason) reject(new ApiError({ code: "lock_timeout" }));
      else begin(); // no locks here: site data is switched off
    });
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
