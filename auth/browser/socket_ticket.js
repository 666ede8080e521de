/** The ticket with which the server side of an open page learns who is signed in. */

import { problemOf } from "./api.js";

/** @import { AuthClient } from "./auth_client.js" */

/**
 * @param {AuthClient} auth
 * @param {string} clientId the page's id at the server
 * @returns {Promise<string>}
 * @throws {import("./api.js").ApiError}
 */
export async function socketTicket(auth, clientId) {
  const headers = { "Content-Type": "application/json" };
  const body = JSON.stringify({ client_id: clientId });
  const response = await auth.fetch("/auth/socket-ticket", { method: "POST", headers, body });
  if (!response.ok) throw await problemOf(response);
  return (await response.json()).ticket;
}
