"""New passwords: which are refused although they are long, and with which sentence."""

from __future__ import annotations

import asyncio
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest

from auth import AuthBackend, AuthSettings, generate_passphrase
from auth.passwords import guessable, rules
from auth.passwords.guessable import ABOUT_YOU, COMMON_WORDS, REPEATS, WELL_KNOWN, weakness

from .browser import Account, Browser, new_account
from .conftest import Serve
from .stored import Stored

pytestmark = [
    pytest.mark.databases('sqlite'),  # what is refused never gets to one
    pytest.mark.checklist('V6.2.4'),
]
ADA = Account('Ada King-Lovelace', 'ada.lovelace@analytical.example.com', '')
SITE = 'Signed in'

WEAK = [
    ('xxxxxxxxxxxxxxxxxxxx', REPEATS),
    ('aaaaaaaaaaaaaaaaaaab', REPEATS),
    ('abcabcabcabcabcabca', REPEATS),
    ('Bello2019Bello2019', REPEATS),
    ('bello 2019 bello 2019', REPEATS),
    ('horse-horse-horse', REPEATS),
    ('😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀', REPEATS),
    ('абвабвабвабвабвабв', REPEATS),
    ('................', REPEATS),
    ('abcdefghijklmnop', REPEATS),
    ('ponmlkjihgfedcba', REPEATS),
    ('123456789012345', REPEATS),
    ('abcdefgh12345678', REPEATS),
    ('aaabbbcccdddeeefff', REPEATS),
    ('qwertyuiopasdfgh', REPEATS),
    ('QWERTZUIOPASDFGH', REPEATS),
    ('1q2w3e4r5t6y7u8i', REPEATS),
    ('1qaz2wsx3edc4rfv', REPEATS),
    ('йцукенгшщзхъфыва', REPEATS),
    ('passwordpassword', REPEATS),
    ('Password-12345678', WELL_KNOWN),
    ('P@ssw0rd P@$$w0rd 1', WELL_KNOWN),
    ('letmeinletmein12', WELL_KNOWN),
    ('welcome.Summer.2026', WELL_KNOWN),
    ('iloveyousomuch!!', WELL_KNOWN),
    ('correct horse battery staple', WELL_KNOWN),
    ('Correct-Horse-Battery-Staple-1', WELL_KNOWN),
    ('to be or not to be, that is the question', WELL_KNOWN),
    ('MayTheForceBeWithYou', WELL_KNOWN),
    ('ada.lovelace@analytical.example.com', ABOUT_YOU),
    ('Ada.Lovelace@Analytical.Example.COM', ABOUT_YOU),
    ('ada.lovelace@analytical.example.com 1!', ABOUT_YOU),
    ('ada.lovelace2026!', ABOUT_YOU),
    ('ada.lovelaceada.lovelace', REPEATS),
    ('adalovelace lovelaceada', ABOUT_YOU),
    ('Ada King Lovelace', ABOUT_YOU),
    ('LovelaceKing-1815', ABOUT_YOU),
    ('An4lytic4l-Ada-123', ABOUT_YOU),
    ('signed in signed in', REPEATS),
    ('Signed In, signed-in 1', ABOUT_YOU),
]
STRONG = [
    'nine purple herons over Ghent',
    'mein Hund heisst Bello',  # a sentence of one's own
    'Ada keeps nine herons in Ghent',  # a name may be in it
    'my password is kept by a heron',  # and so may any word
    '482910573829104',
    '}{[]?!=)(/&%$§+*',
    '😀😎🥳🤖👻🎃🐱🐶🦊🐼🐨🐯🦁🐮🐷',
    'мой пёс всегда голоден',
    '我家的狗每天早上都要吃三个大苹果',
    'xkqzvjwpfmbtgyh',
    'kV3#tq9Lm!wX2pRkV3#tq9Lm!wX2pR',  # repeated, but what is repeated is long enough
]


def why_refused(password: str) -> str | None:
    return weakness(password, [ADA.name, ADA.email, SITE], 15)


@pytest.mark.parametrize(('password', 'reason'), WEAK)
def test_guessable_password_is_refused_with_reason(password: str, reason: str) -> None:
    """Shows which long passwords are not long enough for a guesser, and that the sentence fits."""
    assert len(password) >= 15
    assert why_refused(password) == reason


