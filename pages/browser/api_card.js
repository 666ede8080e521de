/** Calls the protected API; shows its status, what it said, and whether a refresh came first. */
import { auth } from "auth-client";
import { BusyButton } from "./busy_button.js";
import { NO_JSON, sentenceFor } from "./page_sentences.js";

export const ApiCard = {
  components: { BusyButton },
  data: () => ({ answer: null }),
  template: `
    <section class="card" aria-labelledby="api-title">
      <h2 id="api-title">The API</h2>
      <p class="explain"><code>GET /api/me</code> wants the access token as its Bearer, and checks that
        the session is alive.</p>
      <div class="actions">
        <busy-button class="primary" :work="call">Call the API</busy-button>
      </div>
      <div role="status">
        <dl v-if="answer">
          <dt>Status</dt><dd><span class="badge" :class="answer.ok ? 'good' : 'bad'">{{ answer.status }}</span></dd>
          <dt>{{ Number.isInteger(answer.status) ? "It said" : "What happened" }}</dt><dd>{{ answer.said }}</dd>
          <dt>Refreshed first</dt><dd>{{ answer.refreshed ? "yes" : "no" }}</dd>
        </dl>
      </div>
    </section>`,
  methods: {
    async call() {
      let refreshed = false;
      const note = (event) => (refreshed ||= event.detail.kind === "api.refreshed" && event.detail.tab === auth.trace.tab);
      auth.addEventListener("trace", note);
      try {
        const response = await auth.fetch("/api/me");
        const { message, title = NO_JSON } = await response.json().catch(() => ({}));
        this.answer = { ok: response.ok, status: response.status, said: message ?? title, refreshed };
      } catch (error) {
        this.answer = { ok: false, status: "no answer", said: sentenceFor(error), refreshed };
      } finally {
        auth.removeEventListener("trace", note);
      }
    },
  },
};
