"""Where the person is signed in, and how to end that. Drawn by Python, for a bound page only."""

from __future__ import annotations

import contextlib

from fastapi.concurrency import run_in_threadpool
from nicegui import ui

from auth import AuthBackend, DatabaseUnavailable, Device, Identity, NoSuchSession

from .auth_button import AuthButton
from .elements import Box, Button, Text
from .local_time import LocalTime
from .page_session import PageSession

LOOK_INTERVAL_SECONDS = 5.0


class DevicesCard:
    """A card with the living sessions of the page's user; it follows what other devices do."""

    def __init__(self, page: PageSession, backend: AuthBackend) -> None:
        self._page = page
        self._backend = backend
        self._drawn: list[Device] | None = None
        with Box('section', classes='card wide').props('aria-labelledby=devices-title'):
            Text('h2', 'Your devices').props('id=devices-title')
            self._list = Box('ul', classes='devices')
            with Box('div', classes='actions'):
                Button('Log out other devices', page.acting(self._end_others))
                AuthButton('Log out everywhere', 'logoutEverywhere')
        ui.timer(LOOK_INTERVAL_SECONDS, page.acting(self._follow))

    async def _follow(self, identity: Identity) -> None:
        with contextlib.suppress(DatabaseUnavailable):
            await self._look(identity)

    async def _look(self, identity: Identity) -> None:
        """Draw the list if it has changed: a drawn button may have the focus."""
        devices = await run_in_threadpool(self._backend.devices.of_user, identity)
        devices.sort(key=lambda device: device.session_id != identity.session_id)  # this one first
        if devices == self._drawn:
            return
        self._drawn = devices
        self._list.clear()
        with self._list:
            for device in devices:
                self._draw(device, identity)

    def _draw(self, device: Device, identity: Identity) -> None:
        is_this_device = device.session_id == identity.session_id
        name_id = f'device-{device.session_id}'
        with Box('li'):
            with Box('div'):
                _headline(device, name_id, is_this_device=is_this_device)
                _facts('Signed in', device.signed_in_at, f'from {device.address}')
                _facts('Last used', device.last_used_at)
                _facts('Ends', device.expires_at, 'unless it is used before')
            if not is_this_device:
                end = self._page.acting(lambda who: self._end(who, device.session_id))
                Button('End session', end).props(f'aria-describedby={name_id}')

    async def _end(self, identity: Identity, session_id: str) -> None:
        with contextlib.suppress(NoSuchSession):  # it has ended meanwhile: just as well
            await run_in_threadpool(self._backend.devices.end, identity, session_id)
        await self._look(identity)

    async def _end_others(self, identity: Identity) -> None:
        await run_in_threadpool(self._backend.security.log_out_others, identity)
        await self._look(identity)


def _headline(device: Device, name_id: str, *, is_this_device: bool) -> None:
    with Box('p', classes='device'):
        Text('strong', _name(device)).props(f'id={name_id}')
        if is_this_device:
            Text('span', 'This device', classes='badge good')


def _name(device: Device) -> str:
    return f'{device.browser or "Unknown browser"} on {device.system or "an unknown system"}'


def _facts(label: str, at: float, more: str = '') -> None:
    with Box('p', classes='explain'):
        Text('span', label)
        LocalTime(at)
        Text('span', more)
