"""The browser that a request came from, as far as the request shows it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Caller:
    """`jar` is the refresh cookie that came along, if any; the rest is what a device list shows."""

    jar: str | None
    user_agent: str
    address: str
