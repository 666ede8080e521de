/** A button that calls one method of the token holder. */
import { auth } from "auth-client";
import { sentenceFor } from "./page_sentences.js";

export const AuthButton = {
  props: { label: String, action: String },
  data: () => ({ busy: false, message: "" }),
  template: `
    <div class="auth-button">
      <button type="button" :aria-disabled="busy" :aria-busy="busy" @click="press">{{ label }}</button>
      <p role="alert" class="error">{{ message }}</p>
    </div>`,
  methods: {
    async press() {
      if (this.busy) return;
      this.busy = true;
      this.message = "";
      try {
        await auth[this.action]();
      } catch (error) {
        this.message = sentenceFor(error, true);
      } finally {
        this.busy = false;
      }
    },
  },
};