@pytest.mark.parametrize('password', STRONG)
def test_password_of_ones_own_is_welcome(password: str) -> None:
    """Shows that words, names, scripts and symbols are all allowed: there is no composition rule."""
    assert why_refused(password) is None


def test_generated_passphrases_are_welcome() -> None:
    """Shows that none of those that the demo hands out is refused."""
    assert {why_refused(generate_passphrase()) for _ in range(500)} == {None}


@pytest.mark.parametrize('about', ['name', 'email'])
def test_what_is_about_you_depends_on_you(about: str) -> None:
    """Shows that one person's name is another's good word."""
    password = 'AdaLovelace2026' if about == 'name' else 'ada.lovelace2026'
    details = getattr(ADA, about)

    assert weakness(password, [details], 15) == ABOUT_YOU
    assert weakness(password, ['Grace Hopper'], 15) is None


def test_refused_registration_makes_no_account(
    settings: AuthSettings, serve: Serve, ada: Account, stored: Stored
) -> None:
    """Shows that the rules hold over HTTP, for name, address and site alike."""
    browser = serve(replace(settings, site_name=SITE))
    weak = {
        f'{ada.email}-1': ABOUT_YOU,
        'Signed.In.Signed.In-1': ABOUT_YOU,
        'correct horse battery staple': WELL_KNOWN,
    }

    for password, reason in weak.items():
        answer = browser.register(replace(ada, password=password))
        assert answer.status_code == 422
        assert answer.json()['errors'] == {'password': reason}
        assert password not in answer.text

    assert stored.value('SELECT count(*) FROM users') == 0
    assert browser.register(ada).status_code == 201


def test_refused_new_password_changes_nothing(
    signed_in: Browser, phone: Browser, ada: Account
) -> None:
    """Shows that a new password has to fit the same rules as the first."""
    answer = signed_in.change_password(ada.password, f'{ada.email} {ada.name}')

    assert answer.status_code == 422
    assert answer.json()['errors'] == {'new_password': ABOUT_YOU}
    assert phone.log_in(ada).status_code == 200


def test_judging_leaves_the_event_loop_free(
    signed_in: Browser, grace: Account, ada: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Shows that what takes a while is done where passwords are hashed; who guesses has none judged."""
    threads = []

    def judge(*_about: object) -> None:
        threads.append(threading.current_thread().name)

    monkeypatch.setattr(rules, 'weakness', judge)
    new_password = f'{ada.password} too'
    assert signed_in.change_password('a wrong guess', new_password).status_code == 422
    assert threads == []

    assert signed_in.change_password(ada.password, new_password).status_code == 200
    signed_in.client.cookies.clear()
    assert signed_in.register(grace).status_code == 201

    assert [name.partition('_')[0] for name in threads] == ['argon2', 'argon2']


def test_rules_bind_new_passwords_only(
    signed_in: Browser, phone: Browser, ada: Account, backend: AuthBackend, stored: Stored
) -> None:
    """Shows that somebody whose password is older than the rules can still sign in."""
    old_hash = asyncio.run(backend.passwords.hash('passwordpassword'))
    stored.execute(f"UPDATE users SET password_hash = '{old_hash}'")

    assert phone.log_in(replace(ada, password='passwordpassword')).status_code == 200


@pytest.mark.parametrize('unit', ['a', 'ab', 'q-', 'pa', 'password', 'e\u0301', '\U0001d15e'])
def test_longest_password_is_judged_fast(unit: str) -> None:
    """Shows that no choice of characters keeps the server busy. (Milliseconds; the rest is slack.)"""
    longest = (unit * 1024)[:1023] + 'z'
    context = [('ab ' * 33)[:100], 'x@' + 'abc.' * 60]
    started = time.process_time()

    weakness(longest, context, 15)

    assert time.process_time() - started < 0.5


def test_common_list_is_well_formed() -> None:
    """Shows that each line of the list can be found at all: small letters and digits, once."""
    lines = (
        Path(guessable.__file__).with_name('common_passwords.txt').read_text('utf-8').splitlines()
    )
    assert len([line for line in lines if line and line[0] != '#']) == len(COMMON_WORDS) > 250
    assert all(word.isalnum() and word == word.lower() for word in COMMON_WORDS)
    assert new_account('Ada').password not in COMMON_WORDS
