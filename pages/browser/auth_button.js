/** A button that calls one method of the token holder. */
import { auth } from "auth-client";
import { BusyButton } from "./busy_button.js";
import { sentenceFor } from "./page_sentences.js";

export const AuthButton = {
  components: { BusyButton },
  props: { label: String, action: String },
  data: () => ({ message: "" }),
  template: `
    <div class="auth-button">
      <busy-button :work="call">{{ label }}</busy-button>
      <p role="alert" class="error">{{ message }}</p>
    </div>`,
  methods: {
    async call() {
      this.message = "";
      try {
        await auth[this.action]();
      } catch (error) {
        this.message = sentenceFor(error, true);
      }
    },
  },
};
