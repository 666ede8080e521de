"""Faults on order, for tests and workshops: late, lost or refused answers, sudden death, a wrong clock.

Only there when the server is started with `--faults`, which it refuses unless it listens on loopback.

    PUT /faults
    [{"path": "/auth/refresh", "fault": "drop", "times": 1}]

| fault | what happens to the next `times` requests to `path` (and query: `/graphql?logout`) |
|---|---|
| `delay` | they wait `seconds` before they are served |
| `delay_answer` | they are served, and the answer waits `seconds` |
| `unavailable` | 503 `retry` with `Retry-After: 1`; nothing is served |
| `drop` | they are served, but the connection is cut before the answer |
| `die` | the process kills itself with SIGKILL, where `at` says |

`at`: `request` (before it is served), `answer` (committed, nothing sent yet), or `before N` and
`after N`: at the Nth SQL statement of the request, counted from 1 with BEGIN on SQLite.

    PUT /faults/clock
    {"ahead_seconds": 7200}

sets the auth backend's clock ahead of the real one; 0 sets it right.
"""

from __future__ import annotations

import asyncio
import os
import signal
import time
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from fastapi import FastAPI
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Engine, event
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

ORDERS_PATH = '/faults'
CLOCK_PATH = '/faults/clock'
MAX_DELAY_SECONDS = 60
YEAR_SECONDS = 365 * 86_400


class Fault(BaseModel):
    """What shall go wrong, where, and how often."""

    model_config = ConfigDict(extra='forbid')

    path: str
    fault: Literal['delay', 'delay_answer', 'unavailable', 'drop', 'die']
    times: Annotated[int, Field(ge=1)] = 1
    seconds: Annotated[float, Field(ge=0, le=MAX_DELAY_SECONDS)] = 0
    at: Annotated[str, Field(pattern=r'^(request|answer|(before|after) [1-9]\d*)$')] = 'answer'


class ClockOrder(BaseModel):
    """How wrong the server's clock shall be."""

    model_config = ConfigDict(extra='forbid')

    ahead_seconds: Annotated[float, Field(ge=-YEAR_SECONDS, le=YEAR_SECONDS)]


class MovableClock:
    """Unix seconds, and what somebody has ordered on top."""

    ahead_seconds = 0.0

    def __call__(self) -> float:
        """Return the time that the server believes in."""
        return time.time() + self.ahead_seconds


@dataclass
class _Countdown:
    """Counts the SQL statements of one request down to its death."""

    left: int
    is_after: bool


_death: ContextVar[_Countdown | None] = ContextVar('death', default=None)


def install_faults(app: FastAPI) -> MovableClock:
    """Add the routes that take orders and what obeys them; return the clock that goes by them."""
    orders = Orders(clock := MovableClock())
    app.add_api_route(ORDERS_PATH, orders.replace, methods=['PUT'], status_code=204)
    app.add_api_route(CLOCK_PATH, orders.set_clock, methods=['PUT'], status_code=204)
    app.add_middleware(Faults, orders=orders)
    return clock


class Orders:
    """What is ordered now."""

    def __init__(self, clock: MovableClock) -> None:
        self._clock = clock
        self._ordered: list[Fault] = []

    async def replace(self, faults: list[Fault]) -> None:
        """Replace what is ordered; an empty list ends all faults."""
        self._ordered = faults

    async def set_clock(self, order: ClockOrder) -> None:
        """Move the clock by which sessions and tokens live."""
        self._clock.ahead_seconds = order.ahead_seconds

    def take(self, scope: Scope) -> Fault | None:
        """Find the fault that is due at this address, and count it."""
        address = '?'.join(filter(None, [scope['path'], scope['query_string'].decode()]))
        for fault in self._ordered:
            if fault.path == address and fault.times > 0:
                fault.times -= 1
                return fault
        return None


class Faults:
    """ASGI middleware that makes requests fail as ordered."""

    def __init__(self, app: ASGIApp, orders: Orders) -> None:
        self._app = app
        self._orders = orders
        event.listen(Engine, 'before_cursor_execute', _before_statement)
        event.listen(Engine, 'after_cursor_execute', _after_statement)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request, or make it fail."""
        fault = self._orders.take(scope) if scope['type'] == 'http' else None
        if fault is None:
            await self._app(scope, receive, send)
        else:
            await self._fail(fault, scope, receive, send)

    async def _fail(self, fault: Fault, scope: Scope, receive: Receive, send: Send) -> None:
        match fault.fault:
            case 'unavailable':
                await _refuse(scope, receive, send)
            case 'delay':
                await asyncio.sleep(fault.seconds)
                await self._app(scope, receive, send)
            case 'delay_answer':
                answer = await self._serve(scope, receive)
                await asyncio.sleep(fault.seconds)
                for message in answer:
                    await send(message)
            case 'drop':
                await self._serve(scope, receive)
                _cut_connection(receive)
            case 'die':
                if fault.at == 'request':
                    _die()
                if fault.at != 'answer':
                    when, number = fault.at.split()
                    _death.set(_Countdown(int(number), is_after=when == 'after'))
                await self._serve(scope, receive)
                _die()

    async def _serve(self, scope: Scope, receive: Receive) -> list[Message]:
        """Have the request served to its end, and keep the answer."""
        answer: list[Message] = []

        async def keep(message: Message) -> None:
            answer.append(message)

        await self._app(scope, receive, keep)
        return answer


async def _refuse(scope: Scope, receive: Receive, send: Send) -> None:
    problem = {'type': 'about:blank', 'status': 503, 'code': 'retry', 'title': 'As ordered.'}
    await JSONResponse(problem, 503, {'Retry-After': '1'})(scope, receive, send)


def _before_statement(*_: Any) -> None:
    countdown = _death.get()
    if countdown:
        countdown.left -= 1
        if countdown.left == 0 and not countdown.is_after:
            _die()


def _after_statement(*_: Any) -> None:
    countdown = _death.get()
    if countdown and countdown.left == 0:
        _die()


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _cut_connection(receive: Receive) -> None:
    """Close the socket under the answer. ASGI has no message for this, so it reaches into uvicorn."""
    receive.__self__.transport.abort()  # type: ignore[attr-defined]
