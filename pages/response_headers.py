"""What the pages may load and run: their Content-Security-Policy, and the headers it comes with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from fastapi import FastAPI

from auth import ResponseHeaders, exact_origin

CONNECTS_TO = 'pages_connect_to'  # where in the application's state other origins are

# Vue compiles templates in the page, hence 'unsafe-eval'; NiceGUI and Quasar write styles into
# elements, and show a picture that is about to be uploaded by a `blob:`. No page is ever framed.
_POLICY = {
    'default-src': "'self'",
    'script-src': "'self' 'nonce-{nonce}' 'unsafe-eval'",
    'script-src-attr': "'none'",
    'style-src': "'self' 'unsafe-inline'",
    'img-src': "'self' data: blob:",
    'font-src': "'self'",
    'media-src': "'self'",
    'frame-src': "'self'",
    'connect-src': "'self'",
    'object-src': "'none'",
    'base-uri': "'none'",
    'form-action': "'self'",
    'frame-ancestors': "'none'",
}
# What an origin that is let in here sends cannot run in the page, where it could act as its user.
_OPEN_TO_OTHERS = {'style-src', 'img-src', 'font-src', 'media-src', 'frame-src', 'connect-src'}


def with_headers(
    app: FastAPI, *, https: bool, also_from: Mapping[str, Sequence[str]] | None = None
) -> ResponseHeaders:
    """Put the response headers around the finished application, whatever else it serves.

    `https` is whether people reach it that way. Everything on its pages comes from this origin, and
    from the origins that `also_from` names by directive: `{'img-src': ['https://tiles.example']}`.
    They may call those that `pages.install` was told of, too. Raises `ValueError` for what is no
    origin, and for a directive that has to stay as it is: scripts come from here alone.
    """
    others = {name: [*map(exact_origin, origins)] for name, origins in (also_from or {}).items()}
    if closed := others.keys() - _OPEN_TO_OTHERS:
        known = ', '.join(sorted(_OPEN_TO_OTHERS))
        raise ValueError(f'{min(closed)} is not open to other origins; these are: {known}.')
    services = getattr(app.state, CONNECTS_TO, ())
    others['connect-src'] = [*services, *others.get('connect-src', ())]
    policy = '; '.join(
        ' '.join([name, sources, *others.get(name, ())]) for name, sources in _POLICY.items()
    )
    return ResponseHeaders(app, https=https, page_policy=policy)
