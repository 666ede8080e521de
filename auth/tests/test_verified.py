"""Access tokens at a service of its own, which has nothing but the public keys."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi import Response as PlainResponse
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse
from httpx2 import Response
from starlette.testclient import TestClient
from starlette.types import ASGIApp, Receive, Scope, Send

from auth import (
    ENDED_SESSIONS_PATH,
    JWKS_PATH,
    AuthBackend,
    Keys,
    Verified,
    VerifierSettings,
    fetchable,
    install_verifier,
    load_or_create_keys,
)
from auth.resource_server import ended_feed
from auth.resource_server.ended_feed import LOST_AFTER_SECONDS
from auth.resource_server.fetched_keys import COOL_DOWN_SECONDS, FIRST_COOL_DOWN_SECONDS
from auth.resource_server.json_fetch import MAX_BYTES, Fetched, FetchFailed, JsonAddress
from auth.tokens.signing_keys import JWKS_MAX_AGE_SECONDS, SigningKeys

from .at_once import at_once
from .browser import ORIGIN, Browser, bearer
from .clock import JUST, Clock
from .served import Counted, served
from .test_access_tokens import FORGERIES, Forgery, forged

pytestmark = pytest.mark.databases('sqlite')  # the service has none
KEEP_KEYS_SECONDS = 3600
LIFE_SECONDS = 600
Start = Callable[..., 'Service']


class Service:
    """A service in front of its keys, and in front of its list if it has one."""

    def __init__(self, client: TestClient) -> None:
        self.client = client

    def call(self, token: str, more_headers: dict[str, str] | None = None) -> Response:
        """Ask for its protected resource."""
        return self.client.get('/you', headers=bearer(token) | (more_headers or {}))

    def stop(self) -> None:
        """End its lifespan; the client may still be asked for its app."""
        self.client.__exit__(None, None, None)

    def read_list(self) -> None:
        """Let it read the list of ended sessions now, as it does each second."""
        assert self.client.portal
        assert isinstance(self.client.app, FastAPI)
        self.client.portal.call(self.client.app.state.verifier.feed.poll)


@pytest.fixture
def keys(tmp_path: Path) -> Keys:
    """Keys of this test's own: it rotates them."""
    return load_or_create_keys(tmp_path / 'own-keys')


@pytest.fixture
def auth_server(app: FastAPI) -> Counted:
    """The auth server, which counts what it is asked for."""
    return Counted(app)


@pytest.fixture
def auth_url(auth_server: Counted) -> Iterator[str]:
    """Its address: it is served over real HTTP."""
    with served(auth_server) as url:
        yield url


@pytest.fixture
def start(auth_url: str, clock: Clock) -> Iterator[Start]:
    """Start services that know the auth server, with settings of their own."""
    with ExitStack() as stack:

        def start(**more: Any) -> Service:
            settings = VerifierSettings(
                issuer=ORIGIN,
                jwks_url=auth_url + JWKS_PATH,
                keep_keys_seconds=KEEP_KEYS_SECONDS,
                clock=clock,
                steady=clock,
            )
            app = FastAPI()
            install_verifier(app, replace(settings, **more))

            @app.get('/you')
            async def you(you: Verified) -> dict[str, str]:
                return {'sub': you.user_id, 'sid': you.session_id}

            return Service(stack.enter_context(TestClient(app)))

        yield start


@pytest.fixture
def service(start: Start) -> Service:
    """A service with default settings."""
    return start()


def with_kid(token: str, keys: Keys, kid: str) -> str:
    """Return the token under another key's name."""
    return forged(Forgery('kid', {'kid': kid}), token, keys)


def test_call_without_a_token_is_asked_for_one(service: Service) -> None:
    """Shows that nothing is called invalid where nothing was presented (RFC 6750, 3.1)."""
    answer = service.call('')

    assert answer.status_code == 401
    assert answer.headers['WWW-Authenticate'] == 'Bearer'


