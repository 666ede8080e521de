"""Which addresses are for programs: calls of the API and what belongs to it, never a page."""

from __future__ import annotations

from starlette.types import Scope

_PREFIXES = ('/auth/', '/api/', '/graphql/', '/.well-known/')


def is_api_path(scope: Scope) -> bool:
    """Say whether a request is for one of them, whether anything is there or not."""
    return scope['type'] == 'http' and f'{scope["path"]}/'.startswith(_PREFIXES)
