"""`python -m tests_e2e.program.files_page PORT FOLDER`: an app with a private page that takes files."""

from __future__ import annotations

import sys
from pathlib import Path

import uvicorn
from fastapi import FastAPI
from nicegui import events, ui

import auth
import pages

PATH = '/files'


@pages.private_page(PATH, 'Files')
def files(me: auth.Identity) -> None:
    """Name each file that has come, and whose it is."""

    async def take(event: events.UploadEventArguments) -> None:
        content = await event.file.read()
        ui.label(f'{event.file.name} of {me.name}: {content.decode()}')

    ui.upload(on_upload=take, auto_upload=True)


def serve(port: int, folder: Path) -> None:
    """Run until it is terminated."""
    app = FastAPI(openapi_url=None, lifespan=auth.lifespan)
    settings = auth.AuthSettings(
        database_url=f'sqlite:///{folder}/files.db',
        keys=auth.load_or_create(folder / 'keys'),
        issuer=f'http://localhost:{port}',
        cookie_name=f'__Host-files-{port}',
        argon2=auth.CHEAPEST_ARGON2ID,
    )
    backend = auth.install(app, settings)
    pages.install(app, backend, site=pages.Site(name='Files', home=PATH))
    uvicorn.run(app, port=port, log_level='warning')


if __name__ == '__main__':
    serve(int(sys.argv[1]), Path(sys.argv[2]))
