"""Files that only their owner can read, made once and whole."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

OWNER_ONLY = 0o600


def read_or_create(path: Path, content: bytes) -> bytes:
    """Write `content` unless the file exists; return what the file holds then. Raises `OSError`.

    Linking a finished file into place means that two processes starting at once agree on one
    secret, and that a crash leaves no half-written one.
    """
    if not path.exists():
        draft = path.with_name(f'.{path.name}.{secrets.token_hex(8)}')
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ONLY)
        with os.fdopen(descriptor, 'wb') as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(draft, path)
        except FileExistsError:
            pass  # the other process was first: its secret counts
        finally:
            draft.unlink()
    return path.read_bytes()
