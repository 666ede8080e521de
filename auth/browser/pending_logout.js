/**
 * A logout that the server has not heard of yet. The note lies in `localStorage`, and in a cookie, so that
 * every tab, and the next start of the browser, knows not to sign in silently before the server has been
 * told; and the server, not to render a page for whoever has just left (auth/http/server_rendering.py).
 */

import { ApiError } from "./api.js";
import { Backoff } from "./backoff.js";
import { exclusively } from "./exclusive.js";
import { randomId } from "./random_id.js";
import { readNote, writeNote } from "./shared_notes.js";

/** @import { AccessToken } from "./access_token.js" */
/** @import { Api } from "./api.js" */
/** @import { TabSession } from "./tab_session.js" */
/** @import { Trace } from "./trace.js" */

const KEY = "auth.logout-pending";

const COOKIE = `logout-pending${location.port && `-${location.port}`}`; // cookies ignore ports
const COOKIE_FORM = new RegExp(`(?:^|; )(?:__Host-)?${COOKIE}=([0-9a-f]{24})`);
const COOKIE_SECONDS = 400 * 86_400;

const LOOK_MS = 5_000;
const backoff = new Backoff();
/** Of the next try; 0 while none is planned. */
let timer = 0;
/** @type {{id: string, done: Promise<void>} | null} */ let running = null;

/** What a cookie says of a logout that is over: it may be read here before it has been deleted elsewhere. */
let outdated = /** @type {string | null} */ (null);

/** Which logout is still to be told; `null` if none is. */
export function pendingId() {
  const id = readNote(KEY) ?? idInCookie();
  return id === outdated ? null : id;
}

/** Where storage is full or switched off, only the cookie has it. */
function idInCookie() {
  return document.cookie.match(COOKIE_FORM)?.[1] ?? null;
}

/**
 * Sign this browser out. The order matters: first nothing here can act any more, then the other tabs
 * are told, then the server.
 * @param {TabSession} tab
 * @param {Api} api
 */
export async function logout(tab, api) {
  begin();
  const sid = tab.session?.id ?? null;
  const token = tab.copyToken(); // the cookie may be gone; then only this says which session is to end
  const drop = () => token.drop();
  addEventListener("pagehide", drop); // a page kept for Back keeps no token
  tab.leave("logout");
  tab.tell({ kind: "logout", sid });
  try {
    await finish(api, tab.trace, token);
  } finally {
    drop();
    removeEventListener("pagehide", drop);
  }
}

/** Whether the next try has its time already. */
export function isPlanned() {
  return timer !== 0;
}

/**
 * Another tab tells the server, and may be closed before it has: look whether it has, some time later.
 * @param {Api} api
 * @param {Trace} trace
 */
export function lookLater(api, trace) {
  if (pendingId() && !running && !isPlanned()) planIn(LOOK_MS * (1 + Math.random()), api, trace);
}

/** Try no more for as long as this page lives; the note stays. */
export function stop() {
  unplan();
  running = null;
}

/**
 * @param {number} waitMs
 * @param {Api} api
 * @param {Trace} trace
 */
function planIn(waitMs, api, trace) {
  unplan();
  timer = setTimeout(() => finish(api, trace), waitMs);
}

function unplan() {
  clearTimeout(timer);
  timer = 0;
}

/** Somebody has signed in in another tab: a logout that only the cookie tells of is over. */
export function yieldTo() {
  if (!readNote(KEY)) outdated = idInCookie();
}

/** Note a logout, until it is finished or someone signs in. */
function begin() {
  const id = randomId();
  writeNote(KEY, id);
  writeCookie(id, COOKIE_SECONDS);
}

/**
 * Forget one that was pending before someone signed in: the new session has taken its place. One
 * begun since then stays, because it is about the new session.
 * @param {string | null} id
 */
export function forget(id) {
  if (pendingId() !== id) return;
  writeNote(KEY, null);
  writeCookie("", 0);
}

/**
 * @param {string} id
 * @param {number} seconds for which page requests say that a logout is pending
 */
function writeCookie(id, seconds) {
  const attributes = `Path=/; SameSite=Strict; Max-Age=${seconds}`;
  document.cookie = `__Host-${COOKIE}=${id}; Secure; ${attributes}`;
  // Safari takes no Secure cookie from http, not even from localhost.
  if (location.protocol === "http:") document.cookie = `${COOKIE}=${id}; ${attributes}`;
}

/**
 * Tell the server, behind any refresh in flight: its late cookie must not outlive the logout. Callers at
 * one time share one call. Without a network the note stays, and the next try comes by itself.
 * @param {Api} api
 * @param {Trace} trace
 * @param {AccessToken} [token] for this try
 */
export async function finish(api, trace, token) {
  unplan();
  const id = pendingId();
  if (id && running?.id !== id) {
    /** @param {number} waitMs until the next try; 0 if none is needed */
    const plan = (waitMs) => {
      if (running !== mine) return; // somebody has signed in and out again, or the page is closed
      running = null;
      if (waitMs) planIn(waitMs, api, trace);
    };
    const mine = { id, done: tell(id, api, trace, token).then(plan) };
    running = mine;
  }
  await running?.done;
}

/**
 * @param {string} id
 * @param {Api} api
 * @param {Trace} trace
 * @param {AccessToken} [token]
 * @returns {Promise<number>} when to try again, in milliseconds; 0 if that is not needed
 */
async function tell(id, api, trace, token) {
  try {
    await exclusively(async () => {
      if (pendingId() !== id) return; // another tab was faster, or someone signed in
      await api.post("logout", undefined, token);
      forget(id);
      trace.add("logout.sent");
    });
    backoff.reset();
    return 0;
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    const waitMs = backoff.waitMs(error);
    trace.add("logout.postponed", { why: error.code, waitMs });
    return waitMs;
  }
}
