/**
 * Says why the last session ended, if that was not this person's own doing here; and that the server has
 * not heard of it, if it cannot be reached.
 */
import { auth } from "auth-client";

const REASONS = {
  other_tab: "You logged out in another tab.",
  replay: "This session was used from two places, so it was ended. Please sign in again.",
  ended_elsewhere: "You ended this session from another device.",
  logout_everywhere: "You logged out on all devices.",
  password_changed: "Your password was changed elsewhere. Please sign in with the new one.",
  account_deleted: "The account has been deleted.",
  expired: "You were away for long, so the session ended. Please sign in again.",
  too_many: "You signed in at so many other places that this session was ended. Please sign in again.",
  ended_by_operator: "You were signed out by those who run this site. Please sign in again.",
  disabled: "This account is disabled.",
};

/** What somebody has done on purpose is no alarm. */
const WANTED = ["other_tab", "ended_elsewhere", "logout_everywhere", "account_deleted"];

/** What the trace has of a logout that the server is still to hear of, or need not hear of any more. */
const ABOUT_DELIVERY = ["logout.postponed", "logout.sent", "login"];

const isPostponed = () => {
  const last = auth.trace.shared.findLast(({ kind }) => ABOUT_DELIVERY.includes(kind));
  return last?.kind === "logout.postponed";
};

export const EndNotice = {
  data: () => ({ reason: auth.reason, isUnheard: isPostponed() }),
  template: `
    <p v-if="text" class="message" :class="{ good: isWanted }" role="alert">{{ text }}</p>
    <p v-if="isUnheard" class="message" role="alert">You are signed out here, but the server cannot be reached. It
      hears of it as soon as it can be: leave this page open until then.</p>`,
  computed: {
    text() {
      return REASONS[this.reason];
    },
    isWanted() {
      return WANTED.includes(this.reason);
    },
  },
  mounted() {
    auth.addEventListener("state", this.look);
    auth.addEventListener("trace", this.lookForDelivery);
  },
  unmounted() {
    auth.removeEventListener("state", this.look);
    auth.removeEventListener("trace", this.lookForDelivery);
  },
  methods: {
    look() {
      if (auth.state === "signed-out") this.reason = auth.reason;
    },
    lookForDelivery({ detail }) {
      if (ABOUT_DELIVERY.includes(detail.kind)) this.isUnheard = isPostponed();
    },
  },
};
