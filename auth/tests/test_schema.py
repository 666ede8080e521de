"""Tables of another version: older ones are brought up to date, newer ones are left alone."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from sqlalchemy import inspect
from sqlalchemy.engine.interfaces import ReflectedIndex

from auth import (
    AuthSettings,
    DatabaseUnavailable,
    Keys,
    OtherKeys,
    UnknownSchema,
    load_or_create_keys,
)
from auth.backend import build_backend
from auth.database.engine import Database
from auth.database.models import SCHEMA_VERSION
from auth.tokens.refresh_tokens import RefreshTokens, new_salt, new_session_id

from .at_once import at_once
from .browser import Account
from .clock import DAY, START, Clock
from .conftest import Serve
from .faults import Fault
from .stored import Stored

# The tables as version 1 made them. What a database calls a type is filled in.
VERSION_1 = [
    'CREATE TABLE schema_info (version INTEGER NOT NULL, PRIMARY KEY (version))',
    """CREATE TABLE users (
        id VARCHAR(32) NOT NULL,
        email VARCHAR(320) NOT NULL,
        name VARCHAR(100) NOT NULL,
        password_hash VARCHAR(255) NOT NULL,
        auth_epoch INTEGER NOT NULL,
        created_at {double} NOT NULL,
        last_login_at {double},
        disabled_at {double},
        PRIMARY KEY (id),
        UNIQUE (email)
    )""",
    """CREATE TABLE sessions (
        id VARCHAR(22) NOT NULL,
        user_id VARCHAR(32) NOT NULL,
        salt {bytes} NOT NULL,
        lock_seq INTEGER NOT NULL,
        stay_signed_in BOOLEAN NOT NULL,
        created_at {double} NOT NULL,
        idle_expires_at {double} NOT NULL,
        abs_expires_at {double} NOT NULL,
        revoked_at {double},
        revoked_reason VARCHAR(32),
        PRIMARY KEY (id),
        FOREIGN KEY(user_id) REFERENCES users (id) ON DELETE CASCADE
    )""",
    'CREATE INDEX ix_sessions_user_id ON sessions (user_id)',
    """CREATE TABLE refresh_tokens (
        session_id VARCHAR(22) NOT NULL,
        generation INTEGER NOT NULL,
        secret_sha256 {bytes} NOT NULL,
        issued_at {double} NOT NULL,
        seen_at {double},
        used_at {double},
        superseded_at {double},
        PRIMARY KEY (session_id, generation),
        FOREIGN KEY(session_id) REFERENCES sessions (id) ON DELETE CASCADE
    )""",
    """CREATE UNIQUE INDEX one_live_token_per_session ON refresh_tokens (session_id)
        WHERE used_at IS NULL AND superseded_at IS NULL""",
    'INSERT INTO schema_info VALUES (1)',
]
# What was done to them since, until version 3.
UNTIL_VERSION_3 = [
    "ALTER TABLE sessions ADD COLUMN user_agent VARCHAR(400) DEFAULT '' NOT NULL",
    "ALTER TABLE sessions ADD COLUMN address VARCHAR(64) DEFAULT '' NOT NULL",
    'ALTER TABLE sessions ADD COLUMN last_used_at DOUBLE PRECISION DEFAULT 0 NOT NULL',
    'UPDATE sessions SET last_used_at = created_at',
    """CREATE TABLE ended_sessions (
        session_sha256 VARCHAR(64) NOT NULL,
        ended_at DOUBLE PRECISION NOT NULL,
        PRIMARY KEY (session_sha256)
    )""",
    'CREATE INDEX ix_ended_sessions_ended_at ON ended_sessions (ended_at)',
    'UPDATE schema_info SET version = 3',
]
TYPES = {
    'sqlite': {'double': 'DOUBLE', 'bytes': 'BLOB'},
    'postgresql': {'double': 'DOUBLE PRECISION', 'bytes': 'BYTEA'},
}


@dataclass(frozen=True)
class OldDatabase:
    """A database of version 1 or 3 in which Ada has a session since yesterday."""

    stored: Stored
    ada: Account
    refresh_token: str


@pytest.fixture(params=[1, 3])
def old(request: pytest.FixtureRequest, stored: Stored, keys: Keys, ada: Account) -> OldDatabase:
    """Make a database of an older version, with a user, a session and a token."""
    for statement in VERSION_1:
        stored.execute(statement.format_map(TYPES[stored.dialect]))
    password_hash = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(ada.password)
    yesterday = START - DAY
    stored.execute(
        'INSERT INTO users VALUES (?, ?, ?, ?, 0, ?, NULL, NULL)',
        *('a' * 32, ada.email, ada.name, password_hash, yesterday),
    )
    session_id, salt = new_session_id(), new_salt()
    stored.execute(
        'INSERT INTO sessions VALUES (?, ?, ?, 0, ?, ?, ?, ?, NULL, NULL)',
        *(session_id, 'a' * 32, salt, True, yesterday, yesterday + 14 * DAY, yesterday + 90 * DAY),
    )
    tokens = RefreshTokens(keys)
    stored.execute(
        'INSERT INTO refresh_tokens VALUES (?, 0, ?, ?, NULL, NULL, NULL)',
        *(session_id, tokens.fingerprint(session_id, 0, salt), yesterday),
    )
    for statement in UNTIL_VERSION_3 if request.param == 3 else []:
        stored.execute(statement)
    return OldDatabase(stored, ada, tokens.issue(session_id, 0, salt))


def shape(stored: Stored) -> dict[str, object]:
    """Return what each table is like, apart from defaults and the order of columns."""
    with stored.engine.connect() as connection:
        tables = inspect(connection)
        return {
            name: (
                sorted(
                    (column['name'], _own_name(column['type']), column['nullable'])
                    for column in tables.get_columns(name)
                ),
                [(index['name'], *_what_is_in(index)) for index in tables.get_indexes(name)],
                tables.get_foreign_keys(name),
            )
            for name in tables.get_table_names()
        }


def _what_is_in(index: ReflectedIndex) -> tuple[object, ...]:
    rows = [str(each) for each in index.get('dialect_options', {}).values()]
    return index['column_names'], index['unique'], rows


def _own_name(column_type: object) -> str:
    return str(column_type).replace('REAL', 'DOUBLE')  # SQLite has several names for a float


def everything(stored: Stored) -> tuple[str, dict[str, object]]:
    """Return all rows, and what their tables are like."""
    return stored.dump(), shape(stored)


def test_upgrade_signs_nobody_out(old: OldDatabase, settings: AuthSettings, serve: Serve) -> None:
    """Shows that who was signed in before an upgrade goes on, and finds a device list."""
    laptop = serve(settings)

    answer = laptop.present(old.refresh_token)

    assert answer.json()['outcome'] == 'rotated'
    assert answer.json()['user']['email'] == old.ada.email
    assert laptop.me().status_code == 200
    (device,) = laptop.devices()
    assert (device['browser'], device['system'], device['address']) == (None, None, '')
    assert (device['signed_in_at'], device['last_used_at']) == (START - DAY, START)
    assert old.stored.value('SELECT version FROM schema_info') == SCHEMA_VERSION


def test_upgrade_keeps_every_moment(old: OldDatabase, settings: AuthSettings) -> None:
    """Shows that a session nobody has used since is said to be used when it was started."""
    build_backend(settings).close()

    times = old.stored.value('SELECT last_used_at - created_at FROM sessions')

    assert times == 0


def test_old_password_still_opens(old: OldDatabase, settings: AuthSettings, serve: Serve) -> None:
    """Shows that accounts survive an upgrade, not only sessions."""
    laptop = serve(settings)

    answer = laptop.log_in(old.ada)

    assert answer.status_code == 200
    assert answer.json()['user']['name'] == old.ada.name


def test_upgraded_database_knows_its_keys(
    old: OldDatabase, settings: AuthSettings, tmp_path: Path
) -> None:
    """Shows that the start which upgrades leaves what later ones compare their keys with."""
    build_backend(settings).close()

    with pytest.raises(OtherKeys):
        build_backend(replace(settings, keys=load_or_create_keys(tmp_path / 'other-keys')))

    build_backend(settings).close()


def test_old_sessions_tell_their_keys(
    old: OldDatabase, settings: AuthSettings, serve: Serve, tmp_path: Path
) -> None:
    """Shows that an upgrade takes no other keys for those that the sessions there were made with."""
    other = replace(settings, keys=load_or_create_keys(tmp_path / 'other-keys'))

    with pytest.raises(OtherKeys):
        build_backend(other)

    assert old.stored.value('SELECT keys_check FROM schema_info') is None
    assert serve(settings).present(old.refresh_token).json()['outcome'] == 'rotated'
    with pytest.raises(OtherKeys):
        build_backend(other)


def test_sessions_that_are_over_tell_nothing(
    old: OldDatabase, settings: AuthSettings, clock: Clock, tmp_path: Path
) -> None:
    """Shows that keys may be others after an upgrade if that signs nobody out."""
    clock.advance(14 * DAY)

    build_backend(replace(settings, keys=load_or_create_keys(tmp_path / 'other-keys'))).close()

    with pytest.raises(OtherKeys):
        build_backend(settings)


def test_upgraded_tables_are_as_new_ones(
    old: OldDatabase, settings: AuthSettings, stored: Stored
) -> None:
    """Shows that an upgrade leaves out no column, no index, no limit."""
    build_backend(settings).close()
    upgraded = shape(stored)
    for table in ('refresh_tokens', 'ended_sessions', 'sessions', 'users', 'schema_info'):
        stored.execute(f'DROP TABLE {table}')
    build_backend(settings).close()

    assert shape(stored) == upgraded


def test_failed_upgrade_changes_nothing(
    old: OldDatabase,
    settings: AuthSettings,
    stored: Stored,
    serve: Serve,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Shows that a failure at any moment of an upgrade leaves the old version as it was."""
    before = everything(stored)
    database = Database(settings.database_url)
    fault = Fault(database, monkeypatch)
    moment = 0
    for moment in itertools.count():
        fault.at(moment)
        try:
            database.prepare_tables()
        except DatabaseUnavailable:
            assert everything(stored) == before
        else:
            break

    assert not fault.happened
    assert moment > 10
    assert everything(stored) != before
    database.close()
    assert serve(settings).present(old.refresh_token).status_code == 200


