"""`python -m app`: take the port, build the app, serve it."""

from __future__ import annotations

from sqlalchemy.exc import ArgumentError

import auth

from . import demo_accounts
from .command import Command
from .create import create_app
from .listening import listen, run
from .settings import Settings
from .start_up import give_up, greet


def serve(settings: Settings) -> None:
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
        give_up(
            f'the data folder {settings.data_dir} cannot be used ({error.strerror}). '
            'Choose another with --data-dir.'
        )
    except auth.DatabaseUnavailable as error:
        if settings.database_url is None:
            give_up(f'the database in {settings.data_dir} cannot be used ({error}).')
        give_up(f'the database does not answer ({error}). Is it running? Check --database-url.')
    except (ArgumentError, ModuleNotFoundError):
        give_up(
            '--database-url is not understood. It looks like sqlite:////folder/app.db or '
            'postgresql+psycopg://user@host/name.'
        )
    except auth.OtherKeys:
        give_up(
            f'the keys in {settings.data_dir / "keys"} are not those of the database, so everybody '
            'would be signed out. Mount their folder, or name it with --data-dir.'
        )
    except (auth.UnknownSchema, ValueError) as error:
        give_up(str(error))
    greet(settings, settings.resolved_public_url(port), accounts)
    run(app, listeners, settings.trusted_proxies)


COMMAND = Command(serve, Settings)
