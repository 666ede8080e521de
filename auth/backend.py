"""The auth backend as one object: its services, wired once from the settings."""

from __future__ import annotations

from dataclasses import dataclass

from .accounts.administration import Administration
from .accounts.attempt_counts import AttemptCounts
from .accounts.every_session import EverySession
from .accounts.login import Login
from .accounts.registration import Registration
from .accounts.security import AccountSecurity
from .accounts.throttle import Throttle
from .database.engine import Database
from .passwords.hashing import Passwords
from .passwords.rules import PasswordRules
from .refresh_cookie import RefreshCookie
from .sessions.devices import Devices
from .sessions.ended_list import EndedList
from .sessions.held_tokens import HeldTokens
from .sessions.keys_check import require_same_keys
from .sessions.lifecycle import Sessions
from .sessions.purge import Purge
from .sessions.rotation import Rotation
from .sessions.socket_tickets import SocketTickets
from .settings import AuthSettings
from .tokens.access_tokens import AccessTokens
from .tokens.refresh_tokens import RefreshTokens
from .tokens.signed_tokens import SignedTokens


@dataclass(frozen=True)
class AuthBackend:
    """What routes, pages and the composition root call."""

    pages_url: str
    database: Database
    passwords: Passwords
    registration: Registration
    login: Login
    sessions: Sessions
    rotation: Rotation
    held_tokens: HeldTokens
    devices: Devices
    security: AccountSecurity
    administration: Administration
    purge: Purge
    access_tokens: AccessTokens
    socket_tickets: SocketTickets
    throttle: Throttle
    cookie: RefreshCookie
    signed_tokens: SignedTokens
    ended_list: EndedList

    @property
    def password_min_characters(self) -> int:
        """How long a new password must be."""
        return self.registration.rules.min_characters

    def close(self) -> None:
        """Let threads and connections go."""
        self.purge.stop()
        self.passwords.close()
        self.database.close()


def build_backend(settings: AuthSettings) -> AuthBackend:
    """Wire the services and prepare the tables; nothing runs yet (see `AuthBackend.purge`).

    Raises `UnknownSchema` for tables of a newer version, `OtherKeys` if they were used with another
    master secret, `UnusableFile` for a file that will never do, `MissingPrivilege` for a role that may
    make no tables, `UnfitPooler` if something in between drops those, `DatabaseUnavailable`, and
    SQLAlchemy's `ArgumentError` for a URL that makes no sense.
    """
    clock, limits = settings.clock, settings.limits
    database = _prepared(settings)
    passwords = Passwords(settings.argon2)
    tokens = RefreshTokens(settings.keys)
    sessions = Sessions(database, tokens, limits, clock)
    rules = PasswordRules(settings.password_min_characters, settings.site_name)
    rotation = Rotation(database, sessions, tokens, limits, clock)
    throttle = Throttle(settings.attempts, AttemptCounts())
    every_session = EverySession(database, sessions, clock)
    login = Login(database, passwords, sessions, throttle, clock)
    signed = SignedTokens(
        settings.keys.signing, settings.longest_token_seconds, settings.issuer, clock
    )
    ended_list = EndedList(database, settings.access_token_seconds, clock)
    return AuthBackend(
        pages_url=settings.pages_url or settings.issuer,
        database=database,
        passwords=passwords,
        registration=Registration(
            database, passwords, rules, login, throttle, clock, settings.open_registration
        ),
        login=login,
        sessions=sessions,
        rotation=rotation,
        held_tokens=HeldTokens(database, sessions, tokens, limits, clock),
        devices=Devices(database, sessions, clock),
        security=AccountSecurity(database, passwords, rules, rotation, throttle, every_session),
        administration=Administration(database, passwords, rules, every_session, clock),
        purge=Purge(database, ended_list, clock),
        access_tokens=AccessTokens(signed, settings.access_token_seconds),
        socket_tickets=SocketTickets(signed, sessions, settings.socket_ticket_seconds, clock),
        throttle=throttle,
        cookie=RefreshCookie(
            settings.cookie_name, settings.cookie_secure, settings.cookie_same_site
        ),
        signed_tokens=signed,
        ended_list=ended_list,
    )


def _prepared(settings: AuthSettings) -> Database:
    """Return the database with its tables, which belong to these keys. Raises as above."""
    database = Database(settings.database_url, patience_seconds=settings.database_patience_seconds)
    database.prepare_tables()
    with database.write() as connection:
        require_same_keys(connection, settings.keys, settings.clock())
    return database
