"""Lets the scripts of NiceGUI's own page run under a Content-Security-Policy with a nonce.

The nonce goes into the source of the page template. Put onto each `<script` of the finished HTML, it
would bless those too that somebody has managed to write into the page.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from jinja2 import BaseLoader, Environment
from nicegui.client import templates

from auth import CSP_NONCE

_ATTRIBUTE = f'nonce="{{{{ request.scope.{CSP_NONCE} }}}}"'


class _NonceLoader(BaseLoader):
    """Loads templates from another loader, and puts the nonce onto their scripts."""

    def __init__(self, loader: BaseLoader) -> None:
        self._loader = loader

    def get_source(
        self, environment: Environment, template: str
    ) -> tuple[str, str | None, Callable[[], bool] | None]:
        """Return the changed source. Raises Jinja's `TemplateNotFound`."""
        source, file, is_fresh = self._loader.get_source(environment, template)
        return re.sub(r'<script\b', f'<script {_ATTRIBUTE}', source), file, is_fresh


def put_nonce_on_scripts() -> None:
    """Change NiceGUI's templates for this process; call it before the first page is served."""
    loader = templates.env.loader
    if isinstance(loader, BaseLoader) and not isinstance(loader, _NonceLoader):
        templates.env.loader = _NonceLoader(loader)
