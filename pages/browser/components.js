/**
 * All components that Python puts into its pages, as one Vue plugin: what is imported here is joined
 * into one file. NiceGUI would fetch each component by itself (measured: a tenth of a reload).
 */

import { ApiCard } from "./api_card.js";
import { AuthButton } from "./auth_button.js";
import { AuthForm } from "./auth_form.js";
import { EndNotice } from "./end_notice.js";
import { Greeting } from "./greeting.js";
import { Hint } from "./hint.js";
import { LocalTime } from "./local_time.js";
import { Place } from "./place.js";
import { ServiceCard } from "./service_card.js";
import { SessionBridge } from "./session_bridge.js";
import { SessionCard } from "./session_card.js";
import { TokenAfterLogout } from "./token_after_logout.js";
import { TokenCard } from "./token_card.js";
import { TopBar } from "./top_bar.js";
import { TraceCard } from "./trace_card.js";

export { atEachMove } from "./page_address.js";

const components = {
  ApiCard,
  AuthButton,
  AuthForm,
  EndNotice,
  Greeting,
  Hint,
  LocalTime,
  Place,
  ServiceCard,
  SessionBridge,
  SessionCard,
  TokenAfterLogout,
  TokenCard,
  TopBar,
  TraceCard,
};

/** Read by what NiceGUI sets Vue up with (pages/install.py). */
globalThis.pageComponents = {
  install(app) {
    for (const [name, component] of Object.entries(components)) app.component(name, component);
  },
};
