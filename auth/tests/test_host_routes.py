"""Routes that a host adds to the same application, and what they may count on."""

from __future__ import annotations

from dataclasses import replace
from http import HTTPStatus
from typing import Annotated, Any

import pytest
from fastapi import FastAPI, HTTPException
from pydantic import BaseModel, Field, field_validator
from starlette.testclient import TestClient

from auth import (
    AttemptLimits,
    AuthBackend,
    AuthSettings,
    InvalidInput,
    SessionLimits,
    install,
)

from .browser import ORIGIN, Account, Browser, new_account
from .graphql import GraphqlBrowser
from .stored import Stored

pytestmark = pytest.mark.databases('sqlite')


@pytest.mark.parametrize(
    ('status', 'detail', 'code'),
    [
        (403, 'Editors only.', 'forbidden'),
        (404, {'order': 7}, 'not_found'),
        (401, 'Members only.', 'unauthorized'),
        (409, 'This title is taken.', 'conflict'),
        (499, 'A status of our own.', 'error'),
    ],
)
def test_route_says_in_its_own_words_why_not(
    app: FastAPI, laptop: Browser, status: int, detail: object, code: str
) -> None:
    """Shows that an `HTTPException` keeps its detail (RFC 9457, 3.1.4), and blames no origin."""

    @app.get('/orders')
    def orders() -> None:
        raise HTTPException(status, detail, {'X-Reason': 'mine'})

    answer = laptop.client.get('/orders')

    assert (answer.status_code, answer.headers['X-Reason']) == (status, 'mine')
    assert (answer.json()['code'], answer.json()['detail']) == (code, detail)


@pytest.mark.parametrize(
    ('status', 'code', 'title'),
    [
        (401, 'unauthorized', 'This is for people who are signed in.'),
        (403, 'forbidden', 'You may not do this.'),
        (404, 'not_found', 'There is nothing at this address.'),
        (413, 'body_too_large', 'This is too large.'),
        (415, 'unsupported_media_type', 'This address does not take this type of content.'),
    ],
)
def test_route_that_says_nothing_gets_our_words(
    app: FastAPI, laptop: Browser, status: int, code: str, title: str
) -> None:
    """Shows that a bare status has a sentence, which blames nothing that the guards look at."""

    @app.get('/orders')
    def orders() -> None:
        raise HTTPException(status)

    answer = laptop.client.get('/orders').json()

    assert (answer['code'], answer['title']) == (code, title)
    assert 'detail' not in answer
    assert HTTPStatus(status).phrase not in str(answer)


def test_answer_without_a_body_stays_without(app: FastAPI, laptop: Browser) -> None:
    """Shows that 304 is what it has to be (RFC 9110, 15.4.5)."""

    @app.get('/orders')
    def orders() -> None:
        raise HTTPException(304, headers={'ETag': '"7"'})

    answer = laptop.client.get('/orders')

    assert (answer.status_code, answer.headers['ETag'], answer.content) == (304, '"7"', b'')


@pytest.mark.checklist('V16.5.1')
@pytest.mark.parametrize(
    ('path', 'media_type'),
    [('/api/orders', 'application/problem+json'), ('/orders', 'text/plain; charset=utf-8')],
)
def test_crash_says_nothing_of_its_cause(
    app: FastAPI, backend: AuthBackend, path: str, media_type: str
) -> None:
    """Shows that programs are told in their language, and nobody is told why."""

    @app.get(path)
    def orders() -> None:
        raise RuntimeError('the password is forty two')

    with TestClient(app, base_url=ORIGIN, raise_server_exceptions=False) as client:
        answer = client.get(path)

    assert (answer.status_code, answer.headers['Content-Type']) == (500, media_type)
    assert 'forty two' not in answer.text


class Order(BaseModel):
    """What a host's own route takes."""

    title: Annotated[str, Field(min_length=3)]
    number: Annotated[int, Field(ge=1)]

    @field_validator('title')
    @classmethod
    def _no_shouting(cls, title: str) -> str:
        if title.isupper():
            raise ValueError('Please do not shout.')
        return title


@pytest.mark.parametrize(
    ('order', 'errors'),
    [
        (
            {'title': 'ab', 'number': 0},
            {
                'title': 'This is too short.',
                'number': 'Input should be greater than or equal to 1',
            },
        ),
        ({'title': 'BOOKS', 'number': 1}, {'title': 'Please do not shout.'}),
        ({'title': 'Books'}, {'number': 'This field is required.'}),
    ],
)
def test_forms_of_a_host_are_refused_in_words_of_their_own(
    app: FastAPI, laptop: Browser, order: dict[str, object], errors: dict[str, str]
) -> None:
    """Shows that nobody is asked for an e-mail address where there is none to enter."""

    @app.post('/orders')
    def orders(order: Order) -> int:
        return order.number

    answer = laptop.client.post('/orders', json=order)

    assert (answer.status_code, answer.json()['errors']) == (422, errors)


def test_app_may_be_served_again(settings: AuthSettings, ada: Account) -> None:
    """Shows that tests may share an app, each with a client of its own around it."""
    app = FastAPI()
    install(app, settings)
    with TestClient(app, base_url=ORIGIN) as client:
        assert Browser(client).register(ada).status_code == 201

    with TestClient(app, base_url=ORIGIN) as client:
        assert Browser(client).log_in(ada).status_code == 200


