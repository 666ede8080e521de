"""Which tests would show again what another one of the same run shows: they are left out.

A variant of a test, in another browser or on another database, is left out only if the variant that
stands in for it runs. No database sees browsers, so one browser is enough for PostgreSQL.
"""

from __future__ import annotations

from typing import Any

import pytest


def find_repetitions(items: list[pytest.Item]) -> list[pytest.Item]:
    """Return those of these tests that need not run beside the others."""
    running = {variant(item) for item in items}
    return [item for item in items if is_borrowed(item) or stand_ins(item) & running]


def is_borrowed(item: pytest.Item) -> bool:
    """Say whether a file that has imported this test (promises_for_any_set_up.py) shows nothing new."""
    assert isinstance(item, pytest.Function)
    is_imported = item.function.__module__ != item.module.__name__
    return is_imported and item.get_closest_marker('one_set_up') is not None


def stand_ins(item: pytest.Item) -> set[str]:
    """Name the variants that show what this one would."""
    is_postgresql = parameters(item).get('database_options') == 'postgresql'
    found = set()
    if is_postgresql and item.get_closest_marker('one_database'):
        found.add(variant(item, database_options='sqlite'))
    if is_postgresql or item.get_closest_marker('one_browser'):
        found.add(variant(item, browser_name='chromium'))
    return found - {variant(item)}


def variant(item: pytest.Item, **instead: str) -> str:
    """Name a test and its parameters, with others in place of some."""
    return f'{item.nodeid.partition("[")[0]} {parameters(item) | instead}'


def parameters(item: pytest.Item) -> dict[str, Any]:
    """Return what this variant of a test was made with; nothing if it has no variants."""
    spec = getattr(item, 'callspec', None)
    return dict(spec.params) if spec else {}
