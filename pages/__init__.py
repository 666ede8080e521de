"""The pages: register, login, dashboard, in one frame. `install` puts them into a FastAPI app."""

from .devices_card import devices_card
from .frame import Site
from .install import install
from .private_pages import private_page
from .response_headers import with_headers
from .security_card import security_card
from .server_rendered import server_rendered_page
from .this_page import auth_state, auth_trace

__all__ = [
    'Site',
    'auth_state',
    'auth_trace',
    'devices_card',
    'install',
    'private_page',
    'security_card',
    'server_rendered_page',
    'with_headers',
]
