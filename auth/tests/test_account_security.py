"""What ends many sessions at once: log out everywhere, a new password, deletion, disabling.

And what may happen at the same instant: nothing that was signed in before outlives them.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import pytest
from fastapi import FastAPI
from httpx2 import Response
from sqlalchemy import Row
from starlette.testclient import TestClient

from auth import AuthBackend, EndReason, Identity
from auth.accounts.login import Login

from .at_once import at_once
from .browser import ORIGIN, Account, Browser, bearer, new_account
from .clock import JUST, MINUTE, Clock
from .stored import Stored

NEW_PASSWORD = 'a new phrase of several words'
ROUNDS = 12  # of each race, on each database


def user_id(browser: Browser) -> str:
    """Ask who is signed in."""
    return str(browser.me().json()['user']['id'])


def audited(caplog: pytest.LogCaptureFixture) -> list[str]:
    """Return the audit lines so far, and forget them."""
    lines = [entry.getMessage() for entry in caplog.records if entry.name == 'auth.audit']
    caplog.clear()
    return lines


@pytest.fixture
def audit(caplog: pytest.LogCaptureFixture) -> Callable[[], list[str]]:
    """Give what reads the audit lines since it was last asked."""
    caplog.set_level('INFO', 'auth.audit')
    return lambda: audited(caplog)


@pytest.fixture
def both(signed_in: Browser, phone: Browser, ada: Account) -> tuple[Browser, Browser]:
    """Give Ada's laptop and phone, both signed in."""
    assert phone.log_in(ada).status_code == 200
    return signed_in, phone


def expect_ended(browser: Browser, reason: str) -> None:
    """Check that neither token of a browser opens anything."""
    assert browser.me().json()['reason'] == reason
    answer = browser.refresh()
    assert (answer.status_code, answer.json()['reason']) == (401, reason)


def expect_living(browser: Browser) -> None:
    """Check that both tokens of a browser are as good as before."""
    assert browser.me().status_code == 200
    assert browser.refresh().json()['outcome'] in {'rotated', 'overlapped'}


@pytest.mark.checklist('V7.4.1')
def test_logging_out_everywhere_ends_all(
    both: tuple[Browser, Browser], audit: Callable[[], list[str]]
) -> None:
    """Shows that every device is out at once, this one too, and the log says how many."""
    laptop, phone = both
    ids = {laptop.session_id, phone.session_id}
    cookie, ada_id = laptop.jar, user_id(laptop)
    audit()

    answer = laptop.log_out_everywhere()

    assert answer.status_code == 204
    assert laptop.jar == ''
    first, *ends = audit()
    assert first == f'logout_everywhere user={ada_id} sessions=2'
    assert set(ends) == {f'session_ended session={each} reason=logout_everywhere' for each in ids}
    laptop.jar = cookie
    for browser in both:
        expect_ended(browser, 'logout_everywhere')


def test_logging_out_others_keeps_this_one(
    both: tuple[Browser, Browser], audit: Callable[[], list[str]]
) -> None:
    """Shows that the device which asks goes on with the tokens it has."""
    laptop, phone = both
    ended, ada_id, cookie = phone.session_id, user_id(laptop), laptop.jar
    audit()

    answer = laptop.log_out_others()

    assert answer.status_code == 204
    assert 'Set-Cookie' not in answer.headers
    assert laptop.jar == cookie
    assert audit() == [
        f'ended_elsewhere user={ada_id} sessions=1',
        f'session_ended session={ended} reason=ended_elsewhere',
    ]
    expect_ended(phone, 'ended_elsewhere')
    expect_living(laptop)


@pytest.mark.parametrize('act', [Browser.log_out_everywhere, Browser.log_out_others])
def test_other_users_stay_signed_in(
    both: tuple[Browser, Browser], grace: Account, act: Callable[[Browser], Response]
) -> None:
    """Shows that one ends one's own sessions, and nobody else's."""
    laptop, phone = both
    phone.register(grace)

    assert act(laptop).status_code == 204

    expect_living(phone)


