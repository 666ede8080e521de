"""What every page shares: the document's head, the header, the loading indicator, the routes."""

from __future__ import annotations

from pathlib import Path

from nicegui import ui

from auth import BROWSER_MODULES, BROWSER_PREFIX

from .auth_button import AuthButton
from .dashboard import PATH as DASHBOARD
from .dashboard import browsers_half, pythons_half
from .elements import Box
from .login import login_page
from .not_found import Pages
from .page_session import PageSessions, private
from .register import register_page
from .session_bridge import SessionBridge

TITLE = 'Signed in'

# The token holder refreshes while Vue is still loading; its parts load side by side.
_HEAD = (
    '\n'.join(
        f'<link rel="modulepreload" href="{BROWSER_PREFIX}/{name}">' for name in BROWSER_MODULES
    )
    + f'<script type="module" async src="{BROWSER_PREFIX}/start.js"></script>'
)
_LOADING = (Path(__file__).parent / 'static' / 'loading.html').read_text(encoding='utf-8')


def frame(sessions: PageSessions, static_prefix: str, renewal: str) -> None:
    """Build the shell. It holds no private string: those are drawn once the page is bound."""
    ui.add_head_html(f'<meta name="auth-renewal" content="{renewal}">')
    ui.add_head_html(f'<link rel="stylesheet" href="{static_prefix}/theme.css">\n{_HEAD}')
    ui.add_body_html(_LOADING)
    with ui.header(fixed=False).classes('top-bar'):
        ui.link('Signed in', '/').classes('brand')
        with Box('div', classes='signed-in-only'):
            AuthButton('Log out', 'logout').classes('quiet')
    with Box('div', classes='page'):  # inside NiceGUI's own <main>
        login_page()
        register_page(sessions.backend.password_min_characters)
        browsers_half()
        Pages(
            {
                '/': _nothing,  # the bridge leads on to one of the others
                '/login': _nothing,
                '/register': _nothing,
                DASHBOARD: private(sessions, pythons_half),
            }
        )
    SessionBridge(
        sessions.of(ui.context.client),
        private_paths=[DASHBOARD],
        entry_paths=['/', '/login', '/register'],
        home=DASHBOARD,
        login='/login',
        redraw=ui.context.client.sub_pages_router.refresh,
    )


def _nothing() -> None:
    """Draw nothing: what is to be seen there is in the shell."""
