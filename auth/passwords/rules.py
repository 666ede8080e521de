"""What a new password must be like. Which ones are easily guessed is in `guessable.py`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ..errors import InvalidInput
from .guessable import weakness
from .hashing import normalize

MAX_PASSWORD_CHARACTERS = 1024


@dataclass(frozen=True)
class PasswordRules:
    """Long, and not easily guessed: no character classes, no expiry (NIST SP 800-63B-4, 3.1.1.2)."""

    min_characters: int
    site_name: str

    def check(self, password: str, field: str, about: Iterable[str]) -> None:
        """Raise `InvalidInput` for this form field if the password is too weak.

        `about`: what anyone may know of its owner.
        """
        if len(password) > MAX_PASSWORD_CHARACTERS:  # as typed: that is what a form may hold
            raise InvalidInput({field: 'This is too long.'})
        text = normalize(password)
        if len(text) < self.min_characters:
            raise InvalidInput({field: f'Use at least {self.min_characters} characters.'})
        if reason := weakness(text, [*about, self.site_name], self.min_characters):
            raise InvalidInput({field: reason})