def test_logging_in_again_works_afterwards(both: tuple[Browser, Browser], ada: Account) -> None:
    """Shows that logging out everywhere locks nobody out."""
    laptop, phone = both
    laptop.log_out_everywhere()

    assert phone.log_in(ada).status_code == 200

    expect_living(phone)


@pytest.mark.checklist('V7.4.2')
def test_new_password_ends_other_devices(
    both: tuple[Browser, Browser], ada: Account, audit: Callable[[], list[str]]
) -> None:
    """Shows that this device goes on, with a new token, and that only the new password opens."""
    laptop, phone = both
    kept, ended, old_leaf, ada_id = (
        laptop.session_id,
        phone.session_id,
        laptop.jar,
        user_id(laptop),
    )
    audit()

    answer = laptop.change_password(ada.password, NEW_PASSWORD)

    assert answer.status_code == 200
    assert answer.json()['session'] == answer.json()['session'] | {'id': kept, 'generation': 1}
    assert laptop.jar != old_leaf
    assert audit() == [
        f'password_changed user={ada_id} session={kept} sessions=1',
        f'session_ended session={ended} reason=password_changed',
    ]
    expect_ended(phone, 'password_changed')
    expect_living(laptop)
    assert phone.log_in(ada).status_code == 401
    assert phone.log_in(replace(ada, password=NEW_PASSWORD)).status_code == 200


def test_tabs_overlap_with_a_new_password(signed_in: Browser, ada: Account, clock: Clock) -> None:
    """Shows that another tab, which still holds the old token, gets the new one for 30 s."""
    old_leaf = signed_in.jar
    signed_in.change_password(ada.password, NEW_PASSWORD)
    leaf = signed_in.jar
    clock.advance(30)

    answer = signed_in.present(old_leaf)

    assert answer.json()['outcome'] == 'overlapped'
    assert signed_in.jar == leaf


def test_lost_answer_to_a_new_password_is_forgiven(
    signed_in: Browser, ada: Account, clock: Clock
) -> None:
    """Shows that who never got the new token is not signed out by the own new password."""
    old_leaf = signed_in.jar
    signed_in.change_password(ada.password, NEW_PASSWORD)
    clock.advance(30 + JUST)

    answer = signed_in.present(old_leaf)

    assert answer.json()['outcome'] == 'recovered'


def test_copied_token_does_not_survive_a_new_password(
    signed_in: Browser, ada: Account, clock: Clock
) -> None:
    """Shows that once the new token has been seen, the old one is a replay."""
    old_leaf = signed_in.jar
    signed_in.change_password(ada.password, NEW_PASSWORD)
    clock.advance(MINUTE)
    assert signed_in.me().status_code == 200

    answer = signed_in.present(old_leaf)

    assert answer.status_code == 401
    assert answer.json()['reason'] == 'replay'


@pytest.mark.checklist('V7.4.2')
def test_wrong_password_changes_nothing(
    both: tuple[Browser, Browser],
    ada: Account,
    grace: Account,
    stored: Stored,
    audit: Callable[[], list[str]],
) -> None:
    """Shows that an unlocked laptop is not enough, for a new password or for deletion."""
    laptop, phone = both
    ada_id, token, before = user_id(laptop), laptop.jar, stored.dump()
    audit()

    changed = laptop.change_password(grace.password, NEW_PASSWORD)
    deleted = laptop.delete_account(grace.password)

    for answer, field in ((changed, 'current_password'), (deleted, 'password')):
        assert answer.status_code == 422
        assert answer.json()['code'] == 'invalid_input'
        assert answer.json()['errors'] == {field: 'This is not your current password.'}
        assert 'Set-Cookie' not in answer.headers
    assert audit() == [f'password_refused user={ada_id} session={laptop.session_id}'] * 2
    assert stored.dump() == before
    assert laptop.jar == token
    expect_living(phone)
    assert laptop.change_password(ada.password, NEW_PASSWORD).status_code == 200


