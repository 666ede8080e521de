/** A button that calls one method of the token holder. */
import { auth } from "auth-client";

export default {
  props: { label: String, action: String },
  data: () => ({ busy: false, message: "" }),
  template: `
    <div class="auth-button">
      <button type="button" :disabled="busy" :aria-busy="busy" @click="press">{{ label }}</button>
      <p role="alert" class="error">{{ message }}</p>
    </div>`,
  methods: {
    async press() {
      this.busy = true;
      this.message = "";
      try {
        await auth[this.action]();
      } catch (error) {
        this.message = error.status ? error.message : "The server cannot be reached. Please try again.";
      } finally {
        this.busy = false;
      }
    },
  },
};
