"""The pages: register, login, dashboard, in one frame. `install` puts them into a FastAPI app."""

from .csp_nonce import CSP_NONCE
from .frame import Site
from .install import install
from .private_part import private_page
from .server_rendered import server_rendered_page

__all__ = ['CSP_NONCE', 'Site', 'install', 'private_page', 'server_rendered_page']
