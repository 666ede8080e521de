"""Routes that a host adds to the same application, and what they may count on."""

from __future__ import annotations

from dataclasses import replace
from http import HTTPStatus

import pytest
from fastapi import FastAPI, HTTPException
from starlette.testclient import TestClient

from auth import AuthBackend, AuthSettings, InvalidInput, install

from .browser import ORIGIN, Account, Browser, new_account
from .graphql import GraphqlBrowser
from .stored import Stored

pytestmark = pytest.mark.databases('sqlite')


@pytest.mark.parametrize(
    ('status', 'detail', 'code'),
    [
        (403, 'Editors only.', 'forbidden'),
        (404, {'order': 7}, 'not_found'),
        (409, 'This title is taken.', 'error'),
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


def test_route_that_says_nothing_gets_our_words(app: FastAPI, laptop: Browser) -> None:
    """Shows that a bare status has a sentence, and no detail that only repeats it."""

    @app.get('/orders')
    def orders() -> None:
        raise HTTPException(404)

    answer = laptop.client.get('/orders').json()

    assert answer['title'] == 'There is nothing at this address.'
    assert 'detail' not in answer
    assert HTTPStatus.NOT_FOUND.phrase not in str(answer)


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


@pytest.mark.parametrize('path', ['', '/'])
def test_webhooks_are_not_everywhere(settings: AuthSettings, path: str) -> None:
    """Shows that the guard cannot be switched off by a path that everything is below."""
    with pytest.raises(ValueError, match='path of its own'):
        replace(settings, webhook_paths=(path,))
