/** The operations of api.js over REST: each has an address of its own, and answers with its status. */

/** @import { Call, Operation } from "./api.js" */

/** @type {Record<Operation, string>} */
const PATHS = {
  register: "/auth/register",
  login: "/auth/login",
  refreshToken: "/auth/refresh",
  logout: "/auth/logout",
  logoutEverywhere: "/auth/logout-all",
};

/**
 * @param {Operation} operation
 * @param {object} [json]
 * @returns {Call}
 */
export function rest(operation, json) {
  return { path: PATHS[operation], json, read: asItIs };
}

/** @param {Response} response */
export async function asItIs(response) {
  return response;
}
