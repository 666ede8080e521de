/**
 * The browser's end of the bridge: follows the token holder's state, shows it to the style sheet
 * (`data-auth`, `data-user` on <html>), moves between pages, and fetches the ticket that binds the
 * Python side (`data-bound`).
 */
import { Backoff, auth, socketTicket } from "auth-client";
import { atEachMove, go, isAmong } from "./page_address.js";

/** How long Python's word may take: the call for the ticket, or the ticket, may have got lost. */
const PATIENCE_MS = 10_000;
/** On a slow line: patience doubles with each try, up to this. */
const MAX_PATIENCE_MS = 80_000;

/** How to take away each notification that is to be seen. */
const dismissals = new Set();
/** Whom this document serves: the first user that was bound here. */
let usersId = null;

/**
 * Note them as they come: Quasar shows them outside of the page, and they must not outlive their person.
 * @param {() => boolean} isForSomebody whether to show those that come now, maybe late
 */
function noteNotifications(isForSomebody) {
  const { create } = Quasar.Notify;
  Quasar.Notify.create = (message) => {
    if (!isForSomebody()) return () => {};
    const options = typeof message === "string" ? { message } : message;
    const onDismiss = () => {
      if (dismissals.delete(dismiss)) options.onDismiss?.(); // Python has dropped it, if we have
    };
    const dismiss = create({ ...options, onDismiss });
    dismissals.add(dismiss);
    return dismiss;
  };
}

export const SessionBridge = {
  template: `<div hidden></div>`,
  props: {
    privatePaths: Array,
    entryPaths: Array,
    home: String,
    login: String,
  },
  mounted() {
    this.patienceMs = PATIENCE_MS;
    this.backoff = new Backoff();
    // Where Python begins, too. Two events before the first handshake may overtake one another.
    this.state = "loading";
    noteNotifications(() => Boolean(this.boundTo || !usersId));
    auth.addEventListener("state", this.onState);
    this.stop = atEachMove(this.lead);
    // NiceGUI can take events only once the whole app is mounted, and that is after this component.
    this.$nextTick(this.onState);
  },
  unmounted() {
    auth.removeEventListener("state", this.onState);
    clearTimeout(this.timer);
    this.stop();
  },
  methods: {
    onState() {
      const { state, session, user } = auth;
      if (user && usersId && user.id !== usersId) return this.loadAnew();
      document.documentElement.dataset.auth = state;
      document.documentElement.toggleAttribute("data-user", Boolean(user));
      if (state !== this.state) this.$emit("auth_state", (this.state = state));
      if (state === "loading") this.unbind(); // put away for Back: nothing private comes back with it
      if (state === "signed-out") {
        this.unbind();
        this.$emit("signed_out");
      }
      this.lead();
      if (state !== "signed-in" || [this.boundTo, this.waitsFor].includes(session.id)) return;
      usersId = user.id;
      this.bind(session.id);
    },
    /** An open page serves one user, in Python too (page_session.py): what is left of it goes with it. */
    loadAnew() {
      this.unbind();
      delete document.documentElement.dataset.user;
      this.lead();
      location.reload();
    },
    /** Lead on from a page that is not for this state. */
    lead() {
      const { pathname, search, hash } = location;
      if (auth.state === "signed-in" && this.entryPaths.includes(pathname)) go(this.destination());
      if (auth.state !== "signed-out") return;
      if (isAmong(pathname, this.privatePaths)) {
        const here = pathname + search + hash;
        go(this.login + (here === this.home ? "" : `?next=${encodeURIComponent(here)}`));
      } else if (pathname === "/") go(this.login);
    },
    async bind(sessionId) {
      this.unbind();
      this.boundTo = sessionId;
      const timer = (this.timer = setTimeout(() => this.tryAgain(), this.patienceMs));
      const isLate = () => this.timer !== timer; // the page has been unbound or bound anew since
      this.call = new AbortController();
      try {
        const ticket = await socketTicket(auth, window.clientId, this.call.signal);
        if (!isLate()) this.$emit("ticket", ticket);
      } catch (error) {
        if (!isLate()) this.tryAgain(error);
      }
    },
    /** Called by Python once it has drawn for a session, or for nobody. */
    drawnFor(sessionId) {
      if (!this.boundTo) return;
      if (sessionId !== this.boundTo) return this.tryAgain();
      clearTimeout(this.timer);
      this.patienceMs = PATIENCE_MS;
      this.backoff.reset();
      document.documentElement.dataset.bound = "";
      auth.trace.add("page.bound");
    },
    /** Called by Python when a session that this page was bound to is over. */
    ended(sessionId, reason) {
      auth.sessionEnded(sessionId, reason);
    },
    trace: () => auth.trace.events,
    /** Ask for another ticket later: one could not be had, was refused, or Python says nothing. */
    tryAgain(error) {
      const sessionId = this.boundTo;
      this.unbind();
      this.patienceMs = Math.min(this.patienceMs * 2, MAX_PATIENCE_MS);
      const comeBack = () => {
        this.waitsFor = null;
        this.onState();
      };
      this.timer = setTimeout(comeBack, this.backoff.waitMs(error));
      if (error?.retryAfterSeconds) this.waitsFor = sessionId; // else the next good sign may come first
    },
    unbind() {
      clearTimeout(this.timer);
      this.timer = this.boundTo = this.waitsFor = null;
      this.call?.abort(); // browsers have few connections to one server
      const shown = [...dismissals];
      dismissals.clear();
      for (const dismiss of shown) dismiss();
      if ("bound" in document.documentElement.dataset) auth.trace.add("page.unbound");
      delete document.documentElement.dataset.bound;
    },
    /** Where to go after signing in: `next`, if it is one of our own private pages. */
    destination() {
      const next = new URLSearchParams(location.search).get("next") ?? this.home;
      if (!URL.canParse(next, location.origin)) return this.home;
      const url = new URL(next, location.origin);
      const isOurs = url.origin === location.origin && isAmong(url.pathname, this.privatePaths);
      return isOurs ? url.pathname + url.search + url.hash : this.home;
    },
  },
};
