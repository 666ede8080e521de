"""The application object: the auth backend, the pages, and what belongs to neither."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from fastapi import FastAPI

import auth
import pages

from .settings import Settings

OWNER_ONLY = 0o700
SITE_NAME = 'Signed in'


def create_app(
    settings: Settings, port: int, clock: Callable[[], float] = time.time
) -> tuple[FastAPI, auth.AuthBackend]:
    """Build the application for the port it will be served on; `clock` gives Unix seconds.

    Raises `OSError` or `ValueError` if the data folder cannot be used, and what `auth.install`
    raises if the database cannot.
    """
    settings.data_dir.mkdir(mode=OWNER_ONLY, parents=True, exist_ok=True)
    backend: auth.AuthBackend

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        backend.purge.start()
        yield
        backend.close()

    # The interactive API pages load scripts from elsewhere; no request may leave the machine.
    app = FastAPI(
        title=SITE_NAME, lifespan=lifespan, docs_url=None, redoc_url=None, openapi_url=None
    )
    backend = auth.install(app, _auth_settings(settings, port, clock))
    pages.install(app, backend, renewal=settings.renewal)
    return app, backend


def _auth_settings(settings: Settings, port: int, clock: Callable[[], float]) -> auth.AuthSettings:
    return auth.AuthSettings(
        database_url=settings.resolved_database_url(),
        keys=auth.load_or_create(settings.data_dir / 'keys'),
        issuer=settings.resolved_public_url(port),
        cookie_name=settings.cookie_name(port),
        cookie_secure=not settings.plain_cookie,
        access_token_seconds=settings.access_token_seconds,
        password_min_characters=settings.password_min_characters,
        site_name=SITE_NAME,
        attempts=auth.AttemptLimits(
            failures_per_account=settings.failures_per_account,
            failures_per_address=settings.failures_per_address,
            registrations_per_hour=settings.registrations_per_hour,
            refused_refreshes_per_hour=settings.refused_refreshes_per_hour,
        ),
        limits=auth.SessionLimits(
            overlap_seconds=settings.refresh_overlap_seconds,
            seen_after_seconds=settings.refresh_seen_after_seconds,
            idle_seconds=settings.session_idle_seconds,
            absolute_seconds=settings.session_absolute_seconds,
        ),
        clock=clock,
    )
