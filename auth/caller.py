"""The browser that a request came from, as far as the request shows it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Caller:
    """`refresh_token` is what its cookie holds, unverified; the rest is what a device list shows."""

    refresh_token: str | None
    user_agent: str
    address: str
