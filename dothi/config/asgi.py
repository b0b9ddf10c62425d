"""The one program a web process runs: live streams on ASGI, everything else on WSGI in threads.

Screens stay connected and must not hold a thread each; pages are short and must not open a
database connection each (docs/adr/0004).
"""

import os
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from typing import Any

from a2wsgi import WSGIMiddleware
from django.core.asgi import get_asgi_application
from django.urls import get_resolver

from dothi.config.wsgi import application as pages

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dothi.config.settings")
THREADS = int(os.environ.get("DOTHI_THREADS") or 8)

_live = get_asgi_application()
_pages = WSGIMiddleware(pages, workers=THREADS)  # type: ignore[arg-type]


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    """Send `/live/…` to the streams and the rest to the pages."""
    if scope["type"] == "lifespan":
        await _lifespan(receive, send)
        return
    if "headers" in scope:
        scope = {**scope, "headers": unambiguous(scope["headers"])}
    if scope["type"] == "http" and scope["path"].startswith("/live/"):
        await _live(scope, receive, send)  # type: ignore[arg-type]
    else:
        await _pages(scope, receive, send)  # type: ignore[arg-type]


def unambiguous(headers: Iterable[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    """Without names that hold an underscore: WSGI reads `X_Forwarded_For` as `X-Forwarded-For`.

    Proxies pass on what they do not know; a client could so say of itself what only they may say.
    """
    return [(name, value) for name, value in headers if b"_" not in name]


async def _lifespan(receive: Receive, send: Send) -> None:
    while True:
        message = await receive()
        if message["type"] == "lifespan.startup":
            # All views now: else who comes first waits more than a second for them.
            assert get_resolver().url_patterns
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return
