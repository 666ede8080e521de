"""P15 at the server: a page request is refreshed for its user, and nobody else's is."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from fastapi import FastAPI, HTTPException, Request
from fastapi.responses import HTMLResponse
from httpx2 import Response
from starlette.testclient import TestClient

from auth import AuthBackend, RefreshOnVisit, visitor
from auth.errors import DatabaseUnavailable
from auth.http.server_rendering import logout_pending_cookies
from auth.sessions.lifecycle import Sessions

from .browser import COOKIE, JAR_DOMAIN, ORIGIN, Account, Browser
from .clock import Clock
from .stored import Stored
from .test_database import locked

PATH = '/hello'
NOBODY = 'nobody'
VISIT = {'Sec-Fetch-Dest': 'document', 'Sec-Fetch-Mode': 'navigate', 'Sec-Fetch-Site': 'none'}

Visit = Callable[..., Response]


@pytest.fixture
def site(backend: AuthBackend, app: FastAPI, clock: Clock) -> FastAPI:
    """The host application with pages that are rendered for their users, some of them badly."""

    @app.get(PATH, response_class=HTMLResponse)
    async def hello(request: Request) -> str:
        somebody = visitor(request)
        return somebody.identity.name if somebody else NOBODY

    @app.get('/missing')
    async def missing() -> None:
        raise HTTPException(404)

    @app.get('/broken')
    async def broken() -> None:
        raise ZeroDivisionError

    @app.get('/ends', response_class=HTMLResponse)
    def ends(request: Request) -> str:
        somebody = visitor(request)
        assert somebody
        backend.sessions.log_out(None, somebody.identity.session_id)
        return somebody.identity.name

    @app.get('/slow', response_class=HTMLResponse)
    def slow(request: Request) -> str:
        clock.advance(31)  # longer than one token serves several tabs
        # Another tab, with the same token.
        later = backend.rotation.refresh(request.cookies[COOKIE])
        return later.refresh_token

    @app.get('/elsewhere', response_class=HTMLResponse)
    async def elsewhere(request: Request) -> str:
        return await hello(request)

    return app


@pytest.fixture
def visitor_here(
    site: FastAPI, backend: AuthBackend, ada: Account, stored: Stored
) -> Iterator[Browser]:
    """Ada's browser, before a server that renders pages."""
    around = RefreshOnVisit(site, backend, [PATH, '/missing', '/broken', '/ends', '/slow'])
    with TestClient(around, base_url=ORIGIN, raise_server_exceptions=False) as client:
        browser = Browser(client)
        browser.register(ada)
        yield browser


@pytest.fixture
def visit(visitor_here: Browser) -> Visit:
    """Open a page as a browser does: `visit(PATH, {'Sec-Purpose': 'prefetch'})`."""

    def visit(
        path: str = PATH, more: dict[str, str] | None = None, method: str = 'GET'
    ) -> Response:
        return visitor_here.client.request(method, path, headers=VISIT | (more or {}))

    return visit


def test_page_knows_its_user(visit: Visit, visitor_here: Browser, ada: Account) -> None:
    """The name is in the HTML; the cookie is another one now, and good for the next refresh."""
    before = visitor_here.jar

    page = visit()

    assert page.text == ada.name
    assert visitor_here.jar not in {'', before}
    assert visitor_here.refresh().json()['outcome'] == 'rotated'


def test_answer_holds_no_access_token(visit: Visit) -> None:
    """Neither body nor headers; the shape of a JWT gives it away."""
    page = visit()

    assert COOKIE in page.headers['set-cookie']
    assert 'eyJ' not in page.text + str(page.headers)


@pytest.mark.parametrize(('path', 'status'), [('/missing', 404), ('/broken', 500)])
def test_cookie_comes_with_failures_too(
    visit: Visit, visitor_here: Browser, path: str, status: int
) -> None:
    """The token has been rotated before the page failed: the browser must hear of it."""
    before = visitor_here.jar

    assert visit(path).status_code == status

    assert visitor_here.jar not in {'', before}


def test_cookie_of_a_neighbour_is_no_logout(visit: Visit, visitor_here: Browser) -> None:
    """A page of a sibling's can set one for the whole domain, without the prefix."""
    ours = f'{COOKIE}={visitor_here.jar}'

    for planted in ('logout-pending=1', '\x1f__Host-logout-pending=1'):
        assert visit(more={'Cookie': f'{planted}; {ours}'}).text == 'Ada'


@pytest.mark.parametrize(
    ('pages_url', 'port', 'names'),
    [
        ('https://app.example.com', None, {'__Host-logout-pending'}),
        ('https://app.example.com:443', None, {'__Host-logout-pending'}),
        # a proxy that passes its own address on
        ('https://app.example.com', 8000, {'__Host-logout-pending', '__Host-logout-pending-8000'}),
        ('https://app.example.com:8443', None, {'__Host-logout-pending', '__Host-logout-pending-8443'}),
        ('http://localhost:8000', 8000, {'__Host-logout-pending-8000', 'logout-pending-8000'}),
    ],
)  # fmt: skip
def test_pending_logout_has_the_port_that_people_type(
    pages_url: str, port: int | None, names: set[str]
) -> None:
    """The browser knows no other; without the prefix, for Safari, only over http."""
    assert logout_pending_cookies(pages_url, port) == names


