/** This session: signed in since, how often its token was exchanged, time to the next exchange. */
import { auth } from "auth-client";
import { everySecond, minutes, moment } from "./page_clock.js";

export const SessionCard = {
  data: () => ({ session: auth.session, nextMs: auth.token.nextRefreshMs, state: auth.state }),
  template: `
    <section class="card" aria-labelledby="session-title">
      <h2 id="session-title">This session</h2>
      <dl v-if="session">
        <dt>Signed in since</dt><dd>{{ since }}</dd>
        <dt>Next silent refresh</dt><dd class="clock">{{ next }}</dd>
        <dt>Refreshes so far</dt><dd>{{ session.generation }}</dd>
      </dl>
      <p class="explain">The refresh token in the HttpOnly cookie is exchanged for a new one each time.
        Open another tab, or reload: each keeps a token of its own.</p>
    </section>`,
  computed: {
    since() {
      return moment(this.session.signed_in_at);
    },
    next() {
      if (this.state === "reconnecting") return "as soon as the server answers";
      return this.nextMs === null ? "at the next call" : `in ${minutes(this.nextMs)}`;
    },
  },
  mounted() {
    auth.addEventListener("state", this.look);
    this.stop = everySecond(this.look);
  },
  unmounted() {
    auth.removeEventListener("state", this.look);
    this.stop();
  },
  methods: {
    look() {
      this.session = auth.session && { ...auth.session };
      this.nextMs = auth.token.nextRefreshMs;
      this.state = auth.state;
    },
  },
};
