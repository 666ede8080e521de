"""`python -m app`: read the settings, take the port, build the app, serve it.

A first word does something else: `demo`, `two-origins`, `resource-server`, `rotate-keys`, `openapi`;
each is in the module of its name.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from pydantic import ValidationError
from pydantic_settings import CliApp, SettingsError
from sqlalchemy.exc import ArgumentError

import auth

from . import demo_accounts, logs
from .create import create_app
from .demo import Demo, run_demo
from .openapi import print_openapi
from .resource_server import ResourceServerSettings, serve_resource_server
from .rotate_keys import rotate_keys
from .serving import listen, run
from .settings import Settings
from .start_up import give_up, greet
from .two_origins import TwoOrigins, run_two_origins

OTHERS_READ_NOTHING = 0o077
S = TypeVar('S', bound=Settings | ResourceServerSettings)


@dataclass(frozen=True)
class _Command(Generic[S]):
    """What a first word does, with settings of its own kind."""

    run: Callable[[S], None]
    settings: type[S]


def main() -> None:
    """Serve, or do what the first word says. What cannot be used ends it with exit code 2."""
    os.umask(OTHERS_READ_NOTHING)
    command = _COMMANDS.get(sys.argv[1] if len(sys.argv) > 1 else '')
    arguments = sys.argv[2 if command else 1 :]
    command = command or _Command(_serve, Settings)
    settings = _read(command.settings, arguments)
    logs.set_up(settings.log_level, settings.log_format)
    command.run(settings)


def _serve(settings: Settings) -> None:
    """Serve until Ctrl+C."""
    listeners = listen(settings.host, settings.port)
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
    run(app, listeners, settings.proxies)


def _read(kind: type[S], arguments: list[str]) -> S:
    try:
        return CliApp.run(kind, cli_args=arguments)
    except ValidationError as error:
        first = error.errors()[0]
        option = ''.join(f'--{part}: ' for part in first['loc'][:1]).replace('_', '-')
        give_up(f'{option}{first["msg"].removeprefix("Value error, ")}.')
    except SettingsError as error:
        give_up(f'{error}.')


# By first word.
_COMMANDS: dict[str, _Command[Any]] = {
    'rotate-keys': _Command(rotate_keys, Settings),
    'demo': _Command(run_demo, Demo),
    'openapi': _Command(print_openapi, Settings),
    'two-origins': _Command(run_two_origins, TwoOrigins),
    'resource-server': _Command(serve_resource_server, ResourceServerSettings),
}


if __name__ == '__main__':
    main()
