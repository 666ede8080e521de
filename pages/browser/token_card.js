/** The access token, drawn here in the browser: header and claims, but not the signature. */
import { auth } from "auth-client";
import { BusyButton } from "./busy_button.js";
import { everySecond, minutes } from "./page_clock.js";

/** The raw token is taken off the screen again after this time. */
const SHOWN_SECONDS = 30;

export const TokenCard = {
  components: { BusyButton },
  data: () => ({ token: auth.token.describe(), shownSeconds: 0 }),
  template: `
    <section class="card wide" aria-labelledby="token-title">
      <h2 id="token-title">Access token</h2>
      <p v-if="!token" role="status">No token in memory. The next call to the API refreshes first.</p>
      <template v-else>
        <p>Valid for <strong class="clock">{{ remaining }}</strong> more. It is in this tab's memory and
          nowhere else.</p>
        <div class="jwt">
          <div><h3>Header</h3><pre>{{ token.header }}</pre></div>
          <div><h3>Claims</h3><pre>{{ token.claims }}</pre></div>
          <div><h3>Signature</h3><pre>{{ mask }}</pre></div>
        </div>
      </template>
      <div class="actions">
        <busy-button :work="refresh">Refresh now</busy-button>
        <button type="button" :aria-disabled="!token" @click="forget">Forget the token</button>
        <button type="button" :aria-disabled="!token" @click="toggle" :aria-expanded="shownSeconds > 0">
          {{ shownSeconds ? "Hide raw" : "Show raw" }}</button>
      </div>
      <div v-show="shownSeconds">
        <p class="explain">Anyone who has this text is you, until it expires. It goes to the API with each call,
          to listed services, and nowhere else. Hidden again in {{ shownSeconds }} s.</p>
        <div class="raw" ref="raw"></div>
      </div>
    </section>`,
  computed: {
    remaining() {
      return minutes(this.token.remainingMs);
    },
    mask() {
      return "•".repeat(this.token.signatureCharacters);
    },
  },
  mounted() {
    auth.addEventListener("state", this.onState);
    this.stop = everySecond(this.tick);
  },
  unmounted() {
    auth.removeEventListener("state", this.onState);
    this.stop();
  },
  methods: {
    onState() {
      this.hide();
      this.token = auth.token.describe();
    },
    tick() {
      this.token = auth.token.describe();
      if (this.shownSeconds && --this.shownSeconds === 0) this.hide();
    },
    refresh: () => auth.refresh(),
    forget() {
      if (this.token) auth.token.forget();
    },
    toggle() {
      if (this.shownSeconds || !this.token) return this.hide();
      auth.token.drawIn(this.$refs.raw);
      this.shownSeconds = SHOWN_SECONDS;
    },
    hide() {
      this.shownSeconds = 0;
      this.$refs.raw?.replaceChildren();
    },
  },
};
