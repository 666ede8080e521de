"""`python -m app`: serve the app, or do what the first word says.

Each command is in a module of its own, and only that is imported: a resource server needs no pages.
"""

from __future__ import annotations

import os
import sys
from importlib import import_module

OTHERS_READ_NOTHING = 0o077
COMMANDS = {
    'demo': 'demo',
    'two-origins': 'two_origins',
    'resource-server': 'resource_server',
    'rotate-keys': 'rotate_keys',
    'openapi': 'openapi',
}


def main() -> None:
    """Run the command."""
    os.umask(OTHERS_READ_NOTHING)
    arguments = sys.argv[1:]
    module = COMMANDS.get(arguments[0]) if arguments else None
    command = import_module(f'.{module or "serve"}', __package__).COMMAND
    command(arguments[1:] if module else arguments)


if __name__ == '__main__':
    main()
