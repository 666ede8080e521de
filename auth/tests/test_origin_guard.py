"""What another site lets a browser send here: refused, before anything has happened."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import replace

import pytest
from fastapi import FastAPI, WebSocket
from fastapi.routing import iter_route_contexts
from httpx2 import Response
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from auth import CLIENT_HEADER, AuthBackend, AuthSettings

from .browser import ORIGIN, OUR_PAGE, Account, Browser
from .conftest import Serve

pytestmark = pytest.mark.databases('sqlite')  # none is asked
LISTED = 'https://app.example.com'
EVIL = 'https://evil.example'
SCRIPT = {CLIENT_HEADER: 'auth-client'}

REFUSED = {
    'evil origin': SCRIPT | {'Origin': EVIL},
    'evil origin that claims to be same-origin': OUR_PAGE
    | {'Origin': EVIL, 'Sec-Fetch-Site': 'same-origin'},
    'null origin': SCRIPT | {'Origin': 'null'},
    'empty origin': SCRIPT | {'Origin': ''},
    'longer name': SCRIPT | {'Origin': f'{ORIGIN}.evil.example'},
    'other port': SCRIPT | {'Origin': f'{ORIGIN}:8443'},
    'other scheme': SCRIPT | {'Origin': ORIGIN.replace('https', 'http')},
    'listed nowhere': SCRIPT | {'Origin': LISTED},
    'another site': OUR_PAGE | {'Sec-Fetch-Site': 'cross-site'},
    'another site without origin': SCRIPT | {'Sec-Fetch-Site': 'cross-site'},
    'same site': OUR_PAGE | {'Sec-Fetch-Site': 'same-site'},
    'same site without origin': SCRIPT | {'Sec-Fetch-Site': 'same-site'},
    'form of another site': SCRIPT | {'Sec-Fetch-Site': 'cross-site', 'Sec-Fetch-Mode': 'navigate'},
    'nobody says where from': SCRIPT,
    'typed by a person': SCRIPT | {'Sec-Fetch-Site': 'none'},
    'form of our own': {'Origin': ORIGIN, 'Sec-Fetch-Site': 'same-origin'},
    'name of a stranger': OUR_PAGE | {'Host': 'evil.example'},
}


@pytest.fixture
def open_tab(signed_in: Browser) -> Browser:
    """Give a signed-in browser whose requests have no headers but those of the test."""
    for name in OUR_PAGE:
        del signed_in.client.headers[name]
    return signed_in


def changing_routes(app: FastAPI) -> list[tuple[str, str]]:
    """Return method and path of every route that may change something."""
    return [
        (method, str(route.path).replace('{session_id}', 'any'))
        for route in iter_route_contexts(app.routes)
        for method in sorted(getattr(route, 'methods', None) or ())
        if method not in {'GET', 'HEAD'}
    ]


def is_refusal(answer: Response) -> bool:
    """Say whether nothing was done, nothing was set, and a program can tell why."""
    codes = {403: 'forbidden_origin', 421: 'unknown_host'}
    return (
        answer.json()['code'] == codes.get(answer.status_code)
        and answer.headers['Content-Type'] == 'application/problem+json'
        and 'Set-Cookie' not in answer.headers
        and not any(name.lower().startswith('access-control-') for name in answer.headers)
    )


@pytest.mark.checklist('V3.5.1')
@pytest.mark.parametrize('sent', REFUSED.values(), ids=REFUSED)
def test_every_changing_route_refuses_strangers(
    sent: dict[str, str], app: FastAPI, open_tab: Browser
) -> None:
    """Shows it for all routes that are there, with the cookie in the jar, which then still works."""
    routes = changing_routes(app)

    answers = {
        route: open_tab.client.request(*route, headers=sent, json={}) for route in routes
    } | {route: open_tab.client.request(*route, headers=sent) for route in routes}

    assert ('POST', '/auth/login') in routes
    assert ('POST', '/auth/refresh') in routes
    assert len(routes) >= 9
    assert {route for route, answer in answers.items() if not is_refusal(answer)} == set()
    assert open_tab.client.post('/auth/refresh', headers=OUR_PAGE).json()['outcome'] == 'rotated'


@pytest.mark.checklist('V3.5.1')
@pytest.mark.parametrize(
    'sent',
    [
        OUR_PAGE,
        OUR_PAGE | {'Sec-Fetch-Site': 'same-origin'},
        SCRIPT | {'Sec-Fetch-Site': 'same-origin'},
        OUR_PAGE | {'Sec-Fetch-Site': 'none'},
        OUR_PAGE | {CLIENT_HEADER: 'XMLHttpRequest'},
    ],
)
def test_own_pages_are_let_through(sent: dict[str, str], open_tab: Browser) -> None:
    """Shows that what our own pages send is enough, in browsers with and without fetch metadata."""
    assert open_tab.client.post('/auth/refresh', headers=sent).status_code == 200


@pytest.mark.checklist('V3.5.1')
def test_listed_origin_is_let_through(settings: AuthSettings, serve: Serve, ada: Account) -> None:
    """Shows that listing lifts the refusal for that origin, on whichever site, and for no other."""
    browser = serve(replace(settings, allowed_origins=(LISTED,)))
    browser.register(ada)
    theirs = {'Origin': LISTED, 'Sec-Fetch-Site': 'cross-site'}

    listed = browser.client.post('/auth/refresh', headers=theirs)
    other = browser.client.post('/auth/refresh', headers=theirs | {'Origin': EVIL})

    assert listed.status_code == 200
    assert is_refusal(other)


@pytest.mark.checklist('V3.5.1')
@pytest.mark.parametrize('path', ['/auth/login', '/auth/register'])
def test_no_stranger_signs_a_browser_in(
    path: str, open_tab: Browser, ada: Account, grace: Account
) -> None:
    """Shows that login CSRF fails: nobody is made to work in the account of somebody else."""
    form = {'email': grace.email, 'password': grace.password, 'name': grace.name}
    kept = open_tab.jar

    refused = open_tab.client.post(path, json=form, headers=SCRIPT | {'Origin': EVIL})

    assert is_refusal(refused)
    assert open_tab.jar == kept
    accepted = open_tab.client.post('/auth/register', json=form, headers=OUR_PAGE)
    assert accepted.status_code == 201  # it is the origin that was wrong with it


@pytest.mark.parametrize(
    ('sent', 'status'),
    [
        ({}, 200),
        ({'Sec-Fetch-Site': 'same-origin'}, 200),
        ({'Sec-Fetch-Site': 'none', 'Sec-Fetch-Mode': 'navigate'}, 200),
        ({'Sec-Fetch-Site': 'cross-site', 'Sec-Fetch-Mode': 'navigate'}, 200),
        ({'Sec-Fetch-Site': 'cross-site', 'Sec-Fetch-Mode': 'no-cors'}, 403),
        ({'Sec-Fetch-Site': 'cross-site', 'Sec-Fetch-Mode': 'cors', 'Origin': EVIL}, 403),
        ({'Origin': 'null'}, 403),
        ({'Host': 'evil.example'}, 421),
    ],
)
def test_reading_is_refused_only_to_other_sites(
    sent: dict[str, str], status: int, open_tab: Browser
) -> None:
    """Shows that links to us work, from everywhere, and that other pages load nothing of ours."""
    assert open_tab.client.get('/healthz', headers=sent).status_code == status


@pytest.fixture
def socket_client(app: FastAPI, backend: AuthBackend) -> Iterator[TestClient]:
    """Call a host application that has a socket of its own."""

    @app.websocket('/socket')
    async def socket(websocket: WebSocket) -> None:
        await websocket.accept()
        await websocket.send_text('welcome')

    with TestClient(app, base_url=ORIGIN) as client:
        yield client


@pytest.mark.checklist('V4.4.2')
@pytest.mark.parametrize(
    'sent',
    [
        {},
        {'Origin': EVIL},
        {'Origin': 'null'},
        {'Origin': f'{ORIGIN}.evil.example'},
        {'Origin': f'{ORIGIN}:8443'},
        {'Origin': ORIGIN.replace('https', 'http')},
        {'Origin': ORIGIN, 'Sec-Fetch-Site': 'same-site'},
        {'Origin': ORIGIN, 'Host': 'evil.example'},
    ],
)
def test_socket_of_a_stranger_is_refused(sent: dict[str, str], socket_client: TestClient) -> None:
    """Shows it for a socket that knows nothing of the guard, at the handshake."""
    with pytest.raises(WebSocketDisconnect):
        socket_client.websocket_connect('/socket', headers=sent).__enter__()

    with socket_client.websocket_connect('/socket', headers={'Origin': ORIGIN}) as websocket:
        assert websocket.receive_text() == 'welcome'


@pytest.mark.parametrize(
    ('sent', 'event'),
    [
        (SCRIPT | {'Origin': EVIL}, 'malicious_cors why=foreign_origin'),
        (OUR_PAGE | {'Sec-Fetch-Site': 'cross-site'}, 'malicious_cors why=foreign_site'),
        (SCRIPT, 'csrf_refused why=no_origin'),
        ({'Origin': ORIGIN}, 'csrf_refused why=no_client_header'),
        (OUR_PAGE | {'Host': 'evil.example'}, 'host_refused why=unknown_host'),
    ],
)
@pytest.mark.checklist('V16.3.1')
def test_each_refusal_is_one_event(
    sent: dict[str, str], event: str, open_tab: Browser, caplog: pytest.LogCaptureFixture
) -> None:
    """Shows that a refusal is a warning that says why, and repeats nothing of what was sent."""
    caplog.set_level(logging.INFO)
    caplog.clear()

    open_tab.client.post('/auth/refresh', headers=sent)

    assert [each.getMessage() for each in caplog.records if each.name == 'auth.audit'] == [event]
    assert 'evil.example' not in caplog.text
