/** What a page may see of the access token, and do with it. It is not given away. */

/** @import { AccessToken } from "./access_token.js" */
/** @import { Renewal } from "./renewal.js" */
/** @import { TokenAfterLogout } from "./token_after_logout.js" */

export class TokenView {
  #accessToken;
  #renewal;
  #onForgotten;

  /**
   * @param {AccessToken} accessToken
   * @param {Renewal} renewal
   * @param {() => void} onForgotten called when the token was dropped from here
   * @param {TokenAfterLogout | null} afterLogout
   */
  constructor(accessToken, renewal, onForgotten, afterLogout) {
    this.#accessToken = accessToken;
    this.#renewal = renewal;
    this.#onForgotten = onForgotten;
    /** The experiment with a dying token, where there is one. */
    this.afterLogout = afterLogout;
  }

  /** All of the token but its signature, and the milliseconds it still has; `null` without one. */
  describe() {
    const parts = this.#accessToken.describe();
    return parts && { ...parts, remainingMs: this.#renewal.remainingMs };
  }

  /**
   * Draw the whole token inside `host`, for a person who has just asked to see it.
   * @param {Element} host
   */
  drawIn(host) {
    if (navigator.userActivation?.isActive !== false) this.#accessToken.drawIn(host);
  }

  /** Drop it from memory; the session goes on, and the next call refreshes. */
  forget() {
    this.#accessToken.drop();
    this.#onForgotten();
  }

  /** Milliseconds to the next silent refresh; `null` while none is planned. */
  get nextRefreshMs() {
    return this.#renewal.plannedInMs;
  }
}
