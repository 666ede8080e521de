/** A question below a form, and a link for whoever answers yes. */
export default {
  template: `<p class="aside"><span>{{ question }}</span><a :href="path">{{ label }}</a></p>`,
  props: { question: String, label: String, path: String },
};
