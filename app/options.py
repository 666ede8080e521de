"""How the settings of a command are given: as options, as environment variables, lists with commas."""

from __future__ import annotations

import ipaddress

from pydantic_settings import BaseSettings, SettingsConfigDict


class Options(BaseSettings):
    """Settings that never change once they are read. What is not known is refused."""

    model_config = SettingsConfigDict(
        frozen=True,
        extra='forbid',
        cli_kebab_case=True,
        cli_implicit_flags=True,
        cli_hide_none_type=True,
        cli_avoid_json=True,
    )


def split(addresses: str) -> list[str]:
    """Return what stands between the commas."""
    return [address.strip() for address in addresses.split(',') if address.strip()]


def is_loopback(host: str) -> bool:
    """Say whether only this machine can connect to a server that listens there."""
    if host == 'localhost':
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
