"""`python -m app resource-server`: a service of its own, as somebody else would run one.

It shares nothing with the auth server: no database, no key, no secret. It knows two addresses, and
learns from a token all that it says about its caller.
"""

from __future__ import annotations

import logging
import time
from urllib.parse import urljoin

from fastapi import FastAPI, Request
from pydantic import BaseModel, Field, field_validator, model_validator
from pydantic_settings import SettingsConfigDict
from starlette.middleware.cors import CORSMiddleware

import auth

from .command import Command
from .listening import listen, run
from .options import Options, Origin, Origins, url_of

READABLE_HEADERS = ['Retry-After', 'WWW-Authenticate']


class ResourceServerSettings(Options):
    """A service that verifies access tokens with the public keys alone.

    Each option can also be given as an environment variable: --jwks-url is RESOURCE_SERVER_JWKS_URL.
    """

    model_config = SettingsConfigDict(
        env_prefix='RESOURCE_SERVER_', cli_prog_name='python -m app resource-server'
    )

    host: str = Field('localhost', description='address to listen on')
    port: int = Field(8001, ge=0, le=65_535, description='port to listen on; 0 takes a free one')
    issuer: Origin = Field(
        'http://localhost:8000', description='public URL of the auth server, as tokens name it'
    )
    jwks_url: str | None = Field(
        None, description=f'where its public keys are; default: {auth.JWKS_PATH} at the issuer'
    )
    keep_keys_seconds: float = Field(
        3600, ge=0, le=86_400, description='how long keys stay good that cannot be fetched again'
    )
    allowed_origins: Origins = Field(
        [], description='origins, separated by commas, whose pages may call; default: the issuer'
    )
    ended_sessions_url: str | None = Field(
        None, description='where ended sessions are listed; default: tokens work until they expire'
    )
    ended_sessions_required: bool = Field(
        False, description='answer 503 while the list cannot be read, instead of going on without'
    )

    @field_validator('jwks_url', 'ended_sessions_url')
    @classmethod
    def _may_be_fetched(cls, value: str | None) -> str | None:
        return value and auth.fetchable(value)

    @model_validator(mode='after')
    def _finds_keys(self) -> ResourceServerSettings:
        try:
            auth.fetchable(self.resolved_jwks_url())
        except ValueError as error:
            raise ValueError(f'{error}; name another --jwks-url') from error
        return self

    def resolved_jwks_url(self) -> str:
        """Return where the keys are."""
        return self.jwks_url or urljoin(self.issuer, auth.JWKS_PATH)

    def resolved_origins(self) -> list[str]:
        """Return the origins whose pages may call."""
        return self.allowed_origins or [self.issuer]


class KnownAboutYou(BaseModel):
    """The protected resource: all that a token tells a service."""

    message: str
    sub: str
    sid: str
    expires_in: int
    reads_ended_sessions: bool


def create_resource_server(settings: ResourceServerSettings) -> auth.ResponseHeaders:
    """Build the service."""
    app = FastAPI(title='An independent service', openapi_url=None)
    auth.install_verifier(
        app,
        auth.VerifierSettings(
            issuer=settings.issuer,
            jwks_url=settings.resolved_jwks_url(),
            keep_keys_seconds=settings.keep_keys_seconds,
            ended_sessions_url=settings.ended_sessions_url,
            ended_sessions_required=settings.ended_sessions_required,
        ),
    )
    app.add_middleware(
        CORSMiddleware,  # without credentials: a token is all it takes, and no cookie is ours
        allow_origins=settings.resolved_origins(),
        allow_methods=['GET'],
        allow_headers=['Authorization', auth.CLIENT_HEADER],
        expose_headers=READABLE_HEADERS,
    )
    app.state.reads_ended_sessions = settings.ended_sessions_url is not None
    app.add_api_route('/api/about-you', about_you)
    app.add_api_route('/healthz', healthz)
    return auth.ResponseHeaders(app, https=settings.issuer.startswith('https://'))


def serve_resource_server(settings: ResourceServerSettings) -> None:
    """Serve until Ctrl+C."""
    logging.getLogger('httpx').setLevel(max(logging.WARNING, logging.root.level))  # each second
    listeners = listen(settings.host, settings.port)
    app = create_resource_server(settings)
    greet_callers(settings, listeners[0].getsockname()[1])
    run(app, listeners, proxies=[])  # addresses play no part here


def greet_callers(settings: ResourceServerSettings, port: int) -> None:
    """Print address, whom it trusts, how to stop."""
    lines = [f'  An independent service is running at {url_of(settings.host, port)}', '']
    lines.append(f'  It trusts the keys at {settings.resolved_jwks_url()}')
    lines.append('  Stop with Ctrl+C.')
    print('\n'.join(['', *lines]), end='\n\n', flush=True)


async def about_you(request: Request, you: auth.Verified) -> KnownAboutYou:
    """Say all that this service knows about its caller, and until when it believes that."""
    return KnownAboutYou(
        message='This is all I know about you, and I asked nobody.',
        sub=you.user_id,
        sid=you.session_id,
        expires_in=max(0, you.expires_at - int(time.time())),
        reads_ended_sessions=request.app.state.reads_ended_sessions,
    )


async def healthz() -> dict[str, str]:
    """Say that the service is there, with keys or without."""
    return {'status': 'ready'}


COMMAND = Command(serve_resource_server, ResourceServerSettings)
