"""Response headers for every answer, whoever gives it: pages, API, files, refusals, errors.

It is put around the whole application, outside of everything that can fail in there.
"""

from __future__ import annotations

import secrets

from starlette.types import ASGIApp, Message, Receive, Scope, Send

NONCE_BYTES = 16
YEAR_SECONDS = 31_536_000
CSP_NONCE = 'csp_nonce'  # where in the ASGI scope a page finds the nonce for its scripts

# What is not a page may load nothing, even if a browser renders it as one.
_NOTHING = "default-src 'none'; frame-ancestors 'none'"

_ALWAYS = {
    'X-Content-Type-Options': 'nosniff',
    # No other site learns an address of ours. Not `no-referrer`: it makes browsers send
    # `Origin: null` with our own forms, and that is what strangers send.
    'Referrer-Policy': 'same-origin',
    # Listed origins need no exception: they ask with CORS, and this is about whoever does not.
    'Cross-Origin-Resource-Policy': 'same-origin',
}
_HTTPS = {'Strict-Transport-Security': f'max-age={YEAR_SECONDS}; includeSubDomains'}


class ResponseHeaders:
    """An ASGI application around the real one; `https` is whether people reach it that way.

    `page_policy` is the Content-Security-Policy of its pages, with `{nonce}` where each answer has a
    fresh one: it is in the ASGI scope, too, under `CSP_NONCE`.
    """

    def __init__(self, app: ASGIApp, *, https: bool, page_policy: str = _NOTHING) -> None:
        self.app = app  # NiceGUI looks for itself along this name
        self._page_policy = page_policy
        self._always = _encoded(_ALWAYS | _HTTPS if https else _ALWAYS)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request; its page finds a fresh nonce in the scope."""
        if scope['type'] != 'http':
            await self.app(scope, receive, send)
            return
        nonce = scope[CSP_NONCE] = secrets.token_urlsafe(NONCE_BYTES)

        async def send_with_headers(message: Message) -> None:
            if message['type'] == 'http.response.start':
                message['headers'] = self._complete(message, nonce)
            await send(message)

        await self.app(scope, receive, send_with_headers)

    def _complete(self, message: Message, nonce: str) -> list[tuple[bytes, bytes]]:
        given = [(name.lower(), value) for name, value in message.get('headers', [])]
        names = dict(given)
        more = {'Content-Security-Policy': _NOTHING}
        if names.get(b'content-type', b'').startswith(b'text/html'):
            more = {
                'Content-Security-Policy': self._page_policy.replace('{nonce}', nonce),
                'Cross-Origin-Opener-Policy': 'same-origin',
            }
        # Files say themselves how long they are good. A missing one may be there tomorrow.
        if message['status'] >= 400 or b'cache-control' not in names:
            given = [(name, value) for name, value in given if name != b'cache-control']
            more['Cache-Control'] = 'no-store'
        return [*given, *self._always, *_encoded(more)]


def _encoded(headers: dict[str, str]) -> list[tuple[bytes, bytes]]:
    return [(name.lower().encode(), value.encode()) for name, value in headers.items()]
