/**
 * A button whose work takes a while: it cannot be pressed again until that has ended. It is never
 * `disabled`: browsers take the focus from such a button, and give it to nobody.
 */
export const BusyButton = {
  props: { work: Function },
  data: () => ({ busy: false }),
  template: `<button type="button" :aria-disabled="busy" :aria-busy="busy" @click="press"><slot></slot></button>`,
  methods: {
    async press() {
      if (this.busy) return;
      this.busy = true;
      try {
        await this.work();
      } finally {
        this.busy = false;
      }
    },
  },
};
