/** What people are told: about a form before it is sent, and where no server has said anything. */

/** Browsers refuse to send more than 64 KiB in a request that may outlive its page (fetch's `keepalive`). */
const MAX_CHARACTERS = 10_000;

/**
 * @param {{name: string, min_length: number}[]} fields
 * @param {Record<string, HTMLInputElement>} inputs by name
 * @returns {Record<string, string>} a sentence for each field that cannot be accepted
 */
export function errorsBefore(fields, inputs) {
  /** @type {Record<string, string>} */
  const errors = {};
  for (const { name, min_length: least } of fields) {
    const { value, validity } = inputs[name];
    if (!value.trim()) errors[name] = "Please fill this in.";
    else if (validity.typeMismatch) errors[name] = "Enter an e-mail address like name@example.com.";
    else if (value.length > MAX_CHARACTERS) errors[name] = "This is too long.";
    else if ([...value].length < least) errors[name] = `Use at least ${least} characters.`;
  }
  return errors;
}

/** What went wrong where no server has said so, by the token holder's code. @type {Record<string, string>} */
const SENTENCES = {
  signed_out: "You are signed out.",
  session_changed: "Meanwhile somebody has signed in or out in this browser: nothing was done.",
  cookies_blocked:
    "Your password is right, but this browser keeps no cookies of another site, and one holds your session. " +
    "Allow them for this site, or use the app where pages and backend are of one site.",
};
const UNREACHABLE = "The server cannot be reached. Check the connection and try again.";

/**
 * @param {{status: number, code: string, message: string}} error
 * @returns {string} what to tell the person
 */
export function sentenceFor(error) {
  return error.status ? error.message : (SENTENCES[error.code] ?? UNREACHABLE);
}
