"""The auth backend: accounts, sessions, refresh and access tokens, and the browser's half of it.

It works without any UI and knows nothing of NiceGUI. Everything a host application needs is here;
the modules are its own business.
"""

from .argon2_profiles import CHEAPEST_ARGON2ID, OWASP_ARGON2ID
from .audit import record as record_event
from .backend import AuthBackend
from .browser_files import MODULES as BROWSER_MODULES
from .browser_files import PREFIX as BROWSER_PREFIX
from .browser_files import BrowserFiles, content_digest
from .caller import Caller
from .dependencies import SignedIn
from .devices import Device
from .documented import describe
from .ended_routes import ENDED_SESSIONS_PATH
from .errors import (
    AuthError,
    DatabaseUnavailable,
    EmailTaken,
    InvalidSocketTicket,
    NoSuchSession,
    SessionEnded,
    TooManyAttempts,
)
from .identity import Identity
from .install import add_routes, install, lifespan
from .json_fetch import fetchable
from .keys import Keys, load_or_create
from .origin_guard import CLIENT_HEADER
from .origins import exact_origin, origin_of
from .passwords import generate_passphrase
from .schema import UnknownSchema
from .server_rendering import RefreshOnVisit, Visitor, visitor
from .session_rows import EndReason
from .settings import AttemptLimits, AuthSettings, SameSite, SessionLimits
from .verified import Verified, VerifierSettings, install_verifier, verifier_lifespan

__all__ = [
    'BROWSER_MODULES',
    'BROWSER_PREFIX',
    'CHEAPEST_ARGON2ID',
    'CLIENT_HEADER',
    'ENDED_SESSIONS_PATH',
    'OWASP_ARGON2ID',
    'AttemptLimits',
    'AuthBackend',
    'AuthError',
    'AuthSettings',
    'BrowserFiles',
    'Caller',
    'DatabaseUnavailable',
    'Device',
    'EmailTaken',
    'EndReason',
    'Identity',
    'InvalidSocketTicket',
    'Keys',
    'NoSuchSession',
    'RefreshOnVisit',
    'SameSite',
    'SessionEnded',
    'SessionLimits',
    'SignedIn',
    'TooManyAttempts',
    'UnknownSchema',
    'Verified',
    'VerifierSettings',
    'Visitor',
    'add_routes',
    'content_digest',
    'describe',
    'exact_origin',
    'fetchable',
    'generate_passphrase',
    'install',
    'install_verifier',
    'lifespan',
    'load_or_create',
    'origin_of',
    'record_event',
    'verifier_lifespan',
    'visitor',
]
