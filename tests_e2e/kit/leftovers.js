/**
 * Counts what scripts leave behind in a page: timers that still wait, and listeners that still listen
 * on the window, the document and objects of some classes. Called before the page's own scripts run.
 *
 * Timers of the browser itself (`AbortSignal.timeout`) are not seen; they end by themselves.
 */
((classes) => {
  const timers = new Set();
  for (const [start, stop] of [["setTimeout", "clearTimeout"], ["setInterval", "clearInterval"]]) {
    const [reallyStart, reallyStop] = [globalThis[start], globalThis[stop]];
    globalThis[start] = (action, ms, ...rest) => {
      const timer = reallyStart((...given) => {
        if (start === "setTimeout") timers.delete(timer);
        if (typeof action === "function") action(...given);
        else (0, eval)(String(action)); // as browsers do
      }, ms, ...rest);
      timers.add(timer);
      return timer;
    };
    globalThis[stop] = (timer) => {
      timers.delete(timer);
      reallyStop(timer);
    };
  }

  const listeners = new Map([window, document].map((target) => [target, []]));
  const { addEventListener, removeEventListener } = EventTarget.prototype;
  const isCapture = (options) => Boolean(typeof options === "object" ? options?.capture : options);
  const isSame = (one, other) =>
    one.type === other.type && one.listener === other.listener && one.capture === other.capture;
  const drop = (target, gone) => {
    const left = listeners.get(target)?.filter((each) => !isSame(each, gone));
    if (left) listeners.set(target, left);
  };
  EventTarget.prototype.addEventListener = function (type, listener, options) {
    const target = this ?? window;
    const entry = { type, listener, capture: isCapture(options) };
    const dropIt = () => drop(target, entry);
    // First, so that no listener can stop it.
    if (options?.once) addEventListener.call(target, type, dropIt, { once: true, capture: entry.capture });
    addEventListener.call(target, type, listener, options);
    if (options?.signal?.aborted) return;
    if (classes.includes(target.constructor.name) && !listeners.has(target)) listeners.set(target, []);
    drop(target, entry);
    listeners.get(target)?.push(entry);
    if (options?.signal) addEventListener.call(options.signal, "abort", dropIt);
  };
  EventTarget.prototype.removeEventListener = function (type, listener, options) {
    const target = this ?? window;
    removeEventListener.call(target, type, listener, options);
    drop(target, { type, listener, capture: isCapture(options) });
  };

  globalThis.leftovers = {
    timers: () => timers.size,
    listeners: (type) => [...listeners.values()].flat().filter((each) => each.type === type).length,
  };
})
