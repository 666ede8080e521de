/**
 * What the token holder did and when: a teaching aid, and what the tests wait for. No secrets.
 */

import { randomId } from "./tabs.js";

const KEPT = 500;

/** @typedef {{at: number, tab: string, kind: string, detail: object}} TraceEvent */

export class Trace {
  #tab = randomId();
  /** @type {TraceEvent[]} */
  #events = [];
  #target;

  /** @param {EventTarget} target gets a `trace` event for each entry */
  constructor(target) {
    this.#target = target;
  }

  /**
   * @param {string} kind as in "refresh.rotated"
   * @param {object} [detail]
   */
  add(kind, detail = {}) {
    const event = { at: Date.now(), tab: this.#tab, kind, detail };
    this.#events.push(event);
    if (this.#events.length > KEPT) this.#events.shift();
    this.#target.dispatchEvent(new CustomEvent("trace", { detail: event }));
  }

  /** The last 500 events, oldest first. */
  get events() {
    return [...this.#events];
  }
}
