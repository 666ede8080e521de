"""Mounts NiceGUI on the host application: one shell page, inside which everything navigates."""

from __future__ import annotations

from pathlib import Path

from fastapi import FastAPI
from nicegui import app as nicegui_app
from nicegui import core, ui
from nicegui.dependencies import register_importmap_override

from auth import BROWSER_PREFIX, CLIENT_HEADER, AuthBackend, BrowserFiles, content_digest

from .csp_nonce import put_nonce_on_scripts
from .elsewhere import serve_elsewhere
from .frame import TITLE, frame
from .page_session import PageSessions
from .socket_guard import SocketGuard

FOLDER = Path(__file__).parent / 'static'
PREFIX = f'/static/{content_digest(FOLDER)}'


def install(
    app: FastAPI, backend: AuthBackend, *, renewal: str = 'visible', transport: str = 'rest'
) -> None:
    """Add the pages to `app`, which must already have the auth routes.

    `renewal` is when access tokens are renewed: `visible`, `ahead` or `lazy` (auth/browser/renewal.js).
    `transport` is how the browser speaks to the backend: `rest` or `graphql` (auth/browser/api.js).
    """
    app.mount(PREFIX, BrowserFiles(directory=FOLDER), name='page files')
    put_nonce_on_scripts()
    add_shell(backend, {'auth-renewal': renewal, 'auth-transport': transport})
    # NiceGUI takes sockets from everywhere ('*'). The guard of the auth backend has refused strangers
    # by now, for websocket and polling alike; [] keeps engineio from adding CORS headers of its own.
    core.sio.eio.cors_allowed_origins = []
    nicegui_app.config.socket_io_js_extra_headers[CLIENT_HEADER] = 'nicegui'  # polling posts, too
    # NiceGUI compresses its pages. Nothing in them is secret and the same from one answer to the
    # next, which BREACH would need. Answers with tokens in them are not compressed.
    ui.run_with(
        app,
        title=TITLE,
        dark=None,  # as the system has it
        language='en-US',
        favicon=(FOLDER / 'favicon.svg').read_text(encoding='utf-8'),
        tailwind=False,
        show_welcome_message=False,
    )
    serve_elsewhere(app)


def add_shell(backend: AuthBackend, for_browser: dict[str, str]) -> None:
    """Register the one page there is: navigation never loads a document, so the token survives it.

    `for_browser` are settings that the token holder reads (auth/browser/start.js).
    """
    register_importmap_override('auth-client', f'{BROWSER_PREFIX}/start.js')
    register_importmap_override('page-address', f'{PREFIX}/page_address.js')
    register_importmap_override('page-clock', f'{PREFIX}/page_clock.js')
    register_importmap_override('page-forms', f'{PREFIX}/page_forms.js')
    sessions = PageSessions(backend)
    sessions.watch()
    SocketGuard(sessions).install()

    @ui.page('/')
    @ui.page('/{_:path}')
    def shell() -> None:
        frame(sessions, PREFIX, for_browser)
