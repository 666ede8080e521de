"""What a new password must be like. Hashing is in `passwords.py`."""

from __future__ import annotations

from dataclasses import dataclass

from .errors import InvalidInput
from .passwords import normalize


@dataclass(frozen=True)
class PasswordRules:
    """Length and nothing else: no character classes, no expiry (NIST SP 800-63B-4, 3.1.1.2)."""

    min_characters: int

    def check(self, password: str, field: str) -> None:
        """Raise `InvalidInput` for this form field if the password is too weak."""
        if len(normalize(password)) < self.min_characters:
            raise InvalidInput({field: f'Use at least {self.min_characters} characters.'})
