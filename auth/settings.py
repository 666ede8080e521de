"""What a host application decides about the auth backend. Values only; nothing is read here."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import urlsplit

from .api_paths import GUARDED_PREFIXES, is_below
from .origins import is_loopback
from .passwords.argon2_profiles import OWASP_ARGON2ID, Argon2Profile
from .tokens.keys import Keys
from .tokens.signing_keys import MAX_TOKEN_SECONDS

DAY_SECONDS = 86_400
MIN_PASSWORD_CHARACTERS = 8  # NIST SP 800-63B-4, 3.1.1.2: with a second factor, but never less
COOKIE_PREFIXES = ('__host-', '__secure-')  # in any case (RFC 6265bis, 4.1.3)

SameSite = Literal['strict', 'none']
Renewal = Literal['visible', 'ahead', 'lazy']  # what each means: browser/renewal.js
Transport = Literal['rest', 'graphql']  # browser/api.js


@dataclass(frozen=True, kw_only=True)
class SessionLimits:
    """How long sessions live, in seconds, and how many (the defaults were chosen by simulation).

    `overlap_seconds`: how long a used refresh token still yields its successor.
    `seen_after_seconds`: how old a token must be before its return proves that the browser kept it.
    `sessions_per_user`: how many may live; one more ends the one that was used longest ago. Listing
    them costs time, in Python too, and whoever has an account could have any number.
    """

    overlap_seconds: float = 30
    seen_after_seconds: float = 60
    idle_seconds: float = 14 * DAY_SECONDS
    absolute_seconds: float = 90 * DAY_SECONDS
    sessions_per_user: int = 100


@dataclass(frozen=True, kw_only=True)
class AttemptLimits:
    """How many attempts are let through; what they are counted by is in `accounts/throttle.py`.

    A class of forty behind one address must fit into the limits of an address.
    """

    failures_per_account: int = 10  # in 15 minutes
    failures_per_address: int = 100  # in 15 minutes; so many passwords are hashed at once, too
    registrations_per_hour: int = 60  # from one address
    refused_refreshes_per_hour: int = 1000  # from one address


@dataclass(frozen=True, kw_only=True)
class AuthSettings:
    """Everything `install` needs. `clock` gives Unix seconds; attempts alone go by the machine's own.

    `issuer` is the address that people type: it names the tokens, and the origin of our own pages. A
    process that serves pages for a backend at another address names its own in `pages_url`; it shares
    database and keys, and has no routes of the backend.
    """

    database_url: str
    keys: Keys
    issuer: str
    pages_url: str | None = None
    cookie_name: str
    cookie_secure: bool = True  # and `__Host-` in front of its name
    cookie_same_site: SameSite = 'strict'  # 'none': for listed origins of another site
    allowed_origins: tuple[str, ...] = ()  # other origins whose pages may call, with credentials
    webhook_paths: tuple[str, ...] = ()  # where programs of others may post, and below
    database_patience_seconds: float = 5  # how long to wait for a lock, then for 503
    access_token_seconds: int = 600  # at most a day
    socket_ticket_seconds: int = 30
    password_min_characters: int = 15  # NIST SP 800-63B-4, 3.1.1.2: password as the only factor
    site_name: str = ''  # no password is little more than this
    open_registration: bool = True  # whether anybody may make an account
    graphql: bool = False  # whether the same can be asked of `/graphql`
    graphql_introspection: bool = False  # whether anybody may read its schema: while developing
    argon2: Argon2Profile = OWASP_ARGON2ID
    limits: SessionLimits = field(default_factory=SessionLimits)
    attempts: AttemptLimits = field(default_factory=AttemptLimits)
    clock: Callable[[], float] = time.time

    def __post_init__(self) -> None:
        """Raises `ValueError` for what would leave a hole, and for a cookie's name that is none."""
        if self.longest_token_seconds > MAX_TOKEN_SECONDS:
            raise ValueError(f'A token may live for {MAX_TOKEN_SECONDS} seconds at most.')
        for path in self.webhook_paths:
            if not re.fullmatch(r'/.*[^/].*', path) or is_below(path, GUARDED_PREFIXES):
                raise ValueError(
                    f'A webhook needs a path of its own like /hooks: at {path!r} something would '
                    'not be guarded that has to be.'
                )
        self._demand_safe_cookie()
        self._demand_limits()
        if not re.fullmatch(r'[\w.-]+', self.cookie_name, re.ASCII):
            raise ValueError(
                'cookie_name may have letters, digits, and the characters - _ . alone.'
            )
        if self.cookie_name.lower().startswith(COOKIE_PREFIXES):
            raise ValueError('Leave the prefix out of cookie_name: it comes by itself.')

    def _demand_safe_cookie(self) -> None:
        issuer = urlsplit(self.issuer)
        is_here = issuer.scheme == 'http' and is_loopback(issuer.hostname or '')
        if not (self.cookie_secure or (is_here and self.cookie_same_site == 'strict')):
            raise ValueError(
                'cookie_secure=False is for http on this machine: elsewhere the session could be '
                'read from the network.'
            )
        if self.cookie_same_site == 'none' and not (self.allowed_origins or self.pages_url):
            raise ValueError("cookie_same_site='none' is for allowed_origins, and there are none.")

    def _demand_limits(self) -> None:
        if self.password_min_characters < MIN_PASSWORD_CHARACTERS:
            raise ValueError(f'A password needs {MIN_PASSWORD_CHARACTERS} characters at least.')
        most = {'access_token_seconds': self.access_token_seconds}
        most |= {'socket_ticket_seconds': self.socket_ticket_seconds}
        most |= {'sessions_per_user': self.limits.sessions_per_user} | vars(self.attempts)
        for name, number in most.items():
            if number < 1:
                raise ValueError(f'{name} must be 1 at least: nobody would get in.')

    @property
    def longest_token_seconds(self) -> int:
        """The longest life of any token: for so long a retired key stays known."""
        return max(self.access_token_seconds, self.socket_ticket_seconds)