@pytest.mark.parametrize(
    ('more', 'method', 'path'),
    [
        ({'Sec-Purpose': 'prefetch'}, 'GET', PATH),
        ({'Sec-Purpose': 'prefetch;prerender'}, 'GET', PATH),
        ({'Purpose': 'prefetch'}, 'GET', PATH),
        ({'X-Moz': 'prefetch'}, 'GET', PATH),
        ({}, 'HEAD', PATH),
        ({'Sec-Fetch-Dest': 'iframe'}, 'GET', PATH),
        ({'Sec-Fetch-Dest': 'empty', 'Sec-Fetch-Mode': 'cors'}, 'GET', PATH),
        ({'Sec-Fetch-Dest': 'image', 'Sec-Fetch-Mode': 'no-cors'}, 'GET', PATH),
        ({'Sec-Fetch-Site': 'cross-site'}, 'GET', PATH),
        ({'Sec-Fetch-Site': 'same-site'}, 'GET', PATH),
        ({'Sec-Fetch-Site': ''}, 'GET', PATH),
        ({'Cookie': '__Host-logout-pending=1'}, 'GET', PATH),
        ({}, 'GET', '/elsewhere'),
    ],
    ids=[
        'prefetch', 'prerender', 'old prefetch', 'old Firefox', 'HEAD', 'frame', 'fetch', 'image',
        'from another site', 'from a sibling', 'no word of it', 'logout pending',
        'other page',
    ],
)  # fmt: skip
def test_what_is_no_visit_refreshes_nothing(
    visit: Visit, visitor_here: Browser, more: dict[str, str], method: str, path: str
) -> None:
    """The page comes without a name, the cookie stays as it is; a visit right after works."""
    before = visitor_here.jar
    if 'Cookie' in more:
        more = {'Cookie': f'{more["Cookie"]}; {COOKIE}={before}'}

    page = visit(path, more, method)

    assert page.text == ('' if method == 'HEAD' else NOBODY)
    assert 'set-cookie' not in page.headers
    assert visitor_here.jar == before
    assert visit().text == 'Ada'


@pytest.mark.parametrize('jar', ['', 'garbage', 'r1.unknown.0.AAAA'])
def test_useless_cookie_leaves_the_question_open(
    visit: Visit, visitor_here: Browser, jar: str
) -> None:
    """The page's script asks for itself, and is told what is wrong."""
    visitor_here.client.cookies.clear()
    if jar:
        visitor_here.client.cookies.set(COOKIE, jar, domain=JAR_DOMAIN, path='/')

    page = visit()

    assert page.text == NOBODY
    assert 'set-cookie' not in page.headers


def test_ended_session_is_nobodys(visit: Visit, visitor_here: Browser) -> None:
    """An old cookie that somebody kept renders no page."""
    kept = visitor_here.jar
    visitor_here.log_out()
    visitor_here.jar = kept

    assert visit().text == NOBODY


def test_replayed_cookie_ends_the_session(
    visit: Visit, visitor_here: Browser, clock: Clock
) -> None:
    """A page request is a refresh like any other: a copied token is noticed here as well."""
    copied = visitor_here.jar
    for _ in range(3):
        clock.advance(600)
        visit()
    visitor_here.jar = copied

    assert visit().text == NOBODY
    assert visitor_here.refresh().json()['reason'] == 'replay'


def test_late_page_brings_no_dead_cookie(visit: Visit, visitor_here: Browser) -> None:
    """Somebody signs out while the page is being written: its cookie may find another one there."""
    before = visitor_here.jar

    page = visit('/ends')

    assert page.text == 'Ada'
    assert 'set-cookie' not in page.headers
    assert visitor_here.present(before).json()['code'] == 'session_ended'


def test_slow_page_brings_no_older_cookie(visit: Visit, visitor_here: Browser) -> None:
    """Another tab has been given a later token meanwhile: the page's own would look like a replay."""
    page = visit('/slow')

    assert 'set-cookie' not in page.headers
    visitor_here.jar = page.text
    assert visitor_here.refresh().json()['outcome'] == 'rotated'


def test_page_of_somebody_is_kept_by_no_cache(visit: Visit) -> None:
    """Whatever the application says: their name is in it, and their cookie comes with it."""
    assert visit().headers['cache-control'] == 'no-store'
    assert visit('/elsewhere').text == NOBODY
    assert 'cache-control' not in visit('/elsewhere').headers


def test_cookie_comes_though_the_database_has_gone(
    visit: Visit, visitor_here: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The token has been rotated by then: the browser must hear of it."""
    before = visitor_here.jar

    def fail(*_: object) -> None:
        raise DatabaseUnavailable('gone')

    monkeypatch.setattr(Sessions, 'living_row', fail)

    assert visit().text == 'Ada'
    assert visitor_here.jar not in {'', before}


def test_unanswering_database_leaves_the_question_open(
    visit: Visit, visitor_here: Browser, stored: Stored, impatient: None
) -> None:
    """The page comes, without a name; the cookie stays good."""
    before = visitor_here.jar
    with locked(stored):
        page = visit()

    assert page.text == NOBODY
    assert visitor_here.jar == before
    assert visit().text == 'Ada'
