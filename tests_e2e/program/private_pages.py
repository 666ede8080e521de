"""`python -m tests_e2e.program.private_pages PORT FOLDER`: an app with private pages of its own."""

from __future__ import annotations

import sys
from pathlib import Path

import uvicorn
from fastapi import FastAPI
from nicegui import events, ui

import auth
import pages

FILES, BOARD, HUB, TRACE, ACCOUNT = '/files', '/board', '/hub', '/trace', '/account'
REPORT, GALLERY = '/report', '/gallery'
TILES = 'https://tiles.example'
EXPORT = '/export/all'


@pages.private_page(FILES, 'Files')
def files(me: auth.Identity) -> None:
    """Name each file that has come, and whose it is."""

    async def take(event: events.UploadEventArguments) -> None:
        content = await event.file.read()
        ui.label(f'{event.file.name} of {me.name}: {content.decode()}')

    ui.upload(on_upload=take, auto_upload=True)


@pages.private_page(BOARD, 'Board')
def board(me: auth.Identity) -> None:
    """Show what NiceGUI hangs elsewhere in the document."""
    ui.label(f'Board of {me.name}')
    ui.notification(f'Saved for {me.name}', timeout=None)
    with ui.dialog(value=True).props('seamless'), ui.card():
        ui.label(f'Notes of {me.name}')
    with ui.context.client.content:
        ui.label(f'Aside for {me.name}')
    with ui.context.client.layout:
        ui.label(f'Below for {me.name}')


@pages.private_page(HUB, 'Hub')
def hub(me: auth.Identity) -> None:
    """Have pages below its own address, and lead elsewhere."""
    ui.label(f'Hub of {me.name}')
    ui.link('What the API exports', EXPORT)
    ui.link('The report', report)
    ui.sub_pages({'/': lambda: ui.label('Nothing chosen'), '/two': lambda: ui.label('Number two')})


@pages.private_page(REPORT, 'Report')
def report(me: auth.Identity, *, only: str = 'all', most: int = 10) -> None:
    """Show what the query asks for."""
    ui.label(f'{most + 1} of {only} for {me.name}')
    ui.link('What is open', f'{REPORT}?only=open')


@pages.private_page(GALLERY, 'Gallery', in_menu=False)
def gallery(me: auth.Identity) -> None:
    """Have what of NiceGUI brings the most scripts, styles, fonts and pictures along."""
    ui.upload(auto_upload=True)
    ui.echart({'xAxis': {'data': ['a']}, 'yAxis': {}, 'series': [{'type': 'bar', 'data': [1]}]})
    ui.aggrid({'columnDefs': [{'field': 'a'}], 'rowData': [{'a': 1}]})
    ui.codemirror('print(1)', language='Python')
    ui.json_editor({'content': {'json': {'a': 1}}})
    ui.mermaid('graph LR; A-->B')
    ui.xterm()
    with ui.scene(width=200, height=200) as scene:
        scene.text('in three dimensions')
    ui.add_css('.framed { border: thin solid }')
    ui.image(f'{TILES}/1.png')


@ui.page('/')
def start() -> None:
    """Welcome everybody: a page of the host's own."""
    ui.label('Welcome, whoever you are')


@pages.private_page(TRACE, 'Trace', in_menu=False)
def trace(me: auth.Identity) -> None:
    """Show what Python is told of the browser."""

    async def ask() -> None:
        kinds = [event['kind'] for event in await pages.auth_trace()]
        ui.label(f'{pages.auth_state()}: {" ".join(kinds)}')

    ui.button('Ask the browser', on_click=ask)


@pages.private_page(ACCOUNT, 'Account')
def account(me: auth.Identity) -> None:
    """Have what the demo's dashboard has, too."""
    pages.devices_card(me)
    pages.security_card(me)


def serve(port: int, folder: Path) -> None:
    """Run until it is terminated."""
    app = FastAPI(openapi_url=None)
    settings = auth.AuthSettings(
        database_url=f'sqlite:///{folder}/app.db',
        keys=auth.load_or_create_keys(folder / 'keys'),
        issuer=f'http://localhost:{port}',
        cookie_name=f'private-{port}',
        argon2=auth.CHEAPEST_ARGON2ID,
    )
    backend = auth.install(app, settings)

    @app.get('/export/{kind}')
    def export(kind: str) -> dict[str, str]:
        return {'exported': kind}

    pages.install(app, backend, site=pages.Site(name='Private pages', home=FILES))
    served = pages.with_headers(app, https=False, also_from={'img-src': [TILES]})
    uvicorn.run(served, port=port, log_level='warning')


if __name__ == '__main__':
    serve(int(sys.argv[1]), Path(sys.argv[2]))