@pytest.mark.parametrize('weak', ['x', 'fourteen chars', 'e\u0301' * 14])
def test_weak_new_password_is_refused(
    both: tuple[Browser, Browser], ada: Account, stored: Stored, weak: str
) -> None:
    """Shows that the rules for a new account are those for a new password."""
    laptop, phone = both
    before = stored.dump()

    answer = laptop.change_password(ada.password, weak)

    assert answer.status_code == 422
    assert answer.json()['errors'] == {'new_password': 'Use at least 15 characters.'}
    assert 'Set-Cookie' not in answer.headers
    assert stored.dump() == before
    expect_living(phone)
    assert laptop.change_password(ada.password, 'fifteen chars..').status_code == 200


@pytest.mark.databases('sqlite')
@pytest.mark.parametrize(
    ('path', 'form', 'errors'),
    [
        ('password', {}, {'current_password', 'new_password'}),
        (
            'password',
            {'current_password': '', 'new_password': ''},
            {'current_password', 'new_password'},
        ),
        (
            'password',
            {'current_password': 7, 'new_password': [NEW_PASSWORD]},
            {'current_password', 'new_password'},
        ),
        ('password', {'current_password': 'x', 'new_password': 'x' * 1025}, {'new_password'}),
        (
            'password',
            {'current_password': 'x', 'new_password': NEW_PASSWORD, 'user_id': 'x'},
            {'user_id'},
        ),
        ('delete-account', {}, {'password'}),
        ('delete-account', {'password': ''}, {'password'}),
        ('delete-account', {'password': None}, {'password'}),
        ('delete-account', {'password': '\ud800' * 15}, {'password'}),
        ('delete-account', {'password': 'x', 'email': 'x@example.com'}, {'email'}),
    ],
)
def test_bad_form_is_refused(
    *,
    signed_in: Browser,
    stored: Stored,
    path: str,
    form: dict[str, object],
    errors: set[str],
) -> None:
    """Shows that each wrong field is named, not echoed, and changes nothing."""
    before = stored.dump()
    headers = bearer(signed_in.access_token) | {'Content-Type': 'application/json'}

    answer = signed_in.client.post(f'/auth/{path}', content=json.dumps(form), headers=headers)

    assert answer.status_code == 422
    assert answer.json()['errors'].keys() == errors
    assert NEW_PASSWORD not in answer.text
    assert stored.dump() == before


@pytest.mark.databases('sqlite')
@pytest.mark.parametrize('path', ['logout-all', 'logout-others', 'password', 'delete-account'])
@pytest.mark.parametrize(
    ('headers', 'challenge'),
    [({}, 'Bearer'), (bearer(''), 'Bearer'), (bearer('garbage'), 'Bearer error="invalid_token"')],
)
def test_cookie_alone_does_nothing(
    *,
    signed_in: Browser,
    ada: Account,
    stored: Stored,
    path: str,
    headers: dict[str, str],
    challenge: str,
) -> None:
    """Shows that a page of another site, whose requests bring no access token, ends nothing."""
    forms = {
        'password': {'current_password': ada.password, 'new_password': NEW_PASSWORD},
        'delete-account': {'password': ada.password},
    }
    before = stored.dump()

    answer = signed_in.client.post(f'/auth/{path}', json=forms.get(path), headers=headers)

    assert answer.status_code == 401
    assert answer.json()['code'] == 'invalid_token'
    assert answer.headers['WWW-Authenticate'] == challenge
    assert 'Set-Cookie' not in answer.headers
    assert stored.dump() == before
    good = bearer(signed_in.access_token)
    assert signed_in.client.post(f'/auth/{path}', json=forms.get(path), headers=good).is_success


@pytest.mark.checklist('V7.4.1')
def test_ended_session_changes_no_password(
    both: tuple[Browser, Browser], ada: Account, stored: Stored
) -> None:
    """Shows that a device which was signed out is out, even if it knows the password."""
    laptop, phone = both
    laptop.log_out_others()
    before = stored.dump()

    answers = [
        phone.change_password(ada.password, NEW_PASSWORD),
        phone.delete_account(ada.password),
        phone.log_out_everywhere(),
        phone.log_out_others(),
    ]

    assert [answer.json()['reason'] for answer in answers] == ['ended_elsewhere'] * 4
    assert stored.dump() == before
    expect_living(laptop)


