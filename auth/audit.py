"""One line per security event, to the logger `auth.audit`. Ids only: no address, no secret."""

from __future__ import annotations

import logging

_log = logging.getLogger('auth.audit')


def record(event: str, *, level: int = logging.INFO, **details: str | int) -> None:
    """Log `event` with its details as `event key=value ...`; values are ids, codes and counts."""
    _log.log(level, '%s', ' '.join([event, *(f'{key}={value}' for key, value in details.items())]))
