"""`python -m app end-sessions`: sign everybody out, after a restore or with new keys."""

from __future__ import annotations

import auth

from .command import Command
from .settings import Settings
from .start_up import giving_up_if_unusable, servers_keys


def end_sessions(settings: Settings) -> None:
    """End all sessions; running servers hear of it, and one that refused the keys starts now.

    Ends with exit code 2 if there is no data folder with keys, they are another user's, or the
    database cannot be used.
    """
    what = 'end the sessions'
    folder = servers_keys(settings, what)
    with giving_up_if_unusable(settings, what):
        keys = auth.load_or_create_keys(folder)
        ended = auth.end_all_sessions(settings.resolved_database_url(), keys)
    sessions = '1 session has' if ended == 1 else f'{ended} sessions have'
    print(f'{sessions} ended: everybody has to sign in again.')


COMMAND = Command(end_sessions, Settings)