def test_deleted_account_leaves_no_trace(
    both: tuple[Browser, Browser],
    ada: Account,
    grace: Account,
    stored: Stored,
    audit: Callable[[], list[str]],
) -> None:
    """Shows that all that is known about somebody goes, and nothing about anybody else."""
    laptop, phone = both
    ids = {laptop.session_id, phone.session_id}
    ada_id, cookie = user_id(laptop), laptop.jar
    assert all(known in stored.dump() for known in (ada_id, ada.email, *ids))
    audit()

    answer = laptop.delete_account(ada.password)

    assert answer.status_code == 204
    assert laptop.jar == ''
    assert not [known for known in (ada_id, ada.email, ada.name, *ids) if known in stored.dump()]
    assert stored.value('SELECT count(*) FROM refresh_tokens') == 0
    first, *ends = audit()
    assert first == f'account_deleted user={ada_id} sessions=2'
    assert set(ends) == {f'session_ended session={each} reason=account_deleted' for each in ids}
    laptop.jar = cookie
    for browser in both:
        assert browser.me().json()['code'] == 'session_ended'
        assert browser.refresh().json()['code'] == 'invalid'
        assert browser.jar == ''
    assert phone.log_in(ada).status_code == 401


def test_deleted_address_may_register_anew(
    both: tuple[Browser, Browser], ada: Account, grace: Account, stored: Stored
) -> None:
    """Shows that a new account of an old address is another one; others have not noticed."""
    laptop, phone = both
    phone.register(grace)
    old_id = user_id(laptop)
    laptop.delete_account(ada.password)

    answer = laptop.register(replace(ada, password=NEW_PASSWORD))

    assert answer.status_code == 201
    assert user_id(laptop) != old_id
    expect_living(phone)
    assert stored.value('SELECT count(*) FROM users') == 2


@pytest.mark.checklist('V7.4.1')
def test_disabled_account_is_locked_until_enabled(
    both: tuple[Browser, Browser],
    ada: Account,
    backend: AuthBackend,
    audit: Callable[[], list[str]],
) -> None:
    """Shows that an administrator's word ends all sessions for good, and can be taken back."""
    laptop, phone = both
    ids = {laptop.session_id, phone.session_id}
    ada_id, cookies = user_id(laptop), [browser.jar for browser in both]
    audit()

    asyncio.run(backend.administration.disable(ada_id))

    first, *ends = audit()
    assert first == f'disabled user={ada_id} sessions=2'
    assert set(ends) == {f'session_ended session={each} reason=disabled' for each in ids}
    for browser in both:
        expect_ended(browser, 'disabled')
    assert phone.log_in(ada).status_code == 401
    audit()
    asyncio.run(backend.administration.enable(ada_id))
    assert audit() == [f'user_enabled user={ada_id}']
    for browser, cookie in zip(both, cookies, strict=True):
        assert browser.present(cookie).json()['reason'] == 'disabled'
    assert phone.log_in(ada).status_code == 200


def test_only_the_named_user_is_disabled(
    signed_in: Browser, phone: Browser, grace: Account, backend: AuthBackend
) -> None:
    """Shows that disabling one account, or one that does not exist, harms no other."""
    phone.register(grace)

    asyncio.run(backend.administration.disable(user_id(signed_in)))
    asyncio.run(backend.administration.disable('nobody'))

    expect_ended(signed_in, 'disabled')
    expect_living(phone)


def log_out_everywhere(backend: AuthBackend, identity: Identity) -> None:
    """End all sessions, from another device."""
    backend.security.log_out_everywhere(identity)


def disable(backend: AuthBackend, identity: Identity) -> None:
    """Lock the account."""
    every_session = backend.administration.every_session
    every_session.end(
        identity.user_id, EndReason.DISABLED, disabled_at=backend.administration.clock()
    )


def end_this_one(backend: AuthBackend, identity: Identity) -> None:
    """End the session that asks, from another device."""
    backend.sessions.end(identity.session_id, EndReason.ENDED_ELSEWHERE)


