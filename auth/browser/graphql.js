/**
 * The operations of api.js over GraphQL. All have one address; the query names the operation for
 * whoever watches the network, and nothing else: what is secret goes in the body. Answers are given the
 * form that they have over REST, so that the rest of the token holder knows of no difference.
 */

/** @import { Call, Operation } from "./api.js" */

/** The aliases are the names that REST has for the same. */
const TOKENS = `{
  access_token: accessToken expires_in: expiresIn outcome
  user { id name email } session { id generation signed_in_at: signedInAt }
}`;
const FORM = "$email: String!, $password: String!, $stay_signed_in: Boolean! = true";
const FILLED_IN = "email: $email, password: $password, staySignedIn: $stay_signed_in";

/** @type {Record<Operation, string>} */
const MUTATIONS = {
  register: `($name: String!, ${FORM}) { register(name: $name, ${FILLED_IN}) ${TOKENS} }`,
  login: `(${FORM}) { login(${FILLED_IN}) ${TOKENS} }`,
  refreshToken: `{ refreshToken ${TOKENS} }`,
  logout: "{ logout }",
  logoutEverywhere: "{ logoutEverywhere }",
};

/**
 * @param {Operation} operation
 * @param {object} [variables]
 * @returns {Call}
 */
export function graphql(operation, variables) {
  return {
    path: `/graphql?${operation}`,
    json: { query: `mutation ${operation}${MUTATIONS[operation]}`, variables },
    read: (response) => asOverRest(operation, response),
  };
}

/**
 * @param {Operation} operation
 * @param {Response} response
 */
async function asOverRest(operation, response) {
  // The server's own 401 is inside of a 200. So this is somebody else's, whatever it says.
  if (response.status === 401) return new Response(null, response);
  // And what could not be run is no word about the session, whatever a gateway repeats.
  if (!response.ok) return response;
  const content = await response.clone().json().catch(() => null);
  if (Array.isArray(content?.errors)) return refusal(content.errors[0]);
  return new Response(JSON.stringify(content?.data?.[operation])); // empty if there is no such field
}

/** @param {any} error the first of those in the answer, whoever has written it */
function refusal(error) {
  const { retry_after_seconds: seconds, ...problem } = error?.extensions ?? {};
  const isOurs = Number.isInteger(problem.status) && problem.status >= 400 && problem.status < 600;
  if (!isOurs) return new Response();
  const headers = { "Retry-After": String(Number(seconds) || 0) };
  const content = JSON.stringify({ ...problem, title: error.message });
  return new Response(content, { status: problem.status, headers });
}
