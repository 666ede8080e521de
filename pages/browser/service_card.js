/** Calls services that know nobody here; and logs out to see how long the token outlives that. */
import { auth } from "auth-client";
import { BusyButton } from "./busy_button.js";
import { NO_JSON, sentenceFor } from "./page_sentences.js";

const PATH = "/api/about-you";

export const ServiceCard = {
  components: { BusyButton },
  props: { services: Array },
  data: () => ({ answers: [] }),
  template: `
    <section class="card wide" aria-labelledby="service-title">
      <h2 id="service-title">{{ services.length > 1 ? "Independent services" : "An independent service" }}</h2>
      <p class="explain">Without a database and without a secret: they verify the access token with the public
        keys alone. So they do not know when a session ends, unless they read the list of those that have.</p>
      <div class="actions">
        <busy-button class="primary" :work="call">
          {{ services.length > 1 ? "Call the services" : "Call the service" }}</busy-button>
        <button type="button" @click="watch">Log out and watch the token</button>
      </div>
      <div role="status" class="side-by-side">
        <dl v-for="answer in answers" :key="answer.service">
          <dt><code>{{ answer.service }}</code></dt>
          <dd><span class="badge" :class="answer.ok ? 'good' : 'bad'">{{ answer.status }}</span></dd>
          <dt>{{ Number.isInteger(answer.status) ? "It said" : "What happened" }}</dt><dd>{{ answer.said }}</dd>
          <template v-if="answer.ok">
            <dt>It knows</dt><dd><code>sub {{ answer.sub }}</code><br><code>sid {{ answer.sid }}</code></dd>
            <dt>It will believe that for</dt><dd class="clock">{{ answer.expires_in }} s{{ answer.reads_ended_sessions
              ? ", or until it reads that the session has ended" : ", even after the session has ended" }}</dd>
          </template>
        </dl>
      </div>
    </section>`,
  methods: {
    async call() {
      this.answers = await Promise.all(this.services.map(ask));
    },
    watch() {
      auth.token.afterLogout.begin(["/api/me", ...this.services.map((service) => service + PATH)]);
    },
  },
};

async function ask(service) {
  try {
    const response = await auth.fetch(service + PATH);
    const content = await response.json().catch(() => ({}));
    const said = content.message ?? content.title ?? NO_JSON;
    return { ...content, service, ok: response.ok, status: response.status, said };
  } catch (error) {
    return { service, ok: false, status: "no answer", said: sentenceFor(error) };
  }
}
