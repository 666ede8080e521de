"""The program as two servers on two origins: one for the pages, one for the auth backend."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from .server import Server

_BACKEND_ADDRESS = re.compile(r'The auth backend is running at (http://\S+)')


class TwoOrigins(Server):
    """`python -m app two-origins`, with host names of one site or of two."""

    def __init__(self, folder: Path, *options: str, pages: str, backend: str) -> None:
        super().__init__(folder, *options)
        self._pages = f'http://{pages}:0'
        self._backend = f'http://{backend}:0'
        self._api_url = ''

    @property
    def api_url(self) -> str:
        """Where the auth backend is."""
        return self._api_url

    def command(self) -> list[str]:
        """Return what comes after `python -m app`."""
        addresses = ['--pages-url', self.url or self._pages, '--auth-url']
        addresses.append(self._api_url or self._backend)
        return ['two-origins', *addresses, '--data-dir', str(self._folder / 'data'), *self._options]

    def take_addresses(self, printed: str) -> bool:
        """Note where both say that they can be reached; say whether both have."""
        match = _BACKEND_ADDRESS.search(printed)
        self._api_url = match[1] if match else self._api_url
        return super().take_addresses(printed) and match is not None


@contextmanager
def on_two_origins(
    folder: Path, *options: str, pages: str = 'localhost', backend: str = 'localhost'
) -> Iterator[TwoOrigins]:
    """Start both servers on free ports under these host names; stop them at the end."""
    servers = TwoOrigins(folder, *options, pages=pages, backend=backend)
    servers.start()
    try:
        yield servers
    finally:
        servers.stop()


def on_two_sites(folder: Path) -> AbstractContextManager[TwoOrigins]:
    """The same under two names that are two sites to a browser, with a cookie that may cross them."""
    names = {'pages': 'app.localhost', 'backend': 'api.localhost'}
    return on_two_origins(folder, '--cookie-same-site', 'none', **names)
