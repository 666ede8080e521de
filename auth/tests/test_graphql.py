"""GraphQL: each operation answers as its call over REST does, refusals and cookies included."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from httpx2 import Response
from starlette.testclient import TestClient

from auth import AttemptLimits, AuthBackend, AuthSettings

from .browser import ORIGIN, Account, Browser, altered, new_account
from .clock import DAY, MINUTE, Clock
from .faults import Fault
from .graphql import GraphqlBrowser
from .stored import Stored
from .test_logging import everything

WRONG = 'nobody has this as a password'
FAILURES = 3


@pytest.fixture
def settings(settings: AuthSettings) -> AuthSettings:
    """Serve GraphQL, and let nobody guess for long."""
    return replace(settings, graphql=True, attempts=AttemptLimits(failures_per_account=FAILURES))


@pytest.fixture
def graphql(app: FastAPI, backend: AuthBackend) -> Iterator[GraphqlBrowser]:
    """Give a browser that speaks GraphQL."""
    with TestClient(app, base_url=ORIGIN) as client:
        yield GraphqlBrowser(client)


@pytest.mark.databases('sqlite')
def test_documented_schema_is_the_one_served(app: FastAPI, backend: AuthBackend) -> None:
    """Shows that whoever writes a document by the docs writes one that fits."""
    page = (Path(__file__).parents[2] / 'docs' / 'graphql.md').read_text(encoding='utf-8')

    assert re.findall('```graphql\n(.*?)\n```', page, re.DOTALL) == [
        app.state.auth_graphql.as_str()
    ]


def snake_case(content: Any) -> Any:
    """Rename the fields of an answer as REST names them."""
    if isinstance(content, list):
        return [snake_case(each) for each in content]
    if not isinstance(content, dict):
        return content
    return {
        re.sub('[A-Z]', lambda letter: f'_{letter[0].lower()}', name): snake_case(value)
        for name, value in content.items()
    }


def result(answer: Response) -> Any:
    """Return what the only field of a successful answer holds."""
    assert answer.status_code == 200
    assert answer.json().keys() == {'data'}
    (content,) = answer.json()['data'].values()
    return content


def refusal(answer: Response) -> dict[str, Any]:
    """Return the extensions of the only error of a document that was run."""
    assert answer.status_code == 200
    assert answer.json()['data'] is None
    (error,) = answer.json()['errors']
    extensions: dict[str, Any] = error['extensions']
    return extensions


def test_whole_life_of_a_session(graphql: GraphqlBrowser, ada: Account, stored: Stored) -> None:
    """Shows each operation at work: register, me, sessions, refresh, log out, log in."""
    assert result(graphql.register(ada))['outcome'] == 'started'
    first = graphql.session_id
    assert result(graphql.me())['user']['email'] == ada.email
    assert [device['id'] for device in graphql.devices()] == [first]
    assert result(graphql.refresh())['session'] == {
        'id': first,
        'generation': 1,
        'signedInAt': graphql.devices()[0]['signedInAt'],
    }
    assert result(graphql.log_out()) is True
    assert stored.end_reason(first) == 'logout'
    assert result(graphql.log_in(ada))['outcome'] == 'started'
    second = graphql.session_id
    assert result(graphql.log_out_everywhere()) is True

    assert stored.end_reason(second) == 'logout_everywhere'
    assert not graphql.jar


@pytest.mark.parametrize('stay', [True, False])
def test_success_is_that_of_rest(
    *, laptop: Browser, graphql: GraphqlBrowser, clock: Clock, stay: bool
) -> None:
    """Shows the same fields, and cookies with the same attributes, for each way to a token set."""
    account, other = new_account('Ada'), new_account('Ada')
    over_rest = [
        laptop.register(account, stay_signed_in=stay),
        laptop.log_in(account, stay_signed_in=stay),
        laptop.refresh(),
    ]
    over_graphql = [
        graphql.register(other, stay_signed_in=stay),
        graphql.log_in(other, stay_signed_in=stay),
        graphql.refresh(),
    ]

    for rest, answer in zip(over_rest, over_graphql, strict=True):
        content = snake_case(result(answer))
        assert content.keys() == rest.json().keys()
        for same in ('token_type', 'expires_in', 'outcome'):
            assert content[same] == rest.json()[same]
        assert content['user'].keys() == rest.json()['user'].keys()
        assert content['session'] == rest.json()['session'] | {'id': content['session']['id']}
        assert attributes(answer) == attributes(rest)
        assert answer.headers['Cache-Control'] == 'no-store'


def attributes(answer: Response) -> str:
    """Return the attributes of the cookie that an answer sets."""
    return str(answer.headers['Set-Cookie']).partition('; ')[2]


@pytest.mark.databases('sqlite')
def test_reading_is_that_of_rest(laptop: Browser, graphql: GraphqlBrowser, ada: Account) -> None:
    """Shows that both ways tell a session the same about itself and its neighbours."""
    laptop.register(ada)
    graphql.log_in(ada)

    over_graphql = snake_case(result(graphql.me())), snake_case(graphql.devices())

    graphql.access_token, laptop.access_token = laptop.access_token, graphql.access_token
    assert (laptop.me().json(), laptop.devices()) == over_graphql


Act = Callable[[Browser, Account, Clock], Response]


def repeat(browser: Browser, account: Account, _: Clock) -> Response:
    return browser.register(account)


def bad_fields(browser: Browser, account: Account, _: Clock) -> Response:
    return browser.register(replace(account, name=' ', email='ada', password=''))


def weak_password(browser: Browser, _account: Account, _: Clock) -> Response:
    return browser.register(replace(new_account('Ada'), password='aaaaaaaaaaaaaaaaaaaa'))


def bad_form(browser: Browser, account: Account, _: Clock) -> Response:
    return browser.log_in(replace(account, email='ada@', password='x' * 1025))


def wrong_password(browser: Browser, account: Account, _: Clock) -> Response:
    return browser.log_in(replace(account, password=WRONG))


def guesses(browser: Browser, account: Account, clock: Clock) -> Response:
    for _ in range(FAILURES):
        wrong_password(browser, account, clock)
    return browser.log_in(account)


def no_cookie(browser: Browser, _account: Account, _: Clock) -> Response:
    browser.client.cookies.clear()
    return browser.refresh()


def forged_cookie(browser: Browser, _account: Account, _: Clock) -> Response:
    return browser.present(altered(browser.jar))


def replay(browser: Browser, _account: Account, clock: Clock) -> Response:
    used = browser.jar
    for _ in range(2):
        browser.refresh()
        clock.advance(2 * MINUTE)
    return browser.present(used)


def after_logout(browser: Browser, _account: Account, _: Clock) -> Response:
    used = browser.jar
    browser.log_out()
    return browser.present(used)


def after_replacement(browser: Browser, account: Account, _: Clock) -> Response:
    used = browser.jar
    browser.log_in(account)
    return browser.present(used)


def after_logout_everywhere(browser: Browser, _account: Account, _: Clock) -> Response:
    used = browser.jar
    browser.log_out_everywhere()
    return browser.present(used)


def after_a_month(browser: Browser, _account: Account, clock: Clock) -> Response:
    used = browser.jar
    clock.advance(30 * DAY)
    return browser.present(used)


def forged_token(browser: Browser, _account: Account, _: Clock) -> Response:
    return browser.me(browser.access_token[:-9])


def old_token(browser: Browser, _account: Account, clock: Clock) -> Response:
    clock.advance(11 * MINUTE)
    return browser.log_out_everywhere()


def dead_token(browser: Browser, _account: Account, _: Clock) -> Response:
    browser.log_out()
    return browser.me()


REFUSALS: dict[str, list[Act]] = {
    'email_taken': [repeat],
    'invalid_input': [bad_fields, weak_password, bad_form],
    'invalid_credentials': [wrong_password],
    'too_many_attempts': [guesses],
    'no_session': [no_cookie],
    'invalid': [forged_cookie],
    'session_ended': [
        replay,
        after_logout,
        after_replacement,
        after_logout_everywhere,
        after_a_month,
        dead_token,
    ],
    'invalid_token': [forged_token, old_token],
}


@pytest.mark.parametrize(
    ('code', 'act'), [(code, act) for code, acts in REFUSALS.items() for act in acts]
)
def test_refusal_is_that_of_rest(
    *, laptop: Browser, graphql: GraphqlBrowser, clock: Clock, code: str, act: Act
) -> None:
    """Shows the same code, sentence, reason, fields and waiting time; the cookie goes where it does."""
    account, other = new_account('Ada'), new_account('Ada')
    laptop.register(account)
    graphql.register(other)

    rest, answer = act(laptop, account, clock), act(graphql, other, clock)

    problem = rest.json()
    assert problem['code'] == code
    retry_after = rest.headers.get('Retry-After')
    waiting = {'retry_after_seconds': int(retry_after)} if retry_after else {}
    assert refusal(answer) | {'type': 'about:blank'} == {
        name: value for name, value in (problem | waiting).items() if name != 'title'
    }
    assert answer.json()['errors'][0]['message'] == problem['title']
    assert answer.headers.get('Set-Cookie') == rest.headers.get('Set-Cookie')


@pytest.mark.databases('sqlite')
def test_refusals_delete_cookies_as_they_should(
    graphql: GraphqlBrowser, ada: Account, clock: Clock
) -> None:
    """Shows that the test before compares something: some refusals delete the cookie, some do not."""
    graphql.register(ada)
    leaves = after_logout(graphql, ada, clock)
    graphql.log_in(ada)
    deletes = after_logout_everywhere(graphql, ada, clock)

    assert 'Set-Cookie' not in leaves.headers
    assert 'Max-Age=0' in deletes.headers['Set-Cookie']


def test_failing_database_is_to_be_asked_again(
    *,
    graphql: GraphqlBrowser,
    ada: Account,
    backend: AuthBackend,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Shows that each operation says `retry` and how soon, leaves the cookie, and then works."""
    graphql.register(ada)
    fault = Fault(backend.database, monkeypatch)
    for act in (
        graphql.me,
        graphql.refresh,
        lambda: graphql.log_in(ada),
        graphql.log_out_everywhere,
        lambda: graphql.log_in(ada),
        graphql.log_out,
    ):
        fault.at(0)

        failed, repeated = act(), act()

        assert fault.happened
        expected = {'status': 503, 'code': 'retry', 'retry_after_seconds': 1}
        assert refusal(failed) == expected
        assert 'Set-Cookie' not in failed.headers
        assert result(repeated)


