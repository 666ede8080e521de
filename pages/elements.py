"""Text in a tag of one's choice, a native button, and what is drawn in the browser.

For a tag with children there is `ui.element`.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from nicegui.element import Element
from nicegui.elements.mixins.text_element import TextElement


class Component(Element):
    """A Vue component in `browser/`, of the same name as the class, with what else is put inside."""

    def __init__(self) -> None:
        super().__init__(type(self).__name__)


class Text(TextElement):
    """An HTML element with text, as in `Text('h1', 'Sign in')`. The text is never read as HTML."""

    def __init__(self, tag: str, text: str, *, classes: str = '') -> None:
        super().__init__(tag=tag, text=text)
        self.classes(classes)


class Button(TextElement):
    """A native button that calls Python; it cannot be pressed again until the call has ended.

    It is never `disabled`: browsers take the focus from such a button, and give it to nobody.
    """

    def __init__(self, label: str, on_press: Callable[[], Awaitable[None]]) -> None:
        super().__init__(tag='button', text=label)
        self._on_press = on_press
        self._props['type'] = 'button'
        self.on('click', self._press)

    async def _press(self) -> None:
        if self._props.get('aria-busy'):
            return
        self._props['aria-disabled'] = self._props['aria-busy'] = True
        try:
            await self._on_press()
        finally:
            if not self.is_deleted:
                self._props['aria-disabled'] = self._props['aria-busy'] = False
