"""How the log is written, by a process of its own: to read on a terminal, or for a collector."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SECONDS_TO_RUN_THE_TEST = 60
PROGRAM = r"""
import logging, sys
from app import logs
from auth import record_event

logs.set_up('info', sys.argv[1])
record_event('refresh_replayed', level=logging.CRITICAL, session='s1', generation=3)
logging.getLogger('test').warning('one\r\ntwo\vthree\x85four\u2028five')
CONTROLS = '\x1b[2K\x08\x7f\x9b1G\u202e\u2066'
logging.getLogger('test').warning('over' + CONTROLS + 'written')
logging.getLogger('test').debug('not worth a line')
FORGED = '\n2026-11-30T20:02:11.000Z INFO auth.audit: disabled'
try:
    raise ValueError('invalid literal' + CONTROLS + FORGED)
except ValueError:
    logging.getLogger('test').exception('It failed.')
"""


@pytest.fixture(scope='module', params=['text', 'json'])
def style(request: pytest.FixtureRequest) -> str:
    """How it is written."""
    return str(request.param)


@pytest.fixture(scope='module')
def lines(style: str) -> list[str]:
    """What the program above logs."""
    command = [sys.executable, '-c', PROGRAM, style]
    program = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert program.stdout == ''
    return program.stderr.splitlines()


@pytest.mark.checklist('V16.3.1')
def test_security_events_can_be_collected(style: str, lines: list[str]) -> None:
    """One line per event: when (UTC), how bad, what, in OWASP's word too, and its details."""
    if style == 'json':
        event = json.loads(lines[0])
        at = datetime.fromisoformat(event.pop('time'))
        assert event == {
            'level': 'CRITICAL',
            'logger': 'auth.audit',
            'message': 'refresh_replayed session=s1 generation=3',
            'event': 'refresh_replayed',
            'owasp': 'authn_token_reuse',
            'session': 's1',
            'generation': 3,
        }
    else:
        time, rest = lines[0].split(' ', 1)
        at = datetime.fromisoformat(time)
        assert rest == (
            'CRITICAL auth.audit: refresh_replayed session=s1 generation=3 owasp=authn_token_reuse'
        )
    assert at.utcoffset() == timedelta(0)
    assert abs(datetime.now(UTC) - at) < timedelta(seconds=SECONDS_TO_RUN_THE_TEST)


@pytest.mark.checklist('V16.4.1')
def test_line_breaks_forge_no_line(lines: list[str]) -> None:
    """Whatever ends a line somewhere, no message becomes two, and no error's text begins another."""
    assert re.search('one.+two.+three.+four.+five', lines[1])
    assert any('auth.audit: disabled' in line for line in lines)
    assert not any(re.match(r'2026-11-30T20:02:11\S* INFO', line) for line in lines)


@pytest.mark.checklist('V16.4.1')
def test_terminal_is_told_nothing(lines: list[str]) -> None:
    """No message, nor what an error says of itself, moves the cursor or turns text around."""
    assert re.search('over.+written', lines[2])
    assert not re.search('[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]', '|'.join(lines))


def test_defects_can_be_found(lines: list[str]) -> None:
    """What Python says about an error comes in full; what is below the level does not come at all."""
    text = '\n'.join(lines[3:])

    assert 'It failed.' in lines[3]
    assert 'ValueError: invalid literal' in text
    assert 'Traceback' in text
    assert 'not worth a line' not in text
