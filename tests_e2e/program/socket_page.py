"""A page of NiceGUI opened without a browser: its HTML is read, its socket spoken to. One sees all."""

from __future__ import annotations

import asyncio
import json
import re
import uuid
from typing import Any, Self

import aiohttp
import socketio

ANSWER_SECONDS = 10
SOCKET_PATH = '/_nicegui_ws/socket.io'
_ELEMENTS = re.compile(r'parseElements\(String\.raw`(.*?)`\)', re.DOTALL)
_CLIENT_ID = re.compile(r"'client_id': '([\w-]+)'")


class SocketPage:
    """An open page. `heard` is everything that came: first the HTML, then each message."""

    def __init__(self, url: str, http: aiohttp.ClientSession, html: str = '') -> None:
        self.url = url
        self.heard: list[object] = [html]
        self.socket = socketio.AsyncClient(reconnection=False, http_session=http)
        self.socket.on('*', self._hear)
        self._news = asyncio.Event()
        elements, client_id = _ELEMENTS.search(html), _CLIENT_ID.search(html)
        self.elements: dict[str, Any] = json.loads(elements[1]) if elements else {}
        self.client_id = client_id[1] if client_id else ''

    @classmethod
    async def open(
        cls, url: str, http: aiohttp.ClientSession, headers: dict[str, str] | None = None
    ) -> Self:
        """Load the dashboard's shell, which anybody may, and connect its socket."""
        async with http.get(f'{url}/dashboard', headers=headers) as answer:
            page = cls(url, http, await answer.text())
        await page.connect(page.client_id)
        return page

    async def connect(self, client_id: str, origin: str = '') -> None:
        """Connect as the socket of a page. Raises `socketio.exceptions.ConnectionError` if refused."""
        query = f'client_id={client_id}&tab_id={uuid.uuid4()}&document_id={uuid.uuid4()}'
        await self.socket.connect(
            f'{self.url}?{query}&next_message_id=0&implicit_handshake=true',
            headers={'Origin': origin or self.url},
            socketio_path=SOCKET_PATH,
            transports=['websocket'],
            wait_timeout=ANSWER_SECONDS,
        )

    async def present(self, ticket: str) -> bool:
        """Present a ticket, wait for what comes of it, and say if the page is bound now."""
        element, listener = next(
            (int(element), each['listener_id'])
            for element, about in self.elements.items()
            for each in about.get('events', [])
            if each['type'] == 'ticket'
        )
        before = len(self.heard)
        await self.socket.emit(
            'event',
            {
                'client_id': self.client_id,
                'id': element,
                'listener_id': listener,
                'args': [json.dumps(ticket)],
            },
        )
        async with asyncio.timeout(ANSWER_SECONDS):
            while not (drawn := [each for each in self.heard[before:] if 'drawnFor' in str(each)]):
                self._news.clear()
                await self._news.wait()
        return 'null' not in str(drawn[0])

    async def _hear(self, *message: object) -> None:
        self.heard.append(message)
        self._news.set()
