/**
 * Who is signed in in this tab, and what changes that without a click: the silent refresh, waking up,
 * going to sleep, and what is heard (news.js). Holds the access token.
 */

import { AccessToken } from "./access_token.js";
import { Destinations } from "./destinations.js";
import * as logoutNote from "./logout_note.js";
import { News } from "./news.js";
import { PendingLogout } from "./pending_logout.js";
import { Renewal } from "./renewal.js";
import { Tabs } from "./tabs.js";
import { TokenAfterLogout } from "./token_after_logout.js";
import { TokenView } from "./token_view.js";
import { Trace } from "./trace.js";

/** @import { Api, Session, TokenSet, User } from "./api.js" */
/** @import { Message } from "./tabs.js" */
/** @typedef {"loading" | "signed-in" | "signed-out" | "reconnecting"} State */

export class TabSession {
  /** @type {State} */ state = "loading";
  /** @type {User | null} */ user = null;
  /** @type {Session | null} */ session = null;
  /** @type {string | null} */ reason = null;
  /**
   * Counts sign-ins, sign-outs, and times the page was put away: an answer to a question of an earlier
   * epoch is ignored.
   */
  epoch = 0;

  #accessToken = new AccessToken();
  #listening = new AbortController();
  #events;
  #tabs;
  #renewal;
  #pendingLogout;

  /**
   * @param {Api} api
   * @param {EventTarget} events gets the `state` and `trace` events
   * @param {import("./renewal.js").Strategy} strategy
   * @param {string[]} services the only other origins that the token may be sent to
   */
  constructor(api, events, strategy, services) {
    this.destinations = new Destinations(api.url, services, this.#accessToken);
    this.#events = events;
    this.trace = new Trace(events, this.#listening.signal);
    this.#renewal = new Renewal(api, this.trace, strategy, {
      epoch: () => this.epoch,
      renewed: (answer) => this.accept(answer),
      refused: (reason) => this.leave(reason),
      postponed: () => this.#enter("reconnecting"),
      forestalled: () => this.#finishLogout(),
    });
    this.#pendingLogout = new PendingLogout(api, this.trace);
    this.news = new News(this, this.#pendingLogout);
    this.#tabs = new Tabs((message, via) => this.news.hear(message, via), this.#listening.signal);
    // An experiment of the demo's: without services there is nothing to try.
    const afterLogout = services.length ? new TokenAfterLogout(this, this.#accessToken, events) : null;
    const onForgotten = () => {
      this.trace.add("token.forgotten");
      this.#changed();
    };
    this.token = new TokenView(this.#accessToken, this.#renewal, onForgotten, afterLogout);
  }

  /** Begin to listen; then finish a logout that the server has not heard of, or refresh. */
  async start() {
    const { signal } = this.#listening;
    const wake = () => this.#wake();
    for (const event of ["focus", "pageshow"]) addEventListener(event, wake, { signal });
    addEventListener("online", () => this.#wake({ isOnlineAgain: true }), { signal });
    document.addEventListener("visibilitychange", wake, { signal });
    addEventListener("pagehide", (event) => event.persisted && this.#suspend(), { signal });
    await (logoutNote.pendingId() ? this.#finishLogout() : this.refresh());
  }

  /** Stop listening and forget the token. */
  close() {
    this.newEpoch();
    this.#listening.abort();
    this.#accessToken.drop();
    this.token.afterLogout?.forget();
    this.#renewal.stop();
    this.#pendingLogout.stop();
  }

  /** Whether there is an access token, fresh or not. */
  get holdsToken() {
    return this.#accessToken.isHeld;
  }

  /** Whether the access token should be renewed before it is used. */
  get isDue() {
    return !this.#accessToken.isHeld || this.#renewal.dueInMs === 0;
  }

  /** Begin a new epoch, in which late answers to earlier questions count for nothing. */
  newEpoch() {
    return ++this.epoch;
  }

  /** Sign this browser out; the server hears of it as soon as it can be reached. */
  logout() {
    return this.#pendingLogout.logout(this, this.#accessToken.copy());
  }

  /** Renew the access token. Never throws. */
  refresh() {
    return this.#renewal.now();
  }

  /** @param {Message} message for the other tabs */
  tell(message) {
    this.#tabs.tell(message);
  }

  /**
   * Be signed in from now on, as the server has answered.
   * @param {TokenSet} answer
   */
  accept(answer) {
    if (this.#listening.signal.aborted) return; // closed, while this was on its way
    if (this.user && this.user.id !== answer.user.id) this.trace.add("user.switched");
    this.#accessToken.take(answer.access_token);
    this.#renewal.plan(answer.expires_in);
    this.user = answer.user;
    this.session = answer.session;
    this.#enter("signed-in");
  }

  /**
   * Be signed out from now on: this tab alone, and the server is not told.
   * @param {string | null} reason
   */
  leave(reason) {
    this.newEpoch();
    this.#accessToken.drop();
    this.#renewal.stop();
    this.user = this.session = null;
    this.reason = reason;
    this.#enter("signed-out");
  }

  /** Something woke the page: look whether anything is overdue. */
  #wake({ isOnlineAgain = false } = {}) {
    if (logoutNote.pendingId()) {
      if (isOnlineAgain || !this.#pendingLogout.isPlanned) this.#finishLogout();
      else this.#leaveToo();
      return;
    }
    if (this.state === "signed-out") return;
    if (isOnlineAgain && this.state === "reconnecting") this.#renewal.backOnline();
    else this.#renewal.check();
  }

  /** Someone has logged out here, and the server has not heard of it: leave, and tell it. */
  #finishLogout() {
    this.#leaveToo();
    return this.#pendingLogout.deliver();
  }

  #leaveToo() {
    if (this.state !== "signed-out") this.leave("logout");
  }

  /** The page goes into the back/forward cache, which would keep the token with it. */
  #suspend() {
    this.newEpoch(); // no late refresh brings another
    this.#accessToken.drop();
    this.#renewal.stop();
    this.#enter("loading");
  }

  /** @param {State} state */
  #enter(state) {
    if (state !== this.state) this.trace.add("state", { from: this.state, to: state });
    this.state = state;
    this.#changed();
  }

  #changed() {
    const { state, user, reason } = this;
    this.#events.dispatchEvent(new CustomEvent("state", { detail: { state, user, reason } }));
  }
}
