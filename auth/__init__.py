"""The auth backend: accounts, sessions, refresh and access tokens, and the browser's half of it.

It works without any UI and knows nothing of NiceGUI. Everything a host application needs is here;
the modules are its own business. `install.py` puts all of it into an application and `backend.py`
wires the services, `end_sessions.py` is for whoever runs the server; the folders use only those that
come later in this list:

    graphql, resource_server    the calls of `http` as GraphQL; verifying access tokens far from here
    http                        routes, and what stands in front of every route
    accounts                    registering, signing in, a new password, how often one may be wrong
    sessions                    the life of a session and of its refresh tokens, in transactions
    tokens                      tokens as strings, and the keys they are signed with
    passwords, database         hashes and rules; engine, tables, versions
    browser                     the other half: ES modules that hold the access token in the page

What lies beside the folders is for all of them: settings, errors, origins and paths, who somebody is
and from which browser, the refresh cookie, the record of security events.
"""

from .accounts.throttle import network
from .api_paths import is_api_path
from .audit import record as record_event
from .backend import AuthBackend
from .caller import Caller
from .database.postgresql import MissingPrivilege, UnfitPooler
from .database.schema import NeverUsed, UnknownSchema
from .database.sqlite import UnusableFile
from .end_sessions import end_all_sessions
from .errors import (
    AuthError,
    DatabaseUnavailable,
    EmailTaken,
    InvalidInput,
    InvalidSocketTicket,
    NoSuchSession,
    ServiceBusy,
    SessionEnded,
    TooManyAttempts,
)
from .http.browser_files import TOKEN_HOLDER_PATH, BrowserFiles, JoinedModule, content_digest
from .http.dependencies import SignedIn, signed_in
from .http.documented import describe
from .http.origin_guard import CLIENT_HEADER
from .http.public_routes import ENDED_SESSIONS_PATH, JWKS_PATH
from .http.response_headers import CSP_NONCE, ResponseHeaders
from .http.server_rendering import RefreshOnVisit, Visitor, visitor
from .identity import Identity, IssuedSession
from .install import add_routes, install
from .origins import exact_origin, is_loopback, origin_of
from .passwords.argon2_profiles import CHEAPEST_ARGON2ID, OWASP_ARGON2ID
from .passwords.hashing import generate_passphrase
from .resource_server.json_fetch import fetchable
from .resource_server.verified import (
    Verified,
    VerifierSettings,
    install_verifier,
)
from .sessions.devices import Device
from .sessions.end_reasons import EndReason
from .sessions.keys_check import OtherKeys
from .settings import (
    AttemptLimits,
    AuthSettings,
    Renewal,
    SameSite,
    SessionLimits,
    Transport,
)
from .tokens.keys import Keys, load_or_create_keys
from .tokens.secret_files import read_or_create
from .tokens.signing_keys import MAX_TOKEN_SECONDS

__all__ = [
    'CHEAPEST_ARGON2ID',
    'CLIENT_HEADER',
    'CSP_NONCE',
    'ENDED_SESSIONS_PATH',
    'JWKS_PATH',
    'MAX_TOKEN_SECONDS',
    'OWASP_ARGON2ID',
    'TOKEN_HOLDER_PATH',
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
    'InvalidInput',
    'InvalidSocketTicket',
    'IssuedSession',
    'JoinedModule',
    'Keys',
    'MissingPrivilege',
    'NeverUsed',
    'NoSuchSession',
    'OtherKeys',
    'RefreshOnVisit',
    'Renewal',
    'ResponseHeaders',
    'SameSite',
    'ServiceBusy',
    'SessionEnded',
    'SessionLimits',
    'SignedIn',
    'TooManyAttempts',
    'Transport',
    'UnfitPooler',
    'UnknownSchema',
    'UnusableFile',
    'Verified',
    'VerifierSettings',
    'Visitor',
    'add_routes',
    'content_digest',
    'describe',
    'end_all_sessions',
    'exact_origin',
    'fetchable',
    'generate_passphrase',
    'install',
    'install_verifier',
    'is_api_path',
    'is_loopback',
    'load_or_create_keys',
    'network',
    'origin_of',
    'read_or_create',
    'record_event',
    'signed_in',
    'visitor',
]
