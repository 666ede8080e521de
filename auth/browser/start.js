/**
 * The page's one token holder. Loaded from `<head>`, so that it refreshes while the rest of the page
 * is still on its way; whoever imports it later gets the same one.
 *
 * The modules here are joined into one file (auth/http/joined_modules.py), which takes only these forms,
 * each on one line of its own: `import { names } from "./file.js"`, `import * as name from "./file.js"`,
 * `export { names } from "./file.js"`, and `export` before a `const`, `class` or `function`. Modules may
 * not import each other in a circle.
 *
 * `auth` is a global too, for the curious at the console: it gives nothing away.
 */

import { toTransport } from "./api.js";
import { AuthClient } from "./auth_client.js";
import { keepsSiteData } from "./cookie_check.js";
import { toStrategy } from "./renewal.js";

export { Backoff } from "./backoff.js";
export { socketTicket } from "./socket_ticket.js";

/** @param {string} name */
const setting = (name) => document.querySelector(`meta[name="${name}"]`)?.getAttribute("content");

export const auth = new AuthClient({
  api: setting("auth-api") || undefined,
  renewal: toStrategy(setting("auth-renewal")),
  transport: toTransport(setting("auth-transport")),
  services: setting("auth-services")?.split(/\s+/).filter(Boolean),
});
Object.assign(globalThis, { auth });
auth.start();
// For the page's style sheet: no script of the page may have got that far.
document.documentElement.toggleAttribute("data-cookies-off", !keepsSiteData());
