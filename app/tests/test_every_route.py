"""What holds for every route there is, also for one that is added tomorrow: they are enumerated."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.responses import HTMLResponse
from fastapi.routing import iter_route_contexts
from httpx2 import Response
from nicegui import app as nicegui_app
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles
from starlette.testclient import TestClient

import auth
import pages

from .conftest import OUR_PAGE, PORT

EVIL_PAGE = OUR_PAGE | {'Origin': 'https://evil.example', 'Sec-Fetch-Site': 'cross-site'}
SOCKET = '/_nicegui_ws/socket.io/?EIO=4&transport=polling'
SHELL = ['/login', '/register', '/dashboard', '/dashboard/below']  # one route for all of them
NOWHERE = ['/no/such/page', '/auth/no/such/call', '/api/no/such/call', '/_pages/no/such/file']
API = ('/auth/', '/api/', '/faults')
NONCE = re.compile(r"'nonce-([\w-]{22,})'")
ELSEWHERE = 'http://localhost:8001'
PolicyOf = Callable[..., dict[str, str]]
POLICY = (
    "default-src 'self'; script-src 'self' 'nonce-NONCE' 'unsafe-eval'; script-src-attr 'none'; "
    "style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self'; "
    "media-src 'self'; frame-src 'self'; connect-src 'self'; object-src 'none'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)


@dataclass(frozen=True)
class Place:
    """A method and a path that some route takes."""

    method: str
    path: str

    @property
    def may_change_something(self) -> bool:
        return self.method not in {'GET', 'HEAD'}


@pytest.fixture(scope='module')
def places(served: auth.ResponseHeaders) -> list[Place]:
    """Every method and path of the application and of NiceGUI behind it, our pages, and nowhere."""
    assert isinstance(served.app, FastAPI)
    found = [*places_of(served.app.routes), *places_of(nicegui_app.routes)]
    found += [Place('GET', path) for path in SHELL]
    return [*found, *(Place(method, path) for path in NOWHERE for method in ('GET', 'POST'))]


def places_of(routes: list[Any]) -> Iterator[Place]:
    """Give each route's methods and path, with something in the place of its parameters."""
    for route in iter_route_contexts(routes):
        if not isinstance(route.route, Mount):
            for method in sorted(route.methods or ()):
                yield Place(method, re.sub(r'{\w*(:\w+)?}', 'any', str(route.path)))
        elif isinstance(route.route.app, StaticFiles):
            files = Path(str(route.route.app.directory)).rglob('*.*')
            yield Place('GET', f'{route.path}/{next(file.name for file in files)}')
        else:  # NiceGUI's socket: the only mount that is no folder
            assert route.path == '/_nicegui_ws'
            yield from (Place('GET', SOCKET), Place('POST', SOCKET))


def answers(client: TestClient, places: list[Place]) -> dict[Place, Response]:
    """Ask for each place as a page of our own does."""
    return {
        place: client.request(place.method, place.path, headers=OUR_PAGE, json=None)
        for place in places
    }


def is_page(answer: Response) -> bool:
    return answer.headers.get('Content-Type', '').startswith('text/html')


def test_enumeration_misses_nothing(places: list[Place]) -> None:
    """Routes of all kinds are found: ours, NiceGUI's, files, the socket."""
    assert {
        Place('POST', '/auth/login'),
        Place('DELETE', '/auth/sessions/any'),
        Place('GET', '/api/me'),
        Place('GET', '/healthz'),
        Place('PUT', '/faults'),
        Place('PUT', '/faults/clock'),
        Place('GET', '/'),
        Place('GET', '/any'),
        Place('GET', SOCKET),
    } <= set(places)
    assert Place('GET', auth.TOKEN_HOLDER_PATH) in places
    assert sum('/_pages/' in place.path for place in places) >= 3
    assert len(places) >= 25


@pytest.mark.checklist('V3.4.4', 'V3.4.5', 'V3.4.6', 'V3.4.8', 'V13.4.5')
def test_every_answer_has_its_headers(client: TestClient, places: list[Place]) -> None:
    """Whatever answers, and whether it is good news: pages, API, files, socket, refusals."""
    for place, answer in answers(client, places).items():
        headers = answer.headers
        assert headers['X-Content-Type-Options'] == 'nosniff', place
        assert headers['Referrer-Policy'] == 'same-origin', place
        assert headers['Cross-Origin-Resource-Policy'] == 'same-origin', place
        assert "frame-ancestors 'none'" in headers['Content-Security-Policy'], place
        assert headers.get('Cross-Origin-Opener-Policy') == (
            'same-origin' if is_page(answer) else None
        ), place
        for absent in ('Server', 'X-Powered-By', 'Strict-Transport-Security'):
            assert absent not in headers, place
        assert len(headers.get_list('Content-Security-Policy')) == 1, place
        assert len(headers.get_list('Cache-Control')) == 1, place


