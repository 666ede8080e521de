/**
 * The browser half of the protocol, as a page sees it. The access token stays inside (tab_session.js
 * and access_token.js); nothing returns it. No text for people here: pages listen to `state` events.
 */

import { Account } from "./account.js";
import { Api, REQUEST_TIMEOUT_MS } from "./api.js";
import { callApi } from "./call_api.js";
import { demandCookie, demandSiteData } from "./cookie_check.js";
import { exclusively } from "./exclusive.js";
import * as logoutNote from "./logout_note.js";
import { TabSession } from "./tab_session.js";

/** @typedef {{email: string, password: string, stay_signed_in: boolean, name?: string}} Form */

/**
 * Fires `state` when something about the session has changed, and `trace` for every step. What cannot
 * be done rejects with an `ApiError` (api.js).
 */
export class AuthClient extends EventTarget {
  #api;
  #tab;
  /** What a person does about their own account: its password, its end. */
  account;
  /** What may be seen of the access token, and done with it. */
  token;
  /** What happened so far, here and in the other tabs (trace.js). */
  trace;

  /**
   * @param {{api?: string, renewal?: import("./renewal.js").Strategy,
   *   transport?: import("./api.js").TransportName, services?: string[]}} [options] `api`: the auth
   *   backend's origin, if not the page's own; `services`: other origins that may have the token
   */
  constructor({ api = location.origin, renewal = "visible", transport = "rest", services = [] } = {}) {
    super();
    this.#api = new Api(new URL(api), transport);
    this.#tab = new TabSession(this.#api, this, renewal, services);
    this.account = new Account(this.#tab, this.#api);
    this.token = this.#tab.token;
    this.trace = this.#tab.trace;
  }

  /** Begin: come back signed in if this browser holds a session, and stay signed in. */
  start() {
    return this.#tab.start();
  }

  /** Stop listening and forget the token; the session itself goes on. */
  close() {
    this.#tab.close();
  }

  /** @returns {"loading" | "signed-in" | "signed-out" | "reconnecting"} */
  get state() {
    return this.#tab.state;
  }

  /** Who is signed in; `null` if nobody is. */
  get user() {
    return this.#tab.user;
  }

  /** Which session, and how often it was refreshed; `null` if there is none. */
  get session() {
    return this.#tab.session;
  }

  /** Why the last session ended, as the server's code for it; `null` if that is not known. */
  get reason() {
    return this.#tab.reason;
  }

  /** Sign in; a session this browser had before is replaced. @param {Form} form */
  login(form) {
    return this.#signIn("login", form);
  }

  /**
   * Create an account and sign in.
   * @param {Form} form
   */
  register(form) {
    return this.#signIn("register", form);
  }

  /** Sign this browser out, every tab of it; without a network the server hears of it later. */
  logout() {
    return this.#tab.logout();
  }

  /** Sign out on every device. */
  logoutEverywhere() {
    return this.account.logoutEverywhere();
  }

  /**
   * Hear from the server, over the page's own connection, that a session is over.
   * @param {string} sid
   * @param {string} reason
   */
  sessionEnded(sid, reason) {
    this.#tab.news.hearEnded(sid, reason);
  }

  /** Renew the access token now. Never throws: the outcome is the next `state`. */
  refresh() {
    return this.#tab.refresh();
  }

  /**
   * Call the API with the access token: renewed first if due, retried once after a 401.
   * @param {string} path or the address of a listed service
   * @param {RequestInit} [init]
   * @throws {TypeError} if `path` leads to an origin that the token is not for
   */
  fetch(path, init = {}) {
    return callApi(this.#tab, this.#api, path, init);
  }

  /**
   * @param {"login" | "register"} operation
   * @param {Form} form
   */
  async #signIn(operation, form) {
    demandSiteData();
    const { epoch } = this.#tab;
    const noted = logoutNote.pendingId(); // what is noted while this call waits is about the new session
    const answer = await exclusively(async () => {
      const tokens = await this.#api.postForTokens(operation, form);
      logoutNote.erase(noted);
      return demandCookie(this.#api, tokens);
    }, REQUEST_TIMEOUT_MS);
    // A logout came in between, and waits behind this call. (Other news does not undo a sign-in.)
    if (epoch !== this.#tab.epoch && logoutNote.pendingId()) return;
    this.#tab.trace.add("login");
    this.#tab.newEpoch();
    this.#tab.accept(answer);
    this.#tab.tell({ kind: "login", sid: answer.session.id });
  }
}
