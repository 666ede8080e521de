/**
 * The browser half of the protocol, as a page sees it. The access token stays inside (tab_session.js
 * and access_token.js); nothing returns it. No text for people here: pages listen to `state` events.
 */

import { postForTokens, problemOf } from "./api.js";
import { callApi } from "./call_api.js";
import { exclusively } from "./exclusive.js";
import * as pendingLogout from "./pending_logout.js";
import { TabSession } from "./tab_session.js";

/** @typedef {{email: string, password: string, stay_signed_in: boolean, name?: string}} Form */

/** Fires `state` when something about the session has changed, and `trace` for every step. */
export class AuthClient extends EventTarget {
  #api;
  #tab;

  /** @param {{api?: string}} [options] `api`: the auth backend's origin, if not the page's own */
  constructor({ api = location.origin } = {}) {
    super();
    this.#api = new URL(api);
    this.#tab = new TabSession(this.#api, this);
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

  /** What may be seen of the access token, and done with it (tab_token.js). */
  get token() {
    return this.#tab.token;
  }

  /** What happened so far in this tab, oldest first. */
  get trace() {
    return this.#tab.trace.events;
  }

  /**
   * Sign in; a session this browser had before is replaced.
   * @param {Form} form
   * @throws {import("./api.js").ApiError}
   */
  login(form) {
    return this.#signIn("/auth/login", form);
  }

  /**
   * Create an account and sign in.
   * @param {Form} form
   * @throws {import("./api.js").ApiError}
   */
  register(form) {
    return this.#signIn("/auth/register", form);
  }

  /**
   * Sign this browser out, every tab of it; without a network the server hears of it later. The
   * order matters: first nothing here can act any more, then the other tabs, then the server.
   */
  async logout() {
    pendingLogout.begin();
    const sid = this.session?.id ?? null;
    this.#tab.leave("logout");
    this.#tab.tell({ kind: "logout", sid });
    await pendingLogout.finish(this.#api, this.#tab.trace);
  }

  /** Renew the access token now. Never throws: the outcome is the next `state`. */
  refresh() {
    return this.#tab.refresh();
  }

  /**
   * Call the API with the access token: renewed first if due, retried once after a 401.
   * @param {string} path
   * @param {RequestInit} [init]
   * @throws {TypeError} if `path` leads to another origin: the token is for the API alone
   * @throws {import("./api.js").ApiError} if nobody is signed in, or no server can be reached
   */
  fetch(path, init = {}) {
    return callApi(this.#tab, this.#api, path, init);
  }

  /**
   * Get a ticket with which the server side of page `clientId` learns who is signed in.
   * @param {string} clientId
   * @returns {Promise<string>}
   * @throws {import("./api.js").ApiError}
   */
  async socketTicket(clientId) {
    const headers = { "Content-Type": "application/json" };
    const body = JSON.stringify({ client_id: clientId });
    const response = await this.fetch("/auth/socket-ticket", { method: "POST", headers, body });
    if (!response.ok) throw await problemOf(response);
    return (await response.json()).ticket;
  }

  /**
   * @param {string} path
   * @param {Form} form
   */
  async #signIn(path, form) {
    const epoch = this.#tab.newEpoch();
    const answer = await exclusively(async () => {
      const pending = pendingLogout.pendingId();
      const tokens = await postForTokens(new URL(path, this.#api), form);
      pendingLogout.forget(pending);
      return tokens;
    });
    // A logout came in between, and waits behind this call. (Other news does not undo a sign-in.)
    if (epoch !== this.#tab.epoch && pendingLogout.pendingId()) return;
    this.#tab.trace.add("login");
    this.#tab.accept(answer);
    this.#tab.tell({ kind: "login", sid: answer.session.id });
  }
}
