/**
 * What the token holders of all tabs did and when: a teaching aid, and what the tests wait for. It
 * holds no secrets, and no more than the last events.
 */

import { randomId } from "./tabs.js";

const KEPT = 500;
const CHANNEL = "auth.trace";

/** @typedef {{at: number, tab: string, kind: string, detail: object}} TraceEvent */

export class Trace {
  /** This tab's name in the trace. */
  tab = randomId().slice(0, 6);
  /** @type {TraceEvent[]} */
  #events = [];
  #target;
  #channel = globalThis.BroadcastChannel ? new BroadcastChannel(CHANNEL) : null;

  /**
   * @param {EventTarget} target gets a `trace` event for each entry, also those of other tabs
   * @param {AbortSignal} signal ends the sharing
   */
  constructor(target, signal) {
    this.#target = target;
    this.#channel?.addEventListener("message", ({ data }) => this.#keep(data), { signal });
    signal.addEventListener("abort", () => this.#channel?.close());
  }

  /**
   * @param {string} kind as in "refresh.rotated"
   * @param {object} [detail]
   */
  add(kind, detail = {}) {
    const event = { at: Date.now(), tab: this.tab, kind, detail };
    this.#keep(event);
    this.#channel?.postMessage(event);
  }

  /** What happened in this tab, oldest first. */
  get events() {
    return this.#events.filter((event) => event.tab === this.tab);
  }

  /** What happened in all tabs of this browser while this one was open, oldest first. */
  get shared() {
    return this.#events.toSorted((one, other) => one.at - other.at);
  }

  /** @param {TraceEvent} event */
  #keep(event) {
    this.#events.push(event);
    if (this.#events.length > KEPT) this.#events.shift();
    this.#target.dispatchEvent(new CustomEvent("trace", { detail: event }));
  }
}
