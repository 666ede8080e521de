/**
 * When an access token must be renewed, by the time since it was received. The server's clock is
 * never compared with this one: people's clocks are hours off.
 */

/** Renew a minute before the end, or a fifth of the life before it if that is shorter. */
const MARGIN_MS = 60_000;
const MARGIN_SHARE = 0.2;
/** Up to this share of the margin is drawn by lot, so that many tabs do not ask at once. */
const JITTER_SHARE = 0.5;
/** Long timers stop during sleep and overflow at 2^31 ms: look again at least this often. */
const MAX_TIMER_MS = 60_000;

export class Expiry {
  #wallMs = Date.now();
  #steadyMs = performance.now();
  #lifeMs;
  #marginMs;

  /** @param {number} lifeSeconds */
  constructor(lifeSeconds) {
    this.#lifeMs = lifeSeconds * 1000;
    const margin = Math.min(MARGIN_MS, this.#lifeMs * MARGIN_SHARE);
    this.#marginMs = margin * (1 + JITTER_SHARE * Math.random());
  }

  /** Milliseconds since receipt. One clock stops during sleep, the other can be set: take both. */
  get ageMs() {
    return Math.max(Date.now() - this.#wallMs, performance.now() - this.#steadyMs);
  }

  /** Milliseconds until the token is worthless. */
  get remainingMs() {
    return Math.max(0, this.#lifeMs - this.ageMs);
  }

  /** Milliseconds until it should be renewed. */
  get dueInMs() {
    return Math.max(0, this.#lifeMs - this.#marginMs - this.ageMs);
  }

  /** Whether to renew now. */
  get isDue() {
    return this.dueInMs === 0;
  }

  /** How long a timer may sleep before it must look at the clocks again. */
  get napMs() {
    return Math.min(this.dueInMs, MAX_TIMER_MS);
  }
}
