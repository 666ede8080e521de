"""`python -m tests_e2e.benchmarks.floors WHICH`: what the program is compared with, served as it is.

`route`: one route that does nothing; what a request costs before any of our code runs.
`static`: the least that a logout in all tabs can be; one HTML file posts it, then writes to storage.
Another one, at `/hello`, fetches a name and shows it.
`nicegui`: one label, with all of NiceGUI's default settings.
"""

from __future__ import annotations

import socket
import sys

import uvicorn
from fastapi import FastAPI, Response
from fastapi.responses import HTMLResponse, PlainTextResponse
from nicegui import ui

from app.listening import CONNECTION_BACKLOG

_STATIC_PAGE = """<!doctype html>
<html lang="en"><title>Floor</title>
<section id="in"><h1>Signed in</h1><button>Log out</button></section>
<section id="out" hidden><h1>Sign in</h1></section>
<script>
  const leave = () => {
    document.getElementById("in").hidden = true;
    document.getElementById("out").hidden = false;
  };
  addEventListener("storage", leave);
  document.querySelector("button").addEventListener("click", async () => {
    await fetch("/logout", { method: "POST" });
    localStorage.setItem("logout", crypto.randomUUID());
    leave();
  });
</script>"""


_PAGE_WITH_ONE_FETCH = """<!doctype html>
<html lang="en"><title>Floor</title>
<h1></h1>
<script>
  fetch("/name").then((answer) => answer.text()).then((name) => {
    document.querySelector("h1").textContent = name;
  });
</script>"""


def add_route(app: FastAPI) -> None:
    """Add a route that does nothing."""

    @app.post('/bare')
    async def bare() -> dict[str, str]:
        return {'status': 'ready'}


def add_static(app: FastAPI) -> None:
    """Add a page without any framework, and its logout; and one with a fetch."""

    @app.get('/')
    async def page() -> HTMLResponse:
        return HTMLResponse(_STATIC_PAGE)

    @app.get('/hello')
    async def hello() -> HTMLResponse:
        return HTMLResponse(_PAGE_WITH_ONE_FETCH)

    @app.get('/name')
    async def name() -> PlainTextResponse:
        return PlainTextResponse('Robin')

    @app.post('/logout')
    async def log_out() -> Response:
        return Response(status_code=204)


def add_nicegui(app: FastAPI) -> None:
    """Add a page of NiceGUI."""

    @ui.page('/')
    def page() -> None:
        ui.label('Hello')

    ui.run_with(app, show_welcome_message=False)


FLOORS = {'route': add_route, 'static': add_static, 'nicegui': add_nicegui}


def main() -> None:
    """Serve on a free port of loopback until it is terminated, with the options of `app`."""
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    FLOORS[sys.argv[1]](app)
    listener = socket.create_server(('localhost', 0), backlog=CONNECTION_BACKLOG)
    print(f'running at http://localhost:{listener.getsockname()[1]}', flush=True)
    config = uvicorn.Config(
        app, log_config=None, access_log=False, server_header=False, backlog=CONNECTION_BACKLOG
    )
    uvicorn.Server(config).run(sockets=[listener])


if __name__ == '__main__':
    main()
