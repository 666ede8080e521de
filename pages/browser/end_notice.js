/** Says why the last session ended, if that was not this person's own doing here. */
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

export const EndNotice = {
  data: () => ({ reason: auth.reason }),
  template: `<p v-if="text" class="message" :class="{ good: isWanted }" role="alert">{{ text }}</p>`,
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
  },
  unmounted() {
    auth.removeEventListener("state", this.look);
  },
  methods: {
    look() {
      if (auth.state === "signed-out") this.reason = auth.reason;
    },
  },
};
