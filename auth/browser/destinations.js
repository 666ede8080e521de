/** Where access tokens may go: to the API, and to services that were listed. Nowhere else. */

/** @import { AccessToken } from "./access_token.js" */

export class Destinations {
  #api;
  #services;
  #accessToken;

  /**
   * @param {URL} api
   * @param {string[]} services the only other origins that the token may be sent to
   * @param {AccessToken} accessToken
   */
  constructor(api, services, accessToken) {
    this.#api = api;
    this.#services = services.map((service) => new URL(service).origin);
    this.#accessToken = accessToken;
  }

  /**
   * Where a path of the API leads, or an address of a listed service.
   * @param {string} path
   * @throws {TypeError} for any other origin: the token is not for it
   */
  addressFor(path) {
    const url = new URL(path, this.#api);
    if ([this.#api.origin, ...this.#services].includes(url.origin)) return url;
    throw new TypeError("Access tokens go to the API and to listed services only.");
  }

  /**
   * Send a request with the token to an address that may have it (see `addressFor`).
   * @param {URL} url
   * @param {RequestInit} init
   */
  send(url, init) {
    const isApi = url.origin === this.#api.origin; // the cookie is nobody else's business
    return this.#accessToken.send(url, { ...init, credentials: isApi ? "include" : "omit" });
  }
}
