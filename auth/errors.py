"""Every condition the auth backend can refuse with, and the evidence each carries.

Services raise these; `http/refusals.py` is the one place that says what each is over HTTP.
"""

from __future__ import annotations


class AuthError(Exception):
    """Base of every condition below."""


class InvalidInput(AuthError):
    """Raised if a field cannot be accepted; `fields` maps its name to one sentence."""

    def __init__(self, fields: dict[str, str]) -> None:
        super().__init__(' '.join(f'{name}: {sentence}' for name, sentence in fields.items()))
        self.fields = fields


class WrongPassword(InvalidInput):
    """Raised if somebody who is signed in does not know the password of the account."""

    def __init__(self, field: str) -> None:
        super().__init__({field: 'This is not your current password.'})


class RegistrationClosed(AuthError):
    """Raised if people cannot make accounts by themselves here."""


class EmailTaken(AuthError):
    """Raised if an account with this e-mail address exists already."""


class InvalidCredentials(AuthError):
    """Raised if e-mail and password do not belong together, for whatever reason.

    Unknown address, wrong password and disabled account are one condition, so that the
    answer tells a stranger nothing (OWASP ASVS 5.0, 6.3.8).
    """


class TooManyAttempts(AuthError):
    """Raised if this account or address has been wrong too often; nothing was looked at.

    `retry_after_seconds`: when the next attempt will be let through, at least 1.
    """

    def __init__(self, retry_after_seconds: int) -> None:
        super().__init__(f'Too many attempts; the next in {retry_after_seconds} s.')
        self.retry_after_seconds = retry_after_seconds


class ServiceBusy(AuthError):
    """Raised if so many passwords wait to be hashed that one more would wait for seconds.

    Nothing was looked at. The same call may well work a second later.
    """


class InvalidAccessToken(AuthError):
    """Raised if a Bearer token is malformed, foreign, expired or of the wrong type."""


class NoAccessToken(InvalidAccessToken):
    """Raised if a call that needs an access token comes without one."""


class InvalidSocketTicket(AuthError):
    """Raised if a socket ticket is malformed, expired, used before, or meant for another page."""


class NoSession(AuthError):
    """Raised if a refresh arrives without a refresh cookie."""


class InvalidRefreshToken(AuthError):
    """Raised if a refresh token is malformed, forged, or of no known session."""


class SessionEnded(AuthError):
    """Raised if the session is over; `reason` says why (see `sessions/end_reasons.py`)."""

    def __init__(self, reason: str) -> None:
        super().__init__(f'The session has ended: {reason}.')
        self.reason = reason


class NoSuchSession(AuthError):
    """Raised if the user has no living session with this id; nobody is told whether others have."""


class VerificationUnavailable(AuthError):
    """Raised if a service cannot verify tokens now: it has no keys yet, or no list of ended sessions.

    `retry_after_seconds`: when it is worth trying again, at least 1.
    """

    def __init__(self, why: str, retry_after_seconds: int) -> None:
        super().__init__(why)
        self.retry_after_seconds = retry_after_seconds


class DatabaseUnavailable(AuthError):
    """Raised if the database cannot answer now: down, locked, read-only, full.

    Nothing was committed, unless the answer to COMMIT itself was lost: then nobody knows. The same
    call may well work a second later.
    """
