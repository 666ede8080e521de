/** The header: where one is, where one can go, and the way out. */
export const TopBar = {
  template: `
    <a class="brand" href="/">{{ brand }}</a>
    <nav class="signed-in-only"><a v-for="link in links" :href="link.path">{{ link.title }}</a><slot></slot></nav>`,
  props: { brand: String, links: Array },
};
