"""Everybody is signed out at once: after the database was restored, or the keys were replaced."""

from __future__ import annotations

import hashlib
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import inspect
from sqlalchemy.exc import IntegrityError

from auth import (
    ENDED_SESSIONS_PATH,
    AuthBackend,
    AuthSettings,
    Caller,
    MissingPrivilege,
    NeverUsed,
    OtherKeys,
    UnusableFile,
    end_all_sessions,
    load_or_create_keys,
)

from .browser import Account, Browser
from .clock import DAY, Clock
from .conftest import Serve
from .stored import Stored

REASON = 'ended_by_operator'


def end_all(settings: AuthSettings, *, with_new_keys: bool = False) -> int:
    """Do it as a process of its own does, with the settings of the servers."""
    return end_all_sessions(
        settings.database_url, settings.keys, with_new_keys=with_new_keys, clock=settings.clock
    )


def test_nobody_stays_signed_in(
    *, signed_in: Browser, phone: Browser, ada: Account, grace: Account, settings: AuthSettings
) -> None:
    """Shows that neither token of anybody opens anything, and that one can sign in again."""
    phone.register(grace)

    assert end_all(settings) == 2

    for browser, account in ((signed_in, ada), (phone, grace)):
        assert browser.me().json()['reason'] == REASON
        assert browser.refresh().json()['reason'] == REASON
        assert browser.jar == ''
        assert browser.log_in(account).status_code == 200


def test_running_servers_hear_of_it(
    signed_in: Browser, backend: AuthBackend, settings: AuthSettings
) -> None:
    """Shows that open pages and other services learn of these ends as they do of any."""
    session_id = signed_in.session_id

    end_all(settings)

    assert backend.sessions.ended_among([session_id]) == {session_id: REASON}
    listed = signed_in.client.get(ENDED_SESSIONS_PATH).json()['ended']
    assert list(listed) == [hashlib.sha256(session_id.encode()).hexdigest()]


def test_only_living_sessions_are_counted(
    signed_in: Browser, phone: Browser, ada: Account, settings: AuthSettings, clock: Clock
) -> None:
    """Shows that what is over stays over for its own reason."""
    expired = signed_in.jar
    clock.advance(14 * DAY)
    phone.log_in(ada)
    logged_out = phone.jar
    phone.log_out()

    assert end_all(settings) == 0

    assert signed_in.present(expired).json()['reason'] == 'expired'
    assert phone.present(logged_out).json()['reason'] == 'logout'


def test_sign_in_in_flight_does_not_outlive_it(
    signed_in: Browser, ada: Account, backend: AuthBackend, settings: AuthSettings
) -> None:
    """Shows that a password which was verified just before starts no session afterwards."""
    verified = backend.login.find(ada.email)

    end_all(settings)

    assert verified is not None
    caller = Caller(address='', user_agent='', refresh_token=None)
    assert backend.login.sign_in(verified, None, caller, stay_signed_in=True) is None


def test_other_keys_end_nothing_unasked(
    signed_in: Browser, settings: AuthSettings, stored: Stored, tmp_path: Path
) -> None:
    """Shows that a wrong folder of keys is found out before running servers' tokens look forged."""
    wrong = replace(settings, keys=load_or_create_keys(tmp_path / 'other-keys'))
    before = stored.dump()

    with pytest.raises(OtherKeys):
        end_all(wrong)

    assert stored.dump() == before
    assert signed_in.refresh().json()['outcome'] == 'rotated'


def test_database_belongs_to_the_keys_of_now(
    signed_in: Browser, settings: AuthSettings, serve: Serve, ada: Account, tmp_path: Path
) -> None:
    """Shows the way on after keys were lost: accounts stay, and the keys of before start no server."""
    replaced = replace(settings, keys=load_or_create_keys(tmp_path / 'other-keys'))

    end_all(replaced, with_new_keys=True)

    assert serve(replaced).log_in(ada).status_code == 200
    with pytest.raises(OtherKeys):
        serve(settings)


