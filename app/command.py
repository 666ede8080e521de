"""A command of `python -m app`: settings of its own kind, and what to do with them."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from pydantic import ValidationError
from pydantic_settings import CliApp, SettingsError

from . import logs
from .options import Options
from .start_up import give_up

S = TypeVar('S', bound=Options)


@dataclass(frozen=True)
class Command(Generic[S]):
    """Calls `run` with settings from the command line and the environment."""

    run: Callable[[S], None]
    settings: type[S]

    def __call__(self, arguments: list[str]) -> None:
        """Do it. What cannot be used ends the program with exit code 2."""
        settings = _read(self.settings, arguments)
        logs.set_up(settings.log_level, settings.log_format)
        for sentence in self.settings.misspelt_variables():
            logging.getLogger(__name__).warning(sentence)
        self.run(settings)


def _read(kind: type[S], arguments: list[str]) -> S:
    try:
        return CliApp.run(kind, cli_args=arguments)
    except ValidationError as error:
        first = error.errors()[0]
        option = ''.join(f'--{part}: ' for part in first['loc'][:1]).replace('_', '-')
        give_up(f'{option}{first["msg"].removeprefix("Value error, ")}.')
    except SettingsError as error:
        give_up(f'{error}.')
