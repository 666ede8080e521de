"""One line per security event, to the logger `auth.audit`. Ids only: no address, no secret.

Each event has its word in OWASP's Logging Vocabulary, where that has one, for whoever collects the
logs of several programs: in a record's `owasp`, beside its details.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from .errors import InvalidAccessToken, InvalidRefreshToken, SessionEnded

_log = logging.getLogger('auth.audit')

# cheatsheetseries.owasp.org/cheatsheets/Logging_Vocabulary_Cheat_Sheet.html
OWASP_WORDS: dict[str, str | None] = {
    'registered': 'user_created',
    'account_deleted': 'user_deleted',
    'user_enabled': 'user_updated',
    'disabled': 'user_updated',
    'logged_in': 'authn_login_success',
    'login_refused': 'authn_login_fail',
    'password_changed': 'authn_password_change',
    'password_refused': 'authn_password_change_fail',
    'login_throttled': 'excess_rate_limit_exceeded',
    'password_check_throttled': 'excess_rate_limit_exceeded',
    'registration_throttled': 'excess_rate_limit_exceeded',
    'refresh_throttled': 'excess_rate_limit_exceeded',
    'hashing_refused': 'excess_rate_limit_exceeded',
    'pages_dropped': 'excess_rate_limit_exceeded',
    'refresh_rotated': 'session_renewed',
    'refresh_overlapped': 'session_renewed',
    'refresh_recovered': 'session_renewed',
    'refresh_replayed': 'authn_token_reuse',
    'refresh_refused': 'session_use_after_expire',
    'token_refused': 'session_use_after_expire',
    'session_ended': 'session_expired',
    'logout_everywhere': 'authn_token_revoked',
    'ended_elsewhere': 'authn_token_revoked',
    'ended_by_operator': 'authn_token_revoked',
    'all_sessions_ended': 'authn_token_revoked',
    'logout_ignored': 'authz_fail',
    'ticket_refused': 'authz_fail',
    'page_denied': 'authz_fail',
    'message_denied': 'authz_fail',
    'csrf_refused': 'authz_fail',
    'host_refused': 'authz_fail',
    'malicious_cors': 'malicious_cors',
    # It has none for keys.
    'key_added': None,
    'keys_unreadable': None,
    # Nor for what a service fetches in order to verify tokens.
    'keys_fetched': None,
    'keys_not_fetched': None,
    'feed_lost': None,
    'feed_read': None,
}


def record(event: str, *, level: int = logging.INFO, **details: str | int) -> None:
    """Log `event` with its details as `event key=value ...`; values are ids, codes and counts."""
    message = ' '.join([event, *(f'{key}={value}' for key, value in details.items())])
    extra = {'event': event, 'owasp': OWASP_WORDS.get(event), **details}
    _log.log(level, '%s', message, extra=extra)


@contextmanager
def recording_refusal(event: str) -> Iterator[None]:
    """Record as `event` why a token is refused, and let the error pass."""
    try:
        yield
    except (InvalidAccessToken, InvalidRefreshToken):
        record(event, level=logging.WARNING, why='invalid')
        raise
    except SessionEnded as error:
        record(event, why=error.reason)
        raise
