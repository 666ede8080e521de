"""Serves `browser/`, the browser half of the protocol, under an address that names its content.

The address changes with every edit, so a browser may keep the files for ever and never asks twice.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

FOLDER = Path(__file__).parents[1] / 'browser'
MODULES = sorted(path.name for path in FOLDER.glob('*.js'))
CACHE_FOR_EVER = 'public, max-age=31536000, immutable'


def content_digest(folder: Path) -> str:
    """Return 12 hex digits that change when any file in `folder` does."""
    digest = hashlib.sha256()
    for path in sorted(folder.iterdir()):
        if path.is_file():
            digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()[:12]


PREFIX = f'/auth/browser/{content_digest(FOLDER)}'


class BrowserFiles(StaticFiles):
    """Static files that never change at their address."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """Add the caching header to what `StaticFiles` answers. Raises its `HTTPException`."""
        response = await super().get_response(path, scope)
        response.headers['Cache-Control'] = CACHE_FOR_EVER
        return response
