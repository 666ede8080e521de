/** A question below a form, and a link for whoever answers yes; where to go afterwards (`?next=`) is kept. */
export const Hint = {
  data: () => ({ search: location.search }),
  template: `<p class="aside"><span>{{ question }}</span><a :href="path + search">{{ label }}</a></p>`,
  props: { question: String, label: String, path: String },
};
