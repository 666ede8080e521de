/** A name that nothing else has, in this tab or in another. */

const RANDOM_BYTES = 12;

/** 96 random bits, as 24 hexadecimal digits; `crypto.randomUUID` is missing on plain http. */
export function randomId() {
  const bytes = crypto.getRandomValues(new Uint8Array(RANDOM_BYTES));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
