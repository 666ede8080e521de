"""`python -m app openapi`: print the OpenAPI document of the HTTP interface. No server has it."""

from __future__ import annotations

import json

from fastapi import FastAPI

import auth

from .command import Command
from .settings import SITE_NAME, Settings


def print_openapi(_settings: Settings) -> None:
    """Print it as JSON: for generators of clients, and for programs that try every call."""
    app = FastAPI(title=SITE_NAME, version='1', description=auth.__doc__ or '')
    auth.add_routes(app)
    print(json.dumps(auth.describe(app), indent=2))


COMMAND = Command(print_openapi, Settings)
