"""Which origins are ours: the public one, and the address by which somebody on this machine came.

An origin is scheme, host and port as browsers write them (RFC 6454). Nothing here reads a request.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

_DEFAULT_PORTS = {'http': 80, 'https': 443}
_HOST = re.compile(r'[a-z0-9._-]+|\[[0-9a-f:.]+\]')


@dataclass(frozen=True)
class Origins:
    """`own` is the origin of the public URL; `listed` are others whose pages may call us."""

    own: str
    listed: frozenset[str]

    def is_own(self, origin: str, scheme: str, host: str) -> bool:
        """Say whether `origin` is that of a page we have served ourselves.

        People type `127.0.0.1` as well as `localhost`, so the address of the request itself counts
        too, but only where its name is nobody's to give away (see `knows_host`).
        """
        return origin == self.own or (origin == f'{scheme}://{host}' and _is_fixed(_name(host)))

    def knows_host(self, host: str) -> bool:
        """Say whether a `Host` header names us.

        Against DNS rebinding: a stranger can point a name of their own at our address, and their
        page is then of one origin with us. They can do so neither with an address nor with
        `localhost`.
        """
        name = _name(host)
        return _is_fixed(name) or name == urlsplit(self.own).hostname


def origins(public_url: str, listed: Iterable[str]) -> Origins:
    """Make the value from settings. Raises `ValueError` if one of them names no origin."""
    return Origins(origin_of(public_url), frozenset(map(exact_origin, listed)))


def exact_origin(text: str) -> str:
    """Return `text`. Raises `ValueError` unless it is an origin just as browsers write it."""
    try:
        is_exact = origin_of(text) == text
    except ValueError:
        is_exact = False
    if not is_exact:
        raise ValueError(
            f'{text!r} is not an exact origin like https://app.example.com, '
            'without path, slash at the end, or *'
        )
    return text


def origin_of(url: str) -> str:
    """Return the origin of a URL. Raises `ValueError` if it has none that a page could have."""
    parts = urlsplit(url)
    host = _bracketed(parts.hostname or '')
    if parts.scheme not in _DEFAULT_PORTS or not _HOST.fullmatch(host):
        raise ValueError(f'{url!r} is not an address like https://app.example.com')
    is_default_port = parts.port in {None, _DEFAULT_PORTS[parts.scheme]}
    return f'{parts.scheme}://{host}' + ('' if is_default_port else f':{parts.port}')


def is_loopback(host: str) -> bool:
    """Say whether `host`, a name or an address, is this machine and nobody else's."""
    try:
        return host == 'localhost' or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _bracketed(host: str) -> str:
    return f'[{host}]' if ':' in host else host


def _name(host: str) -> str:
    try:
        return urlsplit(f'//{host}').hostname or ''
    except ValueError:  # brackets that do not close
        return ''


def _is_fixed(name: str) -> bool:
    """Say whether no name server has a say in what `name` means (RFC 6761, 6.3)."""
    if name == 'localhost' or name.endswith('.localhost'):
        return True
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True
