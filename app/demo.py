"""`python -m app demo`: everything there is to see, started together, with accounts to sign in as."""

from __future__ import annotations

from pydantic import Field

import auth

from .command import Command
from .processes import Program, environment_of, free_port, run_together
from .settings import Settings

# Independent services: one that reads the list of ended sessions, and one that does not.
_STATELESS_PORT, _LISTENING_PORT = 8001, 8002
_OUR_OWN = {'port', 'demo_accounts', 'services'}


class Demo(Settings):
    """The app with two demo accounts, and two independent services that its tokens open.

    All options mean the same as without `demo`.
    """

    demo_accounts: bool = Field(True, description='make two demo accounts, show their passphrases')


def run_demo(settings: Demo) -> None:
    """Run until Ctrl+C. Ends with the exit code of the first that ends by itself."""
    port = settings.port or free_port()
    url = settings.resolved_public_url(port)
    services = [free_port(wanted) for wanted in (_STATELESS_PORT, _LISTENING_PORT)]
    origins = ','.join(f'http://localhost:{each}' for each in services)
    app = [f'--port={port}', f'--services={origins}']
    app.append('--demo-accounts' if settings.demo_accounts else '--no-demo-accounts')
    environment = environment_of(settings, without=_OUR_OWN)
    stateless, listening = (
        # They start beside the app: that its keys cannot be had yet is no news.
        ['resource-server', f'--port={each}', f'--issuer={url}', '--log-level=error']
        for each in services
    )
    listening.append(f'--ended-sessions-url={url}{auth.ENDED_SESSIONS_PATH}')
    raise SystemExit(
        run_together(
            [
                Program(app, environment),
                Program(stateless, environment, is_silent=True),
                Program(listening, environment, is_silent=True),
            ]
        )
    )


COMMAND = Command(run_demo, Demo)
