/**
 * What tabs of one browser tell each other: that somebody signed in or out. Hints only: a tab that
 * hears one looks for itself. No token ever goes through here.
 *
 * Sent twice on purpose: the `storage` event reaches every browser, and a BroadcastChannel message
 * is faster and drops pages kept in the back/forward cache.
 */

import { openChannel } from "./channel.js";
import { randomId } from "./random_id.js";
import { writeNote } from "./shared_notes.js";

const EVENT_KEY = "auth.event";
const CHANNEL = "auth";
const REMEMBERED = 20;

/**
 * @typedef {{kind: "login" | "logout", sid: string | null, reason?: string}} Message
 * @typedef {"storage" | "broadcast"} Via
 */

export class Tabs {
  #channel = openChannel(CHANNEL);
  /** @type {(message: Message, via: Via) => void} */
  #hear;
  /** Each message comes by two ways, and those of several tabs may come in between. @type {string[]} */
  #known = [];

  /**
   * @param {(message: Message, via: Via) => void} hear
   * @param {AbortSignal} signal ends the listening
   */
  constructor(hear, signal) {
    this.#hear = hear;
    addEventListener("storage", (event) => this.#onStorage(event), { signal });
    this.#channel?.addEventListener("message", (event) => this.#receive(event.data, "broadcast"), { signal });
    signal.addEventListener("abort", () => {
      this.#channel?.close();
      this.#channel = null;
    });
  }

  /** @param {Message} message */
  tell(message) {
    // The same value written twice fires nothing, so every message is unique.
    const unique = { ...message, id: randomId() };
    this.#remember(unique.id);
    writeNote(EVENT_KEY, JSON.stringify(unique));
    this.#channel?.postMessage(unique);
  }

  /** @param {StorageEvent} event */
  #onStorage(event) {
    if (event.key !== EVENT_KEY || !event.newValue) return;
    this.#receive(parsed(event.newValue), "storage");
  }

  /**
   * @param {any} message
   * @param {Via} via
   */
  #receive(message, via) {
    if (typeof message?.id !== "string" || this.#known.includes(message.id)) return;
    this.#remember(message.id);
    this.#hear(message, via);
  }

  /** @param {string} id of a message that was heard or sent */
  #remember(id) {
    this.#known = [...this.#known, id].slice(-REMEMBERED);
  }
}

/** @param {string} text of a message, unless somebody else wrote it */
function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
