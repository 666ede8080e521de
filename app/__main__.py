"""`python -m app`: read the settings, take the port, build the app, serve it.

`python -m app rotate-keys` and `python -m app openapi` do something else (rotate_keys.py, openapi.py).
`python -m app resource-server` serves something else (resource_server.py).
"""

from __future__ import annotations

import contextlib
import errno
import logging
import os
import socket
import sys
from collections.abc import Iterator
from typing import TypeVar

import uvicorn
from pydantic import ValidationError
from pydantic_settings import CliApp, SettingsError
from sqlalchemy.exc import ArgumentError
from starlette.types import ASGIApp

import auth

from . import demo_accounts, logs
from .create import create_app
from .openapi import print_openapi
from .resource_server import (
    ResourceServerSettings,
    create_resource_server,
    greet_callers,
)
from .rotate_keys import rotate_keys
from .settings import Settings
from .start_up import give_up, greet

CONNECTION_BACKLOG = 2048
OTHERS_READ_NOTHING = 0o077
AnySettings = TypeVar('AnySettings', Settings, ResourceServerSettings)
_COMMANDS = {'rotate-keys': rotate_keys, 'openapi': print_openapi}


def main() -> None:
    """Serve, or do what the first word says. What cannot be used ends it with exit code 2."""
    os.umask(OTHERS_READ_NOTHING)
    word = sys.argv[1] if len(sys.argv) > 1 else ''
    if word == 'resource-server':
        _serve_resources(_read_settings(ResourceServerSettings, sys.argv[2:]))
        return
    command = _COMMANDS.get(word)
    settings = _read_settings(Settings, sys.argv[2 if command else 1 :])
    logs.set_up(settings.log_level, settings.log_format)
    (command or _serve)(settings)


def _serve(settings: Settings) -> None:
    """Serve until Ctrl+C."""
    listeners = _listen(settings)
    port: int = listeners[0].getsockname()[1]
    try:
        app, backend = create_app(settings, port)
        accounts = (
            demo_accounts.load_or_create(settings.data_dir, backend)
            if settings.demo_accounts
            else []
        )
    except OSError as error:
        give_up(f'the data folder {settings.data_dir} cannot be used ({error.strerror}).')
    except auth.DatabaseUnavailable as error:
        give_up(f'the database does not answer ({error}). Is it running? Check --database-url.')
    except (ArgumentError, ModuleNotFoundError):
        give_up(
            '--database-url is not understood. It looks like sqlite:////folder/app.db or '
            'postgresql+psycopg://user@host/name.'
        )
    except auth.AuthError:
        give_up('the demo passphrases are shorter than --password-min-characters asks for.')
    except (auth.UnknownSchema, ValueError) as error:
        give_up(str(error))
    greet(settings, settings.resolved_public_url(port), accounts)
    _run(app, settings, listeners)


def _serve_resources(settings: ResourceServerSettings) -> None:
    """Serve until Ctrl+C."""
    logs.set_up(settings.log_level, settings.log_format)
    logging.getLogger('httpx').setLevel(max(logging.WARNING, logging.root.level))  # each second
    listeners = _listen(settings)
    app = create_resource_server(settings)
    greet_callers(settings, listeners[0].getsockname()[1])
    _run(app, settings, listeners)


def _run(app: ASGIApp, settings: AnySettings, listeners: list[socket.socket]) -> None:
    # uvicorn logs the address of each socket, and the page id is in it: a key to that page.
    logging.getLogger('uvicorn.error').setLevel(max(logging.WARNING, logging.root.level))
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        server_header=False,
        # uvicorn's own default believes any program on this machine, whoever it says it acts for.
        proxy_headers=bool(settings.proxies),
        forwarded_allow_ips=settings.proxies,
        backlog=CONNECTION_BACKLOG,
    )
    with contextlib.suppress(KeyboardInterrupt):
        uvicorn.Server(config).run(sockets=listeners)


def _read_settings(kind: type[AnySettings], arguments: list[str]) -> AnySettings:
    try:
        return CliApp.run(kind, cli_args=arguments)
    except ValidationError as error:
        first = error.errors()[0]
        option = ''.join(f'--{part}: ' for part in first['loc'][:1]).replace('_', '-')
        give_up(f'{option}{first["msg"].removeprefix("Value error, ")}.')
    except SettingsError as error:
        give_up(f'{error}.')


def _listen(settings: AnySettings) -> list[socket.socket]:
    """Take the port before anything else: the cookie's name depends on it.

    `localhost` is two addresses, and browsers may try either.
    """
    listeners: list[socket.socket] = []
    port = settings.port
    try:
        for family, _, _, _, address in socket.getaddrinfo(
            settings.host, port, type=socket.SOCK_STREAM
        ):
            with _unless_unavailable(listeners):
                place = (str(address[0]), port)
                server = socket.create_server(place, family=family, backlog=CONNECTION_BACKLOG)
                listeners.append(server)
                port = server.getsockname()[1]
    except OSError as error:
        give_up(
            f'port {port} on {settings.host} cannot be taken ({error.strerror}). '
            'Choose another with --port.'
        )
    return listeners


@contextlib.contextmanager
def _unless_unavailable(listeners: list[socket.socket]) -> Iterator[None]:
    """Pass over an address that this machine does not have, if another was taken."""
    try:
        yield
    except OSError as error:
        if error.errno not in {errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT} or not listeners:
            raise


if __name__ == '__main__':
    main()
