"""A browser reduced to one keep-alive connection and a cookie jar, cheap enough to make load with.

Not a general HTTP client: it reads what uvicorn sends (a Content-Length, never chunks), over
loopback only. A request costs it 75 us of CPU; aiohttp takes 160-250 us, httpx 2,000-4,000 us,
which is more than the server needs for it.
"""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, field
from typing import Any, cast
from urllib.parse import urlsplit

from tests_e2e.program.people import Person

END_OF_HEAD = b'\r\n\r\n'


class Refused(Exception):
    """Raised if the server does not answer 200 or 201: then there is nothing to measure."""


class _Connection(asyncio.Protocol):
    """Sends one request at a time and collects its answer."""

    def __init__(self) -> None:
        self._received = b''
        self._answer: asyncio.Future[tuple[bytes, bytes]] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast('asyncio.Transport', transport)

    def connection_lost(self, exc: Exception | None) -> None:
        if self._answer and not self._answer.done():
            self._answer.set_exception(exc or ConnectionError('the server hung up'))

    def data_received(self, data: bytes) -> None:
        self._received += data
        head, end, body = self._received.partition(END_OF_HEAD)
        if end and self._answer and len(body) >= int(header(head, b'content-length') or 0):
            self._received = b''
            self._answer.set_result((head, body))

    async def exchange(self, request: bytes) -> tuple[bytes, bytes]:
        """Return head and body of the answer. Raises `OSError` if the connection breaks."""
        self._answer = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        return await self._answer

    def close(self) -> None:
        self._transport.close()


@dataclass
class Browser:
    """Calls the server as the person's browser would; keeps the cookie and the access token."""

    url: str
    person: Person = field(default_factory=Person)
    cookie: bytes = b''
    access_token: bytes = b''
    _connection: _Connection | None = None

    async def register(self) -> None:
        """Create the account and sign in."""
        person = self.person
        form = {'name': person.name, 'email': person.email, 'password': person.password}
        await self._start_session('/auth/register', form)

    async def log_in(self) -> None:
        """Sign in as somebody who had no session in this browser."""
        self.cookie = b''
        form = {'email': self.person.email, 'password': self.person.password}
        await self._start_session('/auth/login', form)

    async def refresh(self) -> None:
        """Exchange the refresh token; only the cookie is looked at, to keep the load cheap."""
        await self._call(b'POST', '/auth/refresh')

    async def call_api(self) -> None:
        """Call the protected API with token and cookie, as a page of the same origin does."""
        await self._call(b'GET', '/api/me', bearer=True)

    async def call_bare_route(self) -> None:
        """Call the route of `floors.py`."""
        await self._call(b'POST', '/bare')

    def close(self) -> None:
        """Close the connection; the next call opens another."""
        if self._connection:
            self._connection.close()
            self._connection = None

    async def _start_session(self, path: str, form: dict[str, str]) -> None:
        answer: dict[str, Any] = json.loads(
            await self._call(b'POST', path, json.dumps(form).encode())
        )
        self.access_token = answer['access_token'].encode()

    async def _call(
        self, method: bytes, path: str, body: bytes = b'', *, bearer: bool = False
    ) -> bytes:
        """Return the answer's body. Raises `Refused`, or `OSError` if the connection breaks."""
        place = urlsplit(self.url)
        if self._connection is None:
            loop = asyncio.get_running_loop()
            address = (place.hostname or '', place.port or 0)
            _, self._connection = await loop.create_connection(_Connection, *address)
        lines = [
            b'%b %b HTTP/1.1' % (method, path.encode()),
            b'Host: %b' % place.netloc.encode(),
            b'User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:153.0) Gecko/20100101 Firefox/153.0',
            b'Accept: */*',
            b'Accept-Encoding: gzip, deflate, br',
            b'Origin: %b' % self.url.encode(),
            b'X-Requested-With: benchmark',
        ]
        if self.cookie:
            lines.append(b'Cookie: ' + self.cookie)
        if bearer:
            lines.append(b'Authorization: Bearer ' + self.access_token)
        if method == b'POST':
            lines.append(b'Content-Type: application/json\r\nContent-Length: %d' % len(body))
        head, content = await self._connection.exchange(b'\r\n'.join(lines) + END_OF_HEAD + body)
        if not head.startswith((b'HTTP/1.1 200', b'HTTP/1.1 201')):
            raise Refused(f'{path}: {head.partition(END_OF_HEAD[:2])[0].decode()}')
        if cookie := header(head, b'set-cookie'):
            self.cookie = cookie.partition(b';')[0]
        return content


async def register_all(url: str, number: int) -> list[Browser]:
    """Give so many browsers, each signed in to an account of its own."""
    browsers = [Browser(url) for _ in range(number)]
    await asyncio.gather(*(browser.register() for browser in browsers))
    for browser in browsers:
        browser.close()
    return browsers


def header(head: bytes, name: bytes) -> bytes | None:
    """Return a header's value; uvicorn sends names in lower case."""
    _, found, rest = head.partition(b'\r\n' + name + b': ')
    return rest.partition(b'\r\n')[0] if found else None
