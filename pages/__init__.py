"""The pages: register, login, dashboard, in one frame. `install` puts them into a FastAPI app."""

from .install import install

__all__ = ['install']
