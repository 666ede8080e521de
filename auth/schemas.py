"""The JSON that goes in and out. Unknown fields and wrong types are refused, never ignored."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, EmailStr, Field

from .passwords import MAX_CHARACTERS


def _strip(value: object) -> object:
    return value.strip() if isinstance(value, str) else value


Name = Annotated[str, BeforeValidator(_strip), Field(min_length=1, max_length=100)]
# One mailbox, one account: case and surrounding spaces do not make another address.
Email = Annotated[EmailStr, BeforeValidator(_strip), AfterValidator(str.lower)]
Password = Annotated[str, Field(min_length=1, max_length=MAX_CHARACTERS)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra='forbid', strict=True, hide_input_in_errors=True)


class LoginForm(_Strict):
    """What signing in takes."""

    email: Email
    password: Password
    stay_signed_in: bool = True


class RegisterForm(LoginForm):
    """What creating an account takes."""

    name: Name


class TicketRequest(_Strict):
    """Which page asks to be bound."""

    client_id: Annotated[str, Field(min_length=1, max_length=64)]


class UserOut(BaseModel):
    """Who is signed in."""

    id: str
    name: str
    email: str


class SessionOut(BaseModel):
    """Which session, and how often its refresh token has been exchanged."""

    id: str
    generation: int
    signed_in_at: float


class TokenSet(BaseModel):
    """The answer to register, login and refresh; the refresh token goes by cookie only."""

    access_token: str
    token_type: Literal['Bearer'] = 'Bearer'  # noqa: S105
    expires_in: int
    outcome: str = Field(description='started, rotated, overlapped or recovered')
    user: UserOut
    session: SessionOut


class Ticket(BaseModel):
    """A socket ticket and its life in seconds."""

    ticket: str
    expires_in: int


class Me(BaseModel):
    """The protected resource of the demo: what the API says about its caller."""

    user: UserOut
    session_id: str
    message: str
