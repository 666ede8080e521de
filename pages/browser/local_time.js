/** A moment in the language and the time zone of this browser. */
import { moment } from "./page_clock.js";

export const LocalTime = {
  props: { at: Number },
  template: `<time :datetime="new Date(at * 1000).toISOString()">{{ text }}</time>`,
  computed: {
    text() {
      return moment(this.at);
    },
  },
};
