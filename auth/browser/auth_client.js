/**
 * The browser half of the protocol. Holds the access token (access_token.js) and returns it to
 * nobody; knows who is signed in; signs in, out, and calls the API. No text for people in here:
 * pages listen to `state` and `trace` events.
 */

import { ApiError, post, problemOf } from "./api.js";
import { AccessToken } from "./access_token.js";
import { exclusively } from "./exclusive.js";
import * as pendingLogout from "./pending_logout.js";
import { Renewal } from "./renewal.js";
import { Tabs } from "./tabs.js";
import { Trace } from "./trace.js";

/** @import { Session, TokenSet, User } from "./api.js" */
/** @typedef {"loading" | "signed-in" | "signed-out" | "reconnecting"} State */
/** @typedef {{email: string, password: string, stay_signed_in: boolean, name?: string}} Form */

export class AuthClient extends EventTarget {
  /** @type {State} */ state = "loading";
  /** @type {User | null} */ user = null;
  /** @type {Session | null} */ session = null;
  /** @type {string | null} why the last session ended */ reason = null;

  #access = new AccessToken();
  /** Counts sign-ins and sign-outs: an answer to a question of an earlier epoch is ignored. */
  #epoch = 0;
  #listening = new AbortController();
  #trace = new Trace(this);
  #api;
  #tabs;
  #renewal;

