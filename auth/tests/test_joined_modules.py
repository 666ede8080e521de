"""The browser half as one file: nothing is lost on the way, and nothing is guessed."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from auth import TOKEN_HOLDER_PATH, AuthBackend
from auth.http.joined_modules import joined

from .browser import ORIGIN

BROWSER = Path(__file__).parents[1] / 'browser'
PRINT_BOTH = "import { total, twice } from './all.mjs'; console.log(total, twice(4));"


def written(folder: Path, **modules: str) -> Path:
    """Write modules; return the first."""
    for name, text in modules.items():
        (folder / f'{name}.js').write_text(text)
    return folder / f'{next(iter(modules))}.js'


def test_every_line_is_taken_over() -> None:
    """Shows that each line of each file is there, apart from the words `import` and `export`."""
    text = joined(BROWSER / 'start.js').splitlines()

    for path in BROWSER.glob('*.js'):
        for line in path.read_text(encoding='utf-8').splitlines():
            if not line.startswith(('import ', 'export {')):
                assert line.removeprefix('export ') in text, path.name
    assert text[-1] == 'export { Backoff, socketTicket, auth };'
    assert not any(line.startswith('import') for line in text)


@pytest.mark.skipif(not shutil.which('node'), reason='Node.js is not installed')
def test_joined_modules_do_what_they_did(tmp_path: Path) -> None:
    """Shows names of one's own in each module, namespaces, and what is handed on, in a real engine."""
    entry = written(
        tmp_path,
        start='import * as sums from "./sums.js";\nexport { twice } from "./factors.js";\n'
        'const FACTOR = 10;\nexport const total = FACTOR * sums.add(1, 2);\n',
        sums='import { twice } from "./factors.js";\nconst FACTOR = 1;\n'
        'export function add(one, other) {\n  return twice(one + other) * FACTOR;\n}\n',
        factors='const FACTOR = 2;\nexport const twice = (number) => FACTOR * number;\n',
    )
    (tmp_path / 'all.mjs').write_text(joined(entry))
    command = ['node', '--input-type=module', '--eval', PRINT_BOTH]

    printed = subprocess.run(command, cwd=tmp_path, check=True, capture_output=True, text=True)

    assert printed.stdout == '60 8\n'


def test_names_of_the_import_map_stay_outside(tmp_path: Path) -> None:
    """Shows that what several modules import from elsewhere is imported once, before all of them."""
    entry = written(
        tmp_path,
        start='import { one } from "far-away";\nimport { sum } from "./sums.js";\n',
        sums='import { one, two } from "far-away";\nexport const sum = one + two;\n',
    )

    lines = joined(entry).splitlines()

    assert lines[0] == 'import * as $far_away from "far-away";'
    assert [line for line in lines if 'far_away;' in line] == [
        'const { one, two } = $far_away;',
        'const { one } = $far_away;',
    ]
    assert not any('import' in line for line in lines[1:])


@pytest.mark.parametrize(
    'line',
    [
        'import { one as other } from "./sums.js";',
        'import sums from "./sums.js";',
        'import "./sums.js";',
        'import one from "elsewhere";',
        'import { one } from "/elsewhere.js";',
        'import {',
        'export default 1;',
        'export let changing = 1;',
        'export * from "./sums.js";',
        'export { one };',
    ],
)
def test_unknown_ways_to_import_are_refused(tmp_path: Path, line: str) -> None:
    """Shows that a line which this does not understand is named, not taken over wrongly."""
    entry = written(tmp_path, start=f'{line}\n', sums='export const one = 1;\n')

    with pytest.raises(ValueError, match='cannot be joined'):
        joined(entry)


def test_modules_that_import_each_other_are_refused(tmp_path: Path) -> None:
    """Shows that there must be an order."""
    entry = written(
        tmp_path,
        start='import { one } from "./sums.js";\n',
        sums='import { two } from "./start.js";\n',
    )

    with pytest.raises(ValueError, match='imports itself'):
        joined(entry)


@pytest.mark.databases('sqlite')
def test_browser_fetches_one_file_once(app: FastAPI, backend: AuthBackend) -> None:
    """Shows that it is the same compressed and not, and kept for ever at an address of its own."""
    with TestClient(app, base_url=ORIGIN) as client:
        whole = client.get(TOKEN_HOLDER_PATH, headers={'Accept-Encoding': 'identity'})
        compressed = client.get(TOKEN_HOLDER_PATH, headers={'Accept-Encoding': 'br, gzip'})

    assert whole.text == compressed.text == joined(BROWSER / 'start.js')
    assert 'Content-Encoding' not in whole.headers
    assert compressed.headers['Content-Encoding'] == 'gzip'
    for answer in (whole, compressed):
        assert answer.headers['Content-Type'].startswith('text/javascript')
        assert 'immutable' in answer.headers['Cache-Control']
        assert answer.headers['Vary'] == 'Accept-Encoding'
