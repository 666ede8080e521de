"""`python -m app rotate-keys`: replace the key that signs tokens. Nobody is signed out."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from functools import partial

import auth

from .command import Command
from .settings import Settings
from .start_up import give_up, servers_keys

_WHAT = 'replace the key'
_give_up = partial(give_up, what=_WHAT)


def rotate_keys(settings: Settings) -> None:
    """Add a key to those in the data folder; running servers find it there by themselves.

    Ends with exit code 2 if there is no data folder with keys, they are another user's, or they
    cannot be used.
    """
    folder = servers_keys(settings, _WHAT)
    try:
        keys = auth.load_or_create_keys(folder).signing
        key = keys.rotate(time.time())
    except OSError as error:
        _give_up(f'{folder} cannot be written to ({error.strerror}).')
    except ValueError as error:
        _give_up(str(error))
    starts_at = datetime.fromtimestamp(key.starts_at, UTC)
    print(
        f'Key {key.key_id} is published now, and signs from {starts_at:%H:%M:%S} UTC on.\n'
        'The one before stays good until its last token has expired.'
    )


COMMAND = Command(rotate_keys, Settings)
