"""Which addresses are for programs, never a page; and which of them the host app adds none to."""

from __future__ import annotations

from starlette.types import Scope

_OWN_PREFIXES = ('/auth/', '/graphql/')
_PREFIXES = (*_OWN_PREFIXES, '/api/', '/.well-known/')


def is_api_path(scope: Scope) -> bool:
    """Say whether a request is for a program's address, whether anything is there or not."""
    return scope['type'] == 'http' and is_below(scope['path'], _PREFIXES)


def is_own_path(scope: Scope) -> bool:
    """Say whether a request is for an address where only the auth backend answers."""
    return scope['type'] == 'http' and is_below(scope['path'], _OWN_PREFIXES)


def is_below(path: str, prefixes: tuple[str, ...]) -> bool:
    """Say whether a path is one of these, which end in a slash, or below one."""
    return f'{path}/'.startswith(prefixes)
