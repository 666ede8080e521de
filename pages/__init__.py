"""The pages: register, login, dashboard, in one frame. `install` puts them into a FastAPI app."""

from .frame import Site
from .install import install
from .private_part import private_page
from .response_headers import with_headers
from .server_rendered import server_rendered_page

__all__ = ['Site', 'install', 'private_page', 'server_rendered_page', 'with_headers']
