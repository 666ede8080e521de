"""What every page shares: the document's head, the header, the loading indicator, the routes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from nicegui import ui

from auth import TOKEN_HOLDER_PATH, AuthBackend

from . import dashboard, login, profile, register
from .auth_button import AuthButton
from .browser_settings import BrowserSettings
from .navigation import TopBar
from .page_sessions import PageSessions
from .private_pages import PrivatePage, draw_when_bound, registered_pages
from .routes import Routes
from .server_rendered import server_rendered
from .service import token_after_logout
from .session_bridge import SessionBridge
from .static_files import PARTS, PREFIX, text_of

# Not for somebody who is signed in.
ENTRY_PATHS = ['/', login.PATH, register.PATH]

# The token holder starts before Vue does. Chromium would run an `async` script after NiceGUI's own, but
# for its priority (measured: the refresh leaves 25 ms earlier than from a script without either).
_HEAD = f"""<script type="module" async fetchpriority="high" src="{TOKEN_HOLDER_PATH}"></script>
<script type="module" src="{PARTS.path}"></script>"""
_LOADING = text_of('loading.html')


@dataclass(frozen=True)
class Site:
    """What the host application decides about all pages: their name, and the page where one arrives.

    `demo` adds the demo's own two: its dashboard, and its profile.
    """

    name: str
    home: str
    demo: bool = False


def pages_of(site: Site, backend: AuthBackend) -> dict[str, PrivatePage]:
    """Return the pages for signed-in people by path.

    Raises `ValueError` if one arrives at none of them, or two are at one path.
    """
    demo = {
        dashboard.PATH: PrivatePage(dashboard.TITLE, dashboard.pythons_half),
        profile.PATH: server_rendered(profile.TITLE, partial(profile.profile, backend)),
    }
    ours = demo if site.demo else {}
    if taken := registered_pages.keys() & {*ours, *ENTRY_PATHS}:
        raise ValueError(f'There are two pages at {min(taken)}.')
    here = ours | registered_pages
    if site.home not in here:
        raise ValueError(f'One arrives at {site.home}, and there is no private page.')
    return here


def entry_paths_of(backend: AuthBackend) -> list[str]:
    """Return where somebody may arrive who is not signed in."""
    return [path for path in ENTRY_PATHS if backend.registration.is_open or path != register.PATH]


def frame(
    sessions: PageSessions,
    private_here: dict[str, PrivatePage],
    browser_settings: BrowserSettings,
    site: Site,
    is_elsewhere: Callable[[str], bool],
) -> None:
    """Build the shell. It holds no private string: those are drawn once the page is bound."""
    is_open = sessions.backend.registration.is_open
    entry_paths = entry_paths_of(sessions.backend)
    _add_head(browser_settings)
    ui.add_body_html(_LOADING)
    with ui.header(fixed=False).classes('top-bar'):
        links = {path: page.title for path, page in private_here.items() if page.in_menu}
        with TopBar(site.name, links):
            AuthButton('Log out', 'logout')
    with ui.element('div').classes('page'):  # inside NiceGUI's own <main>
        login.login_page(offers_account=is_open)
        if is_open:
            register.register_page(sessions.backend.password_min_characters)
        if site.demo:
            dashboard.browsers_half(list(browser_settings.services))
            if browser_settings.services:
                token_after_logout()
        Routes(
            # The bridge leads on from the first to one of the others.
            dict.fromkeys(entry_paths, _nothing)
            | {path: draw_when_bound(sessions, page) for path, page in private_here.items()},
            private_paths=private_here,
            is_elsewhere=is_elsewhere,
        )
    page = sessions.of(ui.context.client)
    SessionBridge(
        page,
        private_paths=list(private_here),
        entry_paths=entry_paths,
        home=site.home,
        login=login.PATH,
        redraw=ui.context.client.sub_pages_router.refresh,
    )
    page.parts.complete_shell(ui.context.client)


def _add_head(browser_settings: BrowserSettings) -> None:
    """Add what the browser reads first: the token holder's settings, the styles, the scripts."""
    style = f'<link rel="stylesheet" href="{PREFIX}/theme.css">'
    ui.add_head_html('\n'.join([*browser_settings.meta_elements(), style, _HEAD]))


def _nothing() -> None:
    """Draw nothing: what is to be seen there is in the shell."""
