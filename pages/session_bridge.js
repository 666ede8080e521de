/**
 * The browser's end of the bridge: follows the token holder's state, shows it to the style sheet as
 * `data-auth` on <html>, moves between pages, and fetches the ticket that binds the Python side.
 */
import { auth } from "auth-client";

export default {
  template: `<div hidden></div>`,
  props: {
    privatePaths: Array,
    entryPaths: Array,
    home: String,
    login: String,
  },
  mounted() {
    auth.addEventListener("state", this.onState);
    // NiceGUI can take events only once the whole app is mounted, and that is after this component.
    this.$nextTick(this.onState);
  },
  unmounted() {
    auth.removeEventListener("state", this.onState);
  },
  methods: {
    onState() {
      const { state, session } = auth;
      document.documentElement.dataset.auth = state;
      if (state === "signed-out") this.onSignedOut();
      if (state === "signed-in" && this.boundTo !== session.id) this.onSignedIn(session.id);
    },
    onSignedOut() {
      this.unbind();
      this.$emit("signed_out");
      const { pathname, search } = location;
      if (this.privatePaths.includes(pathname)) {
        const next = pathname === this.home ? "" : `?next=${encodeURIComponent(pathname + search)}`;
        this.go(this.login + next);
      } else if (pathname === "/") this.go(this.login);
    },
    async onSignedIn(sessionId) {
      this.unbind();
      this.boundTo = sessionId;
      if (this.entryPaths.includes(location.pathname)) this.go(this.destination());
      try {
        this.$emit("ticket", await auth.socketTicket(window.clientId));
      } catch {
        this.boundTo = null; // the next change of state tries again
      }
    },
    /** Called by Python once it has drawn for a session, or for nobody. */
    drawnFor(sessionId) {
      if (sessionId && sessionId === this.boundTo) document.documentElement.dataset.bound = "";
    },
    unbind() {
      this.boundTo = null;
      delete document.documentElement.dataset.bound;
    },
    /** Where to go after signing in: `next`, if it is one of our own private pages. */
    destination() {
      const next = new URLSearchParams(location.search).get("next") ?? this.home;
      const url = new URL(next, location.origin);
      const isOurs = url.origin === location.origin && this.privatePaths.includes(url.pathname);
      return isOurs ? url.pathname + url.search : this.home;
    },
    /** Show another page of ours in place of this one, without loading a document. */
    go(path) {
      history.replaceState({ page: path }, "", path);
      dispatchEvent(new PopStateEvent("popstate", { state: { page: path } }));
    },
  },
};
