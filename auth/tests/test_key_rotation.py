"""A new signing key: published first, used then; the one before stays good for its last tokens."""

from __future__ import annotations

import time
from dataclasses import replace
from itertools import chain, repeat
from pathlib import Path

import pytest

from auth import AuthBackend, AuthSettings, Keys, load_or_create_keys
from auth.tokens.signing_keys import (
    JWKS_MAX_AGE_SECONDS,
    LOOK_AGAIN_SECONDS,
    MAX_PUBLISHED_KEYS,
    MAX_TOKEN_SECONDS,
    SigningKeys,
)

from .browser import Browser
from .clock import Clock

pytestmark = [pytest.mark.databases('sqlite'), pytest.mark.checklist('keys')]
LIFE_SECONDS = 600


def published(browser: Browser) -> list[str]:
    """Return the ids of the keys that anybody may see."""
    return [key['kid'] for key in browser.client.get('/.well-known/jwks.json').json()['keys']]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where this test's server has its keys: no other test's tokens must suffer."""
    return tmp_path / 'own-keys'


@pytest.fixture
def keys(folder: Path) -> Keys:
    """The keys that the server starts with."""
    return load_or_create_keys(folder)


def rotate(folder: Path, clock: Clock) -> str:
    """Rotate as another process does; return the new key's id."""
    return SigningKeys(folder).rotate(clock()).key_id


def test_new_key_is_published_before_it_signs(
    signed_in: Browser, backend: AuthBackend, folder: Path, clock: Clock
) -> None:
    """Shows that whoever keeps the public keys for their max-age never meets an unknown one."""
    (old,) = published(signed_in)
    new = rotate(folder, clock)

    assert published(signed_in) == [old, new]
    clock.advance(JWKS_MAX_AGE_SECONDS - 1)
    assert backend.signed_tokens.keys.active(clock()).key_id == old
    clock.advance(1)
    assert backend.signed_tokens.keys.active(clock()).key_id == new


def test_rotation_signs_nobody_out(signed_in: Browser, folder: Path, clock: Clock) -> None:
    """Shows that the running server takes the key by itself, and honours tokens of the old one."""
    rotate(folder, clock)
    clock.advance(JWKS_MAX_AGE_SECONDS)

    assert signed_in.me().status_code == 200
    assert signed_in.refresh().json()['outcome'] == 'rotated'
    assert signed_in.me().status_code == 200


def test_old_key_goes_after_a_token_life(signed_in: Browser, folder: Path, clock: Clock) -> None:
    """Shows that a key nobody needs is neither published nor trusted."""
    (old,) = published(signed_in)
    new = rotate(folder, clock)
    clock.advance(JWKS_MAX_AGE_SECONDS + LIFE_SECONDS - 1)
    assert published(signed_in) == [old, new]

    clock.advance(1)

    assert published(signed_in) == [new]


def test_file_stays_as_long_as_any_server_may_need_it(
    folder: Path, keys: Keys, clock: Clock
) -> None:
    """Shows that whoever rotates need not know for how long running servers sign."""
    replaced = folder / 'signing-key.pem'
    rotate(folder, clock)
    clock.advance(JWKS_MAX_AGE_SECONDS + MAX_TOKEN_SECONDS - 1)
    rotate(folder, clock)
    assert replaced.exists()

    clock.advance(1)

    rotate(folder, clock)
    assert not replaced.exists()


def test_no_token_outlives_its_key(settings: AuthSettings) -> None:
    """Shows that a host cannot choose a life after which the key may be gone."""
    with pytest.raises(ValueError, match='86400 seconds'):
        replace(settings, access_token_seconds=MAX_TOKEN_SECONDS + 1)


def test_no_more_keys_than_services_take(folder: Path, keys: Keys, clock: Clock) -> None:
    """Shows that a rotation which would make services refuse all keys is refused itself."""
    for _ in range(MAX_PUBLISHED_KEYS - 1):
        clock.advance(1)
        rotate(folder, clock)

    clock.advance(1)
    with pytest.raises(ValueError, match=f'{MAX_PUBLISHED_KEYS} keys'):
        rotate(folder, clock)

    assert len(list(folder.glob('*.pem'))) == MAX_PUBLISHED_KEYS


def test_restart_after_a_rotation_makes_no_key(folder: Path, keys: Keys, clock: Clock) -> None:
    """Shows that the first file is not made again once it has been replaced."""
    first = rotate(folder, clock)
    clock.advance(JWKS_MAX_AGE_SECONDS + LIFE_SECONDS)
    second = rotate(folder, clock)

    restarted = load_or_create_keys(folder).signing.published(clock(), LIFE_SECONDS)

    assert [key.key_id for key in restarted] == [first, second]


def test_damaged_new_key_changes_nothing(
    signed_in: Browser, folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Shows that a running server keeps to the keys it knows, and says so once."""
    before = published(signed_in)
    damaged = folder / f'signing-key-{int(time.time())}.pem'
    damaged.write_text('garbage')

    assert published(signed_in) == published(signed_in) == before
    assert signed_in.me().status_code == 200
    assert caplog.text.count('keys_unreadable') == 1
    assert caplog.text.count(str(damaged)) == 1  # an operator has to know which


def test_keys_mended_meanwhile_are_no_error(
    keys: Keys, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Shows that a thread which sees a failure goes on if another one has just found all well."""
    seen = chain([clock()], repeat(None))
    failed_at = property(lambda _keys: next(seen), lambda _keys, _now: None)
    known = keys.signing.active(clock())
    monkeypatch.setattr(SigningKeys, '_failed_at', failed_at, raising=False)

    assert keys.signing.active(clock()) == known


@pytest.mark.parametrize('seconds', [LOOK_AGAIN_SECONDS, -LOOK_AGAIN_SECONDS])
def test_damaged_key_is_read_once_a_second(
    keys: Keys, folder: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch, seconds: int
) -> None:
    """Shows that files are not read for each token, and that a mended one is taken all the same."""
    reads, read_bytes = [], Path.read_bytes

    def read_and_note(path: Path) -> bytes:
        reads.append(path)
        return read_bytes(path)

    monkeypatch.setattr(Path, 'read_bytes', read_and_note)
    damaged = folder / f'signing-key-{int(clock())}.pem'
    damaged.write_text('garbage')

    for _ in range(100):
        known = keys.signing.published(clock(), LIFE_SECONDS)
    looked = reads.count(damaged)
    damaged.write_bytes(read_bytes(folder / 'signing-key.pem'))
    clock.advance(seconds)
    mended = keys.signing.published(clock(), LIFE_SECONDS)

    assert looked == 1
    assert (len(known), len(mended)) == (1, 2)
