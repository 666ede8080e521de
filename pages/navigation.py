"""Links between the pages. Each element that Python makes costs a page 9 KiB, so these draw several."""

from __future__ import annotations

from .elements import Component


class TopBar(Component):
    """The brand, and links by path for whoever is signed in; its own content comes after them."""

    def __init__(self, brand: str, links: dict[str, str]) -> None:
        super().__init__()
        self._props['brand'] = brand
        self._props['links'] = [{'path': path, 'title': title} for path, title in links.items()]


class Hint(Component):
    """A question, and a link for whoever answers yes, as in `Hint('New here?', ...)`."""

    def __init__(self, question: str, label: str, path: str) -> None:
        super().__init__()
        self._props['question'] = question
        self._props['label'] = label
        self._props['path'] = path
