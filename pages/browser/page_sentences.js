/** What people are told where no server has said anything; the rules for what they enter are the server's. */

/** Browsers refuse to send more than 64 KiB in a request that may outlive its page (fetch's `keepalive`). */
const MAX_CHARACTERS = 10_000;

/**
 * @param {{name: string}[]} fields
 * @param {Record<string, HTMLInputElement>} inputs by name
 * @returns {Record<string, string>} a sentence for each field that cannot be accepted
 */
export function errorsBefore(fields, inputs) {
  /** @type {Record<string, string>} */
  const errors = {};
  for (const { name } of fields) {
    const { value } = inputs[name];
    if (!value.trim()) errors[name] = "Please fill this in.";
    else if (value.length > MAX_CHARACTERS) errors[name] = "This is too long.";
  }
  return errors;
}

/** What went wrong where no server has said so, by the token holder's code. @type {Record<string, string>} */
const SENTENCES = {
  signed_out: "You are signed out.",
  session_changed: "Meanwhile somebody has signed in or out in this browser: nothing was done.",
  answer_withheld:
    "Meanwhile somebody has signed in or out in this browser. So the answer is not shown, " +
    "but what was asked for may have been done.",
  unexpected_answer:
    "The server has given no answer that can be understood here. What was asked for may have been done. " +
    "Please try again.",
  cookies_off: "Nothing was sent: this browser keeps no cookies, and one would hold your session.",
  cookies_blocked:
    "Your password is right, but this browser keeps no cookies of another site, and one holds your session. " +
    "Allow them for this site, or use the app where pages and backend are of one site.",
};
/** Of an answer that is a page, maybe of a proxy. */
export const NO_JSON = "Nothing that can be understood here.";
const UNREACHABLE = "The server cannot be reached. Check the connection and try again.";
const UNREACHABLE_AFTERWARDS =
  "The server cannot be reached. If only its answer was lost, what was asked for has been done. " +
  "Check the connection and try again.";

/**
 * @param {{status: number, code: string, message: string}} error
 * @param {boolean} [mayBeDone] whether something was asked for that is done even if its answer was lost
 * @returns {string} what to tell the person
 */
export function sentenceFor(error, mayBeDone = false) {
  if (error.status && error.code !== "unexpected_answer") return error.message;
  if (typeof error.code !== "string") console.error(error); // no `ApiError`: a mistake in a script
  return SENTENCES[error.code] ?? (mayBeDone ? UNREACHABLE_AFTERWARDS : UNREACHABLE);
}