@pytest.mark.databases('postgresql')
def test_role_that_may_only_read_is_told_so(
    signed_in: Browser, settings: AuthSettings, stored: Stored
) -> None:
    """Shows that whoever is the wrong user of PostgreSQL hears that, and ends nothing."""
    url = stored.url_with('{} -c role=pg_read_all_data')

    with pytest.raises(MissingPrivilege, match='permission denied for table users'):
        end_all(replace(settings, database_url=url))

    assert signed_in.refresh().json()['outcome'] == 'rotated'


@pytest.mark.databases('postgresql')
def test_large_database_takes_its_time(
    signed_in: Browser, settings: AuthSettings, stored: Stored
) -> None:
    """Shows that no limit made for requests stops it where there are a lot of sessions."""
    stored.execute('CREATE TABLE noted (statement_timeout TEXT)')
    stored.execute(
        'CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN '
        "INSERT INTO noted VALUES (current_setting('statement_timeout')); RETURN NULL; END $$"
    )
    for table in ('users', 'sessions'):
        stored.execute(
            f'CREATE TRIGGER noting AFTER UPDATE ON {table} '
            'FOR EACH STATEMENT EXECUTE FUNCTION note()'
        )

    end_all(settings)

    assert stored.value("SELECT string_agg(statement_timeout, ' ') FROM noted") == '0 0'


@pytest.mark.databases('sqlite')
def test_failure_ends_nothing(signed_in: Browser, settings: AuthSettings, stored: Stored) -> None:
    """Shows that all of it is one transaction: the last of its statements is refused here."""
    stored.execute(
        'CREATE TRIGGER refuse BEFORE UPDATE ON schema_info '
        "BEGIN SELECT RAISE(ABORT, 'a fault'); END"
    )
    before = stored.dump()

    with pytest.raises(IntegrityError, match='a fault'):
        end_all(settings)

    assert stored.dump() == before
    assert signed_in.refresh().json()['outcome'] == 'rotated'


def test_database_of_no_server_is_refused(settings: AuthSettings, stored: Stored) -> None:
    """Shows that the wrong database is found out, and that no table is made in it."""
    stored.execute('CREATE TABLE theirs (n INTEGER)')

    with pytest.raises(NeverUsed, match='No server has ever used this database'):
        end_all(settings)

    assert inspect(stored.engine).get_table_names() == ['theirs']


@pytest.mark.databases('sqlite')
@pytest.mark.parametrize('form', ['sqlite:///{}', 'sqlite:///file:{}?uri=true'])
def test_file_of_no_server_is_not_made(form: str, settings: AuthSettings, stored: Stored) -> None:
    """Shows that a mistyped file is refused before SQLite would make it."""
    with pytest.raises(NeverUsed):
        end_all(replace(settings, database_url=form.format(stored.path)))

    assert not stored.path.exists()


@pytest.mark.databases('sqlite')
def test_other_file_is_refused(settings: AuthSettings, stored: Stored) -> None:
    """Shows that what is no database is called so, as at a start."""
    stored.path.write_text('Dear Ada,\n' * 100, encoding='utf-8')

    with pytest.raises(UnusableFile, match='is no SQLite database'):
        end_all(settings)


@pytest.mark.databases('sqlite')
def test_restored_copy_revives_nobody(
    signed_in: Browser, settings: AuthSettings, stored: Stored, serve: Serve, tmp_path: Path
) -> None:
    """Shows what a copy from before a logout would do, and that it does not after the command."""
    cookie = signed_in.jar
    copies = [tmp_path / 'as-it-was.db', tmp_path / 'made-safe.db']
    for copy in copies:
        back_up(stored.path, copy)
    signed_in.log_out()
    assert signed_in.present(cookie).json()['reason'] == 'logout'
    as_it_was, made_safe = (replace(settings, database_url=f'sqlite:///{copy}') for copy in copies)

    end_all(made_safe)

    assert serve(as_it_was).present(cookie).json()['outcome'] == 'rotated'
    refused = serve(made_safe).present(cookie).json()
    assert (refused['code'], refused['reason']) == ('session_ended', REASON)


def back_up(database: Path, copy: Path) -> None:
    """Copy a database in use, as docs/operation.md says."""
    with closing(sqlite3.connect(database)) as source:
        source.execute('VACUUM INTO ?', [str(copy)])
