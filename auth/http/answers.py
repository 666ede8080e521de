"""What the services return, as it is sent (`schemas.py`): REST and GraphQL share it."""

from __future__ import annotations

from dataclasses import asdict

from ..backend import AuthBackend
from ..identity import Identity, IssuedSession
from ..sessions.devices import Device
from .schemas import DeviceOut, Me, SessionOut, TokenSet, UserOut


def tokens_out(backend: AuthBackend, issued: IssuedSession) -> TokenSet:
    """Issue an access token, and say for whom; the refresh token goes by cookie."""
    identity = issued.identity
    return TokenSet(
        access_token=backend.access_tokens.issue(identity),
        expires_in=backend.access_tokens.lifetime_seconds,
        outcome=issued.outcome,
        user=user_out(identity),
        session=SessionOut(
            id=identity.session_id,
            generation=issued.generation,
            signed_in_at=identity.signed_in_at,
        ),
    )


def me_out(identity: Identity) -> Me:
    """Give the protected resource: what the API knows about its caller."""
    message = f'Hello {identity.name}, this answer is for you alone.'
    return Me(user=user_out(identity), session_id=identity.session_id, message=message)


def user_out(identity: Identity) -> UserOut:
    """Say who is signed in."""
    return UserOut(id=identity.user_id, name=identity.name, email=identity.email)


def device_out(device: Device, identity: Identity) -> DeviceOut:
    """Describe one of the user's sessions, and whether it is the one that asks."""
    values = asdict(device)
    session_id = values.pop('session_id')
    return DeviceOut(id=session_id, is_this_device=session_id == identity.session_id, **values)
