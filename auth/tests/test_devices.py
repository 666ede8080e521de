"""The list of one's sessions, and ending one of them: one's own, and nobody else's."""

from __future__ import annotations

from dataclasses import replace

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from auth import AuthBackend, AuthSettings, SessionLimits

from .browser import ORIGIN, Account, Browser, bearer
from .clock import DAY, JUST, MINUTE, Clock
from .conftest import Serve
from .stored import Stored

FIREFOX_ON_LINUX = 'Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0'
CHROME_ON_WINDOWS = (
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko)'
    ' Chrome/126.0.0.0 Safari/537.36'
)
SAFARI_ON_IPHONE = (
    'Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15'
    ' (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1'
)


@pytest.mark.parametrize(
    ('user_agent', 'name', 'system'),
    [
        (FIREFOX_ON_LINUX, 'Firefox', 'Linux'),
        (CHROME_ON_WINDOWS, 'Chrome', 'Windows'),
        (SAFARI_ON_IPHONE, 'Mobile Safari', 'iOS'),
        (FIREFOX_ON_LINUX + ' x' * 5000, 'Firefox', 'Linux'),
        (FIREFOX_ON_LINUX.replace(' Gecko', '\0\x7f\t Gecko'), 'Firefox', 'Linux'),
        ('garbage', None, None),
        ("'; DROP TABLE sessions; --", None, None),
        ('<script>alert(1)</script>', None, None),
        ('\0\xff', None, None),
        ('', None, None),
    ],
    ids=[
        'Firefox',
        'Chrome',
        'Safari',
        'over-long',
        'controls',
        'garbage',
        'SQL',
        'script',
        'bytes',
        'empty',
    ],
)
def test_device_is_named_after_its_user_agent(
    laptop: Browser, ada: Account, user_agent: str, name: str | None, system: str | None
) -> None:
    """Shows that real browsers get their names, and that whatever else is sent gets none."""
    laptop.client.headers.update({b'User-Agent': user_agent.encode('latin-1')})

    assert laptop.register(ada).status_code == 201

    (device,) = laptop.devices()
    assert (device['browser'], device['system']) == (name, system)


def test_device_says_where_and_when(signed_in: Browser, app: FastAPI, clock: Clock) -> None:
    """Shows all that is listed, and nothing that a stranger could use."""
    (device,) = signed_in.devices()

    assert device == {
        'id': signed_in.session_id,
        'browser': None,
        'system': None,
        'address': 'testclient',
        'signed_in_at': clock.now,
        'last_used_at': clock.now,
        'expires_at': clock.now + 14 * DAY,
        'is_this_device': True,
    }


@pytest.mark.parametrize('address', ['192.0.2.7', '2001:db8::7', 'x' * 500])
def test_address_is_where_the_sign_in_came_from(
    app: FastAPI, backend: AuthBackend, signed_in: Browser, ada: Account, address: str
) -> None:
    """Shows that addresses are kept as they are, apart from their length."""
    phone = Browser(TestClient(app, base_url=ORIGIN, client=(address, 50_000)))

    phone.log_in(ada)

    assert [device['address'] for device in phone.devices() if device['is_this_device']] == [
        address[:64]
    ]


def test_device_used_last_is_first(
    signed_in: Browser, phone: Browser, ada: Account, clock: Clock
) -> None:
    """Shows that the order follows refreshes, and that each browser knows which one it is."""
    started, laptop_id = clock.now, signed_in.session_id
    clock.advance(MINUTE)
    phone.log_in(ada)
    phone_id = phone.session_id
    assert [device['id'] for device in signed_in.devices()] == [phone_id, laptop_id]
    clock.advance(MINUTE)

    signed_in.refresh()

    devices = signed_in.devices()
    assert [device['id'] for device in devices] == [laptop_id, phone_id]
    assert [device['is_this_device'] for device in devices] == [True, False]
    assert [device['is_this_device'] for device in phone.devices()] == [False, True]
    assert [device['last_used_at'] - started for device in devices] == [2 * MINUTE, MINUTE]
    assert [device['signed_in_at'] - started for device in devices] == [0, MINUTE]


def test_overlap_is_no_new_use(signed_in: Browser, clock: Clock) -> None:
    """Shows that a repeated answer, which writes nothing, leaves the list as it was."""
    used = signed_in.jar
    signed_in.refresh()
    before = signed_in.devices()
    clock.advance(20)

    assert signed_in.present(used).json()['outcome'] == 'overlapped'

    assert signed_in.devices() == before


