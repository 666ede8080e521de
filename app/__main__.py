"""`python -m app`: serve the app, or do what the first word says.

Each command is in a module of its own, and only that is imported: a resource server needs no pages.
"""

from __future__ import annotations

import os
import sys
from importlib import import_module

from .start_up import EXIT_UNUSABLE

OTHERS_READ_NOTHING = 0o077
COMMANDS = {
    'demo': 'demo',
    'two-origins': 'two_origins',
    'resource-server': 'resource_server',
    'rotate-keys': 'rotate_keys',
    'end-sessions': 'end_sessions',
    'openapi': 'openapi',
}


def main() -> None:
    """Run the command."""
    os.umask(OTHERS_READ_NOTHING)
    arguments = sys.argv[1:]
    word = arguments[0] if arguments and not arguments[0].startswith('-') else None
    if word and word not in COMMANDS:
        sys.stderr.write(f'There is no command {word!r}. There are {", ".join(COMMANDS)}.\n')
        raise SystemExit(EXIT_UNUSABLE)
    module = COMMANDS[word] if word else None
    command = import_module(f'.{module or "serve"}', __package__).COMMAND
    command(arguments[1:] if module else arguments)


if __name__ == '__main__':
    main()
