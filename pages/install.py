"""Mounts NiceGUI on the host application: one shell page, inside which everything navigates."""

from __future__ import annotations

from pathlib import Path

from fastapi import FastAPI
from nicegui import ui
from nicegui.dependencies import register_importmap_override

from auth import BROWSER_PREFIX, AuthBackend, BrowserFiles, content_digest

from .frame import TITLE, frame
from .page_session import PageSessions

FOLDER = Path(__file__).parent / 'static'
PREFIX = f'/static/{content_digest(FOLDER)}'


def install(app: FastAPI, backend: AuthBackend, *, renewal: str = 'visible') -> None:
    """Add the pages to `app`, which must already have the auth routes.

    `renewal` is when access tokens are renewed: `visible`, `ahead` or `lazy` (auth/browser/renewal.js).
    """
    app.mount(PREFIX, BrowserFiles(directory=FOLDER), name='page files')
    add_shell(backend, renewal)
    ui.run_with(
        app,
        title=TITLE,
        dark=None,  # as the system has it
        language='en-US',
        favicon=(FOLDER / 'favicon.svg').read_text(encoding='utf-8'),
        tailwind=False,
        show_welcome_message=False,
    )


def add_shell(backend: AuthBackend, renewal: str = 'visible') -> None:
    """Register the one page there is: navigation never loads a document, so the token survives it."""
    register_importmap_override('auth-client', f'{BROWSER_PREFIX}/start.js')
    register_importmap_override('page-address', f'{PREFIX}/page_address.js')
    register_importmap_override('page-clock', f'{PREFIX}/page_clock.js')
    register_importmap_override('page-forms', f'{PREFIX}/page_forms.js')
    sessions = PageSessions(backend)
    sessions.watch()

    @ui.page('/')
    @ui.page('/{_:path}')
    def shell() -> None:
        frame(sessions, PREFIX, renewal)
