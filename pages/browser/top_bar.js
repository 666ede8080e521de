/** The header: where one is, where one can go, and the way out. */
import { atEachMove, isAmong } from "./page_address.js";

export const TopBar = {
  props: { brand: String, links: Array },
  data: () => ({ path: location.pathname }),
  template: `
    <a class="brand" href="/">{{ brand }}</a>
    <nav class="signed-in-only">
      <a v-for="link in links" :href="link.path" :aria-current="isHere(link) ? 'page' : null">{{ link.title }}</a>
      <slot></slot>
    </nav>`,
  mounted() {
    this.stop = atEachMove(() => (this.path = location.pathname));
  },
  unmounted() {
    this.stop();
  },
  methods: {
    isHere({ path }) {
      return isAmong(this.path, [path]);
    },
  },
};
