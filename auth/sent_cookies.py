"""The cookies of a request, by the very names that browsers know them by.

Starlette's own reading strips U+0085 and U+00A0 from names, and browsers keep them. To them such a name
has no `__Host-` prefix, so a neighbour (another port, another subdomain) may set it. The server would
take it for the real one, and sign people in as whoever planted it. Measured in Chromium and Firefox.
"""

from __future__ import annotations

from starlette.requests import HTTPConnection

_SPACE = ' \t'  # and nothing else (RFC 6265, 4.2.1)


def sent_cookies(request: HTTPConnection) -> dict[str, str]:
    """Return values by name; of those with one name the last, whose path is the shortest."""
    pairs = ';'.join(request.headers.getlist('cookie')).split(';')
    named = (pair.strip(_SPACE).partition('=') for pair in pairs)
    return {name: value for name, is_named, value in named if is_named}
