"""Serves files under addresses that name their content: above all modules, joined into one.

The address changes with every edit, so a browser may keep the files for ever and never asks twice.
"""

from __future__ import annotations

import gzip
import hashlib
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from .joined_modules import joined

DIGEST_DIGITS = 12
CACHE_FOR_EVER = 'public, max-age=31536000, immutable'


class JoinedModule:
    """`entry` and all that it imports, as one file at `path` below `prefix`.

    Raises `ValueError` as `joined` does.
    """

    def __init__(self, entry: Path, prefix: str) -> None:
        self._content = joined(entry).encode()
        self._compressed = gzip.compress(self._content)
        self.path = f'{prefix}/{hashlib.sha256(self._content).hexdigest()[:DIGEST_DIGITS]}.js'

    async def answer(self, request: Request) -> Response:
        """Give the file."""
        headers = {'Cache-Control': CACHE_FOR_EVER, 'Vary': 'Accept-Encoding'}
        content = self._content
        if 'gzip' in request.headers.get('Accept-Encoding', ''):
            content = self._compressed
            headers['Content-Encoding'] = 'gzip'
        return Response(content, headers=headers, media_type='text/javascript')


# The browser half of the protocol: it starts the page's token holder.
TOKEN_HOLDER = JoinedModule(Path(__file__).parents[1] / 'browser' / 'start.js', '/auth/browser')
TOKEN_HOLDER_PATH = TOKEN_HOLDER.path


class BrowserFiles(StaticFiles):
    """Static files that never change at their address."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """Add the caching header to what `StaticFiles` answers. Raises its `HTTPException`."""
        response = await super().get_response(path, scope)
        response.headers['Cache-Control'] = CACHE_FOR_EVER
        return response


def content_digest(folder: Path) -> str:
    """Return hex digits that change when any file in `folder` does."""
    digest = hashlib.sha256()
    for path in sorted(folder.iterdir()):
        if path.is_file():
            digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()[:DIGEST_DIGITS]
