"""A server with other keys than its database knows: it must not start, and sign everybody out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from auth import AuthBackend, AuthSettings, Keys, OtherKeys, load_or_create_keys
from auth.backend import build_backend
from auth.tokens.refresh_tokens import PEPPER_PURPOSE

from .at_once import at_once
from .browser import Browser
from .conftest import Serve
from .stored import Stored

OTHER_PORT = 'https://testserver:3000'
Change = Callable[[AuthSettings, Keys], AuthSettings]
STARTS: dict[str, Change] = {
    'backend': lambda settings, other: replace(settings, keys=other),
    'pages': lambda settings, other: replace(settings, keys=other, pages_url=OTHER_PORT),
}


@pytest.fixture
def other_keys(tmp_path: Path) -> Keys:
    """Make keys as a server does that finds none, because its folder was not mounted."""
    return load_or_create_keys(tmp_path / 'other-keys')


@pytest.mark.parametrize('start', STARTS)
def test_server_with_other_keys_does_not_start(
    *,
    signed_in: Browser,
    settings: AuthSettings,
    other_keys: Keys,
    stored: Stored,
    serve: Serve,
    start: str,
) -> None:
    """Shows that neither kind of process serves anybody then, and that nobody loses a session."""
    before = stored.dump()

    with pytest.raises(OtherKeys, match='another master secret'):
        serve(STARTS[start](settings, other_keys))

    assert stored.dump() == before
    assert signed_in.refresh().json()['outcome'] == 'rotated'


def test_other_signing_keys_do_not_matter(
    signed_in: Browser, settings: AuthSettings, keys: Keys, other_keys: Keys, serve: Serve
) -> None:
    """Shows that key pairs may come and go: the database holds nothing that they have made."""
    elsewhere = serve(replace(settings, keys=replace(keys, signing=other_keys.signing)))

    assert elsewhere.present(signed_in.jar).json()['outcome'] == 'rotated'
    assert elsewhere.me().status_code == 200


def test_check_value_gives_nothing_away(
    backend: AuthBackend, settings: AuthSettings, keys: Keys, stored: Stored
) -> None:
    """Shows that what the database tells of the master secret is derived for this alone."""
    dump = stored.dump()

    assert keys.check_value in dump
    assert keys.master_secret.hex() not in dump
    assert keys.derive(PEPPER_PURPOSE).hex() not in dump


def test_first_to_start_decides(settings: AuthSettings, other_keys: Keys) -> None:
    """Shows that of servers which start together with different keys only those of one go on."""
    all_keys = [settings.keys, other_keys] * 2

    started = at_once(*[partial(starts, replace(settings, keys=keys)) for keys in all_keys])

    assert started in ([True, False] * 2, [False, True] * 2)


def starts(settings: AuthSettings) -> bool:
    """Say whether a server with these settings starts."""
    try:
        build_backend(settings).close()
    except OtherKeys:
        return False
    return True
