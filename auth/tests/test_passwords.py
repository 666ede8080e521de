"""Passwords: how they are counted, compared and stored, and that guessing costs what it should."""

from __future__ import annotations

import asyncio
import os
import sys
import threading
import unicodedata
from collections.abc import Sequence
from dataclasses import replace

import pytest
from argon2 import low_level

from auth import AuthSettings, generate_passphrase
from auth.passwords.argon2_profiles import OWASP_ARGON2ID, Argon2Profile
from auth.passwords.hash_threads import NICENESS, usable_cores
from auth.passwords.hashing import Passwords

from .browser import Account, Browser
from .conftest import Serve
from .stored import Stored
from .watch_argon2 import watch_argon2

pytestmark = pytest.mark.databases('sqlite')  # a hash is text to any
HASH = 'SELECT password_hash FROM users'


@pytest.mark.checklist('V6.2.8')
@pytest.mark.parametrize(('registered', 'typed'), [('NFC', 'NFD'), ('NFD', 'NFC')])
def test_keyboards_may_compose_differently(
    laptop: Browser, phone: Browser, ada: Account, registered: str, typed: str
) -> None:
    """Shows that é is é, as one code point or as two."""
    word = ada.password + 'é'
    forms = {'NFC': word, 'NFD': unicodedata.normalize('NFD', word)}
    assert forms['NFC'] != forms['NFD']
    laptop.register(replace(ada, password=forms[registered]))

    answer = phone.log_in(replace(ada, password=forms[typed]))

    assert answer.status_code == 200
    assert phone.log_in(replace(ada, password=ada.password + 'e')).status_code == 401


@pytest.mark.checklist('V6.2.8')
@pytest.mark.parametrize(
    'typed',
    ['{0} ', ' {0}', '{0}\n', '{0}x', 'UPPER', 'cut'],
)
def test_password_counts_as_typed(
    signed_in: Browser, phone: Browser, ada: Account, typed: str
) -> None:
    """Shows that nothing is trimmed, cut or folded before the comparison."""
    variants = {'UPPER': ada.password.upper(), 'cut': ada.password[:-1]}
    password = variants.get(typed, typed.format(ada.password))

    answer = phone.log_in(replace(ada, password=password))

    assert answer.status_code == 401
    assert phone.log_in(ada).status_code == 200


@pytest.mark.checklist('V6.2.8')
def test_trailing_space_is_part_of_it(laptop: Browser, phone: Browser, ada: Account) -> None:
    """Shows that a password which ends in a space needs that space."""
    spaced = replace(ada, password=ada.password + ' ')
    laptop.register(spaced)

    assert phone.log_in(ada).status_code == 401
    assert phone.log_in(spaced).status_code == 200


def some(alphabet: Sequence[str], count: int) -> str:
    """Return so many of these, none beside its neighbour: a password that nobody would guess."""
    return ''.join(alphabet[index * 7 % len(alphabet)] for index in range(count))


LATIN = 'abcdefghijklmnopqrstuvwxyz'
CYRILLIC = 'абвгдежзиклмнопрстуфхцчшщъыьэюя'
EMOJI = '😀😎🥳🤖👻🎃🐱🐶🦊🐼🐨🐯🦁🐮🐷🐸'
ACCENTED = [letter + '\N{COMBINING ACUTE ACCENT}' for letter in 'aeioucnszrylkgpm']
MUSICAL = ['\N{MUSICAL SYMBOL HALF NOTE}', '\N{MUSICAL SYMBOL EIGHTH NOTE}', *EMOJI]


