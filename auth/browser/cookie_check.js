/**
 * Whether this browser keeps the cookie that holds the session: without it a sign-in would last as long as
 * this page. All site data may be switched off. And the cookie of a backend on another site may be dropped
 * without a word: so its first refresh comes at once, and shows whether the cookie is there.
 */

import { AccessToken } from "./access_token.js";
import { ApiError } from "./api.js";

/** @import { Api, TokenSet } from "./api.js" */

/**
 * Whether this site may keep anything here. Chromium calls cookies enabled when it drops them, but to read
 * `localStorage` throws there, by the same setting.
 */
export function keepsSiteData() {
  try {
    return navigator.cookieEnabled && localStorage !== undefined;
  } catch {
    return false;
  }
}

/**
 * To be called before anything is sent.
 * @throws {ApiError} `cookies_off`
 */
export function demandSiteData() {
  if (!keepsSiteData()) throw new ApiError({ code: "cookies_off" });
}

/**
 * @param {Api} api
 * @param {TokenSet} tokens what signing in was answered with
 * @returns {Promise<TokenSet>} the tokens to go on with
 * @throws {ApiError} `cookies_blocked`; the session is ended then, since nobody could continue it
 */
export async function demandCookie(api, tokens) {
  if (api.url.hostname === location.hostname) return tokens;
  const renewed = await api.postForTokens("refreshToken").catch((error) => error);
  if (renewed.session?.id === tokens.session.id) return renewed;
  // Anything but the server's own "no" may pass, and says nothing about the cookie.
  if (renewed instanceof ApiError && !renewed.endsSession) return tokens;
  const token = new AccessToken();
  token.take(tokens.access_token);
  await api.post("logout", undefined, token).catch(() => {});
  throw new ApiError({ code: "cookies_blocked" });
}
