"""The independent service under test, as a process of its own, and what it says to a token."""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from .server import START_TIMEOUT_SECONDS, Server

PAUSE_SECONDS = 0.05


@dataclass(frozen=True)
class Said:
    """An answer; `code` is that of a problem, or nothing."""

    status: int
    code: str
    retry_after: str | None


FINE = Said(200, '', None)


class ResourceServer(Server):
    """`python -m app resource-server`, through all its lives."""

    def ask(self, token: str) -> Said:
        """Ask for its protected resource."""
        return ask(f'{self.url}/api/about-you', token)

    def ask_patiently(self, token: str) -> Said:
        """Ask again and again while it asks to come back; return what it says then."""
        give_up_at = time.monotonic() + START_TIMEOUT_SECONDS
        while (said := self.ask(token)).code == 'retry' and time.monotonic() < give_up_at:
            time.sleep(PAUSE_SECONDS)
        return said

    def command(self) -> list[str]:
        """Return what comes after `python -m app`."""
        return ['resource-server', '--port', self.port, *self._options]


def ask(address: str, token: str) -> Said:
    """Ask any address with a token."""
    request = urllib.request.Request(address, headers={'Authorization': f'Bearer {token}'})
    try:
        with urllib.request.urlopen(request) as answer:
            return Said(answer.status, '', None)
    except urllib.error.HTTPError as refused:
        with refused:
            return Said(refused.code, json.load(refused)['code'], refused.headers['Retry-After'])


@contextmanager
def running_resource_server(folder: Path, *options: str) -> Iterator[ResourceServer]:
    """Start it on a free port unless told otherwise; stop it at the end."""
    service = ResourceServer(folder, *options)
    service.start()
    try:
        yield service
    finally:
        service.stop()
