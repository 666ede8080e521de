/** Calls a service that knows nobody here; and logs out to see how long the token outlives that. */
import { auth } from "auth-client";

export default {
  props: { service: String },
  data: () => ({ busy: false, answer: null }),
  template: `
    <section class="card" aria-labelledby="service-title">
      <h2 id="service-title">An independent service</h2>
      <p class="explain"><code>{{ service }}</code> has no database and no secret. It verifies the access
        token with the public keys alone, so it does not know when a session ends, unless it is told.</p>
      <div class="actions">
        <button type="button" class="primary" :disabled="busy" :aria-busy="busy" @click="call">Call the service</button>
        <button type="button" :disabled="busy" @click="watch">Log out and watch the token</button>
      </div>
      <div role="status">
        <dl v-if="answer">
          <dt>Its status</dt><dd><span class="badge" :class="answer.ok ? 'good' : 'bad'">{{ answer.status }}</span></dd>
          <dt>Its answer</dt><dd>{{ answer.said }}</dd>
          <template v-if="answer.ok">
            <dt>It knows</dt><dd><code>sub {{ answer.sub }}</code><br><code>sid {{ answer.sid }}</code></dd>
            <dt>It will believe that for</dt><dd class="clock">{{ answer.expires_in }} s</dd>
          </template>
        </dl>
      </div>
    </section>`,
  computed: {
    address() {
      return `${this.service}/api/about-you`;
    },
  },
  methods: {
    async call() {
      this.busy = true;
      try {
        const response = await auth.fetch(this.address);
        const content = await response.json();
        const said = content.message ?? content.title;
        this.answer = { ...content, ok: response.ok, status: response.status, said };
      } catch (error) {
        this.answer = { ok: false, status: "no answer", said: error.message };
      } finally {
        this.busy = false;
      }
    },
    watch() {
      auth.token.lastMoments.begin(["/api/me", this.address]);
    },
  },
};
