/** Who is signed in, as the server has told the token holder. */
import { auth } from "auth-client";

export const Greeting = {
  data: () => ({ user: auth.user }),
  template: `
    <div class="greeting" v-if="user">
      <h1>{{ user.name }}</h1>
      <p>{{ user.email }}</p>
    </div>`,
  mounted() {
    auth.addEventListener("state", this.look);
    this.look();
  },
  unmounted() {
    auth.removeEventListener("state", this.look);
  },
  methods: {
    look() {
      this.user = auth.user;
    },
  },
};
