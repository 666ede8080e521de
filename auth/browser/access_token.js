/**
 * The access token itself: kept in a private field, in memory, for this page's life at most. It can
 * be sent to the API, described without its signature, and drawn for a person; never read.
 */

import { CLIENT_HEADER } from "./api.js";

export class AccessToken {
  /** @type {string | null} */ #token = null;

  /** @param {string} token */
  take(token) {
    this.#token = token;
  }

  drop() {
    this.#token = null;
  }

  /** Another holder of the same token, which drops it when it likes (token_after_logout.js). */
  copy() {
    const copy = new AccessToken();
    copy.#token = this.#token;
    return copy;
  }

  /** Whether there is one, fresh or not. */
  get isHeld() {
    return this.#token !== null;
  }

  /**
   * Send a request with the token as its Bearer. The caller has made sure that `url` may have it.
   * A redirect could carry the token elsewhere, so there must be none.
   * @param {URL} url
   * @param {RequestInit} init
   */
  send(url, init) {
    const headers = new Headers(init.headers);
    headers.set(...CLIENT_HEADER);
    if (this.#token) headers.set("Authorization", `Bearer ${this.#token}`);
    return fetch(url, { ...init, headers, redirect: "error" });
  }

  /** Everything but the signature, which is what makes a token work; `null` without a token. */
  describe() {
    if (!this.#token) return null;
    const [header, claims, signature] = this.#token.split(".");
    return { header: decode(header), claims: decode(claims), signatureCharacters: signature.length };
  }

  /**
   * Write the token into a closed shadow root in `host`: on the screen, but neither in the page's
   * DOM nor in anybody's variable. Not a vault: a script in this page can still hook `fetch`.
   * @param {Element} host
   */
  drawIn(host) {
    const place = document.createElement("div");
    place.style.overflowWrap = "anywhere";
    place.attachShadow({ mode: "closed" }).append(this.#token ?? "");
    host.replaceChildren(place);
  }
}

/** @param {string} part base64url of JSON */
function decode(part) {
  const bytes = atob(part.replaceAll("-", "+").replaceAll("_", "/"));
  return JSON.parse(new TextDecoder().decode(Uint8Array.from(bytes, (c) => c.charCodeAt(0))));
}
