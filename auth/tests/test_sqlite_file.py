"""The file that SQLite keeps everything in: what a start refuses, in words that name the remedy."""

from __future__ import annotations

from dataclasses import replace

import pytest

from auth import AuthSettings, UnusableFile
from auth.backend import build_backend

from .browser import Account
from .conftest import Serve
from .stored import Stored

pytestmark = pytest.mark.databases('sqlite')


def test_file_system_without_wal_is_refused(settings: AuthSettings, stored: Stored) -> None:
    """Shows that nobody runs unaware where each reader would wait for each writer."""
    without_shared_memory = f'sqlite:///file:{stored.path}?vfs=unix-dotfile&uri=true'

    with pytest.raises(
        UnusableFile, match=r"journal mode 'delete'\).* local disk, or use PostgreSQL"
    ):
        build_backend(replace(settings, database_url=without_shared_memory))

    assert stored.dump() == ''


def test_other_file_is_refused_and_kept(settings: AuthSettings, stored: Stored) -> None:
    """Shows that a file of another kind is named, and left as it is."""
    letter = b'Dear Ada,\n' * 1000
    stored.path.write_bytes(letter)

    with pytest.raises(UnusableFile, match=f'{stored.path} is no SQLite database'):
        build_backend(settings)

    assert stored.path.read_bytes() == letter


def test_memory_needs_no_wal(settings: AuthSettings, serve: Serve, ada: Account) -> None:
    """Shows that a database which all connections share in memory is as good as a file."""
    browser = serve(replace(settings, database_url='sqlite:///file::memory:?cache=shared&uri=true'))

    browser.register(ada)

    assert browser.refresh().json()['outcome'] == 'rotated'
