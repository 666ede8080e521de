"""Every setting of the program, once: command-line option, environment variable, default."""

from __future__ import annotations

from pathlib import Path
from typing import Literal
from urllib.parse import SplitResult, urlsplit

from pydantic import Field, model_validator
from pydantic_settings import SettingsConfigDict

import auth

from .options import Given, GivenPath, Networks, Options, Origin, Origins, url_of

ENV_PREFIX = 'APP_'
SITE_NAME = 'Sign-in demo'
TEN_YEARS_SECONDS = 3650 * 86_400
# Their defaults are ours.
_AUTH, _LIMITS, _ATTEMPTS = auth.AuthSettings, auth.SessionLimits, auth.AttemptLimits


class Settings(Options):
    """Signing in with JWTs: NiceGUI pages over a FastAPI auth backend.

    Each option can also be given as an environment variable: --data-dir is APP_DATA_DIR.
    `python -m app demo` starts it with accounts, and with two independent services.
    `python -m app two-origins` starts pages and auth backend as two servers.
    `python -m app resource-server` is a service of its own that verifies access tokens.
    `python -m app rotate-keys` replaces the key that signs tokens, and signs nobody out.
    `python -m app end-sessions` signs everybody out: after a restore, or (`--with-new-keys`) to let
    new keys in.
    `python -m app openapi` prints the OpenAPI document.
    """

    model_config = SettingsConfigDict(env_prefix=ENV_PREFIX, cli_prog_name='python -m app')

    host: str = Field('localhost', description='address to listen on')
    port: int = Field(8000, ge=0, le=65_535, description='port to listen on; 0 takes a free one')
    data_dir: GivenPath = Field(
        Path('data'), description='folder for the database, keys and secrets'
    )
    database_url: Given | None = Field(
        None, description='SQLAlchemy URL; default: the SQLite file app.db in the data folder'
    )
    public_url: Origin | None = Field(
        None, description='address people type, if not http://HOST:PORT (behind a proxy, say)'
    )
    serve: Literal['all', 'auth', 'pages'] = Field(
        'all', description='serve the auth backend, the pages, or both'
    )
    auth_url: Origin | None = Field(
        None, description="with --serve pages: the address of the auth backend's server"
    )
    allowed_origins: Origins = Field(
        [],
        description='origins, separated by commas, whose pages may use this server too, like '
        'https://app.example.com; default: none but its own',
    )
    services: Origins = Field(
        [],
        description='origins, separated by commas, of services that pages may send access tokens to',
    )
    access_token_seconds: int = Field(
        _AUTH.access_token_seconds,
        ge=1,
        le=auth.MAX_TOKEN_SECONDS,
        description='life of an access token',
    )
    refresh_overlap_seconds: float = Field(
        _LIMITS.overlap_seconds,
        ge=0,
        le=300,
        description='how long a used refresh token still yields its successor',
    )
    refresh_seen_after_seconds: float = Field(
        _LIMITS.seen_after_seconds,
        ge=0,
        le=3600,
        description='age at which the return of a token proves it was stored',
    )
    session_idle_seconds: float = Field(
        _LIMITS.idle_seconds,
        ge=1,
        le=TEN_YEARS_SECONDS,
        description='life of a session that is not used',
    )
    session_absolute_seconds: float = Field(
        _LIMITS.absolute_seconds,
        ge=1,
        le=TEN_YEARS_SECONDS,
        description='life of a session in any case',
    )
    renewal: auth.Renewal = Field(
        'visible',
        description='when browsers renew access tokens: ahead of expiry while a tab is visible, '
        'always ahead, or lazily at the next call',
    )
    graphql: bool = Field(True, description='serve GraphQL at /graphql, beside REST')
    graphql_introspection: bool = Field(
        False, description='let anybody read the GraphQL schema: for tools, while developing'
    )
    transport: auth.Transport = Field(
        'rest', description='how our own pages sign in, refresh and sign out'
    )
    password_min_characters: int = Field(
        _AUTH.password_min_characters, ge=8, le=128, description='least length of a new password'
    )
    open_registration: bool = Field(
        _AUTH.open_registration, description='let anybody make an account'
    )
    failures_per_account: int = Field(
        _ATTEMPTS.failures_per_account,
        ge=1,
        description='wrong passwords in 15 minutes before an account must wait',
    )
    failures_per_address: int = Field(
        _ATTEMPTS.failures_per_address,
        ge=1,
        description='refused sign-ins in 15 minutes before an address must wait',
    )
    registrations_per_hour: int = Field(
        _ATTEMPTS.registrations_per_hour,
        ge=1,
        description='registrations from one address in an hour',
    )
    refused_refreshes_per_hour: int = Field(
        _ATTEMPTS.refused_refreshes_per_hour,
        ge=1,
        description='forged refresh tokens from one address in an hour',
    )
    trusted_proxies: Networks = Field(
        [],
        description='addresses or networks of proxies, separated by commas, whose X-Forwarded-For '
        'and X-Forwarded-Proto are believed; default: nobody is',
    )
    cookie_same_site: auth.SameSite = Field(
        'strict', description="'none' lets --allowed-origins be of another site than this server"
    )
    plain_cookie: bool = Field(
        False, description='refresh cookie without Secure and __Host-: only for Safari on localhost'
    )
    demo_accounts: bool = Field(
        False, description='make two demo accounts and show their passphrases at start'
    )
    faults: bool = Field(
        False, description='let tests order faults at PUT /faults; on loopback only (app/faults.py)'
    )

    @property
    def _is_for_this_machine(self) -> bool:
        """Whether browsers come from this machine, as far as the addresses tell."""
        return self.is_loopback and auth.is_loopback(self._public.hostname or '')

    @property
    def _public(self) -> SplitResult:
        return urlsplit(self.public_url or 'http://localhost')

    @model_validator(mode='after')
    def _faults_only_on_loopback(self) -> Settings:
        if self.faults and not (self._is_for_this_machine and not self.trusted_proxies):
            raise ValueError(
                '--faults lets anyone stop the server; it needs a --host on loopback, and no proxy '
                'that leads there: no --trusted-proxies, and no --public-url elsewhere'
            )
        return self

    @model_validator(mode='after')
    def _plain_cookie_only_on_loopback(self) -> Settings:
        is_here = self._is_for_this_machine and self._public.scheme == 'http'
        if self.plain_cookie and not (is_here and self.cookie_same_site == 'strict'):
            raise ValueError(
                '--plain-cookie is for Safari on localhost: elsewhere it would let the session be '
                'read from the network; it needs a --host on loopback, plain http and SameSite=Strict'
            )
        return self

    @model_validator(mode='after')
    def _parts_fit_together(self) -> Settings:
        if self.transport == 'graphql' and not self.graphql:
            raise ValueError('--transport graphql needs --graphql')
        if (self.serve == 'pages') != (self.auth_url is not None):
            raise ValueError('--serve pages and --auth-url go together')
        if self.cookie_same_site == 'none' and self.serve != 'pages' and not self.allowed_origins:
            raise ValueError('--cookie-same-site none is for --allowed-origins, and there are none')
        return self

    @property
    def is_loopback(self) -> bool:
        """Whether only this machine can connect."""
        return auth.is_loopback(self.host)

    def resolved_database_url(self) -> str:
        """Return the database URL, or that of the SQLite file in the data folder."""
        return self.database_url or f'sqlite:///{self.data_dir.resolve() / "app.db"}'

    def resolved_public_url(self, port: int) -> str:
        """Return the address people type, for the port that was really taken."""
        return self.public_url or url_of(self.host, port)

    def cookie_name(self, port: int) -> str:
        """Return the refresh cookie's name. Cookies ignore ports, so on this machine it has one.

        It is that of the address that browsers know: processes behind one proxy share the cookie, and
        so do pages and auth backend on two ports.
        """
        url = urlsplit(self.auth_url or self.resolved_public_url(port))
        is_here = url.port and auth.is_loopback(url.hostname or '')
        return f'refresh-{url.port}' if is_here else 'refresh'
