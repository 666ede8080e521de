/**
 * Takes the server's first HTML away as soon as it is no longer right: the page is bound and has been
 * drawn again, nobody is signed in, somebody else is, another page is shown, or this one leaves for
 * the back/forward cache.
 */
import { auth } from "auth-client";
import { atEachMove } from "page-components";

const first = document.getElementById("first-html");
const listening = new AbortController();
const { signal } = listening;

function look() {
  const { state, user } = auth;
  const isTheirs = user ? user.id === first?.dataset.user : state !== "signed-out";
  if (!isTheirs || "bound" in document.documentElement.dataset) remove();
}

function remove() {
  first?.remove();
  listening.abort();
}

auth.addEventListener("state", look, { signal });
auth.addEventListener("trace", look, { signal }); // "page.bound" is one
addEventListener("pagehide", remove, { signal });
signal.addEventListener("abort", atEachMove(remove));
look();
