"""The JSON that goes in and out. Unknown fields and wrong types are refused, never ignored."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from ..accounts.email_address import normalized
from ..accounts.name import normalized_name
from ..database.users import NAME_CHARACTERS
from ..passwords.rules import MAX_PASSWORD_CHARACTERS

# Said for the document: the validator is asked, and has a sentence for each.
_NAME_LENGTH = Field(json_schema_extra={'minLength': 1, 'maxLength': NAME_CHARACTERS})

Name = Annotated[str, AfterValidator(normalized_name), _NAME_LENGTH]
Email = Annotated[str, AfterValidator(normalized)]
Password = Annotated[str, Field(min_length=1, max_length=MAX_PASSWORD_CHARACTERS)]


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


class PasswordForm(_Strict):
    """What a new password takes."""

    current_password: Password
    new_password: Password


class DeletionForm(_Strict):
    """What deleting one's account takes."""

    password: Password


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


class DeviceOut(BaseModel):
    """One of the user's living sessions (`devices.Device`)."""

    id: str
    browser: str | None
    system: str | None
    address: str
    signed_in_at: float
    last_used_at: float
    expires_at: float
    is_this_device: bool


class TokenSet(BaseModel):
    """The answer to register, login, refresh and a new password; the refresh token goes by cookie."""

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


class Problem(BaseModel):
    """What any call may answer instead of a success (RFC 9457)."""

    type: str
    status: int
    code: str = Field(description='never changes; for programs')
    title: str = Field(description='a sentence; for people')
    reason: str = Field('', description='why a session has ended')
    errors: dict[str, str] = Field({}, description='a sentence for each field that is wrong')