def test_cookies_keep_no_service_from_serving(service: Service) -> None:
    """Shows that a service, which wants no cookies, does not have long ones read (CVE-2024-7592)."""
    assert service.call('', {'Cookie': 'a="' + '\\' * 30_000 + '"'}).status_code == 400


@pytest.mark.parametrize('forgery', FORGERIES, ids=lambda forgery: forgery.name)
def test_forged_token_opens_no_service(
    signed_in: Browser, service: Service, keys: Keys, forgery: Forgery
) -> None:
    """Shows that a service refuses what the colocated API refuses, with the same answer."""
    token = forged(forgery, signed_in.access_token, keys)

    answer = service.call(token)

    assert answer.status_code == 401
    assert answer.json()['code'] == 'invalid_token'
    assert answer.headers['Content-Type'] == 'application/problem+json'
    assert answer.headers['WWW-Authenticate'] == 'Bearer error="invalid_token"'
    assert token not in answer.text
    assert service.call(signed_in.access_token).status_code == 200


def test_service_learns_what_the_token_says(signed_in: Browser, service: Service) -> None:
    """Shows that the public keys are enough, and that they are fetched once."""
    answers = [service.call(signed_in.access_token) for _ in range(3)]

    user_id = signed_in.me().json()['user']['id']
    assert [answer.json() for answer in answers] == [
        {'sub': user_id, 'sid': signed_in.session_id}
    ] * 3


@pytest.mark.parametrize(('age', 'status'), [(LIFE_SECONDS - JUST, 200), (LIFE_SECONDS, 401)])
def test_token_ends_at_the_service_too(
    signed_in: Browser, service: Service, clock: Clock, age: float, status: int
) -> None:
    """Shows the expiry at its edge."""
    clock.advance(age)

    assert service.call(signed_in.access_token).status_code == status


def test_socket_ticket_opens_no_service(signed_in: Browser, service: Service) -> None:
    """Shows that another kind of token, signed with the same key, is refused."""
    ticket = signed_in.ticket('page-1').json()['ticket']

    assert service.call(ticket).json()['code'] == 'invalid_token'
    assert service.call(signed_in.access_token).status_code == 200


def test_keys_are_fetched_again_after_their_max_age(
    signed_in: Browser, service: Service, auth_server: Counted, clock: Clock
) -> None:
    """Shows that the JWKS says how long its keys may be kept."""
    service.call(signed_in.access_token)
    clock.advance(JWKS_MAX_AGE_SECONDS - JUST)
    service.call(signed_in.access_token)
    assert auth_server.paths == [JWKS_PATH]

    clock.advance(JUST)

    assert service.call(signed_in.access_token).status_code == 200
    assert auth_server.paths == [JWKS_PATH] * 2


def test_invented_key_names_cause_no_flood(
    signed_in: Browser, service: Service, auth_server: Counted, keys: Keys, clock: Clock
) -> None:
    """Shows that fifty unknown names cost one fetch, and the next one only after the cool-down."""
    service.call(signed_in.access_token)
    clock.advance(COOL_DOWN_SECONDS)
    tokens = [with_kid(signed_in.access_token, keys, f'invented-{n}') for n in range(50)]

    codes = {service.call(token).json()['code'] for token in tokens}

    assert codes == {'invalid_token'}
    assert len(auth_server.paths) == 2
    clock.advance(COOL_DOWN_SECONDS)
    service.call(tokens[0])
    assert len(auth_server.paths) == 3


def test_callers_at_one_instant_share_a_fetch(
    signed_in: Browser, service: Service, auth_server: Counted
) -> None:
    """Shows that eight first callers wait for one answer."""
    answers = at_once(*[lambda: service.call(signed_in.access_token)] * 8)

    assert [answer.status_code for answer in answers] == [200] * 8
    assert auth_server.paths == [JWKS_PATH]


