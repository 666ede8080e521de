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
from .service_card import token_after_logout
from .session_bridge import SessionBridge
from .static_files import COMPONENTS, PREFIX, text_of

# Not for somebody who is signed in.
ENTRY_PATHS = ['/', login.PATH, register.PATH]

# The token holder starts before Vue does. Chromium would run an `async` script after NiceGUI's own, but
# for its priority (measured: the refresh leaves 25 ms earlier than from a script without either).
_HEAD = f"""<script type="module" async fetchpriority="high" src="{TOKEN_HOLDER_PATH}"></script>
<script type="module" src="{COMPONENTS.path}"></script>"""
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


@dataclass(frozen=True)
class Addresses:
    """Which addresses are the shell's; `is_elsewhere` knows those that are the host application's."""

    private: dict[str, PrivatePage]
    entry: list[str]
    is_elsewhere: Callable[[str], bool]


def entry_paths_of(backend: AuthBackend, *, with_start: bool) -> list[str]:
    """Return where somebody may arrive who is not signed in; `with_start`: at `/`, too."""
    left_out = set() if backend.registration.is_open else {register.PATH}
    if not with_start:
        left_out.add('/')
    return [path for path in ENTRY_PATHS if path not in left_out]


def frame(
    sessions: PageSessions, here: Addresses, browser_settings: BrowserSettings, site: Site
) -> None:
    """Build the shell. It holds no private string: those are drawn once the page is bound."""
    is_open = sessions.backend.registration.is_open
    _add_head(browser_settings)
    ui.add_body_html(_LOADING)
    with ui.header(fixed=False).classes('top-bar'):
        links = {path: page.title for path, page in here.private.items() if page.in_menu}
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
            dict.fromkeys(here.entry, _nothing)
            | {path: draw_when_bound(sessions, page) for path, page in here.private.items()},
            private_paths=here.private,
            is_elsewhere=here.is_elsewhere,
        )
    page = sessions.of(ui.context.client)
    SessionBridge(
        page,
        private_paths=list(here.private),
        entry_paths=here.entry,
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
