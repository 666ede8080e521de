"""Two small elements that HTML has and NiceGUI does not: a tag with children, a tag with text."""

from __future__ import annotations

from nicegui.element import Element
from nicegui.elements.mixins.text_element import TextElement


class Box(Element):
    """An HTML element for other elements, as in `with Box('main'):`."""

    def __init__(self, tag: str, *, classes: str = '') -> None:
        super().__init__(tag)
        self.classes(classes)


class Text(TextElement):
    """An HTML element with text, as in `Text('h1', 'Sign in')`. The text is never read as HTML."""

    def __init__(self, tag: str, text: str, *, classes: str = '') -> None:
        super().__init__(tag=tag, text=text)
        self.classes(classes)
