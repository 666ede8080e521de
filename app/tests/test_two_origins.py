"""`python -m app two-origins`: both servers or none, and one sentence where something does not fit."""

from __future__ import annotations

import re
import shlex
import socket
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from app.command import Command
from app.processes import free_port
from app.two_origins import TwoOrigins

from .program import ROOT, TIMEOUT_SECONDS, environment, run, start

FREE = 'http://localhost:0'


def status(url: str) -> int:
    """Return what a POST without a body is answered with."""
    request = urllib.request.Request(url, method='POST', headers={'X-Requested-With': 'tests'})
    request.add_header('Origin', url[: url.index('/', len('http://'))])
    try:
        return int(urllib.request.urlopen(request).status)
    except urllib.error.HTTPError as refused:
        refused.close()
        return refused.code


def health(url: str) -> str:
    """Return what a health check is told."""
    with urllib.request.urlopen(f'{url}/healthz') as answer:
        return str(answer.read().decode())


def test_both_start_and_both_end(tmp_path: Path) -> None:
    """Each serves its half; ending the command leaves neither of them behind."""
    addresses = ['--pages-url', FREE, '--auth-url', FREE, '--data-dir', str(tmp_path / 'data')]
    both = start(['two-origins', *addresses], environment(tmp_path))
    assert both.stdout
    urls: dict[bool, str] = {}
    for line in both.stdout:
        if 'running at' in line:
            urls['backend' in line] = line.split()[-1]
        if len(urls) == 2:
            break
    pages, backend = urls[False], urls[True]

    answers = status(f'{backend}/auth/refresh'), status(f'{pages}/auth/refresh')
    healthy = health(backend), health(pages)
    both.terminate()
    exit_code = both.wait(TIMEOUT_SECONDS)

    assert answers == (401, 404)  # the backend knows no session, the pages know no such address
    assert healthy == ('{"status":"ready"}', '{"status":"ready"}')
    assert exit_code == 0
    for url in urls.values():
        with pytest.raises(urllib.error.URLError):
            urllib.request.urlopen(url)


def test_taken_port_ends_both(tmp_path: Path) -> None:
    """The one that finds its port taken says so, and the other does not stay behind."""
    with socket.create_server(('localhost', 0)) as taken:
        port = taken.getsockname()[1]
        data = ['--data-dir', str(tmp_path / 'data')]
        result = run(
            tmp_path,
            'two-origins',
            '--pages-url',
            FREE,
            *data,
            f'--auth-url=http://localhost:{port}',
        )

    assert result.returncode == 2
    assert f'port {port} on localhost cannot be taken' in result.stderr
    assert 'Traceback' not in result.stderr


@pytest.mark.parametrize(
    ('options', 'sentence'),
    [
        (['--serve', 'pages'], '--serve pages and --auth-url go together.'),
        (['--auth-url', 'http://localhost:4500'], '--serve pages and --auth-url go together.'),
        (['--serve', 'pages', '--auth-url', 'localhost:4500'], 'is not an exact origin like'),
        (['--cookie-same-site', 'none'], 'is for --allowed-origins, and there are none.'),
    ],
)
def test_what_does_not_fit_is_refused(tmp_path: Path, options: list[str], sentence: str) -> None:
    """Before anything is served: one sentence, exit code 2."""
    result = run(tmp_path, '--port', '0', '--data-dir', str(tmp_path / 'data'), *options)

    assert result.returncode == 2
    assert sentence in result.stderr
    assert 'Traceback' not in result.stderr


def test_address_of_the_pages_is_looked_at(capfd: pytest.CaptureFixture[str]) -> None:
    """It is refused before anything runs, and by its name."""
    ran: list[object] = []

    with pytest.raises(SystemExit) as ended:
        Command(ran.append, TwoOrigins)(['--pages-url', 'garbage'])

    assert ended.value.code == 2
    assert '--pages-url' in capfd.readouterr().err
    assert ran == []


def test_documented_commands_work(tmp_path: Path) -> None:
    """Each command of docs/origins.md starts as it stands there, apart from ports and data."""
    text = (ROOT / 'docs' / 'origins.md').read_text(encoding='utf-8')
    for port in ('3000', '4500'):
        text = text.replace(port, str(free_port()))
    blocks = [block.splitlines() for block in re.findall(r'```console\n(.*?)```', text, re.DOTALL)]

    assert blocks[0] == ['make demo-two-origins']
    assert len(blocks) == 3
    for block in blocks[1:]:
        with ExitStack() as running:
            lines = [running.enter_context(printed_by(line, tmp_path)) for line in block]
            addresses = [next(lines[i % len(block)]) for i in range(2)]
        assert len(set(addresses)) == 2


@contextmanager
def printed_by(command: str, folder: Path) -> Iterator[Iterator[str]]:
    """Run it as somebody would who types it; give the addresses that it prints, one by one."""
    python, *options = shlex.split(command)
    assert python == '.venv/bin/python'
    assert options[:2] == ['-m', 'app']
    running = start([*options[2:], '--data-dir', str(folder / 'data')], environment(folder))
    assert running.stdout
    try:
        yield (line.split()[-1] for line in running.stdout if 'running at' in line)
    finally:
        running.terminate()
        running.wait(TIMEOUT_SECONDS)