def test_failed_start_makes_no_table(
    settings: AuthSettings, stored: Stored, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Shows that tables are made all at once or not at all."""
    database = Database(settings.database_url)
    fault = Fault(database, monkeypatch)
    moment = 0
    for moment in itertools.count():
        fault.at(moment)
        try:
            database.prepare_tables()
        except DatabaseUnavailable:
            assert stored.dump() == ''
        else:
            break

    assert not fault.happened
    assert moment > 10
    assert stored.dump() == f'schema_info: [{SCHEMA_VERSION}, None]'
    database.close()


@pytest.mark.parametrize('version', [0, SCHEMA_VERSION + 1, 99])
def test_unknown_version_is_refused(settings: AuthSettings, stored: Stored, version: int) -> None:
    """Shows that tables nobody knows stop the start, with both versions in the message."""
    build_backend(settings).close()
    stored.execute('UPDATE schema_info SET version = ?', version)
    before = everything(stored)

    with pytest.raises(
        UnknownSchema, match=rf'version {version}; .* needs version {SCHEMA_VERSION}\.'
    ):
        build_backend(settings)

    assert everything(stored) == before
    stored.execute('UPDATE schema_info SET version = ?', SCHEMA_VERSION)
    build_backend(settings).close()


def test_refused_database_gets_no_table(settings: AuthSettings, stored: Stored) -> None:
    """Shows that tables of a later version, whichever they are, are left as they were."""
    stored.execute('CREATE TABLE schema_info (version INTEGER PRIMARY KEY)')
    stored.execute('INSERT INTO schema_info VALUES (99)')
    stored.execute('CREATE TABLE users (id VARCHAR(32) PRIMARY KEY)')
    before = everything(stored)

    with pytest.raises(UnknownSchema):
        build_backend(settings)

    assert everything(stored) == before


def start_together(settings: AuthSettings) -> None:
    """Let four servers prepare the tables at one instant."""
    databases = [Database(settings.database_url) for _ in range(4)]
    at_once(*[database.prepare_tables for database in databases])
    for database in databases:
        database.close()


def test_servers_that_start_together_agree(settings: AuthSettings, stored: Stored) -> None:
    """Shows that several servers may find an empty database at once, and make one set of tables."""
    start_together(settings)

    assert stored.dump() == f'schema_info: [{SCHEMA_VERSION}, None]'


def test_servers_that_upgrade_together_agree(
    old: OldDatabase, settings: AuthSettings, stored: Stored, serve: Serve
) -> None:
    """Shows that several servers may find an old database at once, and one of them upgrades it."""
    start_together(settings)

    assert stored.value('SELECT version FROM schema_info') == SCHEMA_VERSION
    assert serve(settings).present(old.refresh_token).json()['outcome'] == 'rotated'


@pytest.mark.databases('postgresql')
@pytest.mark.parametrize('old', [1], indirect=True)
def test_upgrade_gives_up_on_a_table_in_use(old: OldDatabase, settings: AuthSettings) -> None:
    """Shows that an upgrade waits no longer than any writer: a backup that reads must not stop all."""
    before = everything(old.stored)
    database = Database(settings.database_url, patience_seconds=0.3)
    with old.stored.engine.connect() as backup:
        backup.exec_driver_sql('BEGIN')
        backup.exec_driver_sql('SELECT 1 FROM sessions')

        with pytest.raises(DatabaseUnavailable, match='lock timeout'):
            database.prepare_tables()

        assert everything(old.stored) == before
        backup.exec_driver_sql('ROLLBACK')
    database.prepare_tables()
    assert everything(old.stored) != before
    database.close()


@pytest.mark.parametrize('table', ['users', 'sessions'])
def test_tables_of_another_program_are_refused(
    table: str, settings: AuthSettings, stored: Stored
) -> None:
    """Shows that a database in which somebody else keeps users is neither adopted nor changed."""
    stored.execute(f'CREATE TABLE {table} (id INTEGER PRIMARY KEY, login VARCHAR(10))')

    with pytest.raises(UnknownSchema, match=f"a table '{table}' of another program"):
        build_backend(settings)

    assert inspect(stored.engine).get_table_names() == [table]
