"""Words that both halves spell out: what Python says is what the browser's half listens for."""

from __future__ import annotations

import re
from pathlib import Path

from auth import EndReason

ROOT = Path(__file__).parents[2]
NOT_TOLD = {EndReason.LOGOUT, EndReason.REPLACED}  # somebody's own doing, in this browser


def test_every_end_is_explained() -> None:
    """Shows that no session ends for a reason for which the login page has no sentence."""
    notice = (ROOT / 'pages' / 'browser' / 'end_notice.js').read_text(encoding='utf-8')

    explained = set(re.findall(r'^  (\w+): "', notice, re.MULTILINE))

    assert explained == (set(EndReason) - NOT_TOLD) | {'other_tab'}
