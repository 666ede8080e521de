/** A button that calls one method of the token holder. */
import { auth } from "auth-client";

export default {
  props: { label: String, action: String },
  data: () => ({ busy: false }),
  template: `<button type="button" :disabled="busy" :aria-busy="busy" @click="press">{{ label }}</button>`,
  methods: {
    async press() {
      this.busy = true;
      try {
        await auth[this.action]();
      } finally {
        this.busy = false;
      }
    },
  },
};
