"""P20: pages of other origins can neither open a socket here, nor do anything for their visitors."""

from __future__ import annotations

import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import quote, unquote, urlsplit

import pytest
from playwright.sync_api import BrowserContext, Route, expect
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from auth import TOKEN_HOLDER_PATH

from .kit.tabs import OpenTab
from .program import bare
from .program.people import Person
from .program.server import Server
from .program.socket_page import SOCKET_PATH
from .program.wire import WireBrowser

SOCKET = f'{SOCKET_PATH}/?EIO=4&transport='
LISTED = 'https://app.example.com'
POST_WITHOUT_ASKING = """(url) => fetch(url, {
    method: 'POST', mode: 'no-cors', credentials: 'include' }).catch(() => {})"""
CONNECT_BY_POLLING = """() => new Promise((resolve) => {
    const options = { ...socket.io.opts, transports: ['polling'], query: {}, forceNew: true };
    const another = io(location.origin, options);
    another.on('connect', () => resolve(`connected by ${another.io.engine.transport.name}`));
    another.on('connect_error', (error) => resolve(String(error)));
})"""
READ = """(url) => fetch(url, {
    method: 'POST', credentials: 'include', headers: { 'X-Requested-With': 'tests' },
}).then(async (answer) => (await answer.json()).code, () => 'not readable')"""


