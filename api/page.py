"""The search page: the built frontend, read once at start and served from memory, compressed."""

import gzip
import hashlib
import mimetypes
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import brotli
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import Response

IMMUTABLE = "public, max-age=31536000, immutable"  # under /assets/ a name changes with its content
FRESH = "no-cache"  # keep it, but ask each time whether it still holds
COMPRESSIBLE = ("text/", "application/javascript", "application/json", "image/svg", "application/manifest")
NOT_BUILT = b"""<!doctype html><html lang="en"><meta charset="utf-8"><title>Aisle</title>
<h1>The search page is not built yet</h1>
<p>Run <code>make run</code>, or <code>npm ci &amp;&amp; npm run build</code> in <code>frontend/</code>; then restart.
<p>The API is here all the same: see <a href="/docs">/docs</a>."""


@dataclass(frozen=True, slots=True)
class Asset:
    """A file ready to be sent, in each encoding that makes it smaller."""

    body: bytes
    media_type: str
    cache: str
    etag: str
    encodings: Mapping[str, bytes]

    def answer(self, headers: Headers) -> Response:
        """The best form for this caller, or 304 when they have it already."""
        always = {"cache-control": self.cache, "etag": self.etag, "vary": "accept-encoding"}
        if self.etag in headers.get("if-none-match", ""):
            return Response(status_code=304, headers=always)
        accepted = headers.get("accept-encoding", "")
        for encoding, body in self.encodings.items():
            if encoding in accepted:
                return Response(body, headers={**always, "content-encoding": encoding}, media_type=self.media_type)
        return Response(self.body, headers=always, media_type=self.media_type)


def asset(name: str, body: bytes, *, immutable: bool = False) -> Asset:
    """An asset from a file's name and content."""
    media_type = mimetypes.guess_type(name)[0] or "application/octet-stream"
    encodings: dict[str, bytes] = {}
    if media_type.startswith(COMPRESSIBLE) and len(body) > 500:
        encodings = {"br": brotli.compress(body, quality=9), "gzip": gzip.compress(body, 9, mtime=0)}
    etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    return Asset(body, media_type, IMMUTABLE if immutable else FRESH, etag, encodings)


def read_page(folder: Path) -> dict[str, Asset]:
    """Every file of the built frontend by its path from `/`; only a message when it has not been built."""
    if not (folder / "index.html").is_file():
        return {"/index.html": asset("index.html", NOT_BUILT)}
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    named = ((f"/{path.relative_to(folder).as_posix()}", path.read_bytes()) for path in files)
    return {name: asset(name, body, immutable=name.startswith("/assets/")) for name, body in named}


def page_answer(assets: Mapping[str, Asset], request: Request) -> Response | None:
    """The file asked for, the page itself on its own addresses, or None."""
    path = request.url.path
    if path in assets and path != "/index.html":
        return assets[path].answer(request.headers)
    if path == "/" or path.startswith(("/p/", "/search-page")):
        return assets["/index.html"].answer(request.headers)
    return None
