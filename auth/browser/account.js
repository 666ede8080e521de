/**
 * What a person does about the own account that also changes what this browser holds: each call goes
 * under the lock, so that no refresh in flight brings back what it has ended.
 */

import { LONGEST_REQUEST_MS, problemOf } from "./api.js";
import { callApi } from "./call_api.js";
import { exclusively } from "./exclusive.js";

/** @import { TabSession } from "./tab_session.js" */
/** @import { TokenSet } from "./api.js" */

/**
 * Checking a password takes its time when many do at once.
 * @param {() => Promise<Response>} work
 */
const patiently = (work) => exclusively(work, LONGEST_REQUEST_MS);

/** Every method may throw an `ApiError`; then nothing has changed. */
export class Account {
  #tab;
  #api;

  /**
   * @param {TabSession} tab
   * @param {URL} api
   */
  constructor(tab, api) {
    this.#tab = tab;
    this.#api = api;
  }

  /** End every session of this user, on every device. */
  logoutEverywhere() {
    return this.#end("/auth/logout-all", "logout_everywhere");
  }

  /**
   * Delete the account with all its sessions.
   * @param {{password: string}} form
   */
  delete(form) {
    return this.#end("/auth/delete-account", "account_deleted", form);
  }

  /**
   * Set a new password; the other devices are signed out, this one goes on.
   * @param {{current_password: string, new_password: string}} form
   */
  async changePassword(form) {
    const sid = this.#tab.session?.id;
    const response = await this.#post("/auth/password", form);
    const answer = /** @type {TokenSet} */ (await response.json());
    if (this.#tab.session?.id === sid) this.#tab.accept(answer);
  }

  /**
   * @param {string} path
   * @param {string} reason
   * @param {object} [form]
   */
  async #end(path, reason, form) {
    const sid = this.#tab.session?.id ?? null;
    await this.#post(path, form);
    this.#tab.leave(reason);
    this.#tab.tell({ kind: "logout", sid, reason });
  }

  /**
   * @param {string} path
   * @param {object} [form]
   */
  async #post(path, form) {
    const headers = { "Content-Type": "application/json" };
    const body = form && JSON.stringify(form);
    const signal = AbortSignal.timeout(LONGEST_REQUEST_MS);
    const init = { method: "POST", headers, body, signal, keepalive: true };
    const response = await callApi(this.#tab, this.#api, path, init, patiently);
    if (!response.ok) throw await problemOf(response);
    return response;
  }
}
