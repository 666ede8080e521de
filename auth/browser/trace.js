/**
 * What the token holders of all tabs did and when: a teaching aid, and what the tests wait for. It
 * holds no secrets, and no more than the last events.
 */

import { openChannel } from "./channel.js";
import { randomId } from "./random_id.js";

const KEPT = 500;
const CHANNEL = "auth.trace";
/** The other tabs hear a little later: a teaching aid must not slow down what it shows. */
const TELL_AFTER_MS = 100;

/** @typedef {{at: number, tab: string, kind: string, detail: object}} TraceEvent */

export class Trace {
  /** This tab's name in the trace. */
  tab = randomId().slice(0, 6);
  /** @type {TraceEvent[]} */
  #events = [];
  /** @type {TraceEvent[]} */
  #untold = [];
  #target;
  #channel = openChannel(CHANNEL);

  /**
   * @param {EventTarget} target gets a `trace` event for each entry, also those of other tabs
   * @param {AbortSignal} signal ends the sharing
   */
  constructor(target, signal) {
    this.#target = target;
    this.#channel?.addEventListener("message", ({ data }) => this.#keep(data), { signal });
    addEventListener("pagehide", () => this.#tell(), { signal });
    signal.addEventListener("abort", () => {
      this.#channel?.close();
      this.#channel = null; // what was on its way when the token holder was closed is still noted here
    });
  }

  /**
   * @param {string} kind as in "refresh.rotated"
   * @param {object} [detail]
   */
  add(kind, detail = {}) {
    const event = { at: Date.now(), tab: this.tab, kind, detail };
    this.#keep([event]);
    this.#untold.push(event);
    if (this.#untold.length === 1) setTimeout(() => this.#tell(), TELL_AFTER_MS);
  }

  /** What happened in this tab, oldest first. */
  get events() {
    return this.#events.filter((event) => event.tab === this.tab);
  }

  /** What happened in all tabs of this browser while this one was open, oldest first. */
  get shared() {
    return this.#events.toSorted((one, other) => one.at - other.at);
  }

  #tell() {
    this.#channel?.postMessage(this.#untold);
    this.#untold = [];
  }

  /** @param {TraceEvent[]} events */
  #keep(events) {
    this.#events = [...this.#events, ...events].slice(-KEPT);
    for (const detail of events) this.#target.dispatchEvent(new CustomEvent("trace", { detail }));
  }
}
