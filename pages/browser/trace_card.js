/** What the token holders of all tabs have just done, the newest first. */
import { auth } from "auth-client";
import { timeOfDay } from "./page_clock.js";

const SHOWN = 12;

const SENTENCES = {
  "refresh.started": "wants a new access token",
  "refresh.waited": "had the lock after",
  "refresh.rotated": "got one; the refresh token was exchanged",
  "refresh.overlapped": "got one; another tab had just exchanged the refresh token",
  "refresh.recovered": "got one; an answer that was lost is forgiven",
  "refresh.refused": "was refused",
  "refresh.postponed": "got no answer, and tries again later",
  "api.refreshed": "refreshes before it calls the API",
  "api.retried": "was refused by the API, and tries again with a new token",
  "logout.sent": "told the server of the logout",
  "logout.postponed": "could not tell the server of the logout yet",
  "logout.received": "heard that the session is over",
  "user.switched": "found somebody else signed in here",
  "token.forgotten": "dropped its access token, as it was told",
  "page.bound": "is bound to the session",
  "page.unbound": "is bound to no session any more",
  login: "sent its form, and was let in",
  "password.changed": "changed the password; the refresh token was exchanged",
};

export const TraceCard = {
  data: () => ({ events: auth.trace.shared.slice(-SHOWN).reverse(), own: auth.trace.tab }),
  template: `
    <section class="card wide" aria-labelledby="trace-title">
      <h2 id="trace-title">What just happened</h2>
      <p class="explain">In this browser, all tabs. This tab is <code>{{ own }}</code>.</p>
      <ol class="trace">
        <li v-for="event in events">
          <span class="clock">{{ time(event) }}</span>
          <code :class="{ own: event.tab === own }">{{ event.tab }}</code>
          <span>{{ sentence(event) }}</span>
        </li>
      </ol>
    </section>`,
  mounted() {
    auth.addEventListener("trace", this.look);
  },
  unmounted() {
    auth.removeEventListener("trace", this.look);
    cancelAnimationFrame(this.frame);
  },
  methods: {
    /** Draw once for all that happens between two frames, and not at all while nobody looks. */
    look() {
      cancelAnimationFrame(this.frame);
      this.frame = requestAnimationFrame(() => (this.events = auth.trace.shared.slice(-SHOWN).reverse()));
    },
    time: (event) => timeOfDay(event.at),
    sentence({ kind, detail }) {
      if (kind === "state") return `is ${detail.to.replace("-", " ")}`;
      if (kind === "refresh.waited") return `${SENTENCES[kind]} ${detail.ms} ms`;
      const more = detail.reason ?? detail.code ?? detail.why ?? detail.via;
      return (SENTENCES[kind] ?? kind) + (more ? ` (${more})` : "");
    },
  },
};
