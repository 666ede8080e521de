"""What a socket may say at all: forms, lengths, attachments."""

from __future__ import annotations

from typing import Any

import pytest
from nicegui import Client, core
from nicegui.testing import User

from pages.socket_messages import MAX_LOG_CHARACTERS, is_introduction, is_message
from pages.socket_messages import MESSAGES as GUARDED

LONG = 'x' * 65
PAGE = {'client_id': 'c'}
MESSAGES: dict[str, dict[str, Any]] = {
    'event': {'id': 4, 'listener_id': 'l', 'args': ['{}']},
    'javascript_response': {'request_id': 'r', 'result': {'any': 'thing'}},
    'ack': {'next_message_id': 7},
    'log': {'level': 'error', 'message': 'Something broke.'},
}
INTRODUCTION = {'client_id': 'c', 'tab_id': 't', 'document_id': 'd', 'next_message_id': '0'}


def test_nicegui_takes_no_other_messages() -> None:
    """A NiceGUI that listens for more would take it from anybody, past the guard."""
    assert core.sio.handlers['/'].keys() == {'connect', 'handshake', 'disconnect', *GUARDED}
    assert set(GUARDED) == set(MESSAGES)


@pytest.mark.parametrize('name', MESSAGES)
def test_messages_of_the_right_form_are_taken(name: str) -> None:
    """And those that lack a field, or have something else in it, are not."""
    message = PAGE | MESSAGES[name]
    assert is_message(message, name)

    required = set(message) - {'args', 'result'}
    assert not any(is_message({**message, field: ['no']}, name) for field in required)
    assert not any(is_message({**message, field: None}, name) for field in required)
    assert not is_message({**message, 'client_id': LONG}, name)
    assert not any(is_message(other, name) for other in (None, 'text', 7, [message]))


@pytest.mark.parametrize('old_tab_id', [None, 'null', 'o'])
def test_introductions_are_short(old_tab_id: str | None) -> None:
    """What they name is kept for long; a tab that is not the copy of another says null."""
    introduction = INTRODUCTION | {'old_tab_id': old_tab_id}
    assert is_introduction(introduction)

    for field in ('client_id', 'tab_id', 'document_id', 'old_tab_id'):
        assert not is_introduction(introduction | {field: LONG})
        assert not is_introduction(introduction | {field: ['no']})
        assert not is_introduction(introduction | {field: 'two\nlines'})


@pytest.mark.parametrize('number', [0, 17, '17', None, '', 'x', '1.5', 1.5, -1, True, ['7']])
def test_introductions_name_a_message(number: object) -> None:
    """NiceGUI would trip over another one once it has the socket, and never forget the page."""
    introduction = INTRODUCTION | {'next_message_id': number}

    assert is_introduction(introduction) is (number in (0, 17, '17'))


async def test_pages_of_before_a_restart_are_no_attack(
    user: User, caplog: pytest.LogCaptureFixture
) -> None:
    """They come back to a server that does not know them; one that it knows is not theirs."""
    client = await user.open('/login')
    shake_hands = core.sio.handlers['/']['handshake']

    assert not await shake_hands('a socket', INTRODUCTION | {'client_id': 'of-before'})
    assert caplog.messages == []
    assert not await shake_hands('test-socket', INTRODUCTION | {'client_id': client.id})
    assert not await shake_hands('a socket', None)

    assert caplog.messages == ['message_denied what=handshake'] * 2
    caplog.clear()


async def test_pages_say_little_to_the_log(user: User, caplog: pytest.LogCaptureFixture) -> None:
    """An anonymous page's word comes into the log cut, and nothing at all of another form."""
    await user.open('/login')
    client: Client = user.client  # type: ignore[assignment]
    core.sio.manager.basic_enter_room('a socket', '/', client.id, eio_sid='of nobody')
    take = core.sio.handlers['/']['log']
    said = {'client_id': client.id, 'level': 'error', 'message': 'y' * 10_000}

    await take('a socket', said)
    await take('a socket', said | {'level': 'emergency'})
    await take('a socket', ['log'])

    errors = [record.getMessage() for record in caplog.records if record.levelname == 'ERROR']
    assert errors == ['y' * MAX_LOG_CHARACTERS]
    denials = [record.getMessage() for record in caplog.records if record.name == 'auth.audit']
    assert denials == ['message_denied what=log'] * 2
    caplog.clear()
