"""P16: every promise about several tabs, with the pages on one origin and the backend on another."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from .program.server import Server
from .program.two_origins import on_two_origins
from .promises_for_any_set_up import *  # noqa: F403

pytestmark = [
    pytest.mark.one_browser,
    pytest.mark.xdist_group('two origins'),
]
# What browsers may do differently, test_two_origins.py shows in both.
del test_reload_comes_back_signed_in  # noqa: F821


@pytest.fixture(scope='module')
def server(run_once: Callable[..., Server]) -> Server:
    """Two ports of `localhost`."""
    return run_once(on_two_origins, '--faults')
