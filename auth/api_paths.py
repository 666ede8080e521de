"""Which addresses are for programs, never a page."""

from __future__ import annotations

from starlette.types import Scope

# Where no path may be let past the guards (`AuthSettings.webhook_paths`).
GUARDED_PREFIXES = ('/auth/', '/graphql/', '/.well-known/')
_PREFIXES = (*GUARDED_PREFIXES, '/api/')


def is_api_path(scope: Scope) -> bool:
    """Say whether a request is for a program's address, whether anything is there or not."""
    return scope['type'] == 'http' and is_below(scope['path'], _PREFIXES)


def is_below(path: str, prefixes: tuple[str, ...]) -> bool:
    """Say whether a path is one of these, which end in a slash, or below one."""
    return f'{path}/'.startswith(prefixes)
