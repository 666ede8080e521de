"""What is answered at an address where nothing is: the same look, and nothing that would cost.

NiceGUI would build a page of its own, and keep it for a minute in case its socket comes (measured:
6 ms, and 155 KiB). Scanners try thousands of addresses that nobody has.
"""

from __future__ import annotations

from functools import partial

from markupsafe import Markup
from nicegui import Client
from nicegui import app as nicegui_app
from starlette.responses import HTMLResponse
from starlette.types import Receive, Scope, Send

from .static_files import PREFIX

TITLE = 'Page not found'
SENTENCE = 'There is nothing at this address.'
WAY_ON = 'Go to the start page'
_PAGE = Markup("""<!doctype html>
<html lang="en-US">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<link rel="stylesheet" href="{style}">
{hosts_head}
</head>
<body>
<header class="top-bar"><a class="brand" href="/">{site_name}</a></header>
<main class="page"><section class="narrow card">
<h1>{title}</h1>
<p>{sentence}</p>
<a href="/">{way_on}</a>
</section></main>
</body>
</html>
""")


def answer_where_nothing_is(site_name: str) -> None:
    """Answer with this page where NiceGUI has no route."""
    nicegui_app.router.default = partial(_not_found, site_name)


async def _not_found(site_name: str, scope: Scope, receive: Receive, send: Send) -> None:
    if scope['type'] != 'http':
        await nicegui_app.router.not_found(scope, receive, send)
        return
    page = _PAGE.format(
        title=TITLE,
        sentence=SENTENCE,
        way_on=WAY_ON,
        style=f'{PREFIX}/theme.css',
        site_name=site_name,
        hosts_head=Markup(Client.shared_head_html),  # noqa: S704
    )
    await HTMLResponse(page, status_code=404)(scope, receive, send)
