"""The promises about several tabs, gathered to be kept again by another set-up.

A test file that imports all of this runs these tests a second time, against the `server` that a fixture
of its own starts, as in `test_over_graphql.py`.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from .program.server import Server, taking_orders
from .test_coming_back_signed_in import (
    tab,
    test_new_tab_comes_back_signed_in,
    test_reload_comes_back_signed_in,
)
from .test_logout_signs_every_tab_out import test_storage_event_alone_signs_out
from .test_logout_wins import test_late_answer_revives_nothing
from .test_signing_in_moves_tabs import (
    test_other_tabs_show_the_new_user,
    test_waiting_tabs_move_on,
)
from .test_tabs_refresh_at_once import tell, test_eight_tabs_at_one_instant

__all__ = [
    'either_server',
    'server_taking_orders',
    'tab',
    'tell',
    'test_eight_tabs_at_one_instant',
    'test_late_answer_revives_nothing',
    'test_new_tab_comes_back_signed_in',
    'test_other_tabs_show_the_new_user',
    'test_reload_comes_back_signed_in',
    'test_storage_event_alone_signs_out',
    'test_waiting_tabs_move_on',
]


@pytest.fixture
def server_taking_orders(server: Server) -> Iterator[Server]:
    """The server of the set-up, which must take orders for faults."""
    with taking_orders(server) as lent:
        yield lent


@pytest.fixture
def either_server(server_taking_orders: Server) -> Server:
    """Again: which database is behind it, other tests look at."""
    return server_taking_orders