  /** @param {{api?: string}} [options] `api`: the auth backend's origin, if not the page's own */
  constructor({ api = location.origin } = {}) {
    super();
    this.#api = new URL(api);
    this.#tabs = new Tabs((message, via) => this.#hear(message, via), this.#listening.signal);
    this.#renewal = new Renewal(this.#api, this.#trace, {
      epoch: () => this.#epoch,
      renewed: (answer) => this.#accept(answer),
      refused: (reason) => this.#leave(reason),
      postponed: () => this.#enter("reconnecting"),
    });
  }

  /** Begin: come back signed in if this browser holds a session, and stay signed in. */
  async start() {
    const { signal } = this.#listening;
    const wake = () => this.#wake();
    for (const event of ["focus", "online", "pageshow"]) addEventListener(event, wake, { signal });
    document.addEventListener("visibilitychange", wake, { signal });
    addEventListener("pagehide", (event) => event.persisted && this.#suspend(), { signal });
    if (!pendingLogout.isPending()) return this.refresh();
    this.#leave("logout");
    await pendingLogout.finish(this.#api, this.#trace);
  }

  /** Stop listening and forget the token; the session itself goes on. */
  close() {
    this.#listening.abort();
    this.#access.drop();
    this.#renewal.stop();
  }

  /**
   * Sign in; a session this browser had before is replaced.
   * @param {Form} form
   * @throws {ApiError}
   */
  login(form) {
    return this.#signIn("/auth/login", form);
  }

  /**
   * Create an account and sign in.
   * @param {Form} form
   * @throws {ApiError}
   */
  register(form) {
    return this.#signIn("/auth/register", form);
  }

  /**
   * Sign this browser out, every tab of it; without a network the server hears of it later. The
   * order matters: first nothing here can act any more, then the other tabs, then the server.
   */
  async logout() {
    const sid = this.session?.id ?? null;
    pendingLogout.begin();
    this.#leave("logout");
    this.#tabs.tell({ kind: "logout", sid });
    await pendingLogout.finish(this.#api, this.#trace);
  }

  /** Renew the access token now. Never throws: the outcome is the next `state`. */
  refresh() {
    return this.#renewal.now();
  }

  /**
   * Call the API with the access token: renewed first if due, retried once after a 401.
   * @param {string} path
   * @param {RequestInit} [init]
   * @throws {TypeError} if `path` leads to another origin: the token is for the API alone
   * @throws {ApiError} if nobody is signed in, or the server cannot be reached
   */
  async fetch(path, init = {}) {
    const url = new URL(path, this.#api);
    if (url.origin !== this.#api.origin) throw new TypeError("Access tokens go to the API only.");
    if (!this.#access.isHeld || this.#renewal.dueInMs === 0) {
      this.#trace.add("api.refreshed");
      await this.refresh();
      if (!this.#access.isHeld) throw new ApiError({ code: this.state.replace("-", "_") });
    }
    const response = await this.#access.send(url, init);
    if (response.status !== 401) return response;
    this.#trace.add("api.retried");
    await this.refresh();
    if (!this.#access.isHeld) return response;
    const again = await this.#access.send(url, init);
    if (again.status === 401) await this.#leaveIfOver(again.clone());
    return again;
  }

  /**
   * Get a ticket with which the server side of page `clientId` learns who is signed in.
   * @param {string} clientId
   * @returns {Promise<string>}
   * @throws {ApiError}
   */
  async socketTicket(clientId) {
    const headers = { "Content-Type": "application/json" };
    const body = JSON.stringify({ client_id: clientId });
    const response = await this.fetch("/auth/socket-ticket", { method: "POST", headers, body });
    if (!response.ok) throw await problemOf(response);
    return (await response.json()).ticket;
  }

  /** Drop the access token from memory; the session goes on, and the next call refreshes. */
  forgetToken() {
    this.#access.drop();
    this.#changed();
  }

  /** What a page may show of the token: all but its signature; `null` while there is none. */
  describeToken() {
    const parts = this.#access.describe();
    return parts && { ...parts, remainingMs: this.#renewal.remainingMs };
  }

  /**
   * Draw the whole token inside `host`, for a person who has just asked to see it.
   * @param {Element} host
   */
  showToken(host) {
    if (navigator.userActivation?.isActive !== false) this.#access.drawIn(host);
  }

  /** Milliseconds to the next silent refresh; `null` while none is planned. */
  get nextRefreshMs() {
    return this.#renewal.dueInMs;
  }

  /** What happened so far, oldest first. */
  get trace() {
    return this.#trace.events;
  }

  /**
   * @param {string} path
   * @param {Form} form
   */
  async #signIn(path, form) {
    const epoch = ++this.#epoch;
    const answer = await exclusively(async () => {
      const tokens = await post(new URL(path, this.#api), { json: form, keepalive: true });
      pendingLogout.clear();
      return tokens;
    });
    if (epoch !== this.#epoch) return; // signed out meanwhile: that logout waits behind this call
    this.#trace.add("login");
    this.#accept(answer);
    this.#tabs.tell({ kind: "login", sid: answer.session.id });
  }

  /** @param {TokenSet} answer */
  #accept(answer) {
    this.#access.take(answer.access_token);
    this.#renewal.plan(answer.expires_in);
    if (this.user && this.user.id !== answer.user.id) this.#trace.add("user.switched");
    this.user = answer.user;
    this.session = answer.session;
    this.#enter("signed-in");
  }

  /** @param {string | null} reason */
  #leave(reason) {
    this.#epoch += 1;
    this.#access.drop();
    this.#renewal.stop();
    this.user = this.session = null;
    this.reason = reason;
    this.#enter("signed-out");
  }

  /** @param {Response} response a second 401 in a row */
  async #leaveIfOver(response) {
    const error = await problemOf(response);
    if (error.endsSession || error.code === "invalid_token") this.#leave(error.reason ?? null);
  }

  /**
   * @param {import("./tabs.js").Message} message
   * @param {"storage" | "broadcast"} via
   */
  #hear(message, via) {
    if (message.kind === "logout") {
      if (this.session && message.sid && message.sid !== this.session.id) return;
      this.#trace.add("logout.received", { via });
      this.#leave("logout");
    }
    if (message.kind === "login" && message.sid !== this.session?.id) {
      this.#leave(null); // whoever was signed in here no longer is
      this.refresh();
    }
  }

  /** Something woke the page: look whether anything is overdue. */
  #wake() {
    if (this.state === "signed-out") {
      if (pendingLogout.isPending()) pendingLogout.finish(this.#api, this.#trace);
    } else this.#renewal.check();
  }

  /** The page goes into the back/forward cache, which would keep the token with it. */
  #suspend() {
    this.#access.drop();
    this.#renewal.stop();
    this.#enter("loading");
  }

  /** @param {State} state */
  #enter(state) {
    if (state !== this.state) this.#trace.add("state", { from: this.state, to: state });
    this.state = state;
    this.#changed();
  }

  #changed() {
    const { state, user, reason } = this;
    this.dispatchEvent(new CustomEvent("state", { detail: { state, user, reason } }));
  }
}