@pytest.mark.parametrize('graphql', [False, True])
def test_graphql_of_a_host_has_its_own_limits(settings: AuthSettings, *, graphql: bool) -> None:
    """Shows that what is not ours is not measured by us."""
    app = FastAPI()
    app.post('/graphql')(lambda: 'taken')
    install(app, replace(settings, graphql=graphql))
    with TestClient(app, base_url=ORIGIN) as client:
        answer = Browser(client).client.post('/graphql', content=b'.' * 20_000)

    assert answer.status_code == (413 if graphql else 200)


async def test_account_made_by_a_program_can_be_used(
    backend: AuthBackend, laptop: Browser, ada: Account, stored: Stored
) -> None:
    """Shows that the address is the one that signing in looks for, however it was written."""
    user_id = await backend.registration.create('Ada', f' {ada.email.upper()} ', ada.password)

    assert laptop.log_in(ada).json()['user']['id'] == user_id


async def test_closed_registration_is_for_programs_only(
    settings: AuthSettings, ada: Account
) -> None:
    """Shows that a stranger makes no account, over REST or GraphQL, and the program's own works."""
    app = FastAPI()
    closed = install(app, replace(settings, open_registration=False, graphql=True))
    await closed.registration.create('Ada', ada.email, ada.password)
    with TestClient(app, base_url=ORIGIN) as client:
        browsers = [Browser(client), GraphqlBrowser(client)]

        refused, over_graphql = (each.register(new_account('Grace')) for each in browsers)

        assert (refused.status_code, refused.json()['code']) == (403, 'registration_closed')
        assert over_graphql.json()['errors'][0]['extensions']['code'] == 'registration_closed'
        assert browsers[0].log_in(ada).status_code == 200
    closed.close()


async def test_account_made_by_a_program_meets_the_limits_of_forms(
    backend: AuthBackend, ada: Account
) -> None:
    """Shows that no account is made that nobody could sign in to, or that cannot be stored."""
    for name, password, field in [
        ('Ada', 'four green herons ' * 60, 'password'),
        (' ', ada.password, 'name'),
        ('A' * 101, ada.password, 'name'),
        ('A\0', ada.password, 'name'),
    ]:
        with pytest.raises(InvalidInput) as refused:
            await backend.registration.create(name, ada.email, password)
        assert set(refused.value.fields) == {field}


async def test_account_needs_an_address(backend: AuthBackend, ada: Account) -> None:
    """Shows that a mistake of the program's is told in the words that a form would use."""
    with pytest.raises(InvalidInput) as refused:
        await backend.registration.create('Ada', 'ada', ada.password)

    assert refused.value.fields == {'email': 'Enter an e-mail address like name@example.com.'}


@pytest.mark.checklist('V3.5.1')
def test_webhooks_take_what_programs_send(settings: AuthSettings) -> None:
    """Shows that these paths ask nothing of programs; strangers' pages are refused there, too."""
    app = FastAPI()
    backend = install(app, replace(settings, webhook_paths=('/hooks/',)))
    for path in ('/hooks', '/hooks/paid', '/hooksmith', '/orders'):
        app.post(path)(lambda: 'taken')

    with TestClient(app, base_url=ORIGIN) as program:

        def status(path: str, **headers: str) -> int:
            return program.post(path, headers=headers).status_code

        assert [status('/hooks'), status('/hooks/paid')] == [200, 200]
        assert [status('/hooksmith'), status('/orders'), status('/auth/logout')] == [403, 403, 403]
        assert status('/hooks/paid', Origin='https://evil.example') == 403
        assert status('/hooks/paid', **{'Sec-Fetch-Site': 'cross-site'}) == 403
    backend.close()


@pytest.mark.parametrize('path', ['', '/', '//', 'hooks', '/auth', '/auth/login', '/graphql'])
def test_webhooks_are_not_everywhere(settings: AuthSettings, path: str) -> None:
    """Shows that the guard cannot be switched off by a path that is not the host's own."""
    with pytest.raises(ValueError, match='path of its own'):
        replace(settings, webhook_paths=(path,))


@pytest.mark.parametrize(
    ('careless', 'why'),
    [
        ({'cookie_secure': False}, 'read from the network'),
        ({'cookie_secure': False, 'issuer': 'http://app.example'}, 'read from the network'),
        (
            {
                'cookie_secure': False,
                'issuer': 'http://localhost:8000',
                'cookie_same_site': 'none',
                'allowed_origins': ('https://other.example',),
            },
            'read from the network',
        ),
        ({'cookie_same_site': 'none'}, 'there are none'),
        ({'password_min_characters': 7}, '8 characters'),
        ({'access_token_seconds': 0}, 'access_token_seconds'),
        ({'limits': SessionLimits(sessions_per_user=0)}, 'sessions_per_user'),
        ({'attempts': AttemptLimits(failures_per_account=0)}, 'failures_per_account'),
    ],
)
def test_careless_settings_are_refused(
    settings: AuthSettings, careless: dict[str, Any], why: str
) -> None:
    """Shows that a program cannot do what the command line refuses."""
    with pytest.raises(ValueError, match=why):
        replace(settings, **careless)
