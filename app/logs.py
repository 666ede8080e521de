"""How the log is written: lines to read on a terminal, or one JSON object per line for a collector.

Times are UTC. A security event (`auth.audit`) comes with its word from OWASP's Logging Vocabulary.
"""

from __future__ import annotations

import logging
import time
from typing import Any, Literal

from pythonjsonlogger.json import JsonFormatter

LogFormat = Literal['text', 'json']
LogLevel = Literal['debug', 'info', 'warning', 'error']

_TEXT = '%(asctime)s.%(msecs)03dZ %(levelname)s %(name)s: %(message)s'
_ISO_TIME = '%Y-%m-%dT%H:%M:%S'


class _OneLine(logging.Formatter):
    """Readable; whoever can put anything into a message still cannot forge a line."""

    converter = time.gmtime  # type: ignore[assignment]  # as logging's documentation has it

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 (logging's name)
        line = super().formatMessage(record)
        if word := getattr(record, 'owasp', None):
            line += f' owasp={word}'
        return line.translate(_WITHOUT_BREAKS)

    def formatException(self, ei: Any) -> str:  # noqa: N802 (logging's name)
        traceback = super().formatException(ei).translate(_HARMLESS)
        # An error's text may have lines of its own: none begins like a record.
        return traceback.replace('\n', '\n    ')


# A terminal would obey them: move up and overwrite, turn text around.
_CONTROLS = [*range(0x20), *range(0x7F, 0xA0), 0x61C, 0x200E, 0x200F]
_CONTROLS += [*range(0x202A, 0x202F), *range(0x2066, 0x206A)]
_HARMLESS = dict.fromkeys(_CONTROLS, '\N{REPLACEMENT CHARACTER}')
del _HARMLESS[ord('\n')]  # between the lines of a traceback

# Every character that str.splitlines() breaks at.
_WITHOUT_BREAKS = _HARMLESS | dict.fromkeys(
    map(ord, '\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029'), '\N{SYMBOL FOR NEWLINE}'
)


def set_up(level: str, style: LogFormat) -> None:
    """Write all records of this level and above to standard error."""
    handler = logging.StreamHandler()
    handler.setFormatter(_json() if style == 'json' else _OneLine(_TEXT, _ISO_TIME))
    logging.basicConfig(level=level.upper(), handlers=[handler])


def _json() -> logging.Formatter:
    """Write what a record says of itself, and each detail of a security event as a field."""
    return JsonFormatter(
        '{levelname}{name}{message}',
        style='{',
        rename_fields={'levelname': 'level', 'name': 'logger'},
        timestamp='time',
    )
