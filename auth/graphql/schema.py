"""The GraphQL schema: the same calls as over REST, each one service call. `route.py` serves it.

Resolvers return the answers of REST (`http/schemas.py`), hence the casts: Strawberry reads from them
what `types.py` names.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar, cast

import strawberry
from fastapi import Response
from fastapi.concurrency import run_in_threadpool
from pydantic import BaseModel, ValidationError
from strawberry.extensions import DisableIntrospection
from strawberry.types import Info

from ..backend import AuthBackend
from ..caller import Caller
from ..errors import AuthError, InvalidInput
from ..http import credentials, schemas
from ..http.answers import device_out, me_out, tokens_out
from ..http.refusals import field_sentences, spoils_cookie
from ..identity import Identity, IssuedSession
from .types import Device, Me, TokenSet

Form = TypeVar('Form', bound=BaseModel)


@dataclass
class Asked:
    """What a document is executed with; `write_cookie` is what its mutation does to the answer."""

    backend: AuthBackend
    caller: Caller
    token: str | None
    write_cookie: Callable[[Response], None] | None = None

    async def identify(self) -> Identity:
        """Say who asks. Raises `InvalidAccessToken` or `SessionEnded`."""
        return await credentials.identify(self.backend, self.token, self.caller.refresh_token)


Context = Info[Asked, None]


@strawberry.type
class Query:
    """What a living access token lets its bearer read."""

    @strawberry.field
    async def me(self, info: Context) -> Me:
        """What the API knows about its caller."""
        return cast(Me, me_out(await info.context.identify()))

    @strawberry.field
    async def sessions(self, info: Context) -> list[Device]:
        """Where the user is signed in, the session used last first."""
        identity = await info.context.identify()
        devices = await run_in_threadpool(info.context.backend.devices.of_user, identity)
        return [cast(Device, device_out(device, identity)) for device in devices]


@strawberry.type
class Mutation:
    """What changes who is signed in. A document has room for one of them."""

    @strawberry.mutation
    async def register(
        self, info: Context, name: str, email: str, password: str, stay_signed_in: bool = True
    ) -> TokenSet:
        """Create an account and sign in."""
        form = _checked(
            schemas.RegisterForm,
            name=name,
            email=email,
            password=password,
            stay_signed_in=stay_signed_in,
        )
        asked = info.context
        issued = await asked.backend.registration.register(
            form.name, form.email, form.password, asked.caller, stay_signed_in=form.stay_signed_in
        )
        return _hand_out(asked, issued)

    @strawberry.mutation
    async def login(
        self, info: Context, email: str, password: str, stay_signed_in: bool = True
    ) -> TokenSet:
        """Sign in; a session that this browser had before ends."""
        form = _checked(
            schemas.LoginForm, email=email, password=password, stay_signed_in=stay_signed_in
        )
        asked = info.context
        issued = await asked.backend.login.log_in(
            form.email, form.password, asked.caller, stay_signed_in=form.stay_signed_in
        )
        return _hand_out(asked, issued)

    @strawberry.mutation
    async def refresh_token(self, info: Context) -> TokenSet:
        """Exchange the refresh cookie for a new access token."""
        asked = info.context
        try:
            issued = await credentials.refresh(asked.backend, asked.caller)
        except AuthError as error:
            if spoils_cookie(error):
                asked.write_cookie = asked.backend.cookie.delete
            raise
        return _hand_out(asked, issued)

    @strawberry.mutation
    async def logout(self, info: Context) -> bool:
        """End the session of the cookie and of the access token, even an expired one; always true."""
        asked = info.context
        await credentials.log_out(asked.backend, asked.caller, asked.token)
        asked.write_cookie = asked.backend.cookie.delete
        return True

    @strawberry.mutation
    async def logout_everywhere(self, info: Context) -> bool:
        """End every session of the user, this one too; always true."""
        asked = info.context
        identity = await asked.identify()
        await run_in_threadpool(asked.backend.security.log_out_everywhere, identity)
        asked.write_cookie = asked.backend.cookie.delete
        return True


class Schema(strawberry.Schema):
    """Executes documents, and logs none: Strawberry's own log would quote them, passwords included."""

    def process_errors(self, *_: Any, **__: Any) -> None:
        """Leave errors to `route.py`."""


def build_schema(*, introspection: bool) -> Schema:
    """Build the schema; `introspection` lets anybody read it, as tools of developers do."""
    extensions = [] if introspection else [DisableIntrospection]
    return Schema(query=Query, mutation=Mutation, extensions=extensions)


def _checked(kind: type[Form], **values: object) -> Form:
    """Hold the arguments to the rules that hold for JSON. Raises `InvalidInput`."""
    try:
        return kind.model_validate(values)
    except ValidationError as error:
        raise InvalidInput(field_sentences(error.errors())) from error


def _hand_out(asked: Asked, issued: IssuedSession) -> TokenSet:
    """Put the access token into the answer, and the refresh token into its cookie."""
    asked.write_cookie = partial(asked.backend.cookie.set, issued=issued)
    return cast(TokenSet, tokens_out(asked.backend, issued))
