"""What GraphQL refuses before anything is run: too much at once, what is no request, who may not ask.

And what its refusals never say: what was sent.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from dataclasses import replace

import pytest
from fastapi import FastAPI
from graphql import get_introspection_query
from starlette.testclient import TestClient

from auth import AuthBackend, AuthSettings
from auth.graphql import limits
from auth.http.problems import MAX_BODY_BYTES

from .browser import ORIGIN, Account, new_account
from .conftest import Serve
from .graphql import LOGIN, REFRESH, REGISTER, TOKENS, GraphqlBrowser
from .test_logging import everything
from .watch_argon2 import watch_argon2

pytestmark = pytest.mark.databases('sqlite')  # what is refused never gets to one
CANARY = 'canary-7f3a91'  # stands where passwords do, and must not come back
NUMBER = 739158204617  # so does this; no time or process in a log has these digits by chance
JSON = {'Content-Type': 'application/json'}
ARGUMENTS = f'(email: "ada@example.com", password: "{CANARY}")'
LOG_IN = f'login{ARGUMENTS} {{ expiresIn }}'


@pytest.fixture
def settings(settings: AuthSettings) -> AuthSettings:
    """Serve GraphQL."""
    return replace(settings, graphql=True)


@pytest.fixture
def graphql(app: FastAPI, backend: AuthBackend) -> Iterator[GraphqlBrowser]:
    """Give a browser that speaks GraphQL."""
    with TestClient(app, base_url=ORIGIN) as client:
        yield GraphqlBrowser(client)


TOO_MUCH = {
    'two logins': f'mutation {{ a: {LOG_IN} b: {LOG_IN} }}',
    'forty logins': f'mutation {{ {" ".join(f"a{i}: {LOG_IN}" for i in range(40))} }}',
    'the same login twice': f'mutation {{ {LOG_IN} {LOG_IN} }}',
    'login and another mutation': f'mutation {{ logout {LOG_IN} }}',
    'login and its name': f'mutation {{ {LOG_IN} __typename }}',
    'two logins, inline': f'mutation {{ ... {{ a: {LOG_IN} b: {LOG_IN} }} }}',
    'two logins, by fragment': 'mutation { ...A } fragment A on Mutation { '
    f'a: {LOG_IN} b: {LOG_IN} }}',
    'a login by fragment': f'mutation {{ ...A }} fragment A on Mutation {{ {LOG_IN} }}',
    'two documents in one': f'mutation {{ {LOG_IN} }} mutation B {{ {LOG_IN} }}',
    'an operation in reserve': f'mutation {{ {LOG_IN} }} query B {{ me {{ message }} }}',
    'eleven aliases': f'{{ {" ".join(f"a{i}: me {{ message }}" for i in range(11))} }}',
    'six levels': '{ me { a { b { c { d { e } } } } } }',
    'as deep as it goes': '{a' * 99 + '}' * 99,
    'as many as there is room for': f'{{ me {{ {"message " * 2000} }} }}',
    'a list in a list in a list': '{ me(a: ' + '[' * 2000,
    'fragments that double': '{ ...A0 } '
    + ' '.join(f'fragment A{i} on Query {{ ...A{i + 1} ...A{i + 1} }}' for i in range(18)),
    'fragments that go round': '{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }',
    'a fragment that is nowhere': '{ ...A }',
}


@pytest.mark.parametrize('document', TOO_MUCH.values(), ids=TOO_MUCH)
def test_asking_for_too_much_costs_nothing(
    document: str, graphql: GraphqlBrowser, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Shows that no password is hashed for a document that goes beyond the limits."""
    hashes = watch_argon2(monkeypatch, 'hash_secret', 'verify_secret')

    answer = graphql.ask(document)

    assert answer.status_code == 400
    assert answer.json().keys() == {'errors'}
    assert [error['extensions']['code'] for error in answer.json()['errors']] == ['bad_document']
    assert hashes == []
    assert graphql.ask(f'mutation {{ a: {LOG_IN} }}').json()['data'] is None
    assert len(hashes) == 1  # one is let through, and hashed