@pytest.mark.checklist('V6.2.1', 'V6.2.5')
@pytest.mark.parametrize(
    ('alphabet', 'count', 'status'),
    [
        (LATIN, 14, 422),
        (LATIN, 15, 201),
        (EMOJI, 14, 422),
        (EMOJI, 15, 201),
        (ACCENTED, 14, 422),  # 28 code points typed, 14 after NFC
        (ACCENTED, 15, 201),
        (CYRILLIC, 64, 201),
        (CYRILLIC, 128, 201),
        (EMOJI, 1024, 201),
        (MUSICAL, 1024, 201),  # NFC makes two or three of each note
        (EMOJI, 1025, 422),
        (LATIN, 1025, 422),
        ('\0' + LATIN, 15, 201),
    ],
    ids=lambda value: value if isinstance(value, int) else ascii(value[0]),
)
def test_characters_are_counted_not_bytes(
    *,
    laptop: Browser,
    phone: Browser,
    ada: Account,
    alphabet: Sequence[str],
    count: int,
    status: int,
) -> None:
    """Shows what is too short and too long; what is accepted can be used to sign in."""
    account = replace(ada, password=some(alphabet, count))

    answer = laptop.register(account)

    assert answer.status_code == status
    if status == 422:
        assert answer.json()['errors'].keys() == {'password'}
    else:
        assert phone.log_in(account).status_code == 200