@pytest.mark.parametrize(
    ('end', 'reason'),
    [
        (log_out_everywhere, 'logout_everywhere'),
        (disable, 'disabled'),
        (end_this_one, 'ended_elsewhere'),
    ],
)
def test_new_password_in_flight_notices_an_end(
    *,
    signed_in: Browser,
    ada: Account,
    backend: AuthBackend,
    stored: Stored,
    monkeypatch: pytest.MonkeyPatch,
    end: Callable[[AuthBackend, Identity], None],
    reason: str,
) -> None:
    """Shows that a session which ends while its password is verified sets no new one."""
    verify, identity = (
        backend.passwords.verify,
        backend.sessions.require_living(signed_in.session_id),
    )
    ended: list[str] = []

    async def slow_verify(password: str, password_hash: str | None) -> tuple[bool, str | None]:
        verdict = await verify(password, password_hash)
        if not ended:
            end(backend, identity)
            ended.append(stored.dump())
        return verdict

    monkeypatch.setattr(backend.passwords, 'verify', slow_verify)

    answer = signed_in.change_password(ada.password, NEW_PASSWORD)

    assert answer.status_code == 401
    assert answer.json()['reason'] == reason
    assert stored.dump() == ended[0]


@pytest.mark.parametrize(
    ('end', 'reason'),
    [(Browser.log_out, 'logout'), (Browser.log_out_everywhere, 'logout_everywhere')],
)
def test_no_refresh_outlives_an_end(
    *,
    laptop: Browser,
    app: FastAPI,
    stored: Stored,
    end: Callable[[Browser], Response],
    reason: str,
) -> None:
    """Shows that refreshes at the instant of a logout, here or everywhere, yield nothing living."""
    tabs = [Browser(TestClient(app, base_url=ORIGIN)) for _ in range(3)]
    for _ in range(ROUNDS):
        laptop.register(new_account('Ada'))
        token, session_id = laptop.jar, laptop.session_id
        for tab in tabs:
            tab.jar = token

        at_once(*[tab.refresh for tab in tabs], partial(end, laptop))

        assert stored.end_reason(session_id) == reason
        for tab in tabs:
            assert tab.present(tab.jar or token).json()['reason'] == reason