@pytest.mark.parametrize(
    'document',
    [
        f'{{ {" ".join(f"a{i}: me {{ message }}" for i in range(limits.MAX_ALIASES))} }}',
        '{ me { user { id } } __typename }',
        f'query B {{ me {{ {"message " * 180} }} }}',
        LOGIN,
        REGISTER,
        REFRESH,
    ],
)
def test_what_is_within_limits_is_run(document: str, graphql: GraphqlBrowser, ada: Account) -> None:
    """Shows that the limits leave room for what clients ask."""
    graphql.register(ada)
    somebody = new_account('Grace')

    answer = graphql.ask(
        document, name=somebody.name, email=somebody.email, password=somebody.password
    )

    assert answer.status_code == 200


def test_second_operation_is_not_held_in_reserve(graphql: GraphqlBrowser, ada: Account) -> None:
    """Shows that a name which chooses one of two operations does not help; one with its name does."""
    graphql.register(ada)

    def send(document: str) -> int:
        content = {'query': document, 'operationName': 'B'}
        return graphql.client.post('/graphql', json=content).status_code

    assert send('query A { me { message } } query B { me { message } }') == 400
    assert send('query A { me { message } }') == 400
    assert send('query B { me { message } }') == 200


MISSHAPEN = {
    'nothing': '',
    'a comment': f'# {CANARY}',
    'no end': f'mutation {{ login(email: "a", password: "{CANARY}") {TOKENS}',
    'single quotes': f"mutation {{ login(email: 'a', password: '{CANARY}') {TOKENS} }}",
    'a number': f'mutation {{ login(email: "a", password: {NUMBER}) {{ outcome }} }}',
    'a name': 'mutation { login(email: "a", password: canary) { outcome } }',
    'an object': f'mutation {{ login(email: "a", password: {{a: "{CANARY}"}}) {{ outcome }} }}',
    'an argument too many': f'mutation {{ logout(password: "{CANARY}") }}',
    'an argument too few': f'mutation {{ login(password: "{CANARY}") {{ outcome }} }}',
    'no selection': f'mutation {{ login{ARGUMENTS} }}',
    'a field that is not there': f'mutation {{ login{ARGUMENTS} {{ canary }} }}',
    'a directive that is not there': f'mutation {{ login{ARGUMENTS} {{ id @a(b: "{CANARY}") }} }}',
    'a variable that is not there': 'mutation { login(email: "a", password: $canary) { id } }',
    'a subscription': 'subscription canary { me { message } }',
    'an unnamed operation of two': '{ me { message } } query canary { me { message } }',
    'a type': 'type canary { a: Int }',
    'its own type': f'extend type Mutation {{ login(a: Int = "{CANARY}"): Int }}',
}


@pytest.mark.parametrize('document', MISSHAPEN.values(), ids=MISSHAPEN)
def test_misshapen_document_is_not_repeated(
    document: str, graphql: GraphqlBrowser, caplog: pytest.LogCaptureFixture
) -> None:
    """Shows that neither answer nor log quotes a document, in which a password may stand."""
    caplog.set_level(logging.DEBUG)

    answer = graphql.ask(document)

    assert answer.status_code == 400
    assert {error['extensions']['code'] for error in answer.json()['errors']} == {'bad_document'}
    for text in (answer.text, everything(caplog)):
        assert 'canary' not in text
        assert str(NUMBER) not in text


@pytest.mark.parametrize(
    'value', [NUMBER, NUMBER + 0.5, True, None, [CANARY], [CANARY] * 2, {'a': CANARY}], ids=type
)
def test_variable_of_a_wrong_type_is_not_repeated(
    value: object, graphql: GraphqlBrowser, caplog: pytest.LogCaptureFixture
) -> None:
    """Shows the same for the variables, which is where passwords belong."""
    caplog.set_level(logging.DEBUG)

    answer = graphql.ask(LOGIN, email='ada@example.com', password=value)

    assert answer.status_code == 400
    assert [error['extensions']['code'] for error in answer.json()['errors']] == ['bad_document']
    for text in (answer.text, everything(caplog)):
        assert CANARY not in text
        assert str(NUMBER) not in text


