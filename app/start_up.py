"""What the terminal says: where the app is, or in one sentence why it cannot start."""

from __future__ import annotations

import sys
from typing import NoReturn

from .demo_accounts import DemoAccount
from .settings import SITE_NAME, Settings

EXIT_UNUSABLE = 2


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
