"""Where the person is signed in, and how to end that. Drawn by Python, for a bound page only."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from functools import partial

from fastapi.concurrency import run_in_threadpool
from nicegui import ui

from auth import AuthBackend, DatabaseUnavailable, Device, Identity, NoSuchSession

from .auth_button import AuthButton
from .elements import Button, Text
from .local_time import LocalTime
from .private_pages import BUSY
from .this_page import this_page

LOOK_INTERVAL_SECONDS = 5.0


def devices_card(me: Identity) -> None:
    """Draw where `me` is signed in, on a private page; it follows what other devices do."""
    _DevicesCard(me, this_page().backend)


class _DevicesCard:
    """A card with the living sessions of the page's user; it follows what other devices do."""

    def __init__(self, me: Identity, backend: AuthBackend) -> None:
        self._me = me
        self._backend = backend
        self._drawn: list[Device] | None = None
        with ui.element('section').classes('card wide').props('aria-labelledby=devices-title'):
            Text('h2', 'Your devices').props('id=devices-title')
            self._list = ui.element('ul').classes('devices').props('tabindex=-1')
            with ui.element('div').classes('actions'):
                Button('Log out other devices', self._end_others)
                AuthButton('Log out everywhere', 'logoutEverywhere')
        ui.timer(LOOK_INTERVAL_SECONDS, self._follow)

    async def _follow(self) -> None:
        """Look for changes; nobody has pressed anything, so nobody is told if that does not work."""
        with contextlib.suppress(DatabaseUnavailable):
            await self._look()

    async def _look(self) -> None:
        """Draw the list if it has changed: a drawn button may have the focus."""
        devices = await run_in_threadpool(self._backend.devices.of_user, self._me)
        devices.sort(key=self._is_another)  # this one first
        if devices == self._drawn:
            return
        self._drawn = devices
        self._list.clear()
        with self._list:
            for device in devices:
                self._draw(device)

    def _draw(self, device: Device) -> None:
        name_id = f'device-{device.session_id}'
        with ui.element('li'):
            with ui.element('div'):
                _headline(device, name_id, is_this_device=not self._is_another(device))
                _facts('Signed in', device.signed_in_at, f'from {device.address}')
                _facts('Last used', device.last_used_at)
                _facts('Ends', device.expires_at, 'unless it is used before')
            if self._is_another(device):
                end = partial(self._end, device.session_id)
                Button('End session', end).props(f'aria-describedby={name_id}')

    def _is_another(self, device: Device) -> bool:
        return device.session_id != self._me.session_id

    async def _end(self, session_id: str) -> None:
        with contextlib.suppress(NoSuchSession), _saying_if_busy():  # it may have ended meanwhile
            await run_in_threadpool(self._backend.devices.end, self._me, session_id)
        await self._follow()
        self._list.run_method('focus')  # the button that had it is gone

    async def _end_others(self) -> None:
        with _saying_if_busy():
            await run_in_threadpool(self._backend.security.log_out_others, self._me)
            ui.notify('You are signed in on this device only.')
        await self._follow()


@contextlib.contextmanager
def _saying_if_busy() -> Iterator[None]:
    """Say so if the database does not answer."""
    try:
        yield
    except DatabaseUnavailable:
        ui.notify(BUSY, type='warning')


def _headline(device: Device, name_id: str, *, is_this_device: bool) -> None:
    with ui.element('p').classes('device'):
        Text('strong', _name(device)).props(f'id={name_id}')
        if is_this_device:
            Text('span', 'This device', classes='badge good')


def _name(device: Device) -> str:
    return f'{device.browser or "Unknown browser"} on {device.system or "an unknown system"}'


def _facts(label: str, at: float, more: str = '') -> None:
    with Text('p', label, classes='explain'):
        LocalTime(at)
        if more:
            Text('span', more)
