/** The ticket with which the server side of an open page learns who is signed in. */

import { problemOf } from "./api.js";

/** @import { AuthClient } from "./auth_client.js" */

/**
 * @param {AuthClient} auth
 * @param {string} clientId the page's id at the server
 * @param {AbortSignal} signal
 * @returns {Promise<string>}
 * @throws {import("./api.js").ApiError}
 * @throws what `signal` was aborted with
 */
export async function socketTicket(auth, clientId, signal) {
  const headers = { "Content-Type": "application/json" };
  const body = JSON.stringify({ client_id: clientId });
  const response = await auth.fetch("/auth/socket-ticket", { method: "POST", headers, body, signal });
  if (!response.ok) throw await problemOf(response);
  return (await response.json()).ticket;
}
