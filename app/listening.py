"""Takes a port and serves an application on it, for whichever command."""

from __future__ import annotations

import contextlib
import errno
import logging
import os
import socket
from collections.abc import Iterator

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from .start_up import give_up

CONNECTION_BACKLOG = 2048
MAX_HEAD_BYTES = 64 * 1024  # as h11 has it
MAX_SOCKET_MESSAGE_BYTES = 2**20  # as Engine.IO has it, which sees a message only once it is whole
# What has been begun may be finished; but half a request must not keep the server from ending.
STOP_SECONDS = 5


def listen(host: str, port: int) -> list[socket.socket]:
    """Take the port before anything else: the cookie's name depends on it; 0 is any free one.

    `localhost` is two addresses, and browsers may try either.
    """
    listeners: list[socket.socket] = []
    try:
        for family, _, _, _, address in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM):
            with _unless_unavailable(listeners):
                place = (str(address[0]), port)
                server = socket.create_server(place, family=family, backlog=CONNECTION_BACKLOG)
                listeners.append(server)
                port = server.getsockname()[1]
    except (socket.gaierror, UnicodeError) as error:  # a name that is none is the latter
        why = error.strerror if isinstance(error, OSError) else 'no host can be called that'
        give_up(f'{host} is no address of this machine ({why}). Choose --host anew.')
    except OSError as error:
        why = os.strerror(error.errno or 0)  # what Python says names the address once more
        give_up(
            f'port {port} on {host} cannot be taken ({why}). '
            'Choose another with --port, as in `APP_PORT=8010 make demo`.'
        )
    return listeners


@contextlib.contextmanager
def _unless_unavailable(listeners: list[socket.socket]) -> Iterator[None]:
    """Pass over an address that this machine does not have, if another was taken."""
    try:
        yield
    except OSError as error:
        if error.errno not in {errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT} or not listeners:
            raise


class BoundedHttp(HttpToolsProtocol):
    """Refuses a request whose head has no end.

    httptools keeps a header of any length, and copies it with each piece that arrives (measured: with
    200 MB of one, everybody else waited for 12 s). h11 has a limit, and takes 80 us more for each call.
    """

    _unread = 0  # bytes since something was complete

    def data_received(self, data: bytes) -> None:
        """Take what has arrived."""
        self._unread += len(data)
        super().data_received(data)
        if self._unread > MAX_HEAD_BYTES and not self.transport.is_closing():
            self.send_400_response('The head of this request is too long.')

    def on_headers_complete(self) -> None:
        """Begin with the body."""
        self._unread = 0
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """Take a piece of the body; what becomes of it is for the application to say."""
        self._unread = 0
        super().on_body(body)

    def on_message_complete(self) -> None:
        """Begin with another request."""
        self._unread = 0
        super().on_message_complete()


def run(app: ASGIApp, listeners: list[socket.socket], proxies: list[str]) -> None:
    """Serve until told to end; `proxies` are the addresses whose X-Forwarded headers are believed."""
    # uvicorn logs the address of each socket, and the page id is in it: a key to that page.
    logging.getLogger('uvicorn.error').setLevel(max(logging.WARNING, logging.root.level))
    config = uvicorn.Config(
        app,
        http=BoundedHttp,
        ws_max_size=MAX_SOCKET_MESSAGE_BYTES,
        log_config=None,
        access_log=False,
        server_header=False,
        # uvicorn's own default believes any program on this machine, whoever it says it acts for.
        proxy_headers=bool(proxies),
        forwarded_allow_ips=proxies,
        backlog=CONNECTION_BACKLOG,
        timeout_graceful_shutdown=STOP_SECONDS,
    )
    with contextlib.suppress(KeyboardInterrupt):
        uvicorn.Server(config).run(sockets=listeners)
