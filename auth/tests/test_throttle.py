"""Throttling: how often somebody may be wrong, by account and by address, and who else suffers.

Guesses go through HTTP; time passes only when a test says so.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from dataclasses import replace

import pytest
from fastapi import FastAPI
from httpx2 import Response
from starlette.testclient import TestClient

from auth import AttemptLimits, AuthBackend, AuthSettings, TooManyAttempts
from auth.accounts.attempt_counts import MANY_KEYS
from auth.accounts.throttle import network

from .at_once import at_once
from .browser import ORIGIN, Account, Browser, altered, new_account
from .clock import JUST, MINUTE, Clock
from .conftest import Serve
from .stored import Stored
from .watch_argon2 import watch_argon2

pytestmark = [
    pytest.mark.databases('sqlite'),  # nothing is counted in one
    pytest.mark.checklist('V6.3.1'),
]
WINDOW = 15 * MINUTE
HOUR = 60 * MINUTE
LIMITS = AttemptLimits(
    failures_per_account=3,
    failures_per_address=7,
    registrations_per_hour=4,
    refused_refreshes_per_hour=2,
)
WRONG = 'nobody has this as a password'
NEW_PASSWORD = 'nine purple herons over Ghent'


@pytest.fixture
def settings(settings: AuthSettings) -> AuthSettings:
    """Give limits that are soon reached."""
    return replace(settings, attempts=LIMITS)


@pytest.fixture
def browser_at(app: FastAPI, backend: AuthBackend) -> Callable[[str], Browser]:
    """Give a browser at an address of its own."""
    return lambda address: Browser(TestClient(app, base_url=ORIGIN, client=(address, 50_000)))


@pytest.fixture
def hashes(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Note each argon2 computation, made or compared; argon2 itself goes on doing its work."""
    return watch_argon2(monkeypatch, 'hash_secret', 'verify_secret')


def guess(browser: Browser, account: Account, times: int) -> list[int]:
    """Sign in with a wrong password; return the statuses."""
    wrong = replace(account, password=WRONG)
    return [browser.log_in(wrong).status_code for _ in range(times)]


def expect_throttled(answer: Response, seconds: int) -> None:
    """Check what all throttled answers have in common."""
    assert answer.status_code == 429
    assert answer.json() == {
        'type': 'about:blank',
        'status': 429,
        'code': 'too_many_attempts',
        'title': 'Too many attempts. Please wait some minutes, then try again.',
    }
    assert answer.headers['Content-Type'] == 'application/problem+json'
    assert answer.headers['Retry-After'] == str(seconds)
    assert 'Set-Cookie' not in answer.headers


def test_guessed_account_must_wait(
    signed_in: Browser, phone: Browser, ada: Account, hashes: list[str]
) -> None:
    """Shows that after three wrong passwords not even the right one is looked at."""
    assert guess(phone, ada, 3) == [401, 401, 401]
    hashed = len(hashes)

    answer = phone.log_in(ada)

    expect_throttled(answer, WINDOW + 1)
    assert len(hashes) == hashed == 3
    assert signed_in.refresh().status_code == 200


def test_account_is_free_again_in_time(
    signed_in: Browser, phone: Browser, ada: Account, clock: Clock
) -> None:
    """Shows when each failure is forgotten, and that Retry-After names the first such moment."""
    guess(phone, ada, 2)
    clock.advance(5 * MINUTE)
    guess(phone, ada, 1)

    clock.advance(10 * MINUTE - JUST)
    expect_throttled(phone.log_in(ada), 1)
    clock.advance(1)
    assert guess(phone, ada, 3) == [401, 401, 429]
    clock.advance(5 * MINUTE)
    assert phone.log_in(ada).status_code == 200


def test_clock_set_back_locks_nobody_out(
    signed_in: Browser, phone: Browser, ada: Account, clock: Clock
) -> None:
    """Shows that no failure is remembered for as long as the clock was wrong, and its time on top."""
    guess(phone, ada, 3)
    assert phone.log_in(ada).status_code == 429

    clock.advance(-60 * MINUTE)

    assert phone.log_in(ada).status_code == 200


