"""Puts the auth backend into a FastAPI application."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

from fastapi import FastAPI

from .backend import AuthBackend, build_backend
from .graphql.route import add_graphql
from .http.account_routes import router as account_router
from .http.body_limit import BodyLimit
from .http.browser_files import TOKEN_HOLDER
from .http.cookie_limit import CookieLimit
from .http.cors import ListedOrigins
from .http.origin_guard import OriginGuard
from .http.problems import add_problem_handlers
from .http.public_routes import healthz
from .http.public_routes import router as public_router
from .http.session_routes import router as session_router
from .http.sign_in_routes import router as sign_in_router
from .http.while_served import run_while_served
from .origins import origins
from .settings import AuthSettings


def install(app: FastAPI, settings: AuthSettings) -> AuthBackend:
    """Add routes, error answers and the browser's half to `app`; return the backend.

    It purges while `app` is served, and is closed afterwards. From now on `app` takes requests only
    from its own pages, from listed origins, and from programs. Of two routes at one address the one
    that was added first answers.

    Raises `UnknownSchema`, `OtherKeys`, `UnusableFile`, `MissingPrivilege`, `UnfitPooler`,
    `DatabaseUnavailable` or SQLAlchemy's `ArgumentError` if the database cannot be used, `ValueError`
    if the issuer, or an allowed origin, is no address of a web origin.
    """
    ours = origins(settings.pages_url or settings.issuer, settings.allowed_origins)
    backend = build_backend(settings)
    app.state.auth = backend
    app.add_route(TOKEN_HOLDER.path, TOKEN_HOLDER.answer, include_in_schema=False)
    if settings.pages_url is None:
        add_routes(app)
        if settings.graphql:
            add_graphql(app, introspection=settings.graphql_introspection)
    else:
        app.add_api_route('/healthz', healthz)  # pages need the database, too
    app.add_middleware(BodyLimit, below=_own_paths(settings))
    app.add_middleware(CookieLimit)
    if ours.listed:
        app.add_middleware(ListedOrigins, origins=ours)
    # Added last, so it is asked first.
    app.add_middleware(OriginGuard, origins=ours, webhook_paths=settings.webhook_paths)
    add_problem_handlers(app, backend.cookie)
    run_while_served(app, partial(_running, backend))
    return backend


def add_routes(app: FastAPI) -> None:
    """Add the REST interface alone: enough to describe it.

    The routes are taken as they are. `include_router` would build each of them a second time, at
    the app's first request (measured: 30 ms), and look at two lists of routes for each request.
    """
    for router in (sign_in_router, session_router, account_router, public_router):
        app.router.routes.extend(router.routes)


def _own_paths(settings: AuthSettings) -> tuple[str, ...]:
    return ('/auth/', '/graphql/') if settings.graphql else ('/auth/',)


@asynccontextmanager
async def _running(backend: AuthBackend) -> AsyncIterator[None]:
    backend.purge.start()
    try:
        yield
    finally:  # also if the start of what is around this fails
        backend.close()