class _Neighbour(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        """Serve a page that shows which cookies came, and plant the one that its address names."""
        self.send_response(200)
        self.send_header('Content-Type', 'text/html')
        if cookie := urlsplit(self.path).query:
            self.send_header('Set-Cookie', unquote(cookie, 'latin-1'))
        self.end_headers()
        came = self.headers.get('Cookie', '')
        self.wfile.write(f'<!doctype html><title>Page</title>{came}'.encode())

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture(scope='module')
def page_port() -> Iterator[int]:
    """A port of this machine where somebody else serves pages, under each of its names."""
    with ThreadingHTTPServer(('127.0.0.1', 0), _Neighbour) as other:
        threading.Thread(target=other.serve_forever, daemon=True).start()
        yield other.server_port
        other.shutdown()


def strangers(server: Server) -> dict[str, str]:
    """Return origins that are not the server's, some of them nearly."""
    port = server.url.rpartition(':')[2]
    return {
        'another site': 'https://evil.example',
        'no origin of its own': 'null',
        'longer name': f'http://localhost.evil.example:{port}',
        'shorter port': server.url[:-1],
        'longer port': f'{server.url}0',
        'other port': 'http://localhost:4500',
        'other scheme': server.url.replace('http', 'https'),
        'other name of this machine': f'http://127.0.0.1:{port}',
        'with a slash': f'{server.url}/',
    }


def open_websocket(server: Server, origin: str | None) -> str:
    """Return the first message, or the status of the refusal."""
    url = server.url.replace('http', 'ws') + SOCKET + 'websocket'
    try:
        with connect(url, additional_headers={'Origin': origin} if origin else {}) as socket:
            return str(socket.recv())
    except InvalidStatus as refused:
        return str(refused.response.status_code)


def poll(server: Server, origin: str | None) -> str:
    """Return the first message, or the status of the refusal."""
    url = server.url + SOCKET + 'polling'
    request = urllib.request.Request(url, headers={'Origin': origin} if origin else {})
    try:
        with urllib.request.urlopen(request) as answer:
            return str(answer.read().decode())
    except urllib.error.HTTPError as refused:
        refused.close()
        return str(refused.code)


@pytest.mark.checklist('V4.4.2', 'V16.3.1')
@pytest.mark.parametrize('handshake', [open_websocket, poll])
def test_socket_opens_for_our_own_pages_only(
    handshake: Callable[[Server, str | None], str], server: Server
) -> None:
    """Each stranger is refused at the handshake and noted; our own origin gets a session."""
    refusals = server.count('malicious_cors')

    answers = {name: handshake(server, origin) for name, origin in strangers(server).items()}
    own = handshake(server, server.url)

    assert set(answers.values()) == {'403'}
    assert '"sid"' in own
    server.wait_for('malicious_cors', refusals + len(answers))


def test_own_page_may_poll(tabs: OpenTab, server: Server, person: Person) -> None:
    """Where no websocket gets through, NiceGUI posts; it does so with the header that we ask for."""
    tab = tabs()
    person.join(tab, server.url)

    assert tab.evaluate(CONNECT_BY_POLLING) == 'connected by polling'


@pytest.mark.checklist('V4.4.2')
def test_websocket_without_origin_is_refused(server: Server) -> None:
    """Every browser names the origin; what does not is no browser, and has no business here."""
    assert open_websocket(server, None) == '403'


@pytest.mark.checklist('V4.4.2', 'V3.4.2')
def test_listed_origin_may_open_sockets(server_with: Callable[..., Server]) -> None:
    """Exactly that one, and for both ways to connect."""
    server = server_with('--allowed-origins', f'https://other.example.com,{LISTED}')

    for handshake in (open_websocket, poll):
        assert '"sid"' in handshake(server, LISTED)
        assert handshake(server, f'{LISTED}0') == '403'


@pytest.mark.checklist('V3.5.1')
def test_page_on_another_port_ends_no_session(
    tabs: OpenTab, server: Server, person: Person, page_port: int
) -> None:
    """It is of the same site, so the cookie goes along; the request is refused nevertheless."""
    tab, attacker = tabs(), tabs()
    person.join(tab, server.url)
    attacker.goto(f'http://localhost:{page_port}')
    refusals = server.count('malicious_cors')

    for path in ('/auth/logout', '/auth/refresh', '/auth/logout-all'):
        attacker.evaluate(POST_WITHOUT_ASKING, server.url + path)

    tab.reload()
    person.sees_dashboard(tab)
    expect(tab.get_by_text('Refreshes so far')).to_be_visible()
    server.wait_for('malicious_cors', refusals + 3)  # so they did arrive


@pytest.mark.checklist('V3.4.2', 'V3.4.8')
def test_only_listed_origins_read_answers(
    tabs: OpenTab, server_with: Callable[..., Server], page_port: int
) -> None:
    """What is listed may ask and read, from another site too; its neighbour may not."""
    listed_origin = f'http://app.localhost:{page_port}'
    server = server_with('--allowed-origins', listed_origin)
    listed, neighbour = tabs(), tabs()
    listed.goto(listed_origin)
    neighbour.goto(f'http://localhost:{page_port}')

    assert listed.evaluate(READ, f'{server.url}/auth/refresh') == 'no_session'
    assert neighbour.evaluate(READ, f'{server.url}/auth/refresh') == 'not readable'


@pytest.mark.checklist('V3.5.1')
def test_both_names_of_this_machine_work(tabs: OpenTab, server: Server, person: Person) -> None:
    """Whoever types 127.0.0.1 instead of localhost is at home there as well."""
    tab = tabs()

    person.join(tab, server.url.replace('localhost', '127.0.0.1'))

    tab.reload()
    person.sees_dashboard(tab)


@pytest.mark.checklist('V3.5.1')
def test_strangers_name_gets_no_answer(server: Server) -> None:
    """DNS rebinding: the browser believes to be at its own site, but the name gives it away."""
    browser = WireBrowser(server)
    assert browser.register() == 'started'
    request = urllib.request.Request(f'{server.url}/login', headers={'Host': 'evil.example'})

    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(request)

    assert refused.value.code == 421
    refused.value.close()


@pytest.mark.one_browser
@pytest.mark.only_browser('chromium')  # Firefox's driver may garble such a header
@pytest.mark.checklist('V3.3.1', 'V7.2.4')
def test_session_of_a_neighbour_is_never_adopted(
    tabs: OpenTab, server: Server, person: Person, page_port: int
) -> None:
    """A space that ASCII does not know hides the prefix from the browser; the server sees the space."""
    attacker = WireBrowser(server)
    attacker.register()
    tab = tabs()
    person.join(tab, server.url)

    for hidden in ('\xa0', '\x85'):
        planted = f'{hidden}{attacker.cookie}; Path=/; Max-Age=9999'
        tab.goto(f'http://localhost:{page_port}/?{quote(planted, encoding="latin-1")}')
    _, _, token = attacker.cookie.partition('=')
    tab.goto(f'http://localhost:{page_port}')
    assert tab.content().count(token) == 2  # both are sent

    tab.goto(f'{server.url}/dashboard')
    person.sees_dashboard(tab)


@pytest.mark.one_browser
@pytest.mark.parametrize(
    ('name', 'state'),
    [('logout-pending', 'signed-in'), ('__Host-logout-pending', 'signed-out')],
    ids=['planted', 'ours'],
)
def test_cookie_of_a_neighbour_signs_nobody_out(
    context: BrowserContext, tabs: OpenTab, server: Server, name: str, state: str
) -> None:
    """Over https, a cookie for the whole domain tells of no logout; one that only we can set does.

    No server here speaks https: the test plays the one at `LISTED`, with our own token holder.
    """
    tokens = {
        'access_token': 'a.b.c',
        'expires_in': 600,
        'outcome': 'rotated',
        'user': {'id': '1', 'name': 'Ada', 'email': 'ada@example.com'},
        'session': {'id': '2', 'generation': 1, 'signed_in_at': 0},
    }
    with urllib.request.urlopen(server.url + TOKEN_HOLDER_PATH) as answer:
        token_holder = answer.read().decode()
    answers = {
        '/bare': {'body': bare.HTML, 'content_type': 'text/html'},
        TOKEN_HOLDER_PATH: {'body': token_holder, 'content_type': 'text/javascript'},
        '/auth/refresh': {'json': tokens},
        '/auth/logout': {'status': 204},
    }
    for path, answer_with in answers.items():
        context.route(LISTED + path, partial(fulfill, answer_with))
    where: Any = {'domain': '.example.com', 'path': '/'}
    if name.startswith('__Host-'):
        where = {'url': LISTED, 'secure': True}
    context.add_cookies([where | {'name': name, 'value': 'a' * 24}])
    tab = tabs()

    tab.goto(f'{LISTED}/bare')

    tab.wait_for_function('state => globalThis.auth?.state === state', arg=state)


def fulfill(answer: dict[str, Any], route: Route) -> None:
    """Answer a request as a server would."""
    route.fulfill(**answer)
