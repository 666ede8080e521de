"""What clients may get wrong, as tables: each has its code and a sentence, and harms nothing.

Refresh tokens and access tokens that are wrong have tests of their own, beside the right ones.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, replace
from typing import Any

import pytest
from fastapi import FastAPI, Request
from httpx2 import Response

from auth.http.cookie_limit import MAX_BACKSLASHES
from auth.http.problems import MAX_BODY_BYTES

from .browser import COOKIE, Account, Browser, altered, bearer, new_account
from .stored import Stored

pytestmark = pytest.mark.databases('sqlite')  # what is refused never gets to one
GONE: Any = object()  # the field is left out
CANARY = 'canary-7f3a91'  # stands in bad input, and must not come back
JSON = {'Content-Type': 'application/json'}
REQUIRED = 'This field is required.'
TOO_LONG = 'This is too long.'
NOT_TEXT = 'This must be text.'
NOT_BOOL = 'This must be true or false.'
NOT_ADDRESS = 'Enter an e-mail address like name@example.com.'
TOO_SHORT = 'Use at least 15 characters.'
UNKNOWN = 'This field is not known here.'

BAD_FIELDS = [
    # what is wrong, the field, its value, the sentence
    ('missing', 'name', GONE, REQUIRED),
    ('missing', 'email', GONE, REQUIRED),
    ('missing', 'password', GONE, REQUIRED),
    ('empty', 'name', '', REQUIRED),
    ('empty', 'email', '', NOT_ADDRESS),
    ('empty', 'password', '', REQUIRED),
    ('only spaces', 'name', ' \t\n', REQUIRED),
    ('only spaces', 'email', '   ', NOT_ADDRESS),
    ('over-long', 'name', CANARY * 10, TOO_LONG),
    ('over-long', 'email', CANARY * 25 + '@example.com', NOT_ADDRESS),
    ('over-long', 'password', CANARY + 'x' * 1024, TOO_LONG),
    ('too short', 'password', CANARY, TOO_SHORT),
    ('spaces around it', 'password', 'x', TOO_SHORT),
    ('malformed', 'email', CANARY, NOT_ADDRESS),
    ('malformed', 'email', f'{CANARY}@', NOT_ADDRESS),
    ('malformed', 'email', f'{CANARY}@localhost', NOT_ADDRESS),
    ('malformed', 'email', f'a b{CANARY}@example.com', NOT_ADDRESS),
    ('malformed', 'email', f'{CANARY}@example.com, b@example.com', NOT_ADDRESS),
    ('line break', 'email', f'{CANARY}@example.com\nBcc: b@example.com', NOT_ADDRESS),
    ('display name', 'email', f'Ada <{CANARY}@example.com>', NOT_ADDRESS),
    ('null', 'name', None, NOT_TEXT),
    ('number', 'name', 7, NOT_TEXT),
    ('list', 'name', [CANARY], NOT_TEXT),
    ('number', 'email', 7, NOT_TEXT),
    ('list', 'email', [f'{CANARY}@example.com'], NOT_TEXT),
    ('number', 'password', 123456789012345, NOT_TEXT),
    ('object', 'password', {CANARY: CANARY}, NOT_TEXT),
    ('text', 'stay_signed_in', 'yes', NOT_BOOL),
    ('number', 'stay_signed_in', 1, NOT_BOOL),
    ('null', 'stay_signed_in', None, NOT_BOOL),
    ('unknown', 'is_admin', CANARY, UNKNOWN),
    ('unknown', 'id', CANARY, UNKNOWN),
    # half a surrogate pair is JSON, but no text: it fits into no database
    ('broken text', 'name', '\ud800', 'This has a character that cannot be stored.'),
    ('unprintable', 'name', f'{CANARY}\0', 'This has a character that cannot be stored.'),
    ('broken text', 'email', '\ud800@example.com', NOT_ADDRESS),
    ('broken text', 'password', '\ud800' * 15, 'This cannot be accepted.'),
]

NOT_JSON = 'The body is not valid JSON.'
NOT_OBJECT = 'The body is not a JSON object.'
BAD_BODIES = [
    ('empty', b'', 422, 'invalid_input', REQUIRED),
    ('cut off', f'{{"password": "{CANARY}'.encode(), 422, 'invalid_input', NOT_JSON),
    ('trailing comma', b'{"email": "a@example.com",}', 422, 'invalid_input', NOT_JSON),
    ('form fields', f'email=a&password={CANARY}'.encode(), 422, 'invalid_input', NOT_JSON),
    ('null', b'null', 422, 'invalid_input', NOT_OBJECT),
    ('text', f'"{CANARY}"'.encode(), 422, 'invalid_input', NOT_OBJECT),
    ('number', b'7', 422, 'invalid_input', NOT_OBJECT),
    ('list', f'["{CANARY}"]'.encode(), 422, 'invalid_input', NOT_OBJECT),
    ('not UTF-8', b'{"name": "\xff"}', 400, 'bad_request', None),
    ('nested deeply', b'[' * 16_000, 400, 'bad_request', None),
    ('endless number', b'{"email": ' + b'7' * 6000 + b'}', 400, 'bad_request', None),
]


def expect_problem(answer: Response, status: int, code: str) -> dict[str, Any]:
    """Check what all refusals have in common; return the problem."""
    problem = answer.json()
    assert isinstance(problem, dict)
    assert (answer.status_code, problem['code']) == (status, code)
    assert answer.headers['Content-Type'] == 'application/problem+json'
    assert problem['title'].endswith('.')  # a sentence
    assert 'Set-Cookie' not in answer.headers
    assert CANARY not in answer.text
    return problem


@pytest.mark.parametrize(
    ('field', 'value', 'sentence'),
    [row[1:] for row in BAD_FIELDS],
    ids=[f'{row[1]} {row[0]}' for row in BAD_FIELDS],
)
@pytest.mark.checklist('V15.3.3', 'V16.5.1')
def test_bad_field_is_named_and_refused(
    *,
    laptop: Browser,
    ada: Account,
    stored: Stored,
    field: str,
    value: object,
    sentence: str,
) -> None:
    """Shows that each wrong field has its sentence, is not echoed, and leaves no account."""
    form = {'stay_signed_in': True} | asdict(ada) | {field: value}
    body = json.dumps({name: entry for name, entry in form.items() if entry is not GONE})
    before = stored.dump()

    answer = laptop.client.post('/auth/register', content=body, headers=JSON)

    problem = expect_problem(answer, 422, 'invalid_input')
    assert problem['errors'] == {field: sentence}
    assert stored.dump() == before
    assert laptop.register(ada).status_code == 201


@pytest.mark.parametrize('path', ['/auth/register', '/auth/login', '/auth/socket-ticket'])
@pytest.mark.parametrize(
    ('body', 'status', 'code', 'sentence'),
    [row[1:] for row in BAD_BODIES],
    ids=[row[0] for row in BAD_BODIES],
)
def test_bad_body_is_refused(
    *,
    signed_in: Browser,
    grace: Account,
    path: str,
    body: bytes,
    status: int,
    code: str,
    sentence: str | None,
) -> None:
    """Shows that a body which is no form is answered as such, and the server goes on."""
    headers = JSON | bearer(signed_in.access_token)

    answer = signed_in.client.post(path, content=body, headers=headers)

    problem = expect_problem(answer, status, code)
    assert problem.get('errors') == (sentence and {'body': sentence})
    assert signed_in.register(grace).status_code == 201


def test_all_bad_fields_are_named_together(laptop: Browser) -> None:
    """Shows that a form is corrected in one go, at login too."""
    answer = laptop.client.post('/auth/login', json={'password': 7, 'remember': CANARY})

    problem = expect_problem(answer, 422, 'invalid_input')
    assert problem['errors'] == {'email': REQUIRED, 'password': NOT_TEXT, 'remember': UNKNOWN}


@pytest.mark.parametrize('spelling', ['{0}', '  {0} ', '\t{0}\n', 'UPPER', 'Capital'])
def test_address_has_one_account(
    signed_in: Browser, ada: Account, phone: Browser, stored: Stored, spelling: str
) -> None:
    """Shows that a taken address is taken in any case and with spaces around it."""
    upper, capital = ada.email.upper(), ada.email.replace('example', 'Example')
    email = {'UPPER': upper, 'Capital': capital}.get(spelling, spelling.format(ada.email))
    before = stored.dump()

    answer = phone.register(replace(new_account('Eve'), email=email))

    problem = expect_problem(answer, 409, 'email_taken')
    assert ada.name not in answer.text
    assert 'errors' not in problem
    assert stored.dump() == before
    assert phone.log_in(ada).status_code == 200


def whole(body: bytes) -> bytes:
    """Send a body that declares its size."""
    return body


def in_chunks(body: bytes) -> Iterator[bytes]:
    """Send a body that does not."""
    for start in range(0, len(body), 1000):
        yield body[start : start + 1000]


@pytest.mark.parametrize('send', [whole, in_chunks])
@pytest.mark.parametrize('path', ['/auth/register', '/auth/login', '/auth/socket-ticket'])
def test_five_megabytes_are_refused(
    signed_in: Browser, grace: Account, path: str, send: Any
) -> None:
    """Shows that a huge body has the same answer whether it declares its size or not."""
    body = b'{"password": "' + CANARY.encode() * 385_000 + b'"}'
    headers = JSON | bearer(signed_in.access_token)
    assert len(body) > 5_000_000

    answer = signed_in.client.post(path, content=send(body), headers=headers)

    expect_problem(answer, 413, 'body_too_large')
    assert signed_in.register(grace).status_code == 201


@pytest.mark.parametrize('send', [whole, in_chunks])
@pytest.mark.parametrize(('extra', 'status'), [(0, 200), (1, 413)])
def test_body_limit_is_sixteen_kib(
    signed_in: Browser, ada: Account, send: Any, extra: int, status: int
) -> None:
    """Shows the limit at its edge: that many bytes are welcome, one more is not."""
    form = json.dumps({'email': ada.email, 'password': ada.password}).encode()
    body = form.ljust(MAX_BODY_BYTES + extra)

    answer = signed_in.client.post('/auth/login', content=send(body), headers=JSON)

    assert answer.status_code == status


@pytest.mark.parametrize('path', ['/api/files', '/files'])
def test_routes_of_the_host_have_limits_of_their_own(
    app: FastAPI, signed_in: Browser, path: str
) -> None:
    """Shows that who adds a route decides what it takes, at an address like ours, too."""

    @app.post(path)
    async def take(request: Request) -> int:
        return len(await request.body())

    answer = signed_in.client.post(path, content=b'x' * 100_000)

    assert (answer.status_code, answer.json()) == (200, 100_000)


@pytest.mark.parametrize(
    'cookie',
    [
        'garbage',
        'x' * 8192,
        '1...',
        '1.a.0.b',
        '.'.join(['1', 'x' * 22, '0', 'y' * 43]),
        '.'.join(['2', 'x' * 22, '0', 'y' * 43]),
        '.'.join(['1', 'x' * 22, '9' * 400, 'y' * 43]),
        "1.' OR 1=1 --.0." + 'y' * 43,
        '%00%0d%0aSet-Cookie:a=b',
        '{token}.',
        '{token}=',
        '1{token}',
    ],
)
def test_garbage_cookie_is_no_token(
    signed_in: Browser, phone: Browser, stored: Stored, cookie: str
) -> None:
    """Shows that a cookie which is not ours is refused and deleted, and harms nobody."""
    before = stored.dump()

    answer = phone.present(cookie.format(token=signed_in.jar))

    assert answer.status_code == 401
    assert answer.json()['code'] == 'invalid'
    assert answer.json()['title'] == 'The refresh token is not valid.'
    assert 'Max-Age=0' in answer.headers['Set-Cookie']
    assert cookie not in answer.text
    assert stored.dump() == before
    assert signed_in.refresh().status_code == 200


def test_respelled_generation_is_no_token(signed_in: Browser) -> None:
    """Shows that a token has one spelling: no leading zero, no sign, no other digits."""
    genuine = signed_in.jar

    answers = [
        signed_in.present(genuine.replace('.0.', f'.{generation}.'))
        for generation in ('00', '-0', '+0', '', '0x0')
    ]

    assert [answer.json()['code'] for answer in answers] == ['invalid'] * 5
    assert signed_in.present(altered(genuine)).json()['code'] == 'invalid'
    assert signed_in.present(genuine).status_code == 200


@pytest.mark.parametrize(
    ('form', 'errors'),
    [
        ({}, {'client_id': REQUIRED}),
        ({'client_id': ''}, {'client_id': REQUIRED}),
        ({'client_id': CANARY * 5}, {'client_id': TOO_LONG}),
        ({'client_id': 7}, {'client_id': NOT_TEXT}),
        ({'client_id': '\ud800'}, {'client_id': 'This cannot be accepted.'}),
        ({'client_id': 'page-1', 'sub': CANARY}, {'sub': UNKNOWN}),
    ],
)
def test_bad_ticket_request_is_refused(
    signed_in: Browser, form: dict[str, object], errors: dict[str, str]
) -> None:
    """Shows that a page must say which it is, and nothing else."""
    headers = JSON | bearer(signed_in.access_token)

    answer = signed_in.client.post('/auth/socket-ticket', content=json.dumps(form), headers=headers)

    assert expect_problem(answer, 422, 'invalid_input')['errors'] == errors
    assert signed_in.ticket('page-1').status_code == 200


@pytest.mark.parametrize(
    ('method', 'path', 'status', 'code'),
    [
        ('GET', '/auth/refresh', 405, 'method_not_allowed'),
        ('GET', '/auth/logout', 405, 'method_not_allowed'),
        ('GET', '/auth/login', 405, 'method_not_allowed'),
        ('DELETE', '/api/me', 405, 'method_not_allowed'),
        ('GET', '/auth/nothing-here', 404, 'not_found'),
    ],
)
def test_wrong_address_changes_nothing(
    *,
    signed_in: Browser,
    stored: Stored,
    method: str,
    path: str,
    status: int,
    code: str,
) -> None:
    """Shows that following a link signs nobody out, and that these answers are problems too."""
    before = stored.dump()

    answer = signed_in.client.request(method, path)

    expect_problem(answer, status, code)
    assert stored.dump() == before


@pytest.mark.checklist('V10.4.4')
@pytest.mark.parametrize(
    'path', ['/auth/login', '/auth/refresh', '/auth/token', '/oauth/token', '/token']
)
def test_oauth_password_grant_is_not_offered(
    path: str, signed_in: Browser, phone: Browser, ada: Account
) -> None:
    """Shows that the form of RFC 6749, 4.3 opens nothing, wherever it is sent; our own JSON does."""
    grant = {'grant_type': 'password', 'username': ada.email, 'password': ada.password}

    answer = phone.client.post(path, data=grant)

    assert answer.status_code in {401, 404, 422}
    assert 'access_token' not in answer.text
    assert 'Set-Cookie' not in answer.headers or 'Max-Age=0' in answer.headers['Set-Cookie']
    assert phone.log_in(ada).status_code == 200


def test_cookies_that_take_long_to_read_are_refused(signed_in: Browser) -> None:
    """Shows that nobody keeps the others waiting by them (CVE-2024-7592); a few are fine."""

    token = signed_in.jar
    signed_in.client.cookies.clear()

    def refresh_beside(neighbour: str) -> Response:
        cookies = {'Cookie': f'a="{neighbour}"; {COOKIE}={token}'}
        return signed_in.client.post('/auth/refresh', headers=cookies)

    refused = refresh_beside('\\' * (MAX_BACKSLASHES + 1))

    assert (refused.status_code, refused.json()['code']) == (400, 'bad_request')
    assert refresh_beside('\\' * MAX_BACKSLASHES).status_code == 200
