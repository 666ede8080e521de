/**
 * What this browser has noted of a logout that the server has not heard of: in `localStorage`, and in a
 * cookie. So every tab, and the next start of the browser, knows not to sign in silently before the server
 * has been told; and the server, not to render a page for whoever has just left
 * (auth/http/server_rendering.py).
 */

import { randomId } from "./random_id.js";
import { readNote, writeNote } from "./shared_notes.js";

const KEY = "auth.logout-pending";

const COOKIE = `logout-pending${location.port && `-${location.port}`}`; // cookies ignore ports
/** Safari takes no Secure cookie from http, not even from localhost. */
const IS_PLAIN_TOO = location.protocol === "http:";
/** Over https a neighbour could set one without it for the whole domain, which nobody here could delete. */
const PREFIX = IS_PLAIN_TOO ? "(?:__Host-)?" : "__Host-";
const COOKIE_FORM = new RegExp(`(?:^|; )${PREFIX}${COOKIE}=([0-9a-f]{24})`); // see random_id.js
const COOKIE_SECONDS = 400 * 86_400; // the most that RFC 6265bis allows

/** A logout that could be noted nowhere: then this page alone knows of it. */
let unstoredId = /** @type {string | null} */ (null);
/** The id in a cookie of a logout that is over: it may be read here before it is deleted elsewhere. */
let outdatedId = /** @type {string | null} */ (null);

/** Which logout the server has still to hear of; `null` if there is none. */
export function pendingId() {
  const id = readNote(KEY) ?? idInCookie() ?? unstoredId;
  return id === outdatedId ? null : id;
}

/** Note a logout, until the server has heard of it or someone signs in. */
export function write() {
  const id = randomId();
  writeNote(KEY, id);
  writeCookie(id, COOKIE_SECONDS);
  unstoredId = pendingId() === id ? null : id;
}

/**
 * Erase the note of one logout, if it is still there. Another, written since then, is about another
 * session, and stays.
 * @param {string | null} id
 */
export function erase(id) {
  if (pendingId() !== id) return;
  writeNote(KEY, null);
  writeCookie("", 0);
  unstoredId = null;
}

/** Somebody has signed in in another tab: a logout that only the cookie tells of is over. */
export function ignoreCookie() {
  unstoredId = null;
  if (!readNote(KEY)) outdatedId = idInCookie();
}

/** Where storage is full or switched off, only the cookie has it. */
function idInCookie() {
  return document.cookie.match(COOKIE_FORM)?.[1] ?? null;
}

/**
 * @param {string} id
 * @param {number} seconds for which page requests say that a logout is pending
 */
function writeCookie(id, seconds) {
  const attributes = `Path=/; SameSite=Strict; Max-Age=${seconds}`;
  document.cookie = `__Host-${COOKIE}=${id}; Secure; ${attributes}`;
  if (IS_PLAIN_TOO) document.cookie = `${COOKIE}=${id}; ${attributes}`;
}