@pytest.mark.checklist('V3.4.3')
def test_every_page_has_the_policy(client: TestClient, places: list[Place]) -> None:
    """The whole policy, with a nonce that no other answer has had, and that its scripts know."""
    pages = {place: each for place, each in answers(client, places).items() if is_page(each)}
    nonces = set()
    for place, page in pages.items():
        policy = page.headers['Content-Security-Policy']
        nonce = NONCE.findall(policy)[0]
        nonces.add(nonce)
        assert policy == POLICY.replace('NONCE', nonce), place
        inline = re.findall(r'<script\b(?![^>]*\bsrc=)[^>]*>', page.text)
        assert len(inline) >= 3 or page.status_code == 404, place
        assert all(f'nonce="{nonce}"' in script for script in inline), place

    assert len(pages) > len(SHELL)
    assert len(nonces) == len(pages)


@pytest.mark.checklist('V3.4.3')
def test_nonce_is_only_in_the_template(client: TestClient) -> None:
    """What somebody writes into the finished HTML gets none: here, our own tags in the head."""
    page = client.get('/login').text

    foreign = re.findall(r'<script type="module"[^>]* src="/auth/[^>]*>', page)
    assert len(foreign) == 1
    assert 'nonce' not in foreign[0]


@pytest.mark.checklist('V14.3.2')
def test_only_files_are_kept_by_caches(client: TestClient, places: list[Place]) -> None:
    """No answer about somebody is stored; what never changes at its address is asked for once."""
    kept = set()
    for place, answer in answers(client, places).items():
        if answer.headers['Cache-Control'] != 'no-store':
            assert answer.status_code == 200
            assert not is_page(answer)
            kept.add(place.path)

    assert auth.TOKEN_HOLDER_PATH in kept
    assert all(
        path.startswith((auth.TOKEN_HOLDER_PATH, '/_pages/', '/_nicegui/', '/.well-known/'))
        for path in kept
    )
    assert len(kept) >= 4


@pytest.mark.checklist('V3.3.1')
def test_no_answer_sets_a_foreign_cookie(client: TestClient, places: list[Place]) -> None:
    """There is one cookie in this program, with its prefix and Secure; NiceGUI sets none."""
    for place, answer in answers(client, places).items():
        for cookie in answer.headers.get_list('Set-Cookie'):
            assert cookie.startswith(f'__Host-refresh-{PORT}='), place
            assert 'Secure' in cookie, place


@pytest.mark.checklist('V3.4.2')
def test_no_answer_speaks_to_other_origins(client: TestClient, places: list[Place]) -> None:
    """Nobody is listed: there is no CORS header on anything, NiceGUI's socket included."""
    for place, answer in answers(client, places).items():
        assert not any(name.startswith('access-control-') for name in answer.headers), place


@pytest.mark.checklist('V3.5.1')
def test_every_changing_place_refuses_another_site(client: TestClient, places: list[Place]) -> None:
    """Orders for faults and the socket's posts as well; our own page is not refused."""
    changing = [place for place in places if place.may_change_something]
    assert Place('PUT', '/faults') in changing
    assert Place('POST', SOCKET) in changing

    for place in changing:
        refused = client.request(place.method, place.path, headers=EVIL_PAGE)
        own = client.request(place.method, place.path, headers=OUR_PAGE)

        assert refused.status_code == 403, place
        assert refused.json()['code'] == 'forbidden_origin', place
        assert 'Set-Cookie' not in refused.headers, place
        assert own.status_code != 403, place


@pytest.mark.checklist('V3.5.3')
def test_no_changing_route_can_be_read(client: TestClient, places: list[Place]) -> None:
    """The answer to GET says which methods there are; it is not a page."""
    readable = {place.path for place in places if place.method == 'GET'}
    methods = {
        place.path: place.method
        for place in places
        if place.may_change_something and place.path not in readable
    }
    assert {'/auth/logout', '/auth/logout-all', '/auth/delete-account', '/faults'} <= set(methods)

    for path, method in methods.items():
        answer = client.get(path)

        assert answer.status_code == 405, path
        assert answer.headers['Allow'] == method, path
        assert answer.headers['Content-Type'] == 'application/problem+json', path
        assert answer.json()['code'] == 'method_not_allowed', path


@pytest.mark.checklist('V3.5.3')
def test_reading_logs_nobody_out(client: TestClient) -> None:
    """A picture whose address is that of the logout ends no session."""
    form = {'name': 'Ada', 'email': 'ada@example.com', 'password': 'nine purple herons over Ghent'}
    cookie = client.post('/auth/register', headers=OUR_PAGE, json=form).headers['Set-Cookie']
    signed_in = OUR_PAGE | {'Cookie': cookie.partition(';')[0]}

    for path in ('/auth/logout', '/auth/logout-all', '/auth/delete-account', '/auth/refresh'):
        assert client.get(path, headers=signed_in).status_code == 405

    assert client.post('/auth/refresh', headers=signed_in).json()['outcome'] == 'rotated'


