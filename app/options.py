"""How the settings of a command are given: as options, as environment variables, lists with commas."""

from __future__ import annotations

import difflib
import ipaddress
import os
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

import auth

from .logs import LogFormat, LogLevel


class Options(BaseSettings):
    """Settings that never change once they are read, and those that all commands have.

    An unknown option is refused; an unknown variable is named in the log (`misspelt_variables`).
    """

    model_config = SettingsConfigDict(
        frozen=True,
        extra='forbid',
        cli_kebab_case=True,
        cli_implicit_flags=True,
        cli_hide_none_type=True,
        cli_avoid_json=True,
    )

    log_level: LogLevel = Field('info', description='least level of what is logged')
    log_format: LogFormat = Field(
        'text', description='lines to read, or JSON objects for a collector of logs'
    )

    @classmethod
    def misspelt_variables(cls) -> list[str]:
        """Say of each variable that looks like a setting, and is none, that it does nothing."""
        prefix = cls.model_config['env_prefix']
        known = [f'{prefix}{name}'.upper() for name in cls.model_fields]
        return [
            f'{name} is no setting of this command: it does nothing{_meant(name, known)}'
            for name in os.environ
            # In any case, as pydantic reads them.
            if name.upper().startswith(prefix) and name.upper() not in known
        ]


def _meant(name: str, known: list[str]) -> str:
    near = difflib.get_close_matches(name.upper(), known, n=1, cutoff=0.8)
    return f'. Did you mean {near[0]}?' if near else ''


def url_of(host: str, port: int) -> str:
    """Return the address of a server; one of IPv6 stands in brackets (RFC 3986, 3.2.2)."""
    return f'http://[{host}]:{port}' if ':' in host else f'http://{host}:{port}'


def _network(address: str) -> str:
    try:
        ipaddress.ip_network(address)
    except ValueError as error:
        raise ValueError(f'{address!r} is neither an address nor a network') from error
    return address


def _given(text: object) -> object:
    if text == '':
        raise ValueError('it is empty')
    return text


def _split(text: object) -> object:
    """Take apart what was given with commas; a list is one already."""
    if not isinstance(text, str):
        return text
    return [each.strip() for each in text.split(',') if each.strip()]


# Empty is a variable that did not arrive: not the default, and not the working directory.
Given = Annotated[str, BeforeValidator(_given)]
GivenPath = Annotated[Path, BeforeValidator(_given)]
Origin = Annotated[str, AfterValidator(auth.exact_origin)]
_Network = Annotated[str, AfterValidator(_network)]
# Not decoded by pydantic-settings, which would expect JSON.
Origins = Annotated[list[Origin], NoDecode, BeforeValidator(_split)]
Networks = Annotated[list[_Network], NoDecode, BeforeValidator(_split)]
