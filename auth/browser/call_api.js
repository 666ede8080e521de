/** One call to the protected API, with all that may have to happen before and after it. */

import { ApiError, problemOf, reached } from "./api.js";

/** @import { Api } from "./api.js" */
/** @import { TabSession } from "./tab_session.js" */
/** @typedef {(work: () => Promise<Response>) => Promise<Response>} Around */

/**
 * @typedef {object} Conditions
 * @property {Around} [around] wraps each single request; a refresh in between has a lock of its own
 * @property {boolean} [mayEndSession] the call itself, so that its answer is wanted afterwards, too
 */

/**
 * Call the API with the access token: renewed first if due, retried once after a 401. A second 401
 * with one of our own codes signs this tab out; a stranger's 401 does not, nor does a service's.
 * @param {TabSession} tab
 * @param {Api} api
 * @param {string} path
 * @param {RequestInit} init
 * @param {Conditions} [conditions]
 * @throws {TypeError} if `path` leads to an origin that the token is not for
 * @throws {ApiError} if nobody is signed in, no server can be reached, or the token could not be renewed;
 *   `answer_withheld` if somebody has signed in or out since the call was sent
 * @throws what `init.signal` was aborted with
 */
export async function callApi(tab, api, path, init, conditions = {}) {
  const { around = (work) => work(), mayEndSession = false } = conditions;
  const url = tab.destinations.addressFor(path);
  let sid = tab.session?.id ?? null;
  if (tab.isDue) {
    tab.trace.add("api.refreshed");
    await tab.refresh();
    if (!tab.holdsToken) throw new ApiError({ code: tab.state.replace("-", "_") });
    sid ??= tab.session?.id ?? null;
  }
  const once = async () => {
    demandSession(tab, sid); // it may have changed while this call waited for the lock
    return reached(tab.destinations.send(url, init), init.signal);
  };
  /** @param {Response} answer what was said to one person is not for the next */
  const handOver = (answer) => {
    if (!mayEndSession) demandSession(tab, sid, "answer_withheld");
    return answer;
  };
  const first = await around(once);
  if (first.status !== 401) return handOver(first);
  demandSession(tab, sid);
  tab.trace.add("api.retried");
  await tab.refresh();
  if (!tab.holdsToken) return first;
  // Put off, so this token may be too old: whether the session is over, only the refresh will say.
  if (tab.state === "reconnecting") throw new ApiError({ code: tab.state });
  const second = await around(once);
  if (second.status !== 401) return handOver(second);
  if (url.origin === api.url.origin && tab.session?.id === sid) {
    const problem = await problemOf(second.clone());
    if (problem.endsSession || problem.code === "invalid_token") tab.leave(problem.reason ?? null);
  }
  return second;
}

/**
 * Make sure that the session is still the one the call began in: what one person asked for must
 * neither revive a session that was ended meanwhile, nor be done as somebody else.
 * @param {TabSession} tab
 * @param {string | null} sid
 * @param {string} [code]
 * @throws {ApiError} with this code
 */
function demandSession(tab, sid, code = "session_changed") {
  if ((tab.session?.id ?? null) !== sid) throw new ApiError({ code });
}