@pytest.mark.parametrize(
    'path', ['/auth/nothing', '/api/nothing', '/graphql/nothing', '/.well-known/nothing']
)
@pytest.mark.parametrize('method', ['GET', 'POST', 'DELETE'])
def test_programs_get_no_page(path: str, method: str, client: TestClient) -> None:
    """Where programs ask, what is not there is a problem like all others."""
    answer = client.request(method, path, headers=OUR_PAGE)

    assert answer.status_code == 404
    assert answer.headers['Content-Type'] == 'application/problem+json'
    assert answer.json()['code'] == 'not_found'


@pytest.mark.checklist('V13.4.5')
@pytest.mark.parametrize('path', ['/docs', '/redoc', '/openapi.json'])
def test_interactive_docs_are_not_served(path: str, client: TestClient) -> None:
    """They are for developers, and load scripts from elsewhere."""
    assert client.get(path).status_code == 404


@pytest.mark.checklist('V3.4.1')
@pytest.mark.parametrize('https', [True, False])
def test_browsers_are_bound_to_https_only_by_https(*, https: bool) -> None:
    """A year and more, for each answer; over http the header would mean nothing."""
    app = auth.ResponseHeaders(FastAPI(), https=https)

    headers = TestClient(app).get('/nothing').headers

    expected = 'max-age=31536000; includeSubDomains' if https else None
    assert headers.get('Strict-Transport-Security') == expected


@pytest.fixture
def policy() -> PolicyOf:
    """Give the policy of a page whose host lets others in."""

    def policy(services: Sequence[str] = (), **also_from: Sequence[str]) -> dict[str, str]:
        app = FastAPI()
        app.add_api_route('/page', lambda: HTMLResponse('<h1>Hello'))
        app.state.pages_connect_to = services  # as `pages.install` notes them
        directives = {name.replace('_', '-'): origins for name, origins in also_from.items()}
        served = pages.with_headers(app, https=False, also_from=directives)
        whole = TestClient(served).get('/page').headers['Content-Security-Policy']
        without_nonce = NONCE.sub("'nonce-NONCE'", whole)
        return dict(each.split(' ', 1) for each in without_nonce.split('; '))

    return policy


@pytest.mark.checklist('V3.4.3')
def test_pages_connect_to_listed_services_only(policy: PolicyOf) -> None:
    """A service that pages may call is in their policy, beside ourselves, and nowhere else."""
    plain = policy()

    assert plain['connect-src'] == "'self'"
    assert policy([ELSEWHERE]) == plain | {'connect-src': f"'self' {ELSEWHERE}"}


@pytest.mark.checklist('V3.4.3')
def test_pictures_may_come_from_elsewhere(policy: PolicyOf) -> None:
    """From listed origins, and nothing else may; what pages call is added to the services."""
    plain = policy([ELSEWHERE])
    tiles, other = 'https://tiles.example', 'https://api.example'

    assert policy([ELSEWHERE], img_src=[tiles], connect_src=[other]) == plain | {
        'img-src': f"'self' data: blob: {tiles}",
        'connect-src': f"'self' {ELSEWHERE} {other}",
    }


@pytest.mark.checklist('V3.4.3')
@pytest.mark.parametrize(
    ('directive', 'origin', 'why'),
    [
        ('script_src', ELSEWHERE, 'script-src is not open'),
        ('default_src', ELSEWHERE, 'default-src is not open'),
        ('frame_ancestors', ELSEWHERE, 'frame-ancestors is not open'),
        ('image_src', ELSEWHERE, 'image-src is not open'),
        ('img_src', '*', 'not an exact origin'),
        ('img_src', "https://a.example; script-src 'unsafe-inline'", 'not an exact origin'),
    ],
)
def test_scripts_never_come_from_elsewhere(
    directive: str, origin: str, why: str, policy: PolicyOf
) -> None:
    """They could act as their page's user; nor may anybody frame a page."""
    with pytest.raises(ValueError, match=why):
        policy(**{directive: [origin]})


@pytest.mark.checklist('V3.4.3', 'V14.3.2')
def test_a_crash_has_the_headers_too() -> None:
    """What answers when everything has failed is inside of the headers."""
    app = FastAPI()

    @app.get('/crash')
    async def crash() -> None:
        raise RuntimeError('as ordered')

    client = TestClient(auth.ResponseHeaders(app, https=True), raise_server_exceptions=False)
    answer = client.get('/crash')

    assert answer.status_code == 500
    assert answer.headers['X-Content-Type-Options'] == 'nosniff'
    assert answer.headers['Cache-Control'] == 'no-store'
