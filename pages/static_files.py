"""The files in `static/`, as they are, and those in `browser/`, joined: where they are served."""

from __future__ import annotations

from pathlib import Path

from auth import JoinedModule, content_digest

FOLDER = Path(__file__).parent / 'static'
# Not `/static`: a host that has mounted its own there would be asked for these.
_PREFIX = '/_pages'
PREFIX = f'{_PREFIX}/{content_digest(FOLDER)}'
COMPONENTS = JoinedModule(Path(__file__).parent / 'browser' / 'components.js', _PREFIX)


def text_of(name: str) -> str:
    """Return what is in one of the files in `static/`."""
    return (FOLDER / name).read_text(encoding='utf-8')