def test_null_that_is_found_late_is_not_repeated(
    graphql: GraphqlBrowser, caplog: pytest.LogCaptureFixture
) -> None:
    """Shows the same for a null that validation lets pass, in view of the variable's default."""
    caplog.set_level(logging.DEBUG)
    arguments = f'{ARGUMENTS[:-1]}, staySignedIn: $stay)'
    document = f'mutation($stay: Boolean = true) {{ login{arguments} {{ outcome }} }}'

    answer = graphql.ask(document, stay=None)

    assert answer.status_code == 200
    assert answer.json()['errors'][0]['extensions']['code'] == 'bad_document'
    for text in (answer.text, everything(caplog)):
        assert CANARY not in text
    assert graphql.ask(document).json()['errors'][0]['extensions']['code'] == 'invalid_credentials'


def test_half_a_character_is_refused(graphql: GraphqlBrowser) -> None:
    """Shows that a surrogate without its other half, which JSON can write, harms nothing."""
    content = json.dumps({'query': LOGIN, 'variables': {'email': 'a', 'password': '\ud800'}})

    answer = graphql.client.post('/graphql', content=content, headers=JSON)

    assert answer.json()['errors'][0]['extensions']['errors'].keys() == {'email', 'password'}


def test_crash_is_told_without_its_text(
    *,
    graphql: GraphqlBrowser,
    ada: Account,
    backend: AuthBackend,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Shows that clients learn a code, the log the cause, and neither the document."""

    def crash(*_: object) -> None:
        raise RuntimeError('the lamp is upside down')

    monkeypatch.setattr(type(backend.login), 'find', crash)

    answer = graphql.ask(f'mutation {{ {LOG_IN} }}')

    assert answer.status_code == 200
    (error,) = answer.json()['errors']
    assert error['extensions'] == {'status': 500, 'code': 'internal_error'}
    assert 'lamp' not in answer.text
    assert 'the lamp is upside down' in caplog.text
    assert CANARY not in everything(caplog)


@pytest.mark.parametrize('document', [get_introspection_query(), '{ __type(name: "Me") { name } }'])
def test_schema_is_read_by_developers_only(
    document: str, settings: AuthSettings, graphql: GraphqlBrowser, serve: Serve
) -> None:
    """Shows that introspection is off by default, and does work where it is switched on."""
    browser = serve(replace(settings, graphql_introspection=True))
    developer = GraphqlBrowser(browser.client)

    assert graphql.ask(document).status_code == 400
    assert developer.ask(document).json()['data']
    assert developer.ask(f'{{ {LOG_IN} ...A }}').status_code == 400  # the limits stay


def test_graphql_is_for_those_who_want_it(settings: AuthSettings, serve: Serve) -> None:
    """Shows that a host application gets no such route unless it asks for one."""
    without = serve(replace(settings, graphql=False))

    assert without.client.post('/graphql', json={'query': '{ __typename }'}).status_code == 404


@pytest.mark.parametrize('method', ['GET', 'HEAD', 'PUT', 'PATCH', 'DELETE'])
def test_post_is_the_only_method(method: str, graphql: GraphqlBrowser) -> None:
    """Shows that no link and no picture has a document executed."""
    answer = graphql.client.request(method, '/graphql', params={'query': '{ __typename }'})

    assert answer.status_code == 405
    assert answer.headers['Allow'] == 'POST'


@pytest.mark.parametrize(
    'content_type',
    [
        '',
        'text/plain',
        'application/x-www-form-urlencoded',
        'multipart/form-data; boundary=x',
        'application/graphql',
        'application/vnd.api+json',
        'text/plain; application/json',
    ],
)
def test_json_is_the_only_type(content_type: str, graphql: GraphqlBrowser) -> None:
    """Shows that what a form can send is refused; of JSON, case and charset do not matter."""
    content = json.dumps({'query': '{ __typename }'})

    def send(content_type: str) -> int:
        headers = {'Content-Type': content_type}
        return graphql.client.post('/graphql', content=content, headers=headers).status_code

    assert send(content_type) == 415
    assert send('Application/JSON; charset=utf-8') == 200


BAD_REQUESTS = [
    ('[{"query": "{ __typename }"}]', 422, 'body'),  # a batch
    ('"{ __typename }"', 422, 'body'),
    ('{', 422, 'body'),
    ('', 422, 'body'),
    ('{}', 422, 'query'),
    ('{"query": 7}', 422, 'query'),
    ('{"query": "{ __typename }", "variables": []}', 422, 'variables'),
    ('{"query": "{ __typename }", "operationName": 7}', 422, 'operationName'),
    ('{"query": "{ __typename }", "more": 7}', 422, 'more'),
]


@pytest.mark.parametrize(('content', 'status', 'field'), BAD_REQUESTS)
def test_bad_request_is_a_problem(
    content: str, status: int, field: str, graphql: GraphqlBrowser
) -> None:
    """Shows that what is no GraphQL request gets the problem that it would get anywhere."""
    answer = graphql.client.post('/graphql', content=content, headers=JSON)

    assert answer.status_code == status
    assert answer.headers['Content-Type'] == 'application/problem+json'
    assert answer.json()['errors'].keys() == {field}


@pytest.mark.parametrize('declared', [True, False])
def test_large_body_is_refused(*, declared: bool, graphql: GraphqlBrowser) -> None:
    """Shows that the limit of all bodies holds, whether or not their size is declared."""

    def pieces(size: int) -> Iterator[bytes]:
        yield json.dumps({'query': '{ __typename }', 'extensions': {'a': 'x' * size}}).encode()

    def send(size: int) -> int:
        content = b''.join(pieces(size)) if declared else pieces(size)
        return graphql.client.post('/graphql', content=content, headers=JSON).status_code

    assert send(MAX_BODY_BYTES) == 413
    assert send(MAX_BODY_BYTES - 100) == 200


@pytest.mark.parametrize(
    'page',
    [
        {'Origin': 'https://evil.example'},
        {'Origin': 'null'},
        {'Sec-Fetch-Site': 'cross-site'},
        {'X-Requested-With': ''},
    ],
)
def test_stranger_gets_no_cookie(
    page: dict[str, str], graphql: GraphqlBrowser, ada: Account
) -> None:
    """Shows that the guard stands in front: pages of other sites cannot sign anybody in or out."""
    graphql.register(ada)
    login = {'query': LOGIN, 'variables': {'email': ada.email, 'password': ada.password}}
    for content in (login, {'query': REFRESH}, {'query': 'mutation { logout }'}):
        answer = graphql.client.post('/graphql', json=content, headers=page)

        assert answer.status_code == 403
        assert answer.json()['code'] == 'forbidden_origin'
        assert 'Set-Cookie' not in answer.headers
    assert graphql.refresh().json()['data']['refreshToken']['outcome'] == 'rotated'


@pytest.mark.parametrize(
    ('accept', 'content_type'),
    [
        ('*/*', 'application/json'),
        ('application/json', 'application/json'),
        (
            'application/graphql-response+json, application/json;q=0.9',
            'application/graphql-response+json',
        ),
    ],
)
def test_answer_has_the_type_asked_for(
    accept: str, content_type: str, graphql: GraphqlBrowser
) -> None:
    """Shows that clients of either generation are understood, at good news and bad."""
    for document in ('{ __typename }', '{ me { message } }', '{'):
        content = {'query': document}
        answer = graphql.client.post('/graphql', json=content, headers={'Accept': accept})

        assert answer.headers['Content-Type'] == content_type
