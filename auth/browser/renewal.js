/**
 * Silent refresh: when to ask for a new access token, how often to try again, and who may answer.
 * One request at a time in this tab, one at a time in this browser (exclusive.js).
 */

import { ApiError } from "./api.js";
import { Backoff } from "./backoff.js";
import { exclusively } from "./exclusive.js";
import { Expiry } from "./expiry.js";
import * as logoutNote from "./logout_note.js";
import { LoopBreaker } from "./loop_breaker.js";

/** @import { Api, TokenSet } from "./api.js" */
/** @import { Trace } from "./trace.js" */

/**
 * When to renew without being asked: always ahead of expiry, ahead of it while the tab is visible, or
 * never before the next call needs it.
 * @typedef {"ahead" | "visible" | "lazy"} Strategy
 */

/**
 * @param {string | null | undefined} text
 * @returns {Strategy}
 */
export function toStrategy(text) {
  return text === "ahead" || text === "lazy" ? text : "visible";
}

/**
 * @typedef {object} Owner what Renewal asks and tells
 * @property {() => number} epoch counts sign-ins, sign-outs, and times the page was put away
 * @property {(answer: TokenSet) => void} renewed
 * @property {(reason: string | null) => void} refused the server said that the session is over
 * @property {() => void} postponed the server could not be asked; it will be asked again
 * @property {() => void} forestalled a logout that the server has not heard of forbids to ask
 */

export class Renewal {
  /** @type {{epoch: number, done: Promise<void>} | null} */ #running = null;
  /** @type {Expiry | null} */ #expiry = null;
  #timer = 0;
  #backoff = new Backoff();
  /** A retry keeps the time it was given (`Retry-After`), however often the page wakes. */
  #isRetryPlanned = false;
  /** The last refresh was put off, and nobody has looked since. */
  #isOverdue = false;
  #loopBreaker = new LoopBreaker();
  #strategy;
  #api;
  #trace;
  #owner;

  /**
   * @param {Api} api
   * @param {Trace} trace
   * @param {Strategy} strategy
   * @param {Owner} owner
   */
  constructor(api, trace, strategy, owner) {
    this.#strategy = strategy;
    this.#api = api;
    this.#trace = trace;
    this.#owner = owner;
  }

  /** Milliseconds until the current access token should be renewed; `null` without one. */
  get dueInMs() {
    return this.#expiry && this.#expiry.dueInMs;
  }

  /** Milliseconds to the next silent refresh; `null` while none is planned. */
  get plannedInMs() {
    return this.#strategy === "lazy" ? null : this.dueInMs;
  }

  /** Milliseconds until the current access token is worthless. */
  get remainingMs() {
    return this.#expiry ? this.#expiry.remainingMs : 0;
  }

  /**
   * Plan the refresh that an access token just received will need.
   * @param {number} lifeSeconds
   */
  plan(lifeSeconds) {
    this.#expiry = new Expiry(lifeSeconds);
    this.#backoff.reset();
    this.#isRetryPlanned = this.#isOverdue = false;
    this.#schedule(this.#expiry.napMs);
  }

  /** Plan nothing any more. */
  stop() {
    clearTimeout(this.#timer);
    this.#isRetryPlanned = false;
    this.#expiry = null;
  }

  /** Look at the clocks: refresh if it is time, else go on waiting. For timers and wake-ups. */
  check() {
    if (this.#isRetryPlanned) return;
    if (this.#expiry && !this.#expiry.isDue && !this.#isOverdue) this.#schedule(this.#expiry.napMs);
    else if (this.#mayAct) this.now();
  }

  /** Whether a refresh may go out that nobody has asked for. A tab at rest looks again on waking. */
  get #mayAct() {
    if (this.#strategy === "ahead") return true;
    if (document.visibilityState !== "visible") return false;
    return this.#strategy === "visible" || this.#isOverdue || !this.#expiry;
  }

  /** Refresh now; callers at one time share one request. Never throws. */
  now() {
    const epoch = this.#owner.epoch();
    if (this.#running?.epoch !== epoch) {
      const running = { epoch, done: this.#refresh(epoch) };
      running.done.finally(() => this.#running === running && (this.#running = null));
      this.#running = running;
    }
    return this.#running.done;
  }

  /** The network is back: refresh now. It may need a moment, so waits are short again. Never throws. */
  backOnline() {
    this.#backoff.reset();
    return this.now();
  }

  /** @param {number} epoch an answer that comes back in a later one is ignored */
  async #refresh(epoch) {
    this.#isRetryPlanned = false;
    const expiry = this.#expiry;
    const isLate = () => epoch !== this.#owner.epoch();
    // Another answer has come while this one waited for its turn.
    const isServed = () => this.#expiry !== null && this.#expiry !== expiry;
    /** May go on after this caller has run out of patience. @type {Promise<TokenSet | null>} */
    let asking = Promise.resolve(null);
    /** @param {number} waitedMs */
    const ask = async (waitedMs) => {
      this.#trace.add("refresh.waited", { ms: waitedMs });
      return isLate() || isServed() || logoutNote.pendingId() ? null : this.#api.postForTokens("refreshToken");
    };
    this.#trace.add("refresh.started");
    try {
      this.#loopBreaker.count();
      const answer = await exclusively((waitedMs) => (asking = ask(waitedMs)));
      if (isLate()) return;
      if (answer) this.#take(answer);
      else if (!isServed()) this.#owner.forestalled();
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (isLate()) return;
      if (error.endsSession || !isServed()) this.#onError(error);
      // The line may just be slow, and asking again no faster: what comes late is as good.
      asking.then(
        (answer) => answer && !isLate() && this.#take(answer),
        (late) => late.endsSession && !isLate() && this.#onError(late),
      );
    }
  }

  /** @param {TokenSet} answer */
  #take(answer) {
    this.#trace.add(`refresh.${answer.outcome}`, { generation: answer.session.generation });
    this.#owner.renewed(answer);
  }

  /** @param {ApiError} error */
  #onError(error) {
    if (error.endsSession) {
      this.#trace.add("refresh.refused", { code: error.code, reason: error.reason });
      return this.#owner.refused(error.reason ?? null);
    }
    const waitMs = this.#backoff.waitMs(error);
    this.#trace.add("refresh.postponed", { why: error.code, status: error.status, waitMs });
    this.#schedule(waitMs, () => this.#retry());
    this.#isRetryPlanned = this.#isOverdue = true;
    this.#owner.postponed();
  }

  /** Come back to a refresh that was put off: now, or when the tab is looked at again. */
  #retry() {
    this.#isRetryPlanned = false;
    this.check();
  }

  /**
   * @param {number} ms
   * @param {() => void} [action]
   */
  #schedule(ms, action = () => this.check()) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(action, ms);
  }
}
