"""The labelled inputs that forms are made of, and those that several forms have."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Field:
    """One labelled input. `autocomplete` is the HTML token that password managers go by."""

    name: str
    label: str
    autocomplete: str
    type: str = 'text'
    hint: str = ''


EMAIL = Field('email', 'Email', type='email', autocomplete='username')


def password_field(name: str, label: str, hint: str = '') -> Field:
    """Return the field for a password that somebody has."""
    return Field(name, label, type='password', autocomplete='current-password', hint=hint)


def new_password_field(name: str, label: str, min_characters: int) -> Field:
    """Return the field for one that has to meet the backend's rules."""
    hint = f'At least {min_characters} characters. A few random words do well.'
    return Field(name, label, type='password', autocomplete='new-password', hint=hint)
