/**
 * HTTP to the auth backend: one call, one answer or one `ApiError`. No state, no token of its own. How
 * a call is put, rest.js and graphql.js say.
 */

import { graphql } from "./graphql.js";
import { rest } from "./rest.js";

/** @import { AccessToken } from "./access_token.js" */

/** A request is given up after this time; those who wait for it have less patience (exclusive.js). */
export const REQUEST_TIMEOUT_MS = 30_000;

/** Whoever asks for more patience than this gets no more: timers overflow, and people do not wait for days. */
const MAX_RETRY_AFTER_SECONDS = 600;

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

/**
 * A call on its way: `read` gives its answer the form that it has over REST.
 * @typedef {"register" | "login" | "refreshToken" | "logout" | "logoutEverywhere"} Operation
 * @typedef {{path: string, json?: object, read: (answer: Response) => Promise<Response>}} Call
 * @typedef {keyof typeof TRANSPORTS} TransportName
 */

const TRANSPORTS = { rest, graphql };

/**
 * @param {string | null | undefined} text
 * @returns {TransportName}
 */
export function toTransport(text) {
  return text === "graphql" ? text : "rest";
}

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

/** The auth backend at its origin, spoken to over the transport that was chosen. */
export class Api {
  #transport;

  /**
   * @param {URL} url
   * @param {TransportName} transport
   */
  constructor(url, transport) {
    this.url = url;
    this.#transport = TRANSPORTS[transport];
  }

  /**
   * @param {Operation} operation
   * @param {object} [form]
   */
  call(operation, form) {
    return this.#transport(operation, form);
  }

  /**
   * Post to the auth backend and return the parsed answer.
   *
   * `keepalive` lets the request outlive the page: without it, a reload during a refresh throws the
   * rotated cookie away after the server has rotated.
   *
   * @param {Operation} operation
   * @param {object} [form]
   * @param {AccessToken | null} [token] to send along
   * @returns {Promise<any>}
   * @throws {ApiError}
   */
  async post(operation, form, token) {
    const { path, json, read } = this.call(operation, form);
    const headers = new Headers([CLIENT_HEADER]);
    if (json) headers.set("Content-Type", "application/json");
    const url = new URL(path, this.url);
    /** @type {RequestInit} */
    const init = {
      method: "POST",
      headers,
      body: json && JSON.stringify(json),
      keepalive: true,
      credentials: "include",
      cache: "no-store",
      redirect: "error",
      signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
    };
    const response = await read(await reached(token ? token.send(url, init) : fetch(url, init)));
    if (response.status === 204) return null;
    const content = await parse(response);
    if (response.ok && content) return content;
    throw await problemOf(response, content);
  }

  /**
   * Post where the answer must be a token set; whatever else comes is no answer of ours.
   * @param {Operation} operation
   * @param {object} [form]
   * @returns {Promise<TokenSet>}
   * @throws {ApiError}
   */
  async postForTokens(operation, form) {
    return tokenSetIn(await this.post(operation, form));
  }
}

/**
 * @param {any} answer
 * @returns {TokenSet}
 * @throws {ApiError} if it is none
 */
export function tokenSetIn(answer) {
  const isTokenSet =
    typeof answer?.access_token === "string" && answer.expires_in > 0 && answer.session?.id && answer.user?.id;
  if (!isTokenSet) throw new ApiError({ code: "unexpected_answer" });
  return answer;
}

/**
 * Wait for an answer; a caller who has aborted the call gets the reason, as from `fetch`.
 * @param {Promise<Response>} answer
 * @param {AbortSignal | null} [signal] the caller's own
 * @throws {ApiError} `timeout` or `unreachable`
 */
export async function reached(answer, signal) {
  try {
    return await answer;
  } catch (error) {
    const timedOut = error instanceof DOMException && error.name === "TimeoutError";
    if (signal?.aborted && !timedOut) throw error;
    throw new ApiError({ code: timedOut ? "timeout" : "unreachable" });
  }
}

/**
 * Turn an unsuccessful answer into an `ApiError`; also for calls made elsewhere.
 * @param {Response} response
 * @param {any} [content] the parsed body, if the caller has read it
 */
export async function problemOf(response, content) {
  content ??= await parse(response);
  const seconds = Number(response.headers.get("Retry-After")) || 0;
  const { code, title, reason, errors } = content ?? {};
  return new ApiError({
    status: response.status,
    code: textIn(code) ?? "unexpected_answer",
    title: textIn(title),
    reason: textIn(reason),
    errors: errors instanceof Object && !Array.isArray(errors) ? errors : undefined,
    retryAfterSeconds: Math.min(seconds, MAX_RETRY_AFTER_SECONDS),
  });
}

/** @param {unknown} value whoever has answered, and whatever with */
function textIn(value) {
  return typeof value === "string" ? value : undefined;
}

/** @param {Response} response */
async function parse(response) {
  try {
    return await response.json();
  } catch {
    return null; // empty, cut short, or a proxy's HTML
  }
}
