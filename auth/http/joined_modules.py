"""Joins ES modules that import each other into one, so that a page fetches one file instead of twenty.

Each file of a page costs a browser a request, and a server a turn (measured with a cold cache: the
refresh left 100 ms earlier). The modules stay what is written and read; they are joined when the
server starts, line by line, each in a function of its own whose names nobody else sees.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

# What our modules are written in. Whatever else begins with these words is refused, not guessed.
_NAMES = r'(?P<names>\{ \w+(?:, \w+)* \})'
_FILE = r'"\./(?P<file>\w+)\.js"'
_IMPORT = re.compile(rf'^import (?:\* as (?P<all>\w+)|{_NAMES}) from {_FILE};$')
_ELSEWHERE = re.compile(rf'^import {_NAMES} from "(?P<name>[a-z-]+)";$')  # by the import map
_HAND_ON = re.compile(rf'^export {_NAMES} from {_FILE};$')
_EXPORT = re.compile(r'^export (?P<rest>(?:async )?(?:const|class|function) (?P<name>\w+).*)$')
_UNKNOWN = re.compile(r'^(?:import|export)\b')


def joined(entry: Path) -> str:
    """Return one module that exports what `entry` does, together with all that it needs.

    What the page's import map names stays outside. Raises `ValueError` for a line that cannot be taken
    over, and for modules that import each other.
    """
    needed = _needed(entry)
    elsewhere = [
        f'import * as {_module(name)} from "{name}";' for name in sorted(_named_elsewhere(needed))
    ]
    before = [_enclosed(path) for path in needed if path != entry]
    exports: list[str] = []
    lines = list(_taken_over(entry, exports))
    return '\n'.join([*elsewhere, *before, *lines, f'export {{ {", ".join(exports)} }};', ''])


def _needed(path: Path, above: tuple[Path, ...] = ()) -> list[Path]:
    """Return a module and what it imports, each after all that it needs itself."""
    if path in above:
        raise ValueError(f'{path.name} imports itself, by way of {above[-1].name}')
    needed: list[Path] = []
    for line in _lines(path):
        if match := _IMPORT.match(line) or _HAND_ON.match(line):
            needed += _needed(path.with_name(f'{match["file"]}.js'), (*above, path))
    return list(dict.fromkeys([*needed, path]))


def _named_elsewhere(paths: list[Path]) -> set[str]:
    lines = (line for path in paths for line in _lines(path))
    return {match['name'] for line in lines if (match := _ELSEWHERE.match(line))}


def _enclosed(path: Path) -> str:
    exports: list[str] = []
    lines = list(_taken_over(path, exports))
    return '\n'.join(
        [
            f'// {path.name}',
            f'const {_module(path.stem)} = (() => {{',
            *lines,
            f'return {{ {", ".join(exports)} }};',
            '})();',
        ]
    )


def _taken_over(path: Path, exports: list[str]) -> Iterator[str]:
    """Give a module's lines, one for one, without `import` and `export`; add what it exports."""
    for line in _lines(path):
        if match := _IMPORT.match(line):
            yield f'const {match["all"] or match["names"]} = {_module(match["file"])};'
        elif match := _ELSEWHERE.match(line):
            yield f'const {match["names"]} = {_module(match["name"])};'
        elif match := _HAND_ON.match(line):
            exports += match['names'].strip('{ }').split(', ')
            yield f'const {match["names"]} = {_module(match["file"])};'
        elif match := _EXPORT.match(line):
            exports.append(match['name'])
            yield match['rest']
        elif _UNKNOWN.match(line):
            raise ValueError(f'{path.name} cannot be joined with others: {line}')
        else:
            yield line


def _lines(path: Path) -> list[str]:
    return path.read_text(encoding='utf-8').splitlines()


def _module(name: str) -> str:
    return '$' + name.replace('-', '_')
