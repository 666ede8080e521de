"""What a browser sends to a page reaches its handlers only through here.

NiceGUI hands a message to whichever page it names, whoever sends it and whenever. So two questions
come first. Is the socket that page's own? And, for all but the shell of the page: does the session live
that it was drawn for? Page authors cannot forget to ask, because they never ask.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import parse_qs

from nicegui import Client, core, ui
from nicegui.element import Element
from socketio import exceptions

from .page_parts import record_denied
from .page_sessions import PageSessions
from .private_pages import BUSY
from .socket_messages import (
    MESSAGES,
    Message,
    close_what_speaks_otherwise,
    deny,
    is_introduction,
    is_message,
    shortened,
)

# What NiceGUI's router listens for.
MOVES = frozenset({'sub_pages_open', 'sub_pages_navigate'})

_nicegui: dict[str, Callable[[str, Message], None]] = {
    name: core.sio.handlers['/'][name] for name in MESSAGES
}

_nicegui_connect = core.sio.handlers['/']['connect']
_nicegui_handshake = core.sio.handlers['/']['handshake']


class SocketGuard:
    """Stands before NiceGUI's own message handlers."""

    def __init__(self, sessions: PageSessions) -> None:
        self._sessions = sessions

    def install(self) -> None:
        """Put it there, once for all pages."""
        for name in MESSAGES:
            core.sio.on(name, self._guarded(name))
        core.sio.on('connect', self._connect)
        core.sio.on('handshake', self._shake_hands)
        close_what_speaks_otherwise()

    async def deliver(self, client: Client, sender: str, message: Message) -> None:
        """Let an event through to its handler, in the order of arrival, unless it is denied."""
        element = client.elements.get(message.get('id', -1))
        page = self._sessions.of(client)
        listener_id = message.get('listener_id', '')
        if element is None or page.parts.is_everybodys(listener_id):
            if element and _is_move(element, listener_id):
                async with page.event_lock:
                    await self._forget_what_may_not_act(client)
            _nicegui['event'](sender, message)
            return
        async with page.event_lock:
            drawn_for = page.parts.drawn_for
            if await page.may_act():
                if not client.is_deleted:  # NiceGUI's own handler drops events of a lost socket
                    client.handle_event(message)
            elif page.shown_session_id:  # the database did not answer
                with client:
                    ui.notify(BUSY, type='warning')
            else:
                record_denied(element, drawn_for)

    async def _forget_what_may_not_act(self, client: Client) -> None:
        """Have the page drawn anew for whoever is bound to it, unless that is whom it was drawn for.

        Or else a move would run builders and handlers of what was drawn before.
        """
        page = self._sessions.of(client)
        if page.parts.drawn_for and not await page.may_act():
            page.parts.begin_anew(client, page.session_id)

    async def _connect(self, sender: str, environ: dict[str, Any], *more: Any) -> None:
        """Let a socket introduce itself as a page's already while it connects."""
        fields = parse_qs(environ.get('QUERY_STRING', ''))
        query = {name: first for name, (first, *_) in fields.items()}
        introduces_itself = query.get('implicit_handshake') == 'true'

        async def connect() -> bool:
            if introduces_itself and not is_introduction(query):
                raise exceptions.ConnectionRefusedError
            await _nicegui_connect(sender, environ, *more)
            return introduces_itself

        try:
            await self._let_in(query.get('client_id', ''), connect())
        except exceptions.ConnectionRefusedError:
            _deny_unless_closed('connect', query)
            raise

    async def _shake_hands(self, sender: str, *said: object) -> bool:
        """Let a socket introduce itself as a page's; NiceGUI lets only the tab that was the first."""
        message = said[0] if len(said) == 1 else None
        accepted = is_introduction(message) and await self._let_in(
            message['client_id'], _nicegui_handshake(sender, message)
        )
        if not accepted:
            _deny_unless_closed('handshake', message)
        return accepted

    async def _let_in(self, client_id: str, entering: Awaitable[bool]) -> bool:
        """Let a socket in; what a session wants done on that waits until it is known to be alive."""
        client = Client.instances.get(client_id)
        if client is None:
            return await entering
        page = self._sessions.of(client)
        with page.parts.connect_handlers_apart(client) as handlers:
            accepted = await entering
        if handlers and accepted and await page.may_act():
            for each in handlers:
                client.safe_invoke(each)
        return accepted

    def _guarded(self, name: str) -> Callable[..., Awaitable[None]]:
        async def take(sender: str, *said: object) -> None:
            message = said[0] if len(said) == 1 else None
            if not is_message(message, name):
                deny(name)
                return
            client = Client.instances.get(message['client_id'])
            if client is None:
                return  # it has just been closed
            if not _is_socket_of(client, sender):
                deny(name)
            elif name == 'event':
                await self.deliver(client, sender, message)
            else:
                _nicegui[name](sender, shortened(message) if name == 'log' else message)

        return take


def _deny_unless_closed(what: str, fields: object) -> None:
    """Record it, but for a page that is not there any more: after a restart all come like that."""
    if not is_introduction(fields) or fields['client_id'] in Client.instances:
        deny(what)


def _is_move(element: Element, listener_id: str) -> bool:
    """Say whether this moves within the page: then `ui.sub_pages` act, whoever has made them."""
    listener = element._event_listeners.get(listener_id)
    return listener is not None and listener.type in MOVES


def _is_socket_of(client: Client, sender: str) -> bool:
    """Say whether a socket has introduced itself as this page's."""
    return any(socket == sender for socket, _ in core.sio.manager.get_participants('/', client.id))