def test_rotated_key_is_taken(
    signed_in: Browser, service: Service, keys: Keys, tmp_path: Path, clock: Clock
) -> None:
    """Shows that tokens of both keys are good while there are both."""
    old = signed_in.access_token
    service.call(old)
    SigningKeys(tmp_path / 'own-keys').rotate(clock())
    clock.advance(JWKS_MAX_AGE_SECONDS)
    signed_in.refresh()

    assert service.call(signed_in.access_token).status_code == 200
    assert service.call(old).status_code == 200


def test_late_news_of_a_key_is_fetched(
    signed_in: Browser, service: Service, keys: Keys, clock: Clock
) -> None:
    """Shows that an unknown name is looked up: a key may sign before its max-age has passed."""
    service.call(signed_in.access_token)
    keys.signing.rotate(clock() - JWKS_MAX_AGE_SECONDS)
    signed_in.refresh()
    assert service.call(signed_in.access_token).status_code == 401

    clock.advance(COOL_DOWN_SECONDS)

    assert service.call(signed_in.access_token).status_code == 200


@pytest.mark.parametrize(
    ('age', 'status'), [(KEEP_KEYS_SECONDS - JUST, 401), (KEEP_KEYS_SECONDS, 503)]
)
def test_outage_is_survived_for_a_bounded_time(
    signed_in: Browser,
    service: Service,
    auth_server: Counted,
    clock: Clock,
    age: float,
    status: int,
) -> None:
    """Shows that the service goes on with its keys, and gives up at the edge; 401: it has expired."""
    service.call(signed_in.access_token)
    auth_server.broken = JSONResponse({}, 500)
    clock.advance(LIFE_SECONDS - 1)
    assert service.call(signed_in.access_token).status_code == 200

    clock.advance(age - (LIFE_SECONDS - 1))
    answer = service.call(signed_in.access_token)

    assert answer.status_code == status
    auth_server.broken = None
    clock.advance(COOL_DOWN_SECONDS)
    signed_in.refresh()
    assert service.call(signed_in.access_token).status_code == 200


async def _much(scope: Scope, receive: Receive, send: Send) -> None:
    await HTMLResponse(b' ' * (MAX_BYTES + 1))(scope, receive, send)


async def _nothing_for_long(scope: Scope, receive: Receive, send: Send) -> None:
    while (await receive())['type'] != 'http.disconnect':
        pass


@pytest.mark.parametrize(
    'broken',
    [
        pytest.param(JSONResponse({'keys': []}), id='no keys'),
        pytest.param(JSONResponse([]), id='a list'),
        pytest.param(JSONResponse({'keys': [{'kty': 'RSA', 'kid': 'a'}]}), id='other keys'),
        pytest.param(HTMLResponse('<h1>Hello'), id='a page'),
        pytest.param(JSONResponse({}, 500), id='an error'),
        pytest.param(RedirectResponse('/elsewhere'), id='a redirect'),
        pytest.param(_much, id='too much'),
        pytest.param(HTMLResponse('[' * 200_000), id='too deep'),
        pytest.param(_nothing_for_long, id='nothing in time'),
    ],
)
def test_service_without_keys_asks_to_come_back(
    signed_in: Browser, service: Service, auth_server: Counted, clock: Clock, broken: ASGIApp
) -> None:
    """Shows that whatever stands for the JWKS is no key: 503, until there are some."""
    auth_server.broken = broken

    answer = service.call(signed_in.access_token)

    assert answer.status_code == 503
    assert answer.json()['code'] == 'retry'
    assert answer.headers['Retry-After'] == str(FIRST_COOL_DOWN_SECONDS)
    assert auth_server.paths == [JWKS_PATH]  # a redirect is not followed
    auth_server.broken = None
    clock.advance(FIRST_COOL_DOWN_SECONDS)
    assert service.call(signed_in.access_token).status_code == 200


def test_keys_that_may_be_fetched_need_not_be_kept(signed_in: Browser, start: Start) -> None:
    """Shows that a short memory for outages costs nobody an answer while there is none."""
    assert start(keep_keys_seconds=0).call(signed_in.access_token).status_code == 200


