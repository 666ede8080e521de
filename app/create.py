"""The application object: the auth backend, the pages, and what belongs to neither."""

from __future__ import annotations

import time
from collections.abc import Callable

from fastapi import FastAPI

import auth
import pages

from .faults import install_faults
from .settings import SITE_NAME, Settings

OWNER_ONLY = 0o700


def create_app(settings: Settings, port: int) -> tuple[auth.ResponseHeaders, auth.AuthBackend]:
    """Build the application for the port it will be served on.

    Raises `OSError` or `ValueError` if the data folder cannot be used, and what `auth.install`
    raises if the database cannot.
    """
    settings.data_dir.mkdir(mode=OWNER_ONLY, parents=True, exist_ok=True)
    # No `openapi_url`, so no interactive API pages: they load scripts from elsewhere.
    app = FastAPI(title=SITE_NAME, openapi_url=None, redirect_slashes=False)
    clock = install_faults(app) if settings.faults else time.time
    backend = auth.install(app, _auth_settings(settings, port, clock))
    if settings.serve != 'auth':
        pages.install(
            app,
            backend,
            site=pages.Site(SITE_NAME, home='/dashboard', demo=True),
            renewal=settings.renewal,
            transport=settings.transport,
            api=settings.auth_url or '',
            services=settings.services,
        )
    https = settings.resolved_public_url(port).startswith('https://')
    return pages.with_headers(app, https=https), backend


def _auth_settings(settings: Settings, port: int, clock: Callable[[], float]) -> auth.AuthSettings:
    public_url = settings.resolved_public_url(port)
    return auth.AuthSettings(
        database_url=settings.resolved_database_url(),
        keys=auth.load_or_create_keys(settings.data_dir / 'keys'),
        issuer=settings.auth_url or public_url,
        pages_url=public_url if settings.serve == 'pages' else None,
        cookie_name=settings.cookie_name(port),
        cookie_secure=not settings.plain_cookie,
        cookie_same_site=settings.cookie_same_site,
        allowed_origins=tuple(settings.allowed_origins),
        access_token_seconds=settings.access_token_seconds,
        password_min_characters=settings.password_min_characters,
        site_name=SITE_NAME,
        open_registration=settings.open_registration,
        graphql=settings.graphql,
        graphql_introspection=settings.graphql_introspection,
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
