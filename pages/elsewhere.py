"""Lets NiceGUI have what the routes of the host application leave, and no more.

Mounted at `/`, it takes each request that a route before it does not take in full: asking for an
address of the API with another method would give a page that says 404, instead of 405. And a link
inside a page may lead to what is the host's, which NiceGUI does not know.
"""

from __future__ import annotations

from functools import partial

from fastapi import FastAPI
from nicegui import app as nicegui_app
from starlette.exceptions import HTTPException
from starlette.routing import Match, Mount
from starlette.types import ASGIApp, Receive, Scope, Send

from auth import is_api_path


def answers_there(app: FastAPI, path: str) -> bool:
    """Say whether a route of the host's own serves this path; NiceGUI is none by then (see below)."""
    scope = {'type': 'http', 'method': 'GET', 'path': path, 'root_path': '', 'headers': []}
    return any(route.matches(scope)[0] is Match.FULL for route in app.routes)


def serve_elsewhere(app: FastAPI, nicegui: ASGIApp) -> None:
    """Ask `nicegui`, which is NiceGUI or something around it, last of all; undo its mount."""
    mounts = [route for route in app.routes if isinstance(route, Mount)]
    app.routes.remove(next(mount for mount in mounts if mount.app is nicegui_app))
    app.router.default = partial(_elsewhere, nicegui)


async def _elsewhere(nicegui: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
    """Answer where the host application has nothing. Raises `HTTPException` (404) for programs."""
    if is_api_path(scope):
        raise HTTPException(404)
    await nicegui(scope, receive, send)
