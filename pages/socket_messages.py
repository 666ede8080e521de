"""What a socket may say at all, whoever is behind it: looked at before anybody asks whose page it is.

NiceGUI's script sends a few forms, short ids, and at most one attachment (`ui.clipboard.read_image`).
All else would be kept or logged: attachments until the last of a million has come (measured: 1.6 MB on
the line became 1.4 GB here), the id of a tab for 30 days, a page for ever if its socket fails halfway
through its introduction, a traceback for each message of another form.
"""

from __future__ import annotations

import logging
import re
from typing import Any, TypeGuard

from nicegui import core
from socketio import packet

from auth import record_event

Message = dict[str, Any]

# Whatever NiceGUI takes from a socket that has named its page in a handshake.
MESSAGES = ('event', 'javascript_response', 'ack', 'log')

MAX_LOG_CHARACTERS = 1_000
_LOG_LEVELS = ('debug', 'info', 'warning', 'error')
_ID = re.compile(r'[\w-]{1,64}', re.ASCII)  # NiceGUI's own have 36 characters
_NUMBER = re.compile('[0-9]{1,9}', re.ASCII)
# Packets must begin like this, or be none that call a handler or announce attachments. Socket.IO reads
# digits of any script, so what an event is cannot be told by its first character.
_EVENT = re.compile(
    rf'(?:{packet.EVENT}|{packet.BINARY_EVENT}1-)[0-9]*\["(?:{"|".join(MESSAGES)}|handshake)",'
)
_NO_EVENTS = tuple(map(str, (packet.CONNECT, packet.DISCONNECT, packet.ACK, packet.CONNECT_ERROR)))

_take = core.sio.eio.handlers['message']


def close_what_speaks_otherwise() -> None:
    """Close each socket that says what no page says, or announces several attachments."""

    async def take(socket_id: str, said: object) -> None:
        is_event = isinstance(said, str) and not said.startswith(_NO_EVENTS)
        is_fine = not is_event or _EVENT.match(str(said)) is not None
        try:
            if is_fine:
                await _take(socket_id, said)  # it reads and sorts; handlers run by themselves
        except (AttributeError, LookupError, TypeError, ValueError):
            is_fine = False
        if not is_fine:
            deny('packet')
            await _close(socket_id)

    core.sio.eio.on('message', take)


def is_message(message: object, name: str) -> TypeGuard[Message]:
    """Say whether it has the form that NiceGUI's handler of that name expects."""
    if not isinstance(message, dict) or not _is_id(message.get('client_id')):
        return False
    if name == 'event':
        return isinstance(message.get('id'), int) and _is_id(message.get('listener_id'))
    if name == 'javascript_response':
        return _is_id(message.get('request_id'))
    if name == 'ack':
        return isinstance(message.get('next_message_id'), int)
    return message.get('level') in _LOG_LEVELS and isinstance(message.get('message'), str)


def is_introduction(fields: object) -> TypeGuard[Message]:
    """Say whether a socket may introduce itself with these."""
    if not isinstance(fields, dict):
        return False
    must_be = all(_is_id(fields.get(name)) for name in ('client_id', 'tab_id', 'document_id'))
    may_be = fields.get('old_tab_id') is None or _is_id(fields['old_tab_id'])
    return must_be and may_be and _is_number(fields.get('next_message_id', 0))


def shortened(message: Message) -> Message:
    """Cut what a page has to say to the log: who can open a page can say anything."""
    return message | {'message': message['message'][:MAX_LOG_CHARACTERS]}


def deny(what: str) -> None:
    """Record that something was not taken."""
    record_event('message_denied', level=logging.WARNING, what=what)


async def _close(socket_id: str) -> None:
    """End a connection at once; Engine.IO would leave that to the other side, for a while."""
    socket = core.sio.eio.sockets.get(socket_id)
    await core.sio.eio.disconnect(socket_id)
    if socket:
        await socket.queue.put(None)  # what its writer takes for the end


def _is_id(value: object) -> bool:
    return isinstance(value, str) and _ID.fullmatch(value) is not None


def _is_number(value: object) -> bool:
    return isinstance(value, int | str) and _NUMBER.fullmatch(str(value)) is not None
