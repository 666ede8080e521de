"""What the terminal says at start, and how the program refuses: one sentence, exit code 2."""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

import pytest

from app.__main__ import COMMANDS
from app.command import Command
from app.end_sessions import EndSessions, end_sessions, name_of_database
from app.resource_server import ResourceServerSettings
from app.rotate_keys import rotate_keys
from app.settings import Settings
from app.start_up import giving_up_if_unusable
from auth import MissingPrivilege

from .program import ROOT, TIMEOUT_SECONDS, environment, run, start


def run_alone(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """Do the same as somebody who types it: everything is imported for it alone."""
    return subprocess.run(
        [sys.executable, '-m', 'app', *options],
        cwd=ROOT,
        env=environment(folder),
        capture_output=True,
        text=True,
        timeout=TIMEOUT_SECONDS,
        check=False,
    )


@contextmanager
def started(folder: Path, *options: str, command: str = '') -> Iterator[list[str]]:
    """Run the program; give the lines it prints before it serves."""
    place = ['--port', '0', '--data-dir', str(folder / 'data')]
    running = start([*filter(None, [command]), *place, *options], environment(folder))
    assert running.stdout
    assert running.stderr
    threading.Thread(
        target=running.stderr.read, daemon=True
    ).start()  # nobody must wait for a reader
    lines: list[str] = []
    for line in running.stdout:
        lines.append(line.rstrip())
        if 'Ctrl+C' in line:
            break
    try:
        yield lines
    finally:
        running.terminate()
        running.wait(TIMEOUT_SECONDS)


def address(lines: list[str]) -> str:
    return next(line.split()[-1] for line in lines if 'running at' in line)


def health_of(url: str) -> object:
    """Ask as soon as somebody is there. Raises `URLError` if nobody comes."""
    until = time.monotonic() + TIMEOUT_SECONDS
    while True:
        try:
            with urllib.request.urlopen(f'{url}/healthz') as answer:
                return json.load(answer)
        except urllib.error.URLError:
            if time.monotonic() > until:
                raise


def post(url: str, path: str, form: dict[str, str], **more: str) -> Any:
    """Send a form as a page of the server's own does; return the answer."""
    own = {'Origin': url, 'X-Requested-With': 'a test', 'Content-Type': 'application/json'}
    call = urllib.request.Request(url + path, json.dumps(form).encode(), own | more)
    with urllib.request.urlopen(call) as answer:
        return json.load(answer)


def sign_in(url: str, email: str, password: str) -> str:
    """Return an access token of a new session."""
    form = {'email': email, 'password': password}
    return str(post(url, '/auth/login', form)['access_token'])


def test_help_lists_every_setting(tmp_path: Path) -> None:
    """`--help` is the list of settings; none is missing, and it says how to use the environment."""
    result = run_alone(tmp_path, '--help')

    assert result.returncode == 0
    for name in Settings.model_fields:
        assert f'--{name.replace("_", "-")}' in result.stdout
    assert 'APP_DATA_DIR' in result.stdout
    for command in COMMANDS:
        assert f'python -m app {command}' in result.stdout


def test_start_up_text_says_what_a_person_needs(tmp_path: Path) -> None:
    """Address, accounts, where the data is, how to stop; and the address answers."""
    with started(tmp_path, '--demo-accounts') as lines:
        text = '\n'.join(lines)
        with urllib.request.urlopen(address(lines) + '/healthz') as answer:
            health = json.load(answer)

    assert 'http://localhost:' in text
    assert 'ada@example.com' in text
    assert 'grace@example.com' in text
    assert str(tmp_path / 'data') in text
    assert 'Ctrl+C' in text
    assert health == {'status': 'ready'}


def test_demo_names_all_there_is(tmp_path: Path) -> None:
    """The pages, GraphQL and two services, each where the text says; they go when the demo does."""
    with started(tmp_path, command='demo') as lines:
        text = '\n'.join(lines)
        url, *services = (match for match in re.findall(r'http://localhost:\d+(?![\d/])', text))
        health = [health_of(each) for each in (url, *services)]

    assert f'{url}/profile' in text
    assert f'{url}/graphql' in text
    assert 'make demo-two-origins' in text
    assert health == [{'status': 'ready'}] * 3
    for each in (url, *services):
        with pytest.raises(urllib.error.URLError):
            urllib.request.urlopen(each)


def test_demo_passphrases_survive_a_restart(tmp_path: Path) -> None:
    """The second start shows the same accounts, and makes no others."""
    with started(tmp_path, '--demo-accounts') as lines:
        first = [line for line in lines if '@example.com' in line]
    with started(tmp_path, '--demo-accounts') as lines:
        second = [line for line in lines if '@example.com' in line]

    assert len(first) == 2
    assert first == second


def test_demo_shows_no_passphrase_that_has_been_changed(tmp_path: Path) -> None:
    """Somebody has tried the form for that: the next start says so."""
    with started(tmp_path, '--demo-accounts') as lines:
        url = address(lines)
        email, password = next(line for line in lines if 'ada@' in line).split()[-2:]
        form = {'current_password': password, 'new_password': f'{password}, later'}
        bearer = f'Bearer {sign_in(url, email, password)}'
        post(url, '/auth/password', form, Authorization=bearer)

    with started(tmp_path, '--demo-accounts') as lines:
        ada, grace = (line for line in lines if '@example.com' in line)

    assert ada.endswith('(changed since)')
    assert 'changed' not in grace


@pytest.mark.skipif(os.name == 'nt', reason='Windows has no such modes')
def test_data_is_for_its_owner_only(tmp_path: Path) -> None:
    """Folder 0700, secrets 0600: another account of the machine reads nothing."""
    with started(tmp_path, '--demo-accounts'):
        data = tmp_path / 'data'
        modes = {path.name: path.stat().st_mode & 0o777 for path in data.rglob('*')}
        folder_mode = data.stat().st_mode & 0o777

    assert folder_mode == 0o700
    for secret in ('master.secret', 'signing-key.pem', 'demo-accounts.json', 'app.db'):
        assert modes[secret] == 0o600


def test_taken_port_is_one_sentence(tmp_path: Path) -> None:
    """Another program has the port: say so, and what to do."""
    with socket.create_server(('127.0.0.1', 0)) as other:
        port = other.getsockname()[1]
        result = run_alone(tmp_path, '--port', str(port), '--data-dir', str(tmp_path / 'data'))

    refuses_in_one_sentence(result)
    assert f'port {port}' in result.stderr
    assert '--port' in result.stderr


@pytest.mark.parametrize(
    ('options', 'named'),
    [
        (['--port', 'eighty'], '--port'),
        (['--demo-accounts', '--password-min-characters', '64'], '--password-min-characters'),
        (['--host', 'no.such.host.invalid'], 'no.such.host.invalid'),
        (['--database-url', 'nonsense'], '--database-url'),
        (['--database-url', 'sqlite://'], '--database-url'),
        (['--database-url', 'oracle+missing://host/name'], '--database-url'),
        (['--database-url', 'postgresql+psycopg://nobody@localhost:1/none'], '--database-url'),
        (['--database-url', 'sqlite:////no/such/folder/app.db'], '--database-url'),
        (['--database-url', 'postgresql+psycopg://nobody@localhost:1/none?unknown=1'], 'unknown'),
        (
            ['--database-url', 'postgresql+psycopg_async://nobody@localhost:1/none'],
            'not understood',
        ),
        (['--host', 'x' * 70], 'is no address of this machine'),
        pytest.param(
            ['--database-url', 'postgresql+psycopg://app:p@S3cret@localhost:1/app'],
            '%40',
            id='unescaped',
        ),
        (['--database-url', 'postgresql+psycopg://app:p@x:S3cret/z@localhost:1/app'], '%40'),
        (
            ['--database-url', 'postgresql+psycopg://localhost:1/x?prepare_threshold=x'],
            'not understood',
        ),
        (['--database-url', 'sqlite:///app.db?timeout=abc'], '--database-url'),
    ],
)
def test_what_cannot_be_used_is_one_sentence(
    options: list[str], named: str, tmp_path: Path
) -> None:
    """Whatever is wrong is named; there is no traceback to read it out of."""
    result = run(tmp_path, '--port', '0', '--data-dir', str(tmp_path / 'data'), *options)

    refuses_in_one_sentence(result)
    assert named in result.stderr
    assert 'S3cret' not in result.stderr  # the rest of a password that has an @ in it


@pytest.mark.parametrize(
    ('content', 'query', 'said'),
    [
        ('Dear Ada,\n' * 100, '?uri=true', 'app.db is no SQLite database. '),
        ('', '?vfs=unix-dotfile&uri=true', 'Put it on a local disk, or use PostgreSQL.'),
    ],
)
def test_unusable_file_is_one_sentence(content: str, query: str, said: str, tmp_path: Path) -> None:
    """What SQLite finds wrong with a file no restart cures: say what does."""
    file = tmp_path / 'app.db'
    file.write_text(content)
    url = f'sqlite:///file:{file}{query}'

    result = run(
        tmp_path, '--port', '0', '--data-dir', str(tmp_path / 'data'), '--database-url', url
    )

    refuses_in_one_sentence(result)
    assert said in result.stderr


def test_role_that_may_make_no_tables_is_one_sentence(capfd: pytest.CaptureFixture[str]) -> None:
    """What PostgreSQL does not allow is said as it was put where it was found out."""
    with (
        pytest.raises(SystemExit) as ended,
        giving_up_if_unusable(Settings.model_validate({})),
    ):
        raise MissingPrivilege('The role may not.')

    assert ended.value.code == 2
    assert capfd.readouterr().err == 'Cannot start: The role may not.\n'


@pytest.mark.parametrize(
    ('options', 'named'),
    [
        (['--port', '70000'], '--port'),
        (['--access-token-seconds', '0'], '--access-token-seconds'),
        (['--log-level', 'loud'], '--log-level'),
        (['--no-such-setting', '1'], '--no-such-setting'),
        (['--faults', '--host', '0.0.0.0'], '--host'),
        (['--plain-cookie', '--host', '0.0.0.0'], '--plain-cookie'),
        (['--plain-cookie', '--public-url', 'https://app.example.com'], '--plain-cookie'),
        (['--plain-cookie', '--public-url', 'http://app.example.com'], '--plain-cookie'),
        (['--trusted-proxies', '*'], '--trusted-proxies'),
        (['--transport', 'graphql', '--no-graphql'], '--graphql'),
        (['--trusted-proxies', '127.0.0.1,proxy.example.com'], '--trusted-proxies'),
        (['--failures-per-account', '0'], '--failures-per-account'),
        (['--data-dir', ''], '--data-dir'),
        (['--database-url', ''], '--database-url'),
        (['--public-url', 'app.example.com'], '--public-url'),
        (['--allowed-origins', '*'], '--allowed-origins'),
        (['--services', 'http://localhost:8001/'], '--services'),
        (['--allowed-origins', 'https://app.example.com/'], '--allowed-origins'),
        (['--allowed-origins', 'https://app.example.com/path'], '--allowed-origins'),
        (['--allowed-origins', 'https://app.example.com,null'], '--allowed-origins'),
    ],
)
def test_bad_setting_is_one_sentence(
    options: list[str], named: str, capfd: pytest.CaptureFixture[str]
) -> None:
    """It is refused before anything runs, as a process of its own is by the first of these tests."""
    refuses_at_once(Settings, options, named, capfd)


@pytest.mark.parametrize(
    ('options', 'named'),
    [
        (['--jwks-url', 'http://auth.example.com/jwks.json'], '--jwks-url'),
        (['--jwks-url', 'jwks.json'], '--jwks-url'),
        (['--ended-sessions-url', 'http://192.0.2.1/ended'], '--ended-sessions-url'),
        (['--issuer', 'auth.example.com'], '--issuer'),
        (['--issuer', 'http://auth.example.com'], '--jwks-url'),
        (['--allowed-origins', '*'], '--allowed-origins'),
        (['--keep-keys-seconds', '-1'], '--keep-keys-seconds'),
        (['--data-dir', 'data'], '--data-dir'),
    ],
)
def test_bad_setting_of_the_service_is_one_sentence(
    options: list[str], named: str, capfd: pytest.CaptureFixture[str]
) -> None:
    """The service refuses as the server does: keys over plain http from elsewhere, above all."""
    refuses_at_once(ResourceServerSettings, options, named, capfd)


def refuses_at_once(
    kind: type[Any], options: list[str], named: str, capfd: pytest.CaptureFixture[str]
) -> None:
    """Check that a command with such settings ends with one sentence, and does nothing."""
    done: list[object] = []

    with pytest.raises(SystemExit) as ended:
        Command(done.append, kind)(options)

    said = capfd.readouterr()
    refuses_in_one_sentence(
        subprocess.CompletedProcess(options, cast(int, ended.value.code), said.out, said.err)
    )
    assert named in said.err
    assert done == []


def test_damaged_accounts_are_one_sentence(tmp_path: Path) -> None:
    """Somebody has edited the file of the demo's passphrases: it is named, and left as it is."""
    file = tmp_path / 'data' / 'demo-accounts.json'
    file.parent.mkdir()
    for content in ('[{"name": "Ada",', '[{"nick": "Ada"}]', '{}[', '[1]'):
        file.write_text(content, encoding='utf-8')

        result = run(tmp_path, '--port', '0', '--data-dir', str(file.parent), '--demo-accounts')

        refuses_in_one_sentence(result)
        assert f'{file} is damaged' in result.stderr
        assert file.read_text(encoding='utf-8') == content


def test_unknown_command_is_one_sentence(tmp_path: Path) -> None:
    """The commands that there are come with it, not a page of options."""
    result = run(tmp_path, 'dmeo')

    assert result.returncode == 2
    (line,) = result.stderr.splitlines()
    assert line.startswith("There is no command 'dmeo'. There are demo, two-origins, ")


def test_misspelt_variable_is_named(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A slip in a variable's name changes nothing, and must not go unnoticed; others are not ours."""
    monkeypatch.setenv('APP_PROT', '8010')
    monkeypatch.setenv('APP_PORT', '8020')
    monkeypatch.setenv('PORT', '8030')
    ran: list[Settings] = []

    Command(ran.append, Settings)([])

    assert [settings.port for settings in ran] == [8020]
    assert caplog.messages == [
        'APP_PROT is no setting of this command: it does nothing. Did you mean APP_PORT?'
    ]


def test_service_without_an_address_is_one_sentence(tmp_path: Path) -> None:
    """A host that is not there is named, as by the server."""
    result = run(tmp_path, 'resource-server', '--host', 'no.such.host.invalid')

    refuses_in_one_sentence(result)
    assert 'no.such.host.invalid' in result.stderr


def test_help_of_the_service_lists_its_settings(tmp_path: Path) -> None:
    """It has settings of its own, none of them a folder, a database or a secret."""
    result = run(tmp_path, 'resource-server', '--help')

    assert result.returncode == 0
    for name in ResourceServerSettings.model_fields:
        assert f'--{name.replace("_", "-")}' in result.stdout
    for absent in ('--data-dir', '--database-url'):
        assert absent not in result.stdout


def test_bad_environment_variable_is_one_sentence(tmp_path: Path) -> None:
    """Settings from the environment are checked like all others."""
    result = run(tmp_path, '--data-dir', str(tmp_path / 'data'), APP_PORT='eighty')

    refuses_in_one_sentence(result)
    assert '--port' in result.stderr


def test_unusable_data_folder_is_one_sentence(tmp_path: Path) -> None:
    """A file is where the folder should be."""
    (tmp_path / 'data').write_text('a file')

    result = run(tmp_path, '--port', '0', '--data-dir', str(tmp_path / 'data'))

    refuses_in_one_sentence(result)
    assert str(tmp_path / 'data') in result.stderr


def test_damaged_key_is_one_sentence(tmp_path: Path) -> None:
    """A key file that is no key is named; nothing is overwritten."""
    keys = tmp_path / 'data' / 'keys'
    keys.mkdir(parents=True)
    (keys / 'signing-key.pem').write_text('not a key')

    result = run(tmp_path, '--port', '0', '--data-dir', str(tmp_path / 'data'))

    refuses_in_one_sentence(result)
    assert 'signing-key.pem' in result.stderr
    assert (keys / 'signing-key.pem').read_text() == 'not a key'


@pytest.mark.parametrize(
    'options',
    [[], ['--serve', 'pages', '--auth-url', 'http://localhost:4500']],
    ids=['all', 'pages'],
)
def test_other_keys_are_one_sentence(tmp_path: Path, options: list[str]) -> None:
    """A folder that is not mounted, or not the right one, must not sign everybody out for good."""
    database = f'--database-url=sqlite:///{tmp_path}/app.db'
    with started(tmp_path, database):
        pass

    result = run(tmp_path, '--port', '0', '--data-dir', str(tmp_path / 'empty'), database, *options)

    refuses_in_one_sentence(result)
    assert str(tmp_path / 'empty' / 'keys') in result.stderr
    assert '--data-dir' in result.stderr
    assert 'stop all servers' in result.stderr


def refuses_in_one_sentence(result: subprocess.CompletedProcess[str]) -> None:
    assert result.returncode == 2, result.stderr
    assert 'Traceback' not in result.stderr + result.stdout
    message = [line for line in result.stderr.splitlines() if not line.startswith(('usage:', ' '))]
    assert len(message) == 1, result.stderr


def test_key_is_replaced_by_a_command(tmp_path: Path) -> None:
    """A running server publishes the new key beside the old one; nothing is started again."""
    with started(tmp_path) as lines:
        url = next(word for line in lines for word in line.split() if word[:7] == 'http://')
        keys = f'{url}/.well-known/jwks.json'
        with urllib.request.urlopen(keys) as answer:
            before = json.load(answer)['keys']

        result = run(tmp_path, 'rotate-keys', '--data-dir', str(tmp_path / 'data'))

        with urllib.request.urlopen(keys) as answer:
            after = json.load(answer)['keys']
    assert result.returncode == 0
    assert after[:-1] == before
    assert after[-1]['kid'] in result.stdout
    assert 'PRIVATE' not in result.stdout + result.stderr


@pytest.mark.parametrize('command', ['rotate-keys', 'end-sessions'])
def test_keys_of_no_server_are_not_made(tmp_path: Path, command: str) -> None:
    """A mistyped folder is one sentence, and stays as it is: not there."""
    result = run(tmp_path, command, '--data-dir', str(tmp_path / 'dta'))

    refuses_in_one_sentence(result)
    assert 'does not exist' in result.stderr
    assert not (tmp_path / 'dta').exists()


def test_new_keys_are_accepted_once_everybody_is_signed_out(tmp_path: Path) -> None:
    """The way out of lost keys that a refusal has named: the database belongs to the new ones."""
    database = f'--database-url=sqlite:///{tmp_path}/app.db'
    with started(tmp_path, database, '--demo-accounts') as lines:
        url = address(lines)
        email, password = next(line for line in lines if 'ada@' in line).split()[-2:]
        sign_in(url, email, password)
    (tmp_path / 'data' / 'keys' / 'master.secret').unlink()
    place = ['--data-dir', str(tmp_path / 'data'), database]
    for refused in (['--port', '0', *place], ['end-sessions', *place]):
        result = run(tmp_path, *refused)
        refuses_in_one_sentence(result)
        assert '`python -m app end-sessions --with-new-keys`' in result.stderr

    result = run(tmp_path, 'end-sessions', '--with-new-keys', *place)

    assert result.returncode == 0
    assert result.stdout.startswith(f'1 session has ended in sqlite:///{tmp_path}/app.db: ')
    assert f'It belongs to the keys in {tmp_path}/data/keys now.' in result.stdout
    assert run(tmp_path, 'end-sessions', *place).stdout.startswith('0 sessions have ended')
    with started(tmp_path, database) as lines:
        assert sign_in(address(lines), email, password)


@pytest.mark.parametrize(
    ('options', 'named'),
    [
        (['--database-url', 'nonsense'], '--database-url'),
        (['--database-url', 'postgresql+psycopg://nobody@localhost:1/none'], '--database-url'),
    ],
)
def test_sessions_of_no_database_are_one_sentence(
    options: list[str], named: str, tmp_path: Path
) -> None:
    """What is wrong is named as at a start, and the sentence says what was not done."""
    (tmp_path / 'data' / 'keys').mkdir(parents=True)

    result = run(tmp_path, 'end-sessions', '--data-dir', str(tmp_path / 'data'), *options)

    refuses_in_one_sentence(result)
    assert result.stderr.startswith('Cannot end the sessions: ')
    assert named in result.stderr


def test_database_of_no_server_is_one_sentence(tmp_path: Path) -> None:
    """A shell without the server's APP_DATABASE_URL: that it did the work must not be said."""
    (tmp_path / 'data' / 'keys').mkdir(parents=True)

    result = run(tmp_path, 'end-sessions', '--data-dir', str(tmp_path / 'data'))

    refuses_in_one_sentence(result)
    assert f'no server has ever used sqlite:///{tmp_path}/data/app.db' in result.stderr
    assert '--database-url' in result.stderr
    assert not (tmp_path / 'data' / 'app.db').exists()


@pytest.mark.parametrize(
    ('url', 'named'),
    [
        ('postgresql+psycopg://me:secret@host/name', 'postgresql+psycopg://me:***@host/name'),
        ('postgresql+psycopg://host/name?user=me&password=secret', '//host/name?user=me'),
        ('postgresql+psycopg://host/name?sslpassword=secret', '//host/name'),
    ],
)
def test_database_is_named_without_its_password(url: str, named: str) -> None:
    """What a terminal shows, others see."""
    settings = Settings.model_validate({'database_url': url})

    assert name_of_database(settings).endswith(named)


@pytest.mark.skipif(os.name == 'nt', reason='Windows has no such users')
@pytest.mark.parametrize(
    ('command', 'kind'), [(rotate_keys, Settings), (end_sessions, EndSessions)]
)
def test_keys_are_made_by_their_owner_only(
    command: Callable[[Any], None],
    kind: type[Settings],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    """With sudo, the new key would be one that the server cannot read: refused, nothing is written."""
    keys = tmp_path / 'keys'
    keys.mkdir()
    owner = keys.stat().st_uid
    monkeypatch.setattr(os, 'geteuid', lambda: owner + 1)

    with pytest.raises(SystemExit) as ended:
        command(kind.model_validate({'data_dir': tmp_path}))

    assert ended.value.code == 2
    (line,) = capfd.readouterr().err.splitlines()
    assert f'user {owner}' in line
    assert list(keys.iterdir()) == []
