"""Mounts NiceGUI on the host application: one shell page, inside which everything navigates."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Collection, Sequence
from functools import partial

from fastapi import FastAPI, Request
from nicegui import app as nicegui_app
from nicegui import core, ui
from nicegui.dependencies import register_importmap_override
from starlette.convertors import PathConvertor, register_url_convertor
from starlette.middleware import Middleware
from starlette.routing import Route

from auth import (
    CLIENT_HEADER,
    TOKEN_HOLDER_PATH,
    AuthBackend,
    BrowserFiles,
    RefreshOnVisit,
    Renewal,
    Transport,
    visitor,
)

from . import unused_tabs
from .browser_settings import BrowserSettings
from .csp_nonce import put_nonce_on_scripts
from .elsewhere import answers_there, serve_elsewhere
from .forwarded_prefix import NoForwardedPrefix
from .frame import Addresses, Site, entry_paths_of, frame, pages_of
from .kept_files import KeptFiles
from .not_found import answer_where_nothing_is
from .page_sessions import PageSessions
from .private_pages import PrivatePage, registered_pages
from .response_headers import CONNECTS_TO
from .server_rendered import ServerRenderedPage
from .socket_guard import SocketGuard
from .static_files import COMPONENTS, FOLDER, PREFIX, text_of
from .upload_guard import UploadGuard, send_client_header_with_uploads
from .waiting_pages import WaitingPages

# For Quasar's buttons in pages of the host's, unless it has chosen: NiceGUI's has too little contrast
# to their white labels (3.1:1). This one has 4.8:1, and 3.4:1 to our dark cards, as a label.
_PRIMARY = '#4a66e8'

# Run by NiceGUI on each page before Vue draws it; pages of the host's own go without. Where the file
# did not come this fails, nothing is drawn, and the screen offers another try (loading.html).
_USE_COMPONENTS = (
    f"""if (document.querySelector('script[src="{COMPONENTS.path}"]')) app.use(pageComponents);\n"""
)


def install(
    app: FastAPI,
    backend: AuthBackend,
    *,
    site: Site,
    renewal: Renewal = 'visible',
    transport: Transport = 'rest',
    api: str = '',
    services: Sequence[str] = (),
) -> None:
    """Add the pages to `app`, where the auth backend must already be installed.

    `site` has the name that the pages bear, and the path of the page where one arrives.
    `renewal` is when access tokens are renewed: `visible`, `ahead` or `lazy` (auth/browser/renewal.js).
    `transport` is how the browser speaks to the backend: `rest` or `graphql` (auth/browser/api.js).
    `api` is the origin of the backend's routes, if not the pages' own.
    `services` are the origins of other services that the browser may send access tokens to.
    Raises `ValueError` for what is no origin, and for two pages at one path. Once in a process.
    """
    browser_settings = BrowserSettings(renewal, transport, api, services)
    setattr(app.state, CONNECTS_TO, browser_settings.other_origins)
    app.mount(PREFIX, BrowserFiles(directory=FOLDER), name='page files')
    app.add_route(COMPONENTS.path, COMPONENTS.answer, include_in_schema=False)
    app.user_middleware.append(Middleware(NoForwardedPrefix))
    app.user_middleware.append(Middleware(KeptFiles))  # inside of the guard: strangers get no file
    put_nonce_on_scripts()
    sessions = PageSessions(backend)
    private_here = add_shell(sessions, browser_settings, site, partial(answers_there, app))
    registered_pages.are_installed = True
    # NiceGUI takes sockets from everywhere ('*'). The guard of the auth backend has refused strangers
    # by now, for websocket and polling alike; [] keeps engineio from adding CORS headers of its own.
    core.sio.eio.cors_allowed_origins = []
    nicegui_app.config.socket_io_js_extra_headers[CLIENT_HEADER] = 'nicegui'  # polling posts, too
    send_client_header_with_uploads()
    nicegui_app.config.quasar_config['brand'].setdefault('primary', _PRIMARY)
    # NiceGUI compresses its pages. BREACH would need a secret in them that is the same from answer to
    # answer; there is none. Answers with tokens in them are not compressed.
    ui.run_with(
        app,
        title=site.name,
        dark=None,  # as the system has it
        language='en-US',
        favicon=text_of('favicon.svg'),
        tailwind=False,
        show_welcome_message=False,
    )
    rendered = [path for path, page in private_here.items() if isinstance(page, ServerRenderedPage)]
    guarded = UploadGuard(nicegui_app, sessions)
    serve_elsewhere(app, RefreshOnVisit(guarded, backend, rendered))


def add_shell(
    sessions: PageSessions,
    browser_settings: BrowserSettings,
    site: Site,
    is_elsewhere: Callable[[str], bool] = lambda _path: False,
) -> dict[str, PrivatePage]:
    """Register the one page there is: navigation never loads a document, so the token survives it.

    Return the private pages inside, by path.
    """
    register_importmap_override('auth-client', TOKEN_HOLDER_PATH)
    register_importmap_override('page-components', COMPONENTS.path)
    if _USE_COMPONENTS not in nicegui_app.config.vue_config_script:
        nicegui_app.config.vue_config_script += _USE_COMPONENTS
    sessions.watch()
    WaitingPages().watch()
    unused_tabs.watch()
    SocketGuard(sessions).install()
    private_here = pages_of(site, sessions.backend)
    # A host may have a page of its own there, as anywhere else.
    has_start = is_elsewhere('/') or any(
        isinstance(route, Route) and route.path == '/' for route in nicegui_app.routes
    )
    entry_paths = entry_paths_of(sessions.backend, with_start=not has_start)
    here = Addresses(private_here, entry_paths, is_elsewhere)
    register_url_convertor('page', _our_paths(entry_paths, private_here))
    answer_where_nothing_is(site.name)

    @ui.page('/{_:page}')
    def shell(request: Request) -> Awaitable[None] | None:
        frame(sessions, here, browser_settings, site)
        page, somebody = private_here.get(request.url.path), visitor(request)
        if somebody is None or not isinstance(page, ServerRenderedPage):
            return None
        return page.put_into_document(somebody.identity)

    if not has_start:
        ui.page('/')(shell)
    return private_here


def _our_paths(entry_paths: Collection[str], private_paths: Collection[str]) -> PathConvertor:
    """Match the addresses of our pages; what is below a private one, only that page knows."""
    entries = [f'{re.escape(path[1:])}/?' for path in entry_paths]
    private = [f'{re.escape(path[1:])}(?:/.*)?' for path in private_paths]

    class OurPath(PathConvertor):
        regex = '|'.join([*entries, *private])

    return OurPath()
