"""E-mail addresses as accounts are known by them."""

from __future__ import annotations

from email_validator import validate_email

NO_ADDRESS = 'Enter an e-mail address like name@example.com.'


def normalized(text: str) -> str:
    """Return the address: case and surrounding spaces do not make another account.

    Raises `ValueError`, which says so, if it is none; whether anybody reads mail there is not asked.
    """
    try:
        return validate_email(text.strip(), check_deliverability=False).normalized.lower()
    except ValueError as error:
        raise ValueError(NO_ADDRESS) from error
