/**
 * Shows its content while the browser is at its address and in its state. Decided here and at once:
 * nobody waits for Python to see the login page, and a dead connection hides nothing.
 */
import { auth } from "auth-client";
import { atEachMove } from "./page_address.js";

/** Whether one was shown in this document: the first leaves the focus where the browser has it. */
let isOneKnown = false;

export const Place = {
  template: `<component :is="tag" v-if="isHere" :key="userId"><slot></slot></component>`,
  props: { tag: String, path: String, heading: String, signedIn: Boolean },
  data: () => ({ isHere: false, userId: null }),
  mounted() {
    auth.addEventListener("state", this.look);
    this.stop = atEachMove(this.look);
    this.look();
  },
  unmounted() {
    auth.removeEventListener("state", this.look);
    this.stop();
  },
  methods: {
    look() {
      // While reconnecting the person stays, and so does what is on the screen.
      const isSignedIn = auth.user !== null && auth.state !== "loading";
      const isMine = this.signedIn ? isSignedIn : auth.state === "signed-out";
      this.userId = auth.user?.id ?? null; // what was shown to one is built anew for the next
      const wasHere = this.isHere;
      this.isHere = isMine && location.pathname === this.path;
      if (!this.isHere) return;
      document.title = this.heading;
      if (!wasHere && isOneKnown) this.$nextTick(this.takeFocus);
      isOneKnown = true;
    },
    /** What had the focus may be gone: without this, keyboards and screen readers would begin at the top. */
    takeFocus() {
      const heading = this.$el.querySelector?.("h1");
      if (!heading) return;
      heading.tabIndex = -1;
      heading.focus();
    },
  },
};
