/**
 * One refresh, login or logout at a time in this browser, by a Web Lock. HTTP calls only: never a
 * callback, never rendering, never `steal`.
 *
 * Without Web Locks (plain http on a LAN address) calls overlap; the server's rules bear that.
 */

import { ApiError } from "./api.js";

/** Longer than any holder may take (api.js), so that a waiter sees the holder's end. */
const WAIT_TIMEOUT_MS = 15_000;
const LOCK_NAME = "auth.session";

/**
 * Run `work` while no other tab runs any.
 * @template T
 * @param {(waitedMs: number) => Promise<T>} work
 * @returns {Promise<T>}
 * @throws {ApiError} `lock_timeout` if another tab does not finish in time
 */
export async function exclusively(work) {
  if (!navigator.locks) return work(0);
  const asked = performance.now();
  const signal = AbortSignal.timeout(WAIT_TIMEOUT_MS);
  let granted = false;
  try {
    return await navigator.locks.request(LOCK_NAME, { signal }, () => {
      granted = true;
      return work(Math.round(performance.now() - asked));
    });
  } catch (error) {
    if (granted) throw error;
    throw new ApiError({ code: "lock_timeout" });
  }
}