@pytest.mark.checklist('V6.2.1')
def test_over_long_guess_is_never_hashed(
    signed_in: Browser, ada: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Shows that a huge password is refused before it costs anything, at login too."""
    threads = watch_argon2(monkeypatch, 'verify_secret')

    answer = signed_in.log_in(replace(ada, password='x' * 1025))

    assert answer.status_code == 422
    assert threads == []
    signed_in.log_in(ada)
    assert len(threads) == 1


@pytest.mark.checklist('V6.3.8')
def test_every_refusal_costs_the_same_hashes(
    *,
    settings: AuthSettings,
    serve: Serve,
    ada: Account,
    grace: Account,
    stored: Stored,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Shows that argon2 works alike for wrong, unknown and disabled, from the first login on."""
    serve(settings).register(ada)
    costs: dict[str, list[str]] = {}

    def measure(case: str, account: Account) -> None:
        browser = serve(settings)  # a server that has not hashed anything yet
        with monkeypatch.context() as watch:
            calls = {name: watch_argon2(watch, name) for name in ('hash_secret', 'verify_secret')}
            status = browser.log_in(account).status_code
        costs[case] = [str(status), *(f'{name} {len(calls[name])}' for name in calls)]

    measure('wrong', replace(ada, password=grace.password))
    measure('unknown', grace)
    measure('right', ada)
    stored.execute('UPDATE users SET disabled_at = 0')
    measure('disabled', ada)
    measure('disabled and wrong', replace(ada, password=grace.password))

    work = ['hash_secret 0', 'verify_secret 1']
    assert costs.pop('right') == ['200', *work]
    assert list(costs.values()) == [['401', *work]] * 4


@pytest.mark.checklist('V11.4.2')
def test_one_hash_per_core_at_a_time(
    settings: AuthSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Shows that a rush of logins waits in line instead of filling the memory."""
    verify_secret, lock = low_level.verify_secret, threading.Lock()
    at_work, most = 0, 0

    def slow(*arguments: object) -> bool:
        nonlocal at_work, most
        with lock:
            at_work += 1
            most = max(most, at_work)
        right = verify_secret(*arguments)  # type: ignore[arg-type]
        with lock:
            at_work -= 1
        return right

    async def rush() -> None:
        passwords = Passwords(OWASP_ARGON2ID)
        await asyncio.gather(*(passwords.verify('guess', None) for _ in range(20)))
        passwords.close()

    monkeypatch.setattr(low_level, 'verify_secret', slow)
    asyncio.run(rush())

    assert 1 <= most <= usable_cores()


@pytest.mark.checklist('V11.4.2')
def test_hashing_never_blocks_the_event_loop(
    signed_in: Browser,
    phone: Browser,
    ada: Account,
    grace: Account,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Shows that argon2 runs in threads of its own, for known and unknown users."""
    threads = watch_argon2(monkeypatch, 'verify_secret')

    phone.log_in(ada)
    phone.log_in(grace)

    assert len(threads) == 2
    assert all(name.startswith('argon2') for name in threads)


@pytest.mark.skipif(sys.platform != 'linux', reason='only there a thread has a niceness of its own')
def test_hashing_lets_others_go_first(
    signed_in: Browser, phone: Browser, ada: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Shows that a flood of logins does not take the processor from those who are signed in."""
    verify_secret, priorities = low_level.verify_secret, []

    def note_priority(hashed: bytes, secret: bytes, variant: low_level.Type) -> bool:
        priorities.append(os.getpriority(os.PRIO_PROCESS, threading.get_native_id()))
        return verify_secret(hashed, secret, variant)

    monkeypatch.setattr(low_level, 'verify_secret', note_priority)
    phone.log_in(ada)

    assert priorities == [os.getpriority(os.PRIO_PROCESS, 0) + NICENESS]


def test_stored_hash_is_salted_argon2id(
    signed_in: Browser, phone: Browser, ada: Account, grace: Account, stored: Stored
) -> None:
    """Shows that equal passwords have different hashes, and that no password is stored."""
    phone.register(replace(grace, password=ada.password))

    first = stored.value(f'{HASH} WHERE email = ?', ada.email)
    second = stored.value(f'{HASH} WHERE email = ?', grace.email)

    assert str(first).startswith('$argon2id$v=19$')
    assert first != second
    assert ada.password not in stored.dump()


@pytest.mark.checklist('V11.4.2')
def test_product_hashes_as_owasp_says(settings: AuthSettings) -> None:
    """Shows the figures of a hash as the product makes it: 19 MiB, two passes, one lane."""
    default = AuthSettings(
        database_url=settings.database_url,
        keys=settings.keys,
        issuer=settings.issuer,
        cookie_name=settings.cookie_name,
    ).argon2
    passwords = Passwords(default)

    stored = asyncio.run(passwords.hash(generate_passphrase()))

    passwords.close()
    assert default == OWASP_ARGON2ID
    assert stored.startswith('$argon2id$v=19$m=19456,t=2,p=1$')


@pytest.mark.checklist('V11.4.2')
def test_outdated_hash_is_renewed_at_login(
    signed_in: Browser,
    ada: Account,
    settings: AuthSettings,
    serve: Serve,
    stored: Stored,
) -> None:
    """Shows that a login after the figures were raised stores a new hash, once and if right."""
    old = stored.value(HASH)
    stronger = Argon2Profile(memory_kib=16, passes=2, lanes=1)
    browser = serve(replace(settings, argon2=stronger))

    browser.log_in(replace(ada, password=ada.password + 'x'))
    after_wrong = stored.value(HASH)
    assert browser.log_in(ada).status_code == 200
    after_right = stored.value(HASH)
    assert browser.log_in(ada).status_code == 200

    assert after_wrong == old
    assert '$m=8,t=1,p=1$' in str(old)
    assert '$m=16,t=2,p=1$' in str(after_right)
    assert stored.value(HASH) == after_right


@pytest.mark.checklist('V6.2.1')
def test_minimum_length_is_a_setting(settings: AuthSettings, serve: Serve, ada: Account) -> None:
    """Shows that a host application may ask for more."""
    browser = serve(replace(settings, password_min_characters=64))

    answer = browser.register(replace(ada, password=some(LATIN + CYRILLIC, 63)))

    assert answer.json()['errors'] == {'password': 'Use at least 64 characters.'}
    assert browser.register(replace(ada, password=some(LATIN + CYRILLIC, 64))).status_code == 201


def test_generated_passphrase_is_drawn_anew() -> None:
    """Shows that the demo's passwords are seven words that nobody can know beforehand."""
    passphrases = {generate_passphrase() for _ in range(100)}

    assert len(passphrases) == 100
    assert all(len(passphrase.split('-')) >= 7 for passphrase in passphrases)