@pytest.mark.checklist('V7.4.2')
def test_only_own_living_sessions_are_listed(
    signed_in: Browser, phone: Browser, ada: Account, grace: Account
) -> None:
    """Shows that neither sessions of other users nor those that ended are on the list."""
    phone.log_in(ada)
    assert len(signed_in.devices()) == 2
    phone.log_in(grace)  # who has no account yet
    phone.register(grace)  # ends Ada's session of that browser

    assert [device['id'] for device in signed_in.devices()] == [signed_in.session_id]
    assert [device['id'] for device in phone.devices()] == [phone.session_id]


@pytest.mark.parametrize(('seconds', 'listed'), [(14 * DAY - JUST, 2), (14 * DAY, 1)])
def test_expired_session_is_not_listed(
    *,
    signed_in: Browser,
    phone: Browser,
    ada: Account,
    clock: Clock,
    seconds: float,
    listed: int,
) -> None:
    """Shows the idle limit at its edge: a device that is over at it is off the list."""
    clock.advance(seconds)

    phone.log_in(ada)

    assert len(phone.devices()) == listed


def test_session_past_its_last_day_is_not_listed(
    signed_in: Browser, phone: Browser, ada: Account, clock: Clock
) -> None:
    """Shows the same for the absolute limit, which no refresh moves."""
    for _ in range(9):
        clock.advance(10 * DAY - JUST)
        signed_in.refresh()
    phone.log_in(ada)
    assert len(phone.devices()) == 2

    clock.advance(9 * JUST)

    assert [device['id'] for device in phone.devices()] == [phone.session_id]


@pytest.mark.checklist('V7.4.2')
def test_lost_phone_is_signed_out_from_the_laptop(
    signed_in: Browser, phone: Browser, ada: Account, stored: Stored
) -> None:
    """Shows that neither token of the other device works any more; this one goes on."""
    phone.log_in(ada)
    lost = phone.session_id

    answer = signed_in.end_device(lost)

    assert answer.status_code == 204
    assert 'Set-Cookie' not in answer.headers
    assert stored.end_reason(lost) == 'ended_elsewhere'
    assert phone.me().json()['reason'] == 'ended_elsewhere'
    refused = phone.refresh()
    assert refused.status_code == 401
    assert refused.json()['code'] == 'session_ended'
    assert refused.json()['reason'] == 'ended_elsewhere'
    assert phone.jar == ''
    assert [device['id'] for device in signed_in.devices()] == [signed_in.session_id]
    assert signed_in.refresh().status_code == 200


def test_ending_this_device_is_a_logout(
    signed_in: Browser, phone: Browser, ada: Account, stored: Stored
) -> None:
    """Shows that one may end the session one asks with; its cookie goes, others stay."""
    phone.log_in(ada)
    session_id, cookie = signed_in.session_id, signed_in.jar

    answer = signed_in.end_device(session_id)

    assert answer.status_code == 204
    assert signed_in.jar == ''
    assert stored.end_reason(session_id) == 'logout'
    assert signed_in.me().json()['reason'] == 'logout'
    assert signed_in.present(cookie).json()['reason'] == 'logout'
    assert phone.refresh().status_code == 200


def test_one_session_too_many_ends_the_one_used_longest_ago(
    serve: Serve, settings: AuthSettings, ada: Account, clock: Clock, stored: Stored
) -> None:
    """Shows that nobody's sessions grow without limit, and that the one that goes is told why."""
    browser = serve(replace(settings, limits=SessionLimits(sessions_per_user=3)))
    browser.register(ada)
    jars = [browser.jar]

    def sign_in_elsewhere() -> None:
        clock.advance(1)
        browser.jar = ''
        assert browser.log_in(ada).status_code == 200
        jars.append(browser.jar)

    for _ in range(2):
        sign_in_elsewhere()
    assert len(browser.devices()) == 3
    clock.advance(1)
    assert browser.present(jars[0]).json()['outcome'] == 'rotated'

    sign_in_elsewhere()

    first, second, third, fourth = (jar.split('.')[1] for jar in jars)
    assert [device['id'] for device in browser.devices()] == [fourth, first, third]
    assert stored.end_reason(second) == 'too_many'
    assert browser.present(jars[1]).json()['reason'] == 'too_many'