def test_no_login_outlives_a_logout_everywhere(
    *,
    laptop: Browser,
    phone: Browser,
    ada: Account,
    stored: Stored,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Shows that who is signed in afterwards was checked against the account as it is now."""
    epochs: list[int] = []
    find = Login.find

    def watched_find(login: Login, email: str) -> Row[Any] | None:
        user = find(login, email)
        epochs.append(user.auth_epoch if user else -1)
        return user

    laptop.register(ada)
    monkeypatch.setattr(Login, 'find', watched_find)
    for _ in range(ROUNDS):
        laptop.log_in(ada)
        phone.client.cookies.clear()

        answers = at_once(partial(phone.log_in, ada), laptop.log_out_everywhere)

        assert [answer.status_code for answer in answers] == [200, 204]
        checked_now = epochs[-1] == stored.value('SELECT auth_epoch FROM users')
        assert stored.end_reason(phone.session_id) == (None if checked_now else 'logout_everywhere')


def test_no_login_outlives_a_new_password(laptop: Browser, phone: Browser, stored: Stored) -> None:
    """Shows that the old password, at the instant it is replaced, leads nowhere that lasts."""
    for _ in range(ROUNDS):
        ada = new_account('Ada')
        laptop.register(ada)
        phone.client.cookies.clear()

        login, change = at_once(
            partial(phone.log_in, ada),
            partial(laptop.change_password, ada.password, NEW_PASSWORD),
        )

        assert change.status_code == 200
        assert login.status_code in {200, 401}
        if login.is_success:
            expect_ended(phone, 'password_changed')
        expect_living(laptop)
        assert stored.value('SELECT count(*) FROM sessions WHERE revoked_at IS NULL') == 1
        laptop.log_out()


def test_one_of_two_new_passwords_wins(laptop: Browser, phone: Browser) -> None:
    """Shows that two devices which set a password at once do not both think that it is theirs."""
    passwords = [f'{NEW_PASSWORD} 1', f'{NEW_PASSWORD} 2']
    for _ in range(ROUNDS):
        ada = new_account('Ada')
        laptop.register(ada)
        phone.client.cookies.clear()
        phone.log_in(ada)

        answers = at_once(
            partial(laptop.change_password, ada.password, passwords[0]),
            partial(phone.change_password, ada.password, passwords[1]),
        )

        statuses = [answer.status_code for answer in answers]
        assert sorted(statuses) in ([200, 401], [200, 422])
        first_won = statuses[0] == 200
        winner, loser = (laptop, phone) if first_won else (phone, laptop)
        expect_living(winner)
        expect_ended(loser, 'password_changed')
        right = [loser.log_in(replace(ada, password=each)).is_success for each in passwords]
        assert right == [first_won, not first_won]


def test_one_of_two_tabs_sets_the_password(laptop: Browser, app: FastAPI) -> None:
    """Shows the same for one session: the slower tab is told that its password is not current."""
    tab = Browser(TestClient(app, base_url=ORIGIN))
    passwords = [f'{NEW_PASSWORD} 1', f'{NEW_PASSWORD} 2']
    for _ in range(ROUNDS):
        ada = new_account('Ada')
        laptop.register(ada)
        tab.jar, tab.access_token = laptop.jar, laptop.access_token

        answers = at_once(
            partial(laptop.change_password, ada.password, passwords[0]),
            partial(tab.change_password, ada.password, passwords[1]),
        )

        statuses = [answer.status_code for answer in answers]
        assert sorted(statuses) == [200, 422]
        expect_living(laptop)
        expect_living(tab)
        right = [laptop.log_in(replace(ada, password=each)).is_success for each in passwords]
        assert right == [status == 200 for status in statuses]


def while_verifying(
    backend: AuthBackend, monkeypatch: pytest.MonkeyPatch, happen: Callable[[], None]
) -> None:
    """Let something happen between the check of the next password and what it allows."""
    verify = backend.passwords.verify

    async def verify_slowly(password: str, password_hash: str | None) -> tuple[bool, str | None]:
        verdict = await verify(password, password_hash)
        monkeypatch.setattr(backend.passwords, 'verify', verify)
        happen()
        return verdict

    monkeypatch.setattr(backend.passwords, 'verify', verify_slowly)


def test_user_disabled_meanwhile_keeps_the_password(
    signed_in: Browser,
    ada: Account,
    backend: AuthBackend,
    stored: Stored,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Shows that a refused change is no change, even if an administrator wrote to the table."""
    password_hash = stored.value('SELECT password_hash FROM users')
    disable = partial(stored.execute, 'UPDATE users SET disabled_at = 0')
    while_verifying(backend, monkeypatch, disable)

    assert signed_in.change_password(ada.password, NEW_PASSWORD).status_code == 401

    assert stored.value('SELECT password_hash FROM users') == password_hash


def test_session_ended_meanwhile_deletes_nothing(
    signed_in: Browser, ada: Account, backend: AuthBackend, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Shows that whoever was put out while the password was checked deletes no account."""
    end = partial(backend.sessions.end, signed_in.session_id, EndReason.ENDED_ELSEWHERE)
    while_verifying(backend, monkeypatch, end)

    assert signed_in.delete_account(ada.password).json()['reason'] == 'ended_elsewhere'

    assert signed_in.log_in(ada).status_code == 200


def test_deletion_is_named_to_living_tokens(both: tuple[Browser, Browser], ada: Account) -> None:
    """Shows that the API says why an access token is dead, even if the session's row is gone."""
    laptop, phone = both
    assert laptop.delete_account(ada.password).status_code == 204

    assert phone.me().json()['reason'] == 'account_deleted'


def test_expired_sessions_end_only_once(
    both: tuple[Browser, Browser], clock: Clock, audit: Callable[[], list[str]]
) -> None:
    """Shows that logging out others neither counts nor renames sessions that had run out."""
    laptop, phone = both
    for days in (10, 5):
        clock.advance(days * 86_400)
        assert laptop.refresh().status_code == 200
    assert phone.refresh().json()['reason'] == 'expired'
    audit()

    laptop.log_out_others()

    assert audit()[0].endswith('sessions=0')
    assert phone.refresh().json()['code'] == 'no_session'  # its cookie went with the first refusal
