/**
 * What a person does about their own account that also changes what this browser holds: each call goes
 * under the lock, so that no refresh in flight brings back what it has ended.
 */

import { REQUEST_TIMEOUT_MS, problemOf, tokenSetIn } from "./api.js";
import { callApi } from "./call_api.js";
import { exclusively } from "./exclusive.js";
import { asItIs } from "./rest.js";

/** @import { TabSession } from "./tab_session.js" */
/** @import { Api, Call } from "./api.js" */
/** @import { Around } from "./call_api.js" */

/** Every method may throw an `ApiError`; then nothing has changed, unless the answer was lost (its status is 0). */
export class Account {
  #tab;
  #api;

  /**
   * @param {TabSession} tab
   * @param {Api} api
   */
  constructor(tab, api) {
    this.#tab = tab;
    this.#api = api;
  }

  /** End every session of this user, on every device. */
  logoutEverywhere() {
    return this.#end(this.#api.call("logoutEverywhere"), "logout_everywhere");
  }

  /**
   * Delete the account with all its sessions.
   * @param {{password: string}} form
   */
  delete(form) {
    return this.#end(asRest("/auth/delete-account", form), "account_deleted");
  }

  /**
   * Set a new password; the other devices are signed out, this one goes on.
   * @param {{current_password: string, new_password: string}} form
   */
  async changePassword(form) {
    const response = await this.#post(asRest("/auth/password", form));
    const answer = tokenSetIn(await response.json().catch(() => null));
    this.#tab.trace.add("password.changed");
    if (this.#tab.session?.id === answer.session.id) this.#tab.accept(answer);
  }

  /**
   * @param {Call} call
   * @param {string} reason
   */
  async #end(call, reason) {
    const before = this.#tab.session?.id;
    await this.#post(call); // may refresh first, and find out who is signed in
    const sid = before ?? this.#tab.session?.id ?? null;
    if ((this.#tab.session?.id ?? sid) === sid) this.#tab.leave(reason);
    this.#tab.tell({ kind: "logout", sid, reason });
  }

  /** @param {Call} call */
  async #post({ path, json, read }) {
    const headers = { "Content-Type": "application/json" };
    const body = json && JSON.stringify(json);
    /** @type {RequestInit} */
    const init = { method: "POST", headers, body, keepalive: true };
    /** With patience: checking a password takes its time when many do at once. @type {Around} */
    const underLock = (work) =>
      exclusively(async () => {
        init.signal = AbortSignal.timeout(REQUEST_TIMEOUT_MS); // what the wait for the lock took is not missing
        return read(await work());
      }, REQUEST_TIMEOUT_MS);
    const conditions = { around: underLock, mayEndSession: true };
    const response = await callApi(this.#tab, this.#api, path, init, conditions);
    if (!response.ok) throw await problemOf(response);
    return response;
  }
}

/**
 * A call that is there over REST only.
 * @param {string} path
 * @param {object} json
 * @returns {Call}
 */
function asRest(path, json) {
  return { path, json, read: asItIs };
}
