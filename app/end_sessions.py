"""`python -m app end-sessions`: sign everybody out, after a restore or with new keys."""

from __future__ import annotations

from pydantic import Field
from sqlalchemy import make_url

import auth

from .command import Command
from .settings import Settings
from .start_up import give_up, giving_up_if_unusable, servers_keys

_WHAT = 'end the sessions'


class EndSessions(Settings):
    """Signs everybody out. Give --database-url and --data-dir as to the server."""

    with_new_keys: bool = Field(
        False, description='let the keys in the data folder be those of the database from now on'
    )


def end_sessions(settings: EndSessions) -> None:
    """End all sessions; running servers hear of it, and one that refused new keys starts now.

    Ends with exit code 2 if there is no data folder with keys, they are another user's or not those
    of the database, or the database cannot be used, or has never been.
    """
    folder = servers_keys(settings, _WHAT)
    with giving_up_if_unusable(settings, _WHAT):
        database = name_of_database(settings)
        keys = auth.load_or_create_keys(folder)
        try:
            ended = auth.end_all_sessions(
                settings.resolved_database_url(), keys, with_new_keys=settings.with_new_keys
            )
        except auth.NeverUsed:
            give_up(
                f'no server has ever used {database}. Give --database-url and --data-dir as to '
                'your server.',
                _WHAT,
            )
    sessions = '1 session has' if ended == 1 else f'{ended} sessions have'
    print(f'{sessions} ended in {database}: everybody has to sign in again.')
    if settings.with_new_keys:
        print(f'It belongs to the keys in {folder} now.')


def name_of_database(settings: Settings) -> str:
    """Return the database's URL without passwords. Raises SQLAlchemy's `ArgumentError`."""
    url = make_url(settings.resolved_database_url())
    return url.difference_update_query(['password', 'sslpassword']).render_as_string()


COMMAND = Command(end_sessions, EndSessions)
