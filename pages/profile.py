"""The profile: the page that the server renders for its user."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from fastapi.concurrency import run_in_threadpool
from markupsafe import Markup

from auth import AuthBackend, Identity

PATH = '/profile'
TITLE = 'Profile'

_HTML = Markup((Path(__file__).parent / 'profile.html').read_text(encoding='utf-8'))  # noqa: S704


async def profile(backend: AuthBackend, me: Identity) -> Markup:
    """Write it for a living session's user."""
    devices = await run_in_threadpool(backend.devices.of_user, me)
    signed_in_at = datetime.fromtimestamp(me.signed_in_at, UTC)
    return _HTML.format(
        name=me.name,
        email=me.email,
        signed_in_at=f'{signed_in_at:%d %B %Y, %H:%M} UTC',
        devices=len(devices),
    )
