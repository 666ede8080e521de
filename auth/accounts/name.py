"""What people call themselves: whatever can be stored."""

from __future__ import annotations

import re

from ..database.users import NAME_CHARACTERS

# PostgreSQL stores no NUL; half a surrogate pair is no text in UTF-8.
_UNSTORABLE = re.compile('[\0\ud800-\udfff]')


def normalized_name(text: str) -> str:
    """Return the name without spaces around it. Raises `ValueError`, which says why it is none."""
    name = text.strip()
    if not name:
        raise ValueError('This field is required.')
    if len(name) > NAME_CHARACTERS:
        raise ValueError('This is too long.')
    if _UNSTORABLE.search(name):
        raise ValueError('This has a character that cannot be stored.')
    return name
