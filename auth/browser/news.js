/**
 * What this tab does when it hears that somebody has signed in or out: from another tab (tabs.js), or
 * from the server.
 */

import * as logoutNote from "./logout_note.js";

/** @import { PendingLogout } from "./pending_logout.js" */
/** @import { TabSession } from "./tab_session.js" */
/** @import { Message, Via } from "./tabs.js" */

export class News {
  #tab;
  #pendingLogout;

  /**
   * @param {TabSession} tab
   * @param {PendingLogout} pendingLogout
   */
  constructor(tab, pendingLogout) {
    this.#tab = tab;
    this.#pendingLogout = pendingLogout;
  }

  /**
   * Hear from another tab.
   * @param {Message} message
   * @param {Via} via
   */
  hear(message, via) {
    if (message.kind === "login") this.#hearLogin(message);
    if (message.kind === "logout") this.#hearLogout(message, via);
  }

  /**
   * Hear from the server, over whatever channel the page has to it, that a session is over.
   * @param {string} sid
   * @param {string} reason
   */
  hearEnded(sid, reason) {
    if (this.#tab.session?.id !== sid) return;
    this.#tab.trace.add("logout.received", { via: "server", reason });
    this.#tab.leave(reason === "logout" ? "other_tab" : reason); // the server may be faster than that tab
    if (reason === "replaced") this.#tab.refresh(); // somebody has signed in at this browser: look who
  }

  /** @param {Message} message */
  #hearLogin({ sid }) {
    logoutNote.ignoreCookie();
    if (sid !== this.#tab.session?.id) this.#askAnew();
  }

  /**
   * @param {Message} message
   * @param {Via} via
   */
  #hearLogout({ sid, reason }, via) {
    const { session, user } = this.#tab;
    this.#tab.trace.add("logout.received", { via });
    this.#tab.leave(reason ?? (user ? "other_tab" : this.#tab.reason));
    this.#pendingLogout.deliverLater();
    if (session && session.id !== sid) this.#askAnew();
  }

  /** It was about another session than this tab's: whoever was shown here may be gone. Ask the server. */
  #askAnew() {
    this.#tab.leave(null);
    this.#tab.refresh();
  }
}
