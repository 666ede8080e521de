"""What the pages may load and run: their Content-Security-Policy, and the headers it comes with."""

from __future__ import annotations

from fastapi import FastAPI

from auth import ResponseHeaders

CONNECTS_TO = 'pages_connect_to'  # where in the application's state other origins are

# Vue compiles templates in the page, hence 'unsafe-eval'; NiceGUI and Quasar write styles into
# elements. Nothing comes from another origin, and no page is ever framed.
_POLICY = (
    "default-src 'self'; script-src 'self' 'nonce-{nonce}' 'unsafe-eval'; script-src-attr 'none'; "
    "style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; "
    "connect-src {connects_to}; object-src 'none'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'"
)


def with_headers(app: FastAPI, *, https: bool) -> ResponseHeaders:
    """Put the response headers around the finished application, whatever else it serves.

    `https` is whether people reach it that way. Its pages may call those origins that `pages.install`
    was told of.
    """
    connects_to = getattr(app.state, CONNECTS_TO, ())
    policy = _POLICY.replace('{connects_to}', ' '.join(["'self'", *connects_to]))
    return ResponseHeaders(app, https=https, page_policy=policy)
