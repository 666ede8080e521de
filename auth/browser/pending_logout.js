/**
 * Logging out, and telling the server: at once if it can be reached, else as soon as it can. Until then
 * the browser has a note of it (logout_note.js), so that any tab, now or later, can do it.
 */

import { ApiError, REQUEST_TIMEOUT_MS } from "./api.js";
import { Backoff } from "./backoff.js";
import { exclusively } from "./exclusive.js";
import * as logoutNote from "./logout_note.js";

/** @import { AccessToken } from "./access_token.js" */
/** @import { Api } from "./api.js" */
/** @import { TabSession } from "./tab_session.js" */
/** @import { Trace } from "./trace.js" */

/** How long another tab has to tell the server, or up to twice as long: not all look at one time. */
const OTHER_TABS_TIME_MS = 5_000;

export class PendingLogout {
  /** @type {{id: string, done: Promise<void>} | null} */ #running = null;
  /** Of the next try; 0 while none is planned. */
  #timer = 0;
  #backoff = new Backoff();
  /** A copy: the cookie may be gone, and then only this says which session is to end. @type {AccessToken | null} */
  #token = null;
  #api;
  #trace;

  /**
   * @param {Api} api
   * @param {Trace} trace
   */
  constructor(api, trace) {
    this.#api = api;
    this.#trace = trace;
  }

  /** Whether the next try has its time already. */
  get isPlanned() {
    return this.#timer !== 0;
  }

  /**
   * Sign this browser out. The order matters: first nothing here can act any more, then the other tabs
   * are told, then the server.
   * @param {TabSession} tab
   * @param {AccessToken} token a copy, which is dropped once it is of no more use
   */
  async logout(tab, token) {
    // Whoever asks twice means one logout, and only the first had the token that says of which session.
    if (tab.session || !logoutNote.pendingId()) {
      logoutNote.write();
      this.#keep(token);
    }
    const sid = tab.session?.id ?? null;
    tab.leave("logout");
    tab.tell({ kind: "logout", sid });
    await this.deliver();
  }

  /**
   * Tell the server of the logout that is noted, if one is. Callers at one time share one call. Without a
   * network the note stays, and the next try comes by itself.
   */
  async deliver() {
    this.#unplan();
    const id = logoutNote.pendingId();
    if (id && this.#running?.id !== id) {
      /** @param {number} waitMs until the next try; 0 if none is needed */
      const plan = (waitMs) => {
        if (this.#running !== running) return; // somebody has signed in and out again, or the page is closed
        this.#running = null;
        if (waitMs) return this.#planIn(waitMs);
        this.#dropToken();
        this.deliverLater(); // what is noted may be the logout of another tab, asked for at the same time
      };
      const running = { id, done: this.#post(id).then(plan) };
      this.#running = running;
    }
    if (!id) this.#dropToken(); // somebody has signed in
    await this.#running?.done;
  }

  /** Another tab tells the server, and may be closed before it has: look whether it has, some time later. */
  deliverLater() {
    if (!logoutNote.pendingId() || this.#running || this.isPlanned) return;
    this.#planIn(OTHER_TABS_TIME_MS * (1 + Math.random()));
  }

  /** Try no more for as long as this page lives; the note stays. */
  stop() {
    this.#unplan();
    this.#dropToken();
    this.#running = null;
  }

  /**
   * Tell the server, behind any refresh in flight: its late cookie must not outlive the logout. With patience,
   * so that it does not overtake a slow sign-in: that one's session is to end.
   * @param {string} id
   * @returns {Promise<number>} when to try again, in milliseconds; 0 if that is not needed
   */
  async #post(id) {
    try {
      await exclusively(async () => {
        if (logoutNote.pendingId() !== id) return; // another tab was faster, or someone signed in
        await this.#api.post("logout", undefined, this.#token);
        logoutNote.erase(id);
        this.#trace.add("logout.sent");
      }, REQUEST_TIMEOUT_MS);
      this.#backoff.reset();
      return 0;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      const waitMs = this.#backoff.waitMs(error);
      this.#trace.add("logout.postponed", { why: error.code, waitMs });
      return waitMs;
    }
  }

  /** @param {number} ms */
  #planIn(ms) {
    this.#unplan();
    this.#timer = setTimeout(() => this.deliver(), ms);
  }

  #unplan() {
    clearTimeout(this.#timer);
    this.#timer = 0;
  }

  /** @param {AccessToken} token */
  #keep(token) {
    this.#dropToken();
    this.#token = token;
    addEventListener("pagehide", this.#dropToken); // a page kept for Back keeps no token
  }

  #dropToken = () => {
    this.#token?.drop();
    this.#token = null;
    removeEventListener("pagehide", this.#dropToken);
  };
}
