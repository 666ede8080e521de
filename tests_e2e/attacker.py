"""`python -m tests_e2e.attacker`: a program that wants to act for somebody else. No browser takes part.

It reads one JSON object, what it has got hold of (`Loot`), tries everything with it that a socket and
a port allow, and prints one JSON object: what it was answered, and all it has heard.
"""

from __future__ import annotations

import asyncio
import json
import sys
from dataclasses import dataclass, field
from typing import Any

import aiohttp
from socketio.exceptions import ConnectionError as Refused

from auth import CLIENT_HEADER

from .program.socket_page import SocketPage

EVIL = 'https://evil.example'
ANSWER_SECONDS = 5


@dataclass
class Loot:
    """What has been seen over somebody's shoulder, or taken from an old device.

    `page_id`, `element`, `listener`: the victim's open page, and one of its buttons. `ticket` was
    redeemed there; `fresh_ticket` was issued for it and not used. `cookie` and `access_token` are of a
    session that has ended.
    """

    url: str
    cookie_name: str
    page_id: str
    element: int
    listener: str
    ticket: str
    fresh_ticket: str
    cookie: str
    access_token: str


@dataclass
class Attempts:
    """Tries one thing after another, and keeps what comes back."""

    loot: Loot
    http: aiohttp.ClientSession
    answers: dict[str, object] = field(default_factory=dict)
    heard: list[object] = field(default_factory=list)

    async def make(self) -> None:
        """Try everything."""
        await self.knock()
        await self.call()
        cookie = {'Cookie': f'{self.loot.cookie_name}={self.loot.cookie}'}
        page = await SocketPage.open(self.loot.url, self.http, cookie)
        await self.introduce_as_victim(page.socket)
        await self.press(page.socket)
        for name, ticket in {
            'used ticket': self.loot.ticket,
            'ticket for another page': self.loot.fresh_ticket,
            'garbage as ticket': 'a.b.c',
        }.items():
            self.answers[name] = 'bound' if await page.present(ticket) else 'bound to nobody'
        await page.socket.disconnect()
        self.heard += page.heard

    async def knock(self) -> None:
        """Open sockets: from elsewhere, and in the name of the victim's page."""
        for name, origin in {
            'socket from an evil origin': EVIL,
            "socket for the victim's page": self.loot.url,
        }.items():
            page = SocketPage(self.loot.url, self.http)
            try:
                await page.connect(self.loot.page_id, origin)
                self.answers[name] = 'connected'
                await page.socket.disconnect()
            except Refused:
                self.answers[name] = 'refused'
            self.heard += page.heard

    async def call(self) -> None:
        """Call the API with what is over, and from elsewhere with what it may be."""
        loot = self.loot
        ours = {'Origin': loot.url, CLIENT_HEADER: 'x'}
        cookie = {'Cookie': f'{loot.cookie_name}={loot.cookie}'}
        bearer = {'Authorization': f'Bearer {loot.access_token}'}
        for name, method, path, headers in [
            ('refresh with an old cookie', 'POST', '/auth/refresh', ours | cookie),
            (
                'refresh from an evil origin',
                'POST',
                '/auth/refresh',
                ours | cookie | {'Origin': EVIL},
            ),
            ('call with an old access token', 'GET', '/api/me', ours | bearer),
            ('log out everywhere with it', 'POST', '/auth/logout-all', ours | bearer),
            ('list of devices with it', 'GET', '/auth/sessions', ours | bearer),
        ]:
            async with self.http.request(method, loot.url + path, headers=headers) as answer:
                self.answers[name] = answer.status
                self.heard.append(await answer.text())

    async def introduce_as_victim(self, socket: Any) -> None:
        """Introduce a socket that is connected as that of the victim's page."""
        data = {'client_id': self.loot.page_id, 'tab_id': 'x', 'document_id': 'x'}
        accepted = await socket.call('handshake', data, timeout=ANSWER_SECONDS)
        self.answers["handshake for the victim's page"] = accepted

    async def press(self, socket: Any) -> None:
        """Press the victim's button, and answer in the name of the victim's browser."""
        page = {'client_id': self.loot.page_id}
        event = {'id': self.loot.element, 'listener_id': self.loot.listener, 'args': ['{}']}
        await socket.emit('event', page | event)
        await socket.emit('javascript_response', page | {'request_id': 'x', 'result': EVIL})
        await socket.emit('ack', page | {'next_message_id': 1_000_000})
        await socket.emit('log', page | {'level': 'error', 'message': EVIL})


async def _main() -> None:
    loot = Loot(**json.load(sys.stdin))
    async with aiohttp.ClientSession() as http:
        attempts = Attempts(loot, http)
        await attempts.make()
    json.dump({'answers': attempts.answers, 'heard': str(attempts.heard)}, sys.stdout)


if __name__ == '__main__':
    asyncio.run(_main())
