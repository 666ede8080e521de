"""`python -m tests_e2e.benchmarks.bare_app`: one route that does nothing, served as the program is.

What a request costs before any of our code runs. The options of uvicorn are those of `app`.
"""

from __future__ import annotations

import socket

import uvicorn
from fastapi import FastAPI

from app.__main__ import CONNECTION_BACKLOG

app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)


@app.post('/bare')
async def bare() -> dict[str, str]:
    """Answer."""
    return {'status': 'ready'}


def main() -> None:
    """Serve on a free port of loopback until it is terminated."""
    listener = socket.create_server(('localhost', 0), backlog=CONNECTION_BACKLOG)
    print(f'running at http://localhost:{listener.getsockname()[1]}', flush=True)
    config = uvicorn.Config(
        app, log_config=None, access_log=False, server_header=False, backlog=CONNECTION_BACKLOG
    )
    uvicorn.Server(config).run(sockets=[listener])


if __name__ == '__main__':
    main()
