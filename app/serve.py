"""`python -m app`: take the port, build the app, serve it."""

from __future__ import annotations

from . import demo_accounts
from .command import Command
from .create import create_app
from .listening import listen, run
from .settings import Settings
from .start_up import giving_up_if_unusable, greet


def serve(settings: Settings) -> None:
    """Serve until Ctrl+C."""
    listeners = listen(settings.host, settings.port)
    port: int = listeners[0].getsockname()[1]
    with giving_up_if_unusable(settings):
        app, backend = create_app(settings, port)
        accounts = (
            demo_accounts.load_or_create(settings.data_dir, backend)
            if settings.demo_accounts
            else []
        )
    greet(settings, settings.resolved_public_url(port), accounts)
    run(app, listeners, settings.trusted_proxies)


COMMAND = Command(serve, Settings)
