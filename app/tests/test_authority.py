"""Who may call what: every route has a line in the table below, and a new one without fails here."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from httpx2 import Response
from starlette.routing import Mount
from starlette.testclient import TestClient

import auth
from pages.static_files import COMPONENTS

from .conftest import OUR_PAGE

PASSWORD = 'nine purple herons over Ghent'


@dataclass
class Somebody:
    """Who calls, as a browser of one's own; nobody has neither cookie nor token."""

    client: TestClient
    email: str = field(default_factory=lambda: f'{secrets.token_hex(8)}@example.com')
    cookie: str = ''
    access_token: str = ''
    session_id: str = ''

    def register(self) -> None:
        """Become a user."""
        form = {'name': 'Ada', 'email': self.email, 'password': PASSWORD}
        answer = self.client.post('/auth/register', headers=OUR_PAGE, json=form)
        self.cookie = answer.headers['Set-Cookie'].partition(';')[0]
        content = answer.json()
        self.access_token, self.session_id = content['access_token'], content['session']['id']

    def call(self, method: str, path: str, body: dict[str, str] | None) -> Response:
        """Call with everything that this browser has."""
        own = {'Authorization': f'Bearer {self.access_token}', 'Cookie': self.cookie}
        headers = OUR_PAGE | (own if self.cookie else {})
        return self.client.request(method, path, headers=headers, json=body)


Body = Callable[[Somebody], dict[str, str]]


@dataclass(frozen=True)
class Line:
    """The status for nobody, for the user whom it is about, and for another user.

    Path and body are the user's, whoever calls.
    """

    nobody: int
    user: int
    other: int
    body: Body | None = None


def _new_account(_user: Somebody) -> dict[str, str]:
    email = f'{secrets.token_hex(8)}@example.com'
    return {'name': 'Grace', 'email': email, 'password': PASSWORD}


def _wrong_password(user: Somebody) -> dict[str, str]:
    return {'email': user.email, 'password': 'a guess that is not right'}


def _new_password(_user: Somebody) -> dict[str, str]:
    return {'current_password': 'a guess that is not right', 'new_password': PASSWORD + '!'}


AUTHORITY = {
    # Anybody: who asks makes no difference.
    f'GET {auth.TOKEN_HOLDER_PATH}': Line(200, 200, 200),
    f'HEAD {auth.TOKEN_HOLDER_PATH}': Line(200, 200, 200),
    f'GET {COMPONENTS.path}': Line(200, 200, 200),
    f'HEAD {COMPONENTS.path}': Line(200, 200, 200),
    'GET /healthz': Line(200, 200, 200),
    'GET /.well-known/jwks.json': Line(200, 200, 200),
    'GET /.well-known/ended-sessions': Line(200, 200, 200),
    'POST /auth/register': Line(201, 201, 201, _new_account),
    'POST /auth/login': Line(401, 401, 401, _wrong_password),
    'POST /auth/logout': Line(204, 204, 204),
    'POST /graphql': Line(200, 200, 200, lambda _: {'query': '{ __typename }'}),
    # With a cookie, for its session.
    'POST /auth/refresh': Line(401, 200, 200),
    # With an access token, for its session and its user.
    'GET /api/me': Line(401, 200, 200),
    'POST /auth/socket-ticket': Line(401, 200, 200, lambda _: {'client_id': 'a page'}),
    'GET /auth/sessions': Line(401, 200, 200),
    'DELETE /auth/sessions/{session_id}': Line(401, 204, 404),
    'POST /auth/logout-all': Line(401, 204, 204),
    'POST /auth/logout-others': Line(401, 204, 204),
    # And with the password, again.
    'POST /auth/password': Line(401, 422, 422, _new_password),
    'POST /auth/delete-account': Line(401, 422, 422, lambda _: {'password': 'not the right one'}),
    # Tests only: not there unless the server is started with --faults.
    'PUT /faults': Line(422, 422, 422),
    'PUT /faults/clock': Line(422, 422, 422),
}


TOKENS = '{ accessToken user { email } session { id } }'

