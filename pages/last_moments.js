/** Second by second: what an access token still opened after its session had ended. */
import { auth } from "auth-client";
import { timeOfDay } from "page-clock";

export default {
  data: () => ({ rows: [], isOn: false }),
  template: `
    <section v-if="isOn || rows.length" class="narrow card" aria-labelledby="last-moments-title">
      <h2 id="last-moments-title">The token after the logout</h2>
      <p role="status">{{ isOn ? "This page still holds it, for this experiment alone." : "The token is forgotten." }}</p>
      <table class="moments">
        <thead><tr><th scope="col">Time</th><th scope="col">The API</th><th scope="col">The service</th></tr></thead>
        <tbody>
          <tr v-for="row in rows" :key="row.at">
            <td class="clock">{{ time(row) }}</td>
            <td v-for="status in row.answers"><span class="badge" :class="status === 200 ? 'good' : 'bad'">
              {{ status ?? "no answer" }}</span></td>
          </tr>
        </tbody>
      </table>
      <p class="explain">The API looks the session up each time. The service knows its end from the list it
        reads each second, if it has one; otherwise the token works there until it expires.</p>
    </section>`,
  mounted() {
    auth.token.lastMoments.addEventListener("change", this.look);
    this.look();
  },
  unmounted() {
    auth.token.lastMoments.removeEventListener("change", this.look);
  },
  methods: {
    look() {
      const { rows, isOn } = auth.token.lastMoments;
      Object.assign(this, { rows, isOn });
    },
    time: ({ at }) => timeOfDay(at),
  },
};
