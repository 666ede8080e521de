/**
 * HTTP to the auth backend: one call, one answer or one `ApiError`. No state, no token of its own.
 */

/** A request is given up after this time; those who wait for it have less patience (exclusive.js). */
export const LONGEST_REQUEST_MS = 30_000;

/**
 * Sent along because no page of another site can: the server wants it with all that changes something.
 * @type {[string, string]}
 */
export const CLIENT_HEADER = ["X-Requested-With", "auth-client"];

/** The only codes with which the server says that this browser's session is over. */
const SESSION_IS_OVER = new Set(["no_session", "invalid", "session_ended"]);

/**
 * @typedef {{id: string, name: string, email: string}} User
 * @typedef {{id: string, generation: number, signed_in_at: number}} Session
 * @typedef {{access_token: string, expires_in: number, outcome: string, user: User,
 *   session: Session}} TokenSet
 */

/** A call that brought no usable answer: refused, unreachable, or not from our server at all. */
export class ApiError extends Error {
  /**
   * @param {{status?: number, code: string, title?: string, reason?: string,
   *   errors?: Record<string, string>, retryAfterSeconds?: number}} problem
   */
  constructor({ status = 0, code, title = code, reason, errors = {}, retryAfterSeconds = 0 }) {
    super(title);
    this.status = status;
    this.code = code;
    this.reason = reason;
    this.fields = errors;
    this.retryAfterSeconds = retryAfterSeconds;
  }

  /** Whether this is our server's own "no". Anything else may pass: keep the user signed in. */
  get endsSession() {
    return this.status === 401 && SESSION_IS_OVER.has(this.code);
  }
}

/**
 * Post to the auth backend and return the parsed answer.
 *
 * `keepalive` lets the request outlive the page: without it, a reload during a refresh throws the
 * rotated cookie away after the server has rotated.
 *
 * @param {URL} url
 * @param {{json?: object, token?: string, keepalive?: boolean}} [options]
 * @returns {Promise<any>}
 * @throws {ApiError}
 */
export async function post(url, { json, token, keepalive = false } = {}) {
  const headers = new Headers([CLIENT_HEADER]);
  if (json) headers.set("Content-Type", "application/json");
  if (token) headers.set("Authorization", `Bearer ${token}`);
  const response = await reach(url, {
    method: "POST",
    headers,
    body: json && JSON.stringify(json),
    keepalive,
    credentials: "include",
    cache: "no-store",
    redirect: "error",
    signal: AbortSignal.timeout(LONGEST_REQUEST_MS),
  });
  if (response.status === 204) return null;
  const content = await parse(response);
  if (response.ok && content) return content;
  throw await problemOf(response, content);
}

/**
 * Post where the answer must be a token set; whatever else comes is no answer of ours.
 * @param {URL} url
 * @param {object} [json]
 * @returns {Promise<TokenSet>}
 * @throws {ApiError}
 */
export async function postForTokens(url, json) {
  const answer = await post(url, { json, keepalive: true });
  const isTokenSet = typeof answer?.access_token === "string" && answer.session?.id && answer.user?.id;
  if (!isTokenSet) throw new ApiError({ code: "unexpected_answer" });
  return answer;
}

/**
 * Turn an unsuccessful answer into an `ApiError`; also for calls made elsewhere.
 * @param {Response} response
 * @param {any} [content] the parsed body, if the caller has read it
 */
export async function problemOf(response, content) {
  content ??= await parse(response);
  const retryAfterSeconds = Number(response.headers.get("Retry-After")) || 0;
  const code = typeof content?.code === "string" ? content.code : "unexpected_answer";
  return new ApiError({ ...content, status: response.status, code, retryAfterSeconds });
}

/**
 * @param {URL} url
 * @param {RequestInit} init
 */
async function reach(url, init) {
  try {
    return await fetch(url, init);
  } catch (error) {
    const timedOut = error instanceof DOMException && error.name === "TimeoutError";
    throw new ApiError({ code: timedOut ? "timeout" : "unreachable" });
  }
}

/** @param {Response} response */
async function parse(response) {
  try {
    return await response.json();
  } catch {
    return null; // empty, cut short, or a proxy's HTML
  }
}
