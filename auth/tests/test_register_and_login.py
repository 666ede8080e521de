"""Registering and signing in: who gets a session, which one, and what ends for it."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest

from auth import AuthBackend

from .browser import Account, Browser, altered, new_account
from .clock import Clock
from .faults import Fault
from .stored import Stored


def test_registering_signs_in_at_once(laptop: Browser, ada: Account) -> None:
    """Shows that a new account comes with a session, and what its token set says."""
    answer = laptop.register(ada)

    assert answer.status_code == 201
    token_set = answer.json()
    assert token_set['token_type'] == 'Bearer'
    assert token_set['expires_in'] == 600
    assert token_set['outcome'] == 'started'
    assert (token_set['user']['name'], token_set['user']['email']) == (ada.name, ada.email)
    assert (token_set['session']['id'], token_set['session']['generation']) == (
        laptop.session_id,
        0,
    )
    assert laptop.me().json()['user'] == token_set['user']


def test_two_browsers_have_two_sessions(signed_in: Browser, phone: Browser, ada: Account) -> None:
    """Shows that signing in elsewhere makes a session of its own and harms no other."""
    answer = phone.log_in(ada)

    assert answer.status_code == 200
    assert answer.json()['outcome'] == 'started'
    assert phone.session_id != signed_in.session_id
    assert signed_in.refresh().status_code == 200
    assert phone.refresh().status_code == 200


@pytest.mark.parametrize('typed', ['{0}', ' {0}\t', 'UPPER'])
def test_address_may_be_typed_in_any_case(
    signed_in: Browser, phone: Browser, ada: Account, typed: str
) -> None:
    """Shows that case and surrounding spaces do not make another mailbox."""
    email = ada.email.upper() if typed == 'UPPER' else typed.format(ada.email)

    answer = phone.log_in(replace(ada, email=email))

    assert answer.status_code == 200
    assert answer.json()['user']['email'] == ada.email


def test_login_ends_the_session_before_it(
    signed_in: Browser, phone: Browser, ada: Account, stored: Stored
) -> None:
    """Shows that a browser has one session: signing in again ends the one it had, and no other."""
    phone.log_in(ada)
    old_session, old_cookie, old_access = (
        signed_in.session_id,
        signed_in.jar,
        signed_in.access_token,
    )

    signed_in.log_in(ada)

    new_cookie = signed_in.jar
    assert signed_in.session_id != old_session
    assert stored.end_reason(old_session) == 'replaced'
    assert signed_in.me(old_access).json()['reason'] == 'replaced'
    assert signed_in.present(old_cookie).json()['reason'] == 'replaced'
    assert signed_in.present(new_cookie).status_code == 200
    assert phone.refresh().status_code == 200


def test_planted_cookie_is_never_adopted(
    signed_in: Browser, phone: Browser, grace: Account, stored: Stored
) -> None:
    """Shows that somebody else's token in the jar neither survives a login nor becomes ours."""
    planted, planted_session = signed_in.jar, signed_in.session_id
    phone.jar = planted

    answer = phone.register(grace)

    assert phone.session_id != planted_session
    assert answer.json()['user']['name'] == grace.name
    assert stored.end_reason(planted_session) == 'replaced'


def test_forged_cookie_ends_no_session_at_login(
    signed_in: Browser, phone: Browser, grace: Account
) -> None:
    """Shows that a guessed token in the jar does not end the session it names."""
    phone.jar = altered(signed_in.jar)

    assert phone.register(grace).status_code == 201

    assert signed_in.refresh().status_code == 200


@pytest.mark.checklist('V6.3.8')
def test_all_refusals_look_the_same(
    signed_in: Browser, phone: Browser, ada: Account, grace: Account, stored: Stored
) -> None:
    """Shows that status, headers and body tell unknown, wrong and disabled not apart."""
    assert phone.log_in(ada).status_code == 200  # all is well so far
    phone.log_out()
    before = stored.dump()

    wrong = phone.log_in(replace(ada, password=grace.password))
    unknown = phone.log_in(grace)
    unharmed = stored.dump()
    stored.execute('UPDATE users SET disabled_at = 0')
    disabled = phone.log_in(ada)

    assert wrong.status_code == 401
    assert wrong.json()['code'] == 'invalid_credentials'
    for other in (unknown, disabled):
        assert other.status_code == wrong.status_code
        assert other.content == wrong.content
        assert other.headers == wrong.headers
    assert 'Set-Cookie' not in wrong.headers
    assert unharmed == before
    assert stored.value('SELECT count(*) FROM sessions') == 2


def test_disabled_user_is_out_at_once(signed_in: Browser, stored: Stored) -> None:
    """Shows that an access token of a disabled account opens nothing."""
    assert signed_in.me().status_code == 200
    stored.execute('UPDATE users SET disabled_at = 0')

    answer = signed_in.me()

    assert answer.status_code == 401
    assert answer.json()['reason'] == 'disabled'


@pytest.mark.parametrize(
    ('change', 'status', 'checks', 'sessions'),
    [
        ('auth_epoch = auth_epoch + 1', 200, 2, 2),  # reads the account again
        ('disabled_at = 0', 401, 2, 1),
        ('name = name', 200, 1, 2),  # nothing happened meanwhile
    ],
)
def test_login_in_flight_notices_a_change(
    *,
    signed_in: Browser,
    phone: Browser,
    ada: Account,
    backend: AuthBackend,
    stored: Stored,
    monkeypatch: pytest.MonkeyPatch,
    change: str,
    status: int,
    checks: int,
    sessions: int,
) -> None:
    """Shows that a login whose account changes while it hashes does not outlive that change."""
    verify = backend.passwords.verify
    calls: list[str | None] = []

    async def slow_verify(password: str, password_hash: str | None) -> tuple[bool, str | None]:
        verdict = await verify(password, password_hash)
        if not calls:
            stored.execute(f'UPDATE users SET {change}')
        calls.append(password_hash)
        return verdict

    monkeypatch.setattr(backend.passwords, 'verify', slow_verify)

    answer = phone.log_in(ada)

    assert answer.status_code == status
    assert len(calls) == checks
    assert stored.value('SELECT count(*) FROM sessions') == sessions


def test_old_access_token_spares_the_new_cookie(
    signed_in: Browser, ada: Account, clock: Clock
) -> None:
    """Shows that a tab left with a replaced session does not sign the whole browser out.

    Two tabs, one jar: the second signs in again, then the first calls the API once more.
    """
    left_over = signed_in.access_token
    signed_in.log_in(ada)
    clock.advance(1)

    answer = signed_in.me(left_over)

    assert answer.json()['reason'] == 'replaced'
    assert 'Set-Cookie' not in answer.headers
    assert signed_in.refresh().status_code == 200


def test_registering_is_all_or_nothing(
    laptop: Browser, backend: AuthBackend, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Shows that after a fault at any moment the same form can simply be sent again."""
    fault, again = Fault(backend.database, monkeypatch), []
    for moment in itertools.count():
        account = new_account('Ada')
        laptop.client.cookies.clear()
        fault.at(moment)
        laptop.register(account)
        if not fault.happened:
            break
        again.append(laptop.register(account).status_code)

    assert len(again) > 5
    assert set(again) == {201}
