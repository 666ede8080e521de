/** Second by second: what an access token still opened after its session had ended. */
import { auth } from "auth-client";
import { timeOfDay } from "./page_clock.js";

export const TokenAfterLogout = {
  data: () => ({ rows: [], hosts: [], isOn: false }),
  template: `
    <section v-if="isOn || rows.length" class="narrow card" aria-labelledby="token-after-logout-title">
      <h2 id="token-after-logout-title">The token after the logout</h2>
      <p role="status">{{ isOn ? "This page still holds it, for this experiment alone." : "The token is forgotten." }}</p>
      <table class="moments">
        <thead><tr><th scope="col">Time</th><th v-for="(host, i) in hosts" scope="col">{{ i ? near(host) : "The API" }}</th></tr></thead>
        <tbody>
          <tr v-for="row in rows" :key="row.at">
            <td class="clock">{{ time(row) }}</td>
            <td v-for="status in row.answers"><span class="badge" :class="status === 200 ? 'good' : 'bad'">
              {{ status ?? "no answer" }}</span></td>
          </tr>
        </tbody>
      </table>
      <p class="explain">The API looks the session up each time. A service knows its end from the list it
        reads each second, if it does; otherwise the token works there until it expires.</p>
    </section>`,
  mounted() {
    auth.token.afterLogout.addEventListener("change", this.look);
    this.look();
  },
  unmounted() {
    auth.token.afterLogout.removeEventListener("change", this.look);
  },
  methods: {
    look() {
      const { rows, hosts, isOn } = auth.token.afterLogout;
      Object.assign(this, { rows, hosts, isOn });
    },
    /** Without the name that all of them have here. */
    near: (host) => host.replace(location.hostname, ""),
    time: ({ at }) => timeOfDay(at),
  },
};