# What `POST /graphql` can be asked, and the status that REST would have for the answer.
GRAPHQL = {
    'query me { message user { email } sessionId }': Line(401, 200, 200),
    'query sessions { id address }': Line(401, 200, 200),
    f'mutation register(EMAIL, PASSWORD, name: "Grace") {TOKENS}': Line(
        200, 200, 200, _new_account
    ),
    f'mutation login(EMAIL, PASSWORD) {TOKENS}': Line(401, 401, 401, _wrong_password),
    f'mutation refreshToken {TOKENS}': Line(401, 200, 200),
    'mutation logout': Line(200, 200, 200),
    'mutation logoutEverywhere': Line(401, 200, 200),
}


def routes_of(served: auth.ResponseHeaders) -> set[str]:
    """Return method and path of each route of ours; files and pages are nobody's."""
    assert isinstance(served.app, FastAPI)
    return {
        f'{method} {route.path}'
        for route in iter_route_contexts(served.app.routes)
        if not isinstance(route.route, Mount)
        for method in route.methods or ()
    }


@pytest.mark.checklist('V8.3.1')
def test_every_route_has_a_line(served: auth.ResponseHeaders) -> None:
    """Whoever adds a route says who may call it."""
    assert routes_of(served) == set(AUTHORITY)


@pytest.mark.checklist('V8.3.1')
@pytest.mark.parametrize('route', AUTHORITY)
def test_route_obeys_its_line(route: str, client: TestClient) -> None:
    """Nobody, another user, then the user; until then the user has lost and gained nothing."""
    line = AUTHORITY[route]

    def call(caller: Somebody, user: Somebody) -> Response:
        method, path = route.replace('{session_id}', user.session_id).split()
        return caller.call(method, path, line.body(user) if line.body else None)

    obeys(line, call, client)


def test_every_operation_has_a_line(served: auth.ResponseHeaders) -> None:
    """Whoever adds something to GraphQL says who may ask for it."""
    assert isinstance(served.app, FastAPI)
    schema = served.app.state.auth_graphql.as_str()
    operations = {
        f'{kind.lower()} {name}'
        for kind in ('Query', 'Mutation')
        for name in re.findall(
            r'^  (\w+)', schema.partition(f'type {kind} {{')[2].partition('}')[0], re.M
        )
    }

    assert operations == {re.match(r'\w+ \w+', each)[0] for each in GRAPHQL}  # type: ignore[index]


@pytest.mark.parametrize('operation', GRAPHQL)
def test_operation_obeys_its_line(operation: str, client: TestClient) -> None:
    """The same over GraphQL."""
    line = GRAPHQL[operation]

    def call(caller: Somebody, user: Somebody) -> Response:
        form = line.body(user) if line.body else {}
        kind, selection = operation.split(maxsplit=1)
        for name in ('email', 'password'):
            selection = selection.replace(name.upper(), f'{name}: "{form.get(name)}"')
        return caller.call('POST', '/graphql', {'query': f'{kind} {{ {selection} }}'})

    obeys(line, call, client)


def obeys(line: Line, call: Callable[[Somebody, Somebody], Response], client: TestClient) -> None:
    """Check what a call says to nobody, to another user, and to the user whom it is about."""
    user, other, nobody = (Somebody(client) for _ in range(3))
    user.register()
    other.register()

    def status(caller: Somebody) -> int:
        answer = call(caller, user)
        if caller is not user:
            assert user.email not in answer.text
            assert user.session_id not in answer.text
        return status_over_rest(answer)

    assert status(nobody) == line.nobody
    assert status(other) == line.other
    assert user.call('GET', '/api/me', None).json()['session_id'] == user.session_id
    assert len(user.call('GET', '/auth/sessions', None).json()) == 1
    assert status(user) == line.user


def status_over_rest(answer: Response) -> int:
    """Return the status of an answer, or that of the refusal in it."""
    if answer.url.path == '/graphql' and answer.json()['data'] is None:
        return int(answer.json()['errors'][0]['extensions']['status'])
    return answer.status_code


@pytest.mark.checklist('V8.3.1')
def test_pages_are_the_same_for_everybody(client: TestClient) -> None:
    """The shell holds nothing private: whoever asks, it differs only in what is drawn by lot."""
    user, nobody = (Somebody(client) for _ in range(2))
    user.register()
    for path in ('/', '/login', '/register', '/dashboard', '/no/such/page'):
        own, theirs = user.call('GET', path, None), nobody.call('GET', path, None)

        assert own.status_code == theirs.status_code, path
        assert len(own.text) == len(theirs.text), path
        for private in (user.email, user.session_id, user.access_token):
            assert private not in own.text, path
