"""Access tokens verified far from the server that issues them: by its public keys alone.

For a service of its own, with no database, no key and no secret. `install_verifier` puts it into a
FastAPI app, `Verified` is what its routes ask for.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, FastAPI, Request

from .. import audit
from ..errors import InvalidAccessToken, NoAccessToken
from ..http.cookie_limit import CookieLimit
from ..http.dependencies import BearerToken
from ..http.problems import add_problem_handlers
from ..http.while_served import run_while_served
from ..tokens.access_tokens import ACCESS_TOKEN
from ..tokens.signed_tokens import InvalidToken, TokenVerifier, key_id_of
from .ended_feed import EndedFeed
from .fetched_keys import FetchedKeys
from .json_fetch import JsonAddress


@dataclass(frozen=True, kw_only=True)
class VerifierSettings:
    """Whom a service trusts. `clock` gives Unix seconds, `steady` seconds that never go back.

    `keep_keys_seconds`: how long it goes on with the keys it has if they cannot be fetched again.
    `ended_sessions_url`: where the list of ended sessions is; without it tokens work until they expire.
    `ended_sessions_required`: whether it answers 503 while it cannot read that list.
    """

    issuer: str
    jwks_url: str
    keep_keys_seconds: float = 3600
    ended_sessions_url: str | None = None
    ended_sessions_required: bool = False
    clock: Callable[[], float] = time.time
    steady: Callable[[], float] = time.monotonic


@dataclass(frozen=True)
class VerifiedCaller:
    """All that a verified token says: who, through which session, until when (Unix seconds)."""

    user_id: str
    session_id: str
    expires_at: int


class Verifier:
    """Verifies access tokens. Raises `ValueError` for addresses that are not to be trusted."""

    def __init__(self, settings: VerifierSettings) -> None:
        jwks = JsonAddress(settings.jwks_url)
        self._addresses = [jwks]
        self.keys = FetchedKeys(jwks, settings.keep_keys_seconds, settings.steady)
        self._tokens = TokenVerifier(self.keys, settings.issuer, settings.clock)
        self.feed: EndedFeed | None = None
        self._following: asyncio.Task[None] | None = None
        if settings.ended_sessions_url:
            ended_sessions = JsonAddress(settings.ended_sessions_url)
            self._addresses.append(ended_sessions)
            self.feed = EndedFeed(
                ended_sessions,
                required=settings.ended_sessions_required,
                clock=settings.clock,
                steady=settings.steady,
            )

    async def verify(self, token: str) -> VerifiedCaller:
        """Return what a token says.

        Raises `InvalidAccessToken`, `SessionEnded` if the session is listed as over, or
        `VerificationUnavailable`; `RuntimeError` if there is a list of those and nobody reads it (an
        app that is mounted in another: enter `running` in the lifespan of that one).
        """
        key_id = key_id_of(token)
        if key_id is None:
            raise InvalidAccessToken
        await self.keys.look_up(key_id)
        try:
            claims = self._tokens.verify(ACCESS_TOKEN, token)
        except InvalidToken as error:
            raise InvalidAccessToken(str(error)) from error
        if self.feed:
            if not self._following:
                raise RuntimeError('The list of ended sessions is read only while `running`.')
            self.feed.demand_not_ended(claims['sid'], claims['iat'])
        return VerifiedCaller(claims['sub'], claims['sid'], claims['exp'])

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Follow the list of ended sessions, read once before; let the connections go afterwards."""
        if self.feed:
            await self.feed.read()
            self._following = asyncio.create_task(self.feed.follow())
        try:
            yield
        finally:
            if self._following:
                self._following.cancel()
                await asyncio.wait([self._following])
                self._following = None
            for address in self._addresses:
                await address.close()


def install_verifier(app: FastAPI, settings: VerifierSettings) -> Verifier:
    """Let the routes of `app` ask for `Verified`; follow the list of ended sessions while it is served.

    Raises `ValueError` for an address that is neither https nor on this machine.
    """
    verifier = app.state.verifier = Verifier(settings)
    run_while_served(app, verifier.running)
    add_problem_handlers(app)
    app.add_middleware(CookieLimit)
    return verifier


async def _verified(request: Request, token: BearerToken) -> VerifiedCaller:
    verifier: Verifier = request.app.state.verifier
    if not token:
        raise NoAccessToken
    with audit.recording_refusal('token_refused'):
        return await verifier.verify(token)


Verified = Annotated[VerifiedCaller, Depends(_verified)]