def test_sign_ins_at_one_browser_are_never_too_many(
    serve: Serve, settings: AuthSettings, ada: Account, stored: Stored
) -> None:
    """Shows that a session that is replaced makes room first: another device stays signed in."""
    browser = serve(replace(settings, limits=SessionLimits(sessions_per_user=2)))
    browser.register(ada)
    elsewhere = browser.jar
    browser.jar = ''

    for _ in range(3):
        assert browser.log_in(ada).status_code == 200

    assert browser.present(elsewhere).json()['outcome'] == 'rotated'


@pytest.mark.databases('sqlite')
@pytest.mark.parametrize(
    'session_id',
    [
        "Grace's",
        'ended',
        'x' * 22,
        'x' * 10_000,
        "' OR 1=1 --",
        '%',
        '%25',
        '%00',
        '%ED%A0%80',
        '*',
        'null',
        '{own} ',
        '{own}%00',
        '..%2F{own}',
    ],
)
@pytest.mark.checklist('V7.4.2')
def test_no_other_session_can_be_ended(
    *,
    signed_in: Browser,
    phone: Browser,
    ada: Account,
    grace: Account,
    stored: Stored,
    session_id: str,
) -> None:
    """Shows that ids of other users, of ended sessions and of none are all unknown."""
    phone.log_in(ada)
    ended = phone.session_id
    phone.log_out()
    phone.register(grace)
    ids = {"Grace's": phone.session_id, 'ended': ended}
    before = stored.dump()

    answer = signed_in.end_device(ids.get(session_id, session_id.format(own=signed_in.session_id)))

    assert answer.status_code == 404
    assert answer.json()['code'] == 'not_found'
    assert 'Set-Cookie' not in answer.headers
    assert stored.dump() == before
    assert signed_in.end_device(signed_in.session_id).status_code == 204


def test_expired_session_cannot_be_ended(
    signed_in: Browser, phone: Browser, ada: Account, clock: Clock, stored: Stored
) -> None:
    """Shows that what is over is not ended again, with another reason."""
    expired = signed_in.session_id
    clock.advance(14 * DAY)
    phone.log_in(ada)

    answer = phone.end_device(expired)

    assert answer.status_code == 404
    assert stored.end_reason(expired) is None
    assert signed_in.refresh().json()['reason'] == 'expired'


@pytest.mark.databases('sqlite')
@pytest.mark.parametrize('method', ['GET', 'DELETE'])
@pytest.mark.parametrize(
    ('headers', 'challenge'),
    [
        ({}, 'Bearer'),
        (bearer(''), 'Bearer'),
        ({'Authorization': 'Basic x'}, 'Bearer'),
        (bearer('garbage'), 'Bearer error="invalid_token"'),
    ],
)
def test_cookie_alone_opens_no_list(
    *, signed_in: Browser, stored: Stored, method: str, headers: dict[str, str], challenge: str
) -> None:
    """Shows that a page of another site, whose requests bring no access token, gets nothing."""
    path = {'GET': '/auth/sessions', 'DELETE': f'/auth/sessions/{signed_in.session_id}'}[method]
    before = stored.dump()

    answer = signed_in.client.request(method, path, headers=headers)

    assert answer.status_code == 401
    assert answer.json()['code'] == 'invalid_token'
    assert answer.headers['WWW-Authenticate'] == challenge
    assert 'Set-Cookie' not in answer.headers
    assert stored.dump() == before
    good = signed_in.client.request(method, path, headers=bearer(signed_in.access_token))
    assert good.is_success


def test_ended_session_lists_and_ends_nothing(
    signed_in: Browser, phone: Browser, ada: Account, stored: Stored
) -> None:
    """Shows that a thief who was signed out does not sign the owner out in turn."""
    phone.log_in(ada)
    signed_in.end_device(phone.session_id)
    before = stored.dump()

    listed = phone.client.get('/auth/sessions', headers=bearer(phone.access_token))
    ended = phone.end_device(signed_in.session_id)

    for answer in (listed, ended):
        assert answer.status_code == 401
        assert answer.json()['reason'] == 'ended_elsewhere'
    assert stored.dump() == before
    assert signed_in.refresh().status_code == 200
