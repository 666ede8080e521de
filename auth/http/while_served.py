"""Runs something for as long as an application is served, without its author having to think of it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

from fastapi import FastAPI


def run_while_served(app: FastAPI, during: Callable[[], AbstractAsyncContextManager[None]]) -> None:
    """Enter `during` before the lifespan that `app` has already, and leave it after that.

    Nothing runs for an app that is mounted in another: Starlette tells only the outermost one.
    """
    before = app.router.lifespan_context

    @asynccontextmanager
    async def around(served: Any) -> AsyncIterator[Any]:
        async with during(), before(served) as state:
            yield state

    app.router.lifespan_context = around
