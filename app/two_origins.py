"""`python -m app two-origins`: the pages on one origin, the auth backend on another, one database."""

from __future__ import annotations

import os
import socket
from typing import Literal
from urllib.parse import urlsplit

from pydantic import Field

import auth

from .processes import Command, run_together
from .settings import ENV_PREFIX, Settings

# What the two processes are told differently, so nobody else's word for it gets through.
_OUR_OWN = {'serve', 'port', 'public_url', 'pages_url', 'auth_url', 'allowed_origins'}


class TwoOrigins(Settings):
    """Two servers as one command: pages, and the auth backend that they call across origins.

    All options but the two addresses mean the same as without `two-origins`, for both servers.
    """

    pages_url: str = Field('http://localhost:3000', description='address of the pages')
    auth_url: str | None = Field('http://localhost:4500', description='address of the backend')
    serve: Literal['all', 'auth', 'pages'] = Field('pages', exclude=True)


def run_two_origins(settings: TwoOrigins) -> None:
    """Run both until Ctrl+C. Ends with the exit code of the first that ends by itself."""
    pages_url, auth_url = _with_port(settings.pages_url), _with_port(settings.auth_url or '')
    for_both = {
        name: value for name, value in os.environ.items() if not name.startswith(ENV_PREFIX)
    }
    shared = settings.model_dump(mode='json', include=settings.model_fields_set - _OUR_OWN)
    demo_accounts = shared.pop('demo_accounts', False)
    for_both |= {f'{ENV_PREFIX}{name.upper()}': str(value) for name, value in shared.items()}
    backend = ['--serve=auth', *_at(auth_url), f'--allowed-origins={auth.origin_of(pages_url)}']
    pages = ['--serve=pages', *_at(pages_url), f'--auth-url={auth_url}']
    if demo_accounts:
        backend.append('--demo-accounts')
    raise SystemExit(run_together([Command(backend, for_both), Command(pages, for_both)]))


def _at(url: str) -> list[str]:
    return [f'--port={urlsplit(url).port}', f'--public-url={url}']


def _with_port(url: str) -> str:
    """Return the address with a free port in place of port 0, or of none."""
    if urlsplit(url).port:
        return url
    with socket.create_server(('localhost', 0)) as free:
        return f'{url.removesuffix(":0")}:{free.getsockname()[1]}'
