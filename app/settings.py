"""Every setting of the program, once: command-line option, environment variable, default."""

from __future__ import annotations

import ipaddress
from pathlib import Path
from typing import Literal

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

ENV_PREFIX = 'APP_'


class Settings(BaseSettings):
    """Signing in with JWTs: NiceGUI pages over a FastAPI auth backend.

    Each option can also be given as an environment variable: --data-dir is APP_DATA_DIR.
    """

    model_config = SettingsConfigDict(
        env_prefix=ENV_PREFIX,
        frozen=True,
        extra='forbid',
        cli_prog_name='python -m app',
        cli_kebab_case=True,
        cli_implicit_flags=True,
        cli_hide_none_type=True,
        cli_avoid_json=True,
    )

    host: str = Field('localhost', description='address to listen on')
    port: int = Field(8000, ge=0, le=65_535, description='port to listen on; 0 takes a free one')
    data_dir: Path = Field(Path('data'), description='folder for the database, keys and secrets')
    database_url: str | None = Field(
        None, description='SQLAlchemy URL; default: the SQLite file app.db in the data folder'
    )
    public_url: str | None = Field(
        None, description='address people type, if not http://HOST:PORT (behind a proxy, say)'
    )
    access_token_seconds: int = Field(
        600, ge=1, le=86_400, description='life of an access token, in seconds'
    )
    password_min_characters: int = Field(
        15, ge=8, le=128, description='least length of a new password, in characters'
    )
    plain_cookie: bool = Field(
        False, description='refresh cookie without Secure and __Host-: only for Safari on localhost'
    )
    demo_accounts: bool = Field(
        False, description='make two demo accounts and show their passphrases at start'
    )
    log_level: Literal['debug', 'info', 'warning', 'error'] = Field(
        'info', description='least level of what is logged'
    )

    @property
    def is_loopback(self) -> bool:
        """Whether only this machine can connect."""
        if self.host == 'localhost':
            return True
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return False

    def resolved_database_url(self) -> str:
        """Return the database URL, or that of the SQLite file in the data folder."""
        return self.database_url or f'sqlite:///{self.data_dir.resolve() / "app.db"}'

    def resolved_public_url(self, port: int) -> str:
        """Return the address people type, for the port that was really taken."""
        return self.public_url or f'http://{self.host}:{port}'

    def cookie_name(self, port: int) -> str:
        """Return the refresh cookie's name. Cookies ignore ports, so on loopback it has one."""
        prefix = '' if self.plain_cookie else '__Host-'
        return f'{prefix}refresh-{port}' if self.is_loopback else f'{prefix}refresh'