def test_service_without_a_list_believes_until_expiry(signed_in: Browser, service: Service) -> None:
    """Shows what stateless means: after the logout the API refuses, the service does not."""
    signed_in.log_out()

    assert signed_in.me().json()['code'] == 'session_ended'
    assert service.call(signed_in.access_token).status_code == 200


def test_listed_session_is_refused(
    signed_in: Browser, phone: Browser, start: Start, auth_url: str
) -> None:
    """Shows that one reading of the list is enough, also to keep it when the next one is unchanged."""
    service = start(ended_sessions_url=auth_url + ENDED_SESSIONS_PATH)
    service.read_list()
    assert service.call(signed_in.access_token).status_code == 200

    signed_in.log_out()
    service.read_list()
    service.read_list()

    answer = service.call(signed_in.access_token)
    assert (answer.status_code, answer.json()['code']) == (401, 'session_ended')
    assert answer.headers['WWW-Authenticate'].startswith('Bearer')


def test_clock_that_jumps_for_a_moment_forgets_nobody(
    signed_in: Browser, start: Start, auth_url: str, clock: Clock
) -> None:
    """Shows that what a wrong clock made the service forget is read once more."""
    ahead_seconds = 0.0
    service = start(
        ended_sessions_url=auth_url + ENDED_SESSIONS_PATH, clock=lambda: clock() + ahead_seconds
    )
    signed_in.log_out()
    service.read_list()

    ahead_seconds = LIFE_SECONDS + 100.0
    service.read_list()
    ahead_seconds = 0.0
    service.read_list()

    assert service.call(signed_in.access_token).json()['code'] == 'session_ended'


def test_auth_server_whose_clock_went_back_is_believed(
    signed_in: Browser, start: Start, auth_url: str, clock: Clock
) -> None:
    """Shows that what is listed counts as long as it is listed, whatever the service's clock says."""
    now = clock()
    service = start(ended_sessions_url=auth_url + ENDED_SESSIONS_PATH, clock=lambda: now)
    clock.advance(-2 * LIFE_SECONDS)
    signed_in.log_out()

    for _ in range(3):
        service.read_list()
        assert service.call(signed_in.access_token).json()['code'] == 'session_ended'


