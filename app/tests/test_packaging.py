"""Whoever installs the packages gets all of them, not only what is Python."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SETTINGS = tomllib.loads((ROOT / 'pyproject.toml').read_text(encoding='utf-8'))
SHIPPED: dict[str, list[str]] = SETTINGS['tool']['setuptools']['package-data']
FOR_DEVELOPERS = {'auth/browser/jsconfig.json'}


@pytest.mark.parametrize('package', ['auth', 'pages'])
def test_every_file_is_shipped(package: str) -> None:
    """Scripts, styles and word lists lie beside the code; a wheel holds those that are listed."""
    folder = ROOT / package
    shipped = {path for glob in SHIPPED.get(package, []) for path in folder.glob(glob)}

    files = {
        path
        for path in folder.rglob('*')
        if path.is_file() and path.suffix not in {'.py', '.pyc'} and 'tests' not in path.parts
    }

    assert {path.relative_to(ROOT).as_posix() for path in files - shipped} <= FOR_DEVELOPERS