@pytest.mark.databases('sqlite')
def test_log_has_no_secret(
    graphql: GraphqlBrowser, ada: Account, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    """Shows, at DEBUG and over good news and bad, that the log names users by their ids only."""
    caplog.set_level(logging.DEBUG)
    secrets = {ada.email, ada.password, WRONG}
    for act in (repeat, repeat, wrong_password, after_replacement, replay, after_logout_everywhere):
        act(graphql, ada, clock)
        graphql.log_in(ada)
        secrets |= {graphql.access_token, graphql.jar, graphql.jar.rpartition('.')[2]}
    user_id = result(graphql.me())['user']['id']

    log = everything(caplog)
    assert user_id in log
    assert [secret for secret in secrets if secret in log] == []


@pytest.mark.databases('sqlite')
def test_guesses_count_over_both(laptop: Browser, graphql: GraphqlBrowser, ada: Account) -> None:
    """Shows that whoever has guessed over one way has no more guesses over the other."""
    graphql.register(ada)
    for browser in (laptop, graphql, laptop):
        browser.log_in(replace(ada, password=WRONG))

    assert laptop.log_in(ada).status_code == 429
    assert refusal(graphql.log_in(ada))['code'] == 'too_many_attempts'


def test_refused_login_sets_no_cookie(graphql: GraphqlBrowser, ada: Account) -> None:
    """Shows that a stranger gets no cookie, and that whoever is signed in keeps the one there is."""
    stranger = graphql.log_in(ada)
    graphql.register(ada)
    before = graphql.jar
    refused = graphql.log_in(replace(ada, password=WRONG))

    assert [refusal(answer)['code'] for answer in (stranger, refused)] == [
        'invalid_credentials'
    ] * 2
    assert 'Set-Cookie' not in stranger.headers
    assert 'Set-Cookie' not in refused.headers
    assert graphql.jar == before
