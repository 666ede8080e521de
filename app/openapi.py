"""`python -m app openapi`: print the OpenAPI document of the HTTP interface. No server has it."""

from __future__ import annotations

import json

from fastapi import FastAPI

import auth

from .command import Command
from .settings import SITE_NAME, Settings

_DESCRIPTION = """\
Sign in, and call with `Authorization: Bearer` and the access token of the answer. The refresh token is
in an HttpOnly cookie; `POST /auth/refresh` exchanges it for the next of both. Whatever changes
something needs an `Origin` of ours, and an `X-Requested-With` with any value. Errors are problems
(RFC 9457); their `code` never changes.
"""


def print_openapi(_settings: Settings) -> None:
    """Print it as JSON: for generators of clients, and for programs that try every call."""
    app = FastAPI(title=SITE_NAME, version='1', description=_DESCRIPTION)
    auth.add_routes(app)
    print(json.dumps(auth.describe(app), indent=2))


COMMAND = Command(print_openapi, Settings)