def test_reading_goes_on_after_any_error(
    backend: AuthBackend,
    start: Start,
    auth_url: str,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Shows that an error nobody has thought of does not end the reading, and is heard of."""
    fetch, calls, read = JsonAddress.fetch, itertools.count(), threading.Event()

    async def fail_once(address: JsonAddress, etag: str = '') -> Fetched:
        if next(calls) == 0:
            raise RuntimeError('of a kind unheard of')
        answer = await fetch(address, etag)
        read.set()
        return answer

    monkeypatch.setattr(JsonAddress, 'fetch', fail_once)
    monkeypatch.setattr(ended_feed, 'POLL_SECONDS', 0)
    start(ended_sessions_url=auth_url + ENDED_SESSIONS_PATH)

    assert read.wait(20)
    assert 'feed_lost why=RuntimeError' in caplog.text
    assert 'of a kind unheard of' in caplog.text


@pytest.mark.parametrize(('required', 'status'), [(False, 200), (True, 503)])
def test_lost_list_opens_or_closes(
    *,
    signed_in: Browser,
    phone: Browser,
    start: Start,
    auth_url: str,
    auth_server: Counted,
    clock: Clock,
    required: bool,
    status: int,
) -> None:
    """Shows that it goes on without the list by default, and not if it must have one."""
    service = start(
        ended_sessions_url=auth_url + ENDED_SESSIONS_PATH, ended_sessions_required=required
    )
    service.read_list()
    assert service.call(signed_in.access_token).status_code == 200
    auth_server.broken = JSONResponse({'ended': [1]})

    clock.advance(LOST_AFTER_SECONDS)
    service.read_list()

    assert service.call(signed_in.access_token).status_code == status


def test_list_is_read_before_the_first_call(
    signed_in: Browser, start: Start, auth_url: str
) -> None:
    """Shows that a service which has just started knows who has gone before."""
    signed_in.log_out()

    service = start(ended_sessions_url=auth_url + ENDED_SESSIONS_PATH)

    assert service.call(signed_in.access_token).json()['code'] == 'session_ended'


@pytest.mark.parametrize(('required', 'status'), [(False, 200), (True, 503)])
def test_list_that_begins_late_is_no_proof(
    *,
    app: FastAPI,
    signed_in: Browser,
    start: Start,
    auth_url: str,
    auth_server: Counted,
    clock: Clock,
    required: bool,
    status: int,
) -> None:
    """Shows that who floods the list brings no ended session back where a list is required.

    A service that has read all the time misses nothing, and a token from later is proven.
    """
    url = auth_url + ENDED_SESSIONS_PATH
    reader = start(ended_sessions_url=url, ended_sessions_required=True)
    clock.advance(60)
    reader.read_list()
    flooded = JSONResponse({'ended': {}, 'complete_since': int(clock()) - 10})

    async def auth_server_in_a_flood(scope: Scope, receive: Receive, send: Send) -> None:
        answer = flooded if scope['path'] == ENDED_SESSIONS_PATH else app
        await answer(scope, receive, send)

    auth_server.broken = auth_server_in_a_flood
    reader.read_list()
    newcomer = start(ended_sessions_url=url, ended_sessions_required=required)

    assert reader.call(signed_in.access_token).status_code == 200
    assert newcomer.call(signed_in.access_token).status_code == status
    signed_in.refresh()
    assert newcomer.call(signed_in.access_token).status_code == 200


@pytest.mark.parametrize(
    ('answer', 'why'),
    [
        (PlainResponse(status_code=304), 'not_asked_for'),
        (PlainResponse(b'{}', headers={'Content-Encoding': 'gzip'}), 'compressed'),
    ],
)
async def test_what_was_not_asked_for_is_no_answer(
    auth_url: str, auth_server: Counted, answer: PlainResponse, why: str
) -> None:
    """Shows that a first reading cannot find nothing new, and that little cannot become much."""
    auth_server.broken = answer
    address = JsonAddress(auth_url + ENDED_SESSIONS_PATH)

    with pytest.raises(FetchFailed, match=why):
        await address.fetch()

    await address.close()


def test_list_that_nobody_reads_lets_nobody_in(
    signed_in: Browser, start: Start, auth_url: str
) -> None:
    """Shows that it is said where Starlette runs no lifespan: in an app that is mounted in another."""
    service = start(ended_sessions_url=auth_url + ENDED_SESSIONS_PATH)
    service.stop()
    around = FastAPI()
    around.mount('/inside', service.client.app)

    with TestClient(around) as client, pytest.raises(RuntimeError, match='read only while'):
        client.get('/inside/you', headers=bearer(signed_in.access_token))


def test_service_may_be_served_again(signed_in: Browser, start: Start, auth_url: str) -> None:
    """Shows that tests may share an app, each with a client of its own around it."""
    service = start(ended_sessions_url=auth_url + ENDED_SESSIONS_PATH)
    assert service.call(signed_in.access_token).status_code == 200
    service.stop()
    signed_in.log_out()

    with TestClient(service.client.app) as client:
        answer = client.get('/you', headers=bearer(signed_in.access_token))

    assert answer.json()['code'] == 'session_ended'


@pytest.mark.parametrize(
    'url',
    [
        'http://auth.example.com/jwks.json',
        'http://192.0.2.1/jwks.json',
        'http://localhost.example.com/jwks.json',
        'file:///etc/passwd',
        'ftp://localhost/jwks.json',
        'jwks.json',
        '',
    ],
)
def test_untrustworthy_address_is_refused(url: str) -> None:
    """Shows that keys come over https, or from this machine."""
    with pytest.raises(ValueError, match=r'.'):
        fetchable(url)

    for trusted in ('https://auth.example.com/k', 'http://localhost:8000/k', 'http://[::1]/k'):
        assert fetchable(trusted) == trusted
