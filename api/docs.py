"""`/docs`: Swagger UI from our own origin, so that the content policy holds and no network is needed."""

import asyncio
import functools
from collections.abc import Mapping
from importlib.resources import files

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from api.page import Asset, asset
from core.errors import NotFoundError

_PAGE = b"""<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Aisle API</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="stylesheet" href="/docs/swagger-ui.css"></head>
<body><div id="swagger-ui"></div>
<script src="/docs/swagger-ui-bundle.js"></script><script src="/docs/start.js"></script>
</body></html>"""
_START = b"""SwaggerUIBundle({url: "/openapi.json", dom_id: "#swagger-ui", deepLinking: true, validatorUrl: null,
  presets: [SwaggerUIBundle.presets.apis], layout: "BaseLayout"});"""


def docs_router() -> APIRouter:
    """The page and its files, read and compressed (0.3 s) when somebody first asks."""
    read = functools.cache(_read)
    router = APIRouter(include_in_schema=False)

    @router.get("/docs")
    async def page(request: Request) -> Response:
        return await part(request, "index.html")

    @router.get("/docs/{name}")
    async def part(request: Request, name: str) -> Response:
        assets = await asyncio.to_thread(read)
        if name not in assets:
            raise NotFoundError
        return assets[name].answer(request.headers)

    return router


def _read() -> Mapping[str, Asset]:
    static = files("fastapi_offline") / "static"
    bundled = {name: (static / name).read_bytes() for name in ("swagger-ui-bundle.js", "swagger-ui.css")}
    return {name: asset(name, body) for name, body in {**bundled, "index.html": _PAGE, "start.js": _START}.items()}
