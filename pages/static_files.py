"""The files in `static/`: where they are served, and which of them scripts import, by what name."""

from __future__ import annotations

from pathlib import Path

from auth import content_digest

FOLDER = Path(__file__).parent / 'static'
PREFIX = f'/static/{content_digest(FOLDER)}'
# What several components import, fetched before the first of them has been read, by import name.
MODULES = {
    'page-address': f'{PREFIX}/page_address.js',
    'page-clock': f'{PREFIX}/page_clock.js',
    'page-sentences': f'{PREFIX}/page_sentences.js',
}


def text_of(name: str) -> str:
    """Return what is in one of the files."""
    return (FOLDER / name).read_text(encoding='utf-8')