def test_waiting_is_not_prolonged_by_trying(
    signed_in: Browser, phone: Browser, ada: Account, clock: Clock
) -> None:
    """Shows that refused attempts do not count: nobody is locked out for good by a busy client."""
    guess(phone, ada, 3)
    for minutes in range(WINDOW // MINUTE):
        expect_throttled(phone.log_in(ada), WINDOW + 1 - minutes * MINUTE)
        clock.advance(MINUTE)
    clock.advance(1)

    assert phone.log_in(ada).status_code == 200


def test_right_password_clears_the_count(signed_in: Browser, phone: Browser, ada: Account) -> None:
    """Shows that somebody who knows the password may mistype it as often again."""
    assert guess(phone, ada, 2) == [401, 401]
    assert phone.log_in(ada).status_code == 200

    assert guess(phone, ada, 4) == [401, 401, 401, 429]


def test_other_accounts_are_unaffected(
    signed_in: Browser, phone: Browser, ada: Account, grace: Account
) -> None:
    """Shows that a guessed account waits alone, also at the same address."""
    phone.register(grace)
    assert guess(signed_in, ada, 4)[-1] == 429

    assert phone.log_in(grace).status_code == 200


def test_unknown_account_waits_just_so(
    signed_in: Browser, phone: Browser, ada: Account, grace: Account
) -> None:
    """Shows that throttling tells a stranger nothing about which accounts there are."""
    known = [phone.log_in(replace(ada, password=WRONG)) for _ in range(3)]
    known.append(phone.log_in(ada))
    unknown = [phone.log_in(grace) for _ in range(4)]

    assert [answer.status_code for answer in known] == [401, 401, 401, 429]
    for one, other in zip(known, unknown, strict=True):
        assert one.status_code == other.status_code
        assert one.content == other.content
        assert one.headers == other.headers


@pytest.mark.parametrize('spelling', ['{0}', 'UPPER', ' {0} '])
def test_spelling_of_an_address_is_one_account(
    signed_in: Browser, phone: Browser, ada: Account, spelling: str
) -> None:
    """Shows that capitals and spaces give no further guesses."""
    guess(phone, ada, 3)
    email = ada.email.upper() if spelling == 'UPPER' else spelling.format(ada.email)

    assert phone.log_in(replace(ada, email=email)).status_code == 429


def test_address_that_guesses_must_wait(
    *,
    signed_in: Browser,
    ada: Account,
    browser_at: Callable[[str], Browser],
    clock: Clock,
) -> None:
    """Shows that one guess at each of many accounts is too much too, and harms no other address."""
    thief, neighbour = browser_at('192.0.2.7'), browser_at('192.0.2.8')
    statuses = [thief.log_in(new_account('Nobody')).status_code for _ in range(8)]
    assert statuses == [401] * 7 + [429]

    expect_throttled(thief.log_in(ada), WINDOW + 1)
    assert neighbour.log_in(ada).status_code == 200
    clock.advance(WINDOW + 1)
    assert thief.log_in(ada).status_code == 200


def test_own_account_clears_no_address(
    signed_in: Browser, ada: Account, browser_at: Callable[[str], Browser]
) -> None:
    """Shows that signing in rightly now and then does not buy a thief more guesses."""
    thief = browser_at('192.0.2.7')
    statuses = []
    for _ in range(8):
        statuses.append(thief.log_in(new_account('Nobody')).status_code)
        if statuses[-1] == 401 and len(statuses) < 7:
            assert thief.log_in(ada).status_code == 200

    assert statuses == [401] * 7 + [429]


def test_right_passwords_never_count(
    signed_in: Browser, ada: Account, browser_at: Callable[[str], Browser]
) -> None:
    """Shows that a whole class may sign in from behind one address."""
    school = browser_at('192.0.2.7')

    assert [school.log_in(ada).status_code for _ in range(20)] == [200] * 20


NETWORKS = [
    ('192.0.2.7', '192.0.2.7'),
    ('2001:db8:1:2::7', '2001:db8:1:2::/64'),
    ('2001:db8:1:2:ffff:ffff:ffff:ffff', '2001:db8:1:2::/64'),
    ('2001:db8:1:3::7', '2001:db8:1:3::/64'),
    ('::1', '::/64'),
    ('::ffff:192.0.2.7', '192.0.2.7'),  # IPv4 through a socket that takes both
    ('64:ff9b::192.0.2.7', '192.0.2.7'),  # IPv4 through a gateway
    ('fe80::1%eth0', 'fe80::/64'),
    ('testclient', 'testclient'),
    ('', ''),
]


@pytest.mark.parametrize(('address', 'counted_as'), NETWORKS)
def test_network_is_what_counts_as_one_address(address: str, counted_as: str) -> None:
    """Shows what is counted together: of IPv6 a whole /64."""
    assert network(address) == counted_as


def test_ipv6_host_has_one_count(browser_at: Callable[[str], Browser]) -> None:
    """Shows that a host which changes its address within its /64 gains nothing."""
    statuses = [
        browser_at(f'2001:db8:1:2::{host}').log_in(new_account('Nobody')).status_code
        for host in range(8)
    ]

    assert statuses == [401] * 7 + [429]
    elsewhere = browser_at('2001:db8:1:3::1')
    assert elsewhere.log_in(new_account('Nobody')).status_code == 401


@pytest.mark.parametrize('known', [True, False])
def test_guesses_at_one_instant_find_no_gap(
    *,
    signed_in: Browser,
    ada: Account,
    grace: Account,
    browser_at: Callable[[str], Browser],
    hashes: list[str],
    known: bool,
) -> None:
    """Shows that of twenty guesses at once no more are hashed than of twenty in a row."""
    wrong = replace(ada, password=WRONG) if known else grace
    thieves = [browser_at(f'192.0.2.{host}') for host in range(20)]

    answers = at_once(*[lambda thief=thief: thief.log_in(wrong) for thief in thieves])

    refused = [answer for answer in answers if answer.status_code == 401]
    throttled = [answer for answer in answers if answer.status_code == 429]
    assert len(refused) + len(throttled) == 20
    assert len(hashes) == len(refused)
    assert 1 <= len(hashes) <= 3
    assert all(int(answer.headers['Retry-After']) >= 1 for answer in throttled)


def test_guesses_under_way_hold_their_places(backend: AuthBackend) -> None:
    """Shows that places are taken before anything is known, and free again if nothing was wrong."""
    first, second, third = (backend.throttle.login('a@example.com', '') for _ in range(3))
    with first, second, third:
        with pytest.raises(TooManyAttempts) as refusal, backend.throttle.login('a@example.com', ''):
            pass
        with backend.throttle.login('b@example.com', ''):
            pass

    assert refusal.value.retry_after_seconds == 1
    with backend.throttle.login('a@example.com', ''):
        pass


def test_one_address_has_so_many_passwords_hashed_at_once(backend: AuthBackend) -> None:
    """Shows that all ways to have one hashed share its places, and that other addresses have theirs."""
    throttle, full = backend.throttle, '192.0.2.7'
    ways: list[Callable[[], AbstractContextManager[None]]] = [
        lambda: throttle.hashing(full),
        lambda: throttle.login(new_account('Nobody').email, full),
        lambda: throttle.registration(full),
    ]
    with ExitStack() as under_way:
        for way in [*ways, *ways, ways[0]]:
            under_way.enter_context(way())

        for way in ways:
            with pytest.raises(TooManyAttempts) as refusal, way():
                pass
            assert refusal.value.retry_after_seconds == 1
        with throttle.hashing('192.0.2.8'):
            pass

    with throttle.hashing(full):
        pass


def test_signed_in_share_the_places_of_their_address(
    signed_in: Browser, ada: Account, backend: AuthBackend
) -> None:
    """Shows that many accounts at one address cannot let others wait for their hashes."""
    with ExitStack() as under_way:
        for _ in range(LIMITS.failures_per_address):
            under_way.enter_context(backend.throttle.hashing('testclient'))

        expect_throttled(signed_in.change_password(ada.password, NEW_PASSWORD), 1)
        expect_throttled(signed_in.delete_account(ada.password), 1)

    assert signed_in.change_password(ada.password, NEW_PASSWORD).status_code == 200
    assert signed_in.delete_account(NEW_PASSWORD).status_code == 204


@pytest.mark.parametrize('call', ['change_password', 'delete_account'])
def test_wrong_current_password_is_counted(
    signed_in: Browser, ada: Account, clock: Clock, hashes: list[str], call: str
) -> None:
    """Shows that an open browser is no place to guess either, and what the owner waits."""

    def confirm(password: str) -> Response:
        if call == 'delete_account':
            return signed_in.delete_account(password)
        return signed_in.change_password(password, NEW_PASSWORD)

    assert [confirm(WRONG).status_code for _ in range(3)] == [422] * 3
    hashed = len(hashes)

    expect_throttled(confirm(ada.password), WINDOW + 1)
    assert len(hashes) == hashed
    clock.advance(WINDOW + 1)
    signed_in.refresh()
    assert confirm(ada.password).is_success


def test_two_ways_to_guess_share_one_count(signed_in: Browser, ada: Account) -> None:
    """Shows that a new password and the deletion of the account count together."""
    statuses = [
        signed_in.delete_account(WRONG).status_code,
        signed_in.change_password(WRONG, NEW_PASSWORD).status_code,
        signed_in.delete_account(WRONG).status_code,
        signed_in.change_password(WRONG, NEW_PASSWORD).status_code,
    ]

    assert statuses == [422, 422, 422, 429]


def test_right_current_password_clears_the_count(signed_in: Browser, ada: Account) -> None:
    """Shows that an owner who mistypes twice, then not, begins anew."""
    for _ in range(2):
        assert signed_in.change_password(WRONG, NEW_PASSWORD).status_code == 422
    assert signed_in.change_password(ada.password, NEW_PASSWORD).status_code == 200

    statuses = [signed_in.change_password(WRONG, ada.password).status_code for _ in range(4)]

    assert statuses == [422, 422, 422, 429]


def test_stranger_cannot_block_a_new_password(
    signed_in: Browser, phone: Browser, ada: Account
) -> None:
    """Shows that the owner, signed in, can react while somebody guesses at the login."""
    assert guess(phone, ada, 4)[-1] == 429

    assert signed_in.change_password(ada.password, NEW_PASSWORD).status_code == 200


def test_weak_new_password_is_no_guess(signed_in: Browser, ada: Account) -> None:
    """Shows that only a wrong current password counts."""
    for _ in range(5):
        assert signed_in.change_password(ada.password, 'too short').status_code == 422

    assert signed_in.change_password(ada.password, NEW_PASSWORD).status_code == 200


def test_new_password_guesses_find_no_gap(
    signed_in: Browser, backend: AuthBackend, app: FastAPI, hashes: list[str]
) -> None:
    """Shows the same for twenty guesses of the current password at one instant."""
    thieves = [Browser(TestClient(app, base_url=ORIGIN)) for _ in range(20)]
    for thief in thieves:
        thief.access_token = signed_in.access_token

    answers = at_once(*[lambda thief=thief: thief.delete_account(WRONG) for thief in thieves])

    assert {answer.status_code for answer in answers} == {422, 429}
    assert 1 <= len(hashes) <= 3


def test_registering_is_limited_by_address(
    browser_at: Callable[[str], Browser], clock: Clock, hashes: list[str], stored: Stored
) -> None:
    """Shows that new accounts and "taken" count together, for an hour, and what does not."""
    school, home = browser_at('192.0.2.7'), browser_at('192.0.2.8')
    people = [new_account('Ada') for _ in range(6)]
    statuses = [school.register(person).status_code for person in people[:2]]
    statuses += [school.register(people[0]).status_code for _ in range(2)]
    assert statuses == [201, 201, 409, 409]
    hashed = len(hashes)

    expect_throttled(school.register(people[2]), HOUR + 1)
    expect_throttled(school.register(people[0]), HOUR + 1)
    assert len(hashes) == hashed
    assert stored.value('SELECT count(*) FROM users') == 2
    assert home.register(people[2]).status_code == 201
    clock.advance(HOUR + 1)
    assert school.register(people[3]).status_code == 201


def test_mistaken_registration_does_not_count(laptop: Browser) -> None:
    """Shows that somebody who needs ten tries for a good password is not sent away."""
    for _ in range(10):
        assert laptop.register(Account('Ada', 'a@example.com', 'short')).status_code == 422

    assert laptop.register(new_account('Ada')).status_code == 201


def test_registrations_at_one_instant_find_no_gap(
    browser_at: Callable[[str], Browser], stored: Stored
) -> None:
    """Shows that ten registrations at once make four accounts at most."""
    browsers = [browser_at('192.0.2.7') for _ in range(10)]

    answers = at_once(
        *[lambda browser=browser: browser.register(new_account('Ada')) for browser in browsers]
    )

    assert {answer.status_code for answer in answers} == {201, 429}
    assert 1 <= int(str(stored.value('SELECT count(*) FROM users'))) <= 4


def test_forged_refresh_tokens_are_limited(
    signed_in: Browser, browser_at: Callable[[str], Browser], clock: Clock
) -> None:
    """Shows that forging goes on for a while only, and that the cookie is left alone then."""
    thief = browser_at('192.0.2.7')
    forged = altered(signed_in.jar)
    assert [thief.present(forged).status_code for _ in range(2)] == [401, 401]

    expect_throttled(thief.present(forged), HOUR + 1)
    expect_throttled(thief.present('garbage'), HOUR + 1)
    clock.advance(HOUR + 1)
    assert thief.present(forged).status_code == 401


def test_honest_refresh_is_never_refused(
    signed_in: Browser, phone: Browser, browser_at: Callable[[str], Browser], ada: Account
) -> None:
    """Shows that genuine tokens are answered as ever at an address where others forge."""
    thief, victim, leaver = (browser_at('192.0.2.7') for _ in range(3))
    victim.log_in(ada)
    leaver.log_in(ada)
    left = leaver.jar
    leaver.log_out()
    for _ in range(3):
        last = thief.present(altered(signed_in.jar))
    assert last.status_code == 429

    assert [victim.refresh().json()['outcome'] for _ in range(5)] == ['rotated'] * 5
    assert leaver.present(left).json()['reason'] == 'logout'


def test_refreshes_of_nobody_do_not_count(laptop: Browser, signed_in: Browser) -> None:
    """Shows that pages which are opened without a cookie ask as often as they like."""
    laptop.client.cookies.clear()

    assert [laptop.refresh().json()['code'] for _ in range(10)] == ['no_session'] * 10


def test_throttling_does_not_ask_the_database(
    signed_in: Browser, phone: Browser, ada: Account, stored: Stored, backend: AuthBackend
) -> None:
    """Shows that a throttled login is answered while the database cannot."""
    guess(phone, ada, 3)
    before = stored.dump()
    backend.database.close()
    stored.execute('DROP TABLE users')

    assert phone.log_in(ada).status_code == 429
    assert 'users' in before


def test_throttling_is_recorded_without_names(
    *,
    laptop: Browser,
    ada: Account,
    grace: Account,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Shows an event for each limit; no e-mail address, password or token is in any of them."""
    caplog.set_level(logging.DEBUG)
    laptop.register(ada)
    laptop.register(grace)
    secret = {ada.email, grace.email, ada.password, grace.password, WRONG, laptop.jar}
    token, forged = laptop.access_token, altered(laptop.jar)
    guess(laptop, ada, 4)
    guess(laptop, grace, 3)
    for _ in range(5):
        laptop.log_in(new_account('Nobody'))
        laptop.register(ada)
        laptop.access_token = token
        laptop.delete_account(WRONG)
    for _ in range(3):
        laptop.present(forged)

    lines = [record.getMessage() for record in caplog.records if 'throttled' in record.getMessage()]
    assert {line.rpartition(' ')[0] for line in lines} == {
        'login_throttled limit=account',
        'login_throttled limit=address',
        'password_check_throttled limit=owner',
        'registration_throttled limit=registrations',
        'refresh_throttled limit=refreshes',
    }
    assert all(' retry_after_seconds=' in line for line in lines)
    assert [each for each in secret if each in caplog.text] == []


def test_what_is_over_takes_no_memory(backend: AuthBackend, clock: Clock) -> None:
    """Shows that addresses which were wrong once are forgotten: the table of counts stays small."""
    events = backend.throttle.counts._storage.events

    for number in range(MANY_KEYS * 3):
        if number % MANY_KEYS == 0:
            clock.advance(HOUR + 1)
        with pytest.raises(ZeroDivisionError), backend.throttle.registration(str(number)):
            raise ZeroDivisionError
        with backend.throttle.registration(str(number)):
            pass

    assert len(events) <= MANY_KEYS + 1


def test_product_limits_leave_room_for_a_class(settings: AuthSettings, serve: Serve) -> None:
    """Shows the figures of the product: ten by account, a hundred by address, sixty new ones."""
    assert AttemptLimits() == AttemptLimits(
        failures_per_account=10,
        failures_per_address=100,
        registrations_per_hour=60,
        refused_refreshes_per_hour=1000,
    )
    browser = serve(replace(settings, attempts=AttemptLimits()))
    ada = new_account('Ada')
    browser.register(ada)

    assert guess(browser, ada, 11) == [401] * 10 + [429]
