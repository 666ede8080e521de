/**
 * An experiment: log out, and watch what the dying access token still opens. For this alone the token
 * outlives the logout, in a private field here. It is forgotten as soon as nobody takes it any more, at
 * the end of its life, when the page goes, or when somebody signs in.
 */

import { Expiry } from "./expiry.js";

/** @import { AccessToken } from "./access_token.js" */
/** @import { TabSession } from "./tab_session.js" */
/** @typedef {{at: number, answers: (number | null)[]}} Row a status for each address, or no answer */

const EVERY_MS = 1_000;
const ASK_TIMEOUT_MS = 2_000;
/** Ask this long after the end of the token's life, so that the end is seen. */
const LINGER_MS = 2_000;
const KEPT_ROWS = 12;

/** Fires `change` when there is another row, and when the token is forgotten. */
export class TokenAfterLogout extends EventTarget {
  /** @type {AccessToken | null} */ #dyingToken = null;
  #watching = new AbortController();
  #timer = 0;
  #tab;
  #accessToken;
  #events;

  /** @type {Row[]} what came back, the newest first */
  rows = [];
  /** @type {string[]} who is asked */
  hosts = [];

  /**
   * @param {TabSession} tab
   * @param {AccessToken} accessToken
   * @param {EventTarget} events
   */
  constructor(tab, accessToken, events) {
    super();
    this.#tab = tab;
    this.#accessToken = accessToken;
    this.#events = events;
  }

  /** Whether the dying token is still held. */
  get isOn() {
    return this.#dyingToken !== null;
  }

  /**
   * Log out, then ask each address once a second. Without a token this is a plain logout.
   * @param {string[]} paths
   * @throws {TypeError} if one leads to an origin that the token is not for
   */
  async begin(paths) {
    const urls = paths.map((path) => this.#tab.destinations.addressFor(path));
    this.hosts = urls.map((url) => url.host);
    this.forget();
    const end = new Expiry(((this.#tab.token.describe()?.remainingMs ?? 0) + LINGER_MS) / 1000);
    const dyingToken = this.#accessToken.isHeld ? this.#accessToken.copy() : null;
    const logout = this.#tab.logout(); // nothing else holds it once that is over
    if (dyingToken) this.#watch(dyingToken);
    await logout;
    if (dyingToken && this.#dyingToken === dyingToken) this.#ask(urls, end);
  }

  /** Forget the token; what was seen stays. */
  forget() {
    this.#watching.abort();
    clearTimeout(this.#timer);
    this.#dyingToken?.drop();
    this.#dyingToken = null;
    this.dispatchEvent(new Event("change"));
  }

  /** @param {AccessToken} dyingToken */
  #watch(dyingToken) {
    this.#dyingToken = dyingToken;
    this.rows = [];
    this.#watching = new AbortController();
    const { signal } = this.#watching;
    addEventListener("pagehide", () => this.forget(), { signal });
    this.#events.addEventListener("state", () => this.#tab.state === "signed-out" || this.forget(), { signal });
  }

  /**
   * @param {URL[]} urls
   * @param {Expiry} end
   */
  async #ask(urls, end) {
    const dyingToken = this.#dyingToken;
    const at = Date.now();
    const answers = await Promise.all(urls.map((url) => this.#statusAt(url)));
    if (this.#dyingToken !== dyingToken) return; // forgotten meanwhile
    this.rows = [{ at, answers }, ...this.rows].slice(0, KEPT_ROWS);
    if (end.remainingMs === 0 || answers.every((status) => status === 401)) return this.forget();
    this.dispatchEvent(new Event("change"));
    this.#timer = setTimeout(() => this.#ask(urls, end), EVERY_MS);
  }

  /** @param {URL} url */
  async #statusAt(url) {
    const signal = AbortSignal.any([this.#watching.signal, AbortSignal.timeout(ASK_TIMEOUT_MS)]);
    try {
      const answer = await this.#dyingToken?.send(url, { cache: "no-store", credentials: "omit", signal });
      return answer?.status ?? null;
    } catch {
      return null; // nobody there, or not in time
    }
  }
}
