"""The promises about several tabs, kept over GraphQL: the token holder speaks it, nothing else changes.

And P10 again, since a refusal is put differently there.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, Request, expect

from .kit.auth_trace import traced, wait_for_trace
from .program.answers import MATRIX, Answer, obeys
from .program.bare import join_bare
from .program.people import Person, log_out, press, sees_login_page
from .program.server import Server
from .promises_for_any_set_up import *  # noqa: F403

pytestmark = [
    pytest.mark.one_browser,  # none sees in what words the token holder speaks
    pytest.mark.xdist_group('GraphQL'),
]
ACCESS_TOKEN_SECONDS = 600


@pytest.fixture(scope='module')
def server(start_once: Callable[..., Server]) -> Server:
    """One server whose pages speak GraphQL, and which takes orders for faults."""
    return start_once('--faults', '--transport', 'graphql')


def refusal(status: int, code: str, **more: object) -> str:
    """Return the body of one of our own refusals over GraphQL."""
    extensions = {'status': status, 'code': code, **more}
    return json.dumps({'data': None, 'errors': [{'message': 'No.', 'extensions': extensions}]})


WAIT = {'retry_after_seconds': 10}
GRAPHQL_MATRIX = [
    # What signs out over REST is a stranger's here.
    *(replace(answer, state='reconnecting') for answer in MATRIX if answer.state == 'signed-out'),
    Answer('401 around it', 401, refusal(401, 'session_ended', reason='replay')),
    Answer('502 around it', 502, refusal(401, 'session_ended', reason='replay')),
    Answer('429', 200, refusal(429, 'too_many_attempts')),
    Answer(
        '429, wait',
        200,
        refusal(429, 'too_many_attempts', **WAIT),
        rest_ms=5_000,  # the clock runs by itself too: leave a slow machine some seconds
        retry_ms=10_100,
    ),
    Answer('503', 200, refusal(503, 'retry', retry_after_seconds=1)),
    Answer('503, some time', 200, refusal(503, 'retry', retry_after_seconds='soon\nish')),
    Answer('500', 200, refusal(500, 'internal_error')),
    Answer('bad document', 400, refusal(400, 'bad_document')),
    Answer('401, not our code', 200, refusal(401, 'UNAUTHENTICATED')),
    Answer('our code, not 401', 200, refusal(503, 'session_ended')),
    Answer(
        'our code, no status', 200, json.dumps({'errors': [{'extensions': {'code': 'invalid'}}]})
    ),
    Answer('status of no error', 200, refusal(204, 'invalid')),
    Answer('error without code', 200, json.dumps({'errors': [{'message': 'invalid'}]})),
    Answer('error without anything', 200, json.dumps({'errors': [None]})),
    Answer('no errors, no data', 200, json.dumps({'errors': []})),
    Answer('errors are no list', 200, json.dumps({'errors': 'invalid'})),
    Answer('null', 200, 'null'),
    Answer('data is null', 200, json.dumps({'data': None})),
    Answer('field is null', 200, json.dumps({'data': {'refreshToken': None}})),
    Answer('no token in it', 200, json.dumps({'data': {'refreshToken': {}}})),
    Answer('truncated', 200, refusal(401, 'session_ended', reason='replay')[:-1]),
    Answer('no_session', 200, refusal(401, 'no_session'), state='signed-out'),
    Answer('invalid', 200, refusal(401, 'invalid'), state='signed-out'),
    Answer('ended', 200, refusal(401, 'session_ended', reason='replay'), state='signed-out'),
]


def test_status_matrix(tabs: Callable[[], Page], server: Server, person: Person) -> None:
    """Only our own three codes, in an answer of GraphQL, sign out."""
    tab = tabs()
    tab.context.clock.install()
    join_bare(tab, server.url, person)

    obeys(tab, person, f'**{server.address_of("refresh")}', GRAPHQL_MATRIX)


def watch_calls(tab: Page) -> list[str]:
    """Note where each call of this tab goes that may change something, without the origin."""
    calls: list[str] = []

    def note(request: Request) -> None:
        if request.method == 'POST':
            calls.append(urlsplit(request.url)._replace(scheme='', netloc='').geturl())

    tab.on('request', note)
    return calls


def test_everything_goes_over_graphql(
    tabs: Callable[[], Page], server: Server, person: Person
) -> None:
    """Each operation has an address that names it, and nothing else; REST is asked for tickets only."""
    tab = tabs()
    calls = watch_calls(tab)

    person.register(tab, server.url)
    tab.evaluate('auth.refresh()')
    log_out(tab)
    wait_for_trace(tab, 'logout.sent')
    person.log_in(tab, server.url)
    tab.evaluate('auth.logoutEverywhere()')
    sees_login_page(tab)

    assert [call for call in calls if call != '/auth/socket-ticket'] == [
        '/graphql?refreshToken',  # on load: nobody is signed in
        '/graphql?register',
        '/graphql?refreshToken',
        '/graphql?logout',
        '/graphql?refreshToken',
        '/graphql?login',
        '/graphql?logoutEverywhere',
    ]


def test_forms_show_the_same_sentences(
    tabs: Callable[[], Page], server: Server, person: Person
) -> None:
    """What the server finds wrong with a form is seen beside its fields, and in its words."""
    tab = tabs()
    person.register(tab, server.url)
    log_out(tab)
    sees_login_page(tab)

    stranger = replace(person, password='nobody has this as a password')
    stranger.fill_login_form(tab)
    press(tab, 'Sign in')
    expect(tab.get_by_text('E-mail address and password do not match.')).to_be_visible()

    tab.goto(f'{server.url}/register')
    tab.get_by_label('Name').fill(person.name)
    tab.get_by_label('Email').fill(person.email)
    for password, sentence in (
        ('a' * 20, 'This repeats itself'),
        (person.password, 'There is an account with this e-mail address.'),
    ):
        tab.get_by_label('Password', exact=True).fill(password)
        press(tab, 'Create account')
        expect(tab.get_by_text(sentence)).to_be_visible()


def test_refused_call_is_repeated_once(
    tabs: Callable[[], Page], server: Server, person: Person
) -> None:
    """An access token that the server takes no more is noticed inside of a 200, and renewed."""
    tab = tabs()
    person.register(tab, server.url)
    calls = watch_calls(tab)

    with server.clock_ahead(ACCESS_TOKEN_SECONDS + 1):
        tab.evaluate('auth.logoutEverywhere()')

    sees_login_page(tab)
    assert [call for call in calls if call != '/auth/socket-ticket'] == [
        '/graphql?logoutEverywhere',
        '/graphql?refreshToken',
        '/graphql?logoutEverywhere',
    ]
    assert traced(tab, 'api.retried')
