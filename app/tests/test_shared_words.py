"""Words that both halves spell out: what Python says is what the browser's half listens for."""

from __future__ import annotations

import re
from pathlib import Path

from auth import EndReason
from auth.errors import AuthError, InvalidRefreshToken, NoSession, SessionEnded
from auth.http.refusals import refusal

ROOT = Path(__file__).parents[2]
NOT_TOLD = {EndReason.LOGOUT, EndReason.REPLACED}  # somebody's own doing, in this browser


def test_every_end_is_explained() -> None:
    """Shows that no session ends for a reason for which the login page has no sentence."""
    notice = (ROOT / 'pages' / 'end_notice.js').read_text(encoding='utf-8')

    explained = set(re.findall(r'^  (\w+): "', notice, re.MULTILINE))

    assert explained == (set(EndReason) - NOT_TOLD) | {'other_tab'}


def test_browser_knows_the_codes_that_end_a_session() -> None:
    """Shows that a "no" of the refresh signs out, and that nothing else is taken for one."""
    client = (ROOT / 'auth' / 'browser' / 'api.js').read_text(encoding='utf-8')
    ends: list[AuthError] = [NoSession(), InvalidRefreshToken(), SessionEnded(EndReason.REPLAY)]

    (codes,) = re.findall(r'SESSION_IS_OVER = new Set\(\[(.*?)\]\)', client)

    assert set(re.findall(r'\w+', codes)) == {refusal(each).code for each in ends}
