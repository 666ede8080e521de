"""What the terminal says: where the app is, or in one sentence why it cannot start."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

from sqlalchemy.exc import ArgumentError, ProgrammingError

import auth

from .demo_accounts import DemoAccount
from .settings import SITE_NAME, Settings

EXIT_UNUSABLE = 2
_POOLER = 'What a PgBouncer in between needs to be told is in docs/operation.md.'


def greet(settings: Settings, url: str, accounts: list[DemoAccount]) -> None:
    """Print address, accounts, where the data is, how to stop."""
    what = 'The auth backend' if settings.serve == 'auth' else f'The {SITE_NAME.lower()}'
    lines = ['', f'  {what} is running at {url}', '']
    for account in accounts:
        lines.append(f'  {account.name:<14} {account.email:<20} {account.passphrase}')
    if accounts:
        lines.append('')
    lines += [f'  {what:<22} {where}' for what, where in _places(settings, url).items()]
    lines.append(f'  {"Data and keys":<22} {settings.data_dir.resolve()}')
    lines.append('  Stop with Ctrl+C.')
    if settings.faults:
        lines += [
            '',
            '  !! FAULTS ARE ON: anyone on this machine can make it fail, or end it (PUT /faults).',
        ]
    if url.startswith('http://') and not settings.is_loopback:
        lines += [
            '',
            '  Without https, other machines cannot stay signed in: browsers drop Secure cookies',
            '  there and switch Web Locks off. Put a TLS proxy in front and set --public-url.',
        ]
    print('\n'.join(lines), end='\n\n', flush=True)


def _places(settings: Settings, url: str) -> dict[str, str]:
    """Say where there is more to see."""
    if settings.serve == 'auth':
        return {}
    places = {'Rendered by the server': f'{url}/profile'}
    if settings.graphql:
        places['GraphQL'] = f'{settings.auth_url or url}/graphql (POST)'
    if services := settings.services:
        places['Independent services'] = f'{", ".join(services)} (the dashboard calls them)'
    if settings.demo_accounts:
        places['On two origins'] = 'make demo-two-origins'
    return places


def give_up(why: str, what: str = 'start') -> NoReturn:
    """Print in one sentence what cannot be done and why, and end with exit code 2."""
    print(f'Cannot {what}: {why}', file=sys.stderr)
    raise SystemExit(EXIT_UNUSABLE)


def servers_keys(settings: Settings, what: str) -> Path:
    """Return the folder of the keys that a server has; give up if it is not there, or not one's own."""
    folder = settings.data_dir / 'keys'
    if not folder.is_dir():
        give_up(f'{folder} does not exist. Name the folder of your server with --data-dir.', what)
    owner = folder.stat().st_uid
    # A key file is its owner's alone: made with sudo, the server could not read it.
    if sys.platform != 'win32' and os.geteuid() != owner:
        give_up(f'{folder} belongs to user {owner}. Run this as that user, as the server is.', what)
    return folder


@contextlib.contextmanager
def giving_up_if_unusable(settings: Settings, what: str = 'start') -> Iterator[None]:
    """Give up in one sentence if data folder, keys or database cannot be used."""
    try:
        yield
    except OSError as error:
        why = f'the data folder {settings.data_dir} cannot be used ({error.strerror}). '
        give_up(f'{why}Choose another with --data-dir.', what)
    except auth.DatabaseUnavailable as error:
        if settings.database_url is None:
            give_up(f'the database in {settings.data_dir} cannot be used ({error}).', what)
        advice = _POOLER if 'startup parameter' in str(error) else 'Is it running?'
        why = f'the database does not answer ({error}). {advice} Check --database-url.'
        give_up(why, what)
    except ProgrammingError as error:  # an option that the driver does not know, for one
        reason = str(error.orig).partition('\n')[0]
        give_up(f'the database cannot be used ({reason}). Check --database-url.', what)
    except (ArgumentError, ModuleNotFoundError):
        give_up(
            '--database-url is not understood. It looks like sqlite:////folder/app.db or '
            'postgresql+psycopg://user:password@host/name, with @ : / % in a password written as '
            '%40 %3A %2F %25.',
            what,
        )
    except auth.OtherKeys:
        give_up(
            f'the keys in {settings.data_dir / "keys"} are not those of the database, so no cookie '
            'would be good. Mount their folder, or name it with --data-dir. If they are lost, '
            'stop all servers: then `python -m app end-sessions --with-new-keys` signs everybody out, '
            'and lets these in.',
            what,
        )
    except (
        auth.UnknownSchema,
        auth.UnusableFile,
        auth.MissingPrivilege,
        auth.UnfitPooler,
        ValueError,
    ) as error:
        give_up(str(error), what)
