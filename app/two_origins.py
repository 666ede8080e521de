"""`python -m app two-origins`: the pages on one origin, the auth backend on another, one database."""

from __future__ import annotations

from typing import Literal
from urllib.parse import urlsplit

from pydantic import Field

from .command import Command
from .options import Origin
from .processes import Program, environment_of, free_port, run_together
from .settings import Settings

# What the two processes are told differently, so nobody else's word for it gets through.
_OUR_OWN = {
    'serve',
    'port',
    'public_url',
    'pages_url',
    'auth_url',
    'allowed_origins',
    'demo_accounts',
}


class TwoOrigins(Settings):
    """Two servers as one command: pages, and the auth backend that they call across origins.

    All options but the two addresses mean the same as without `two-origins`, for both servers.
    """

    pages_url: Origin = Field('http://localhost:3000', description='address of the pages')
    auth_url: Origin | None = Field('http://localhost:4500', description='address of the backend')
    serve: Literal['all', 'auth', 'pages'] = 'pages'


def run_two_origins(settings: TwoOrigins) -> None:
    """Run both until Ctrl+C. Ends with the exit code of the first that ends by itself."""
    pages_url, auth_url = _with_port(settings.pages_url), _with_port(settings.auth_url or '')
    for_both = environment_of(settings, without=_OUR_OWN)
    backend = ['--serve=auth', *_at(auth_url), f'--allowed-origins={pages_url}']
    pages = ['--serve=pages', *_at(pages_url), f'--auth-url={auth_url}']
    if settings.demo_accounts:
        backend.append('--demo-accounts')
    raise SystemExit(run_together([Program(backend, for_both), Program(pages, for_both)]))


def _at(url: str) -> list[str]:
    return [f'--port={urlsplit(url).port}', f'--public-url={url}']


def _with_port(url: str) -> str:
    """Return the address with a free port in place of port 0, or of none."""
    if urlsplit(url).port:
        return url
    return f'{url.removesuffix(":0")}:{free_port()}'


COMMAND = Command(run_two_origins, TwoOrigins)
