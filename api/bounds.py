"""Bounds on what a request may cost: size of body, time, and how many are in work at once."""

import asyncio
from datetime import timedelta

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.errors import TooLargeError, TooSlowError
from core.errors import OverloadedError

PROBES = ("/health/", "/metrics")  # must answer when everything else is full


class BoundBody:
    """ASGI middleware: refuses bodies over `limit` bytes, announced or not."""

    def __init__(self, app: ASGIApp, *, limit: int) -> None:
        self._app = app
        self._limit = limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        announced = Headers(scope=scope).get("content-length", "0")
        if not announced.isdecimal():
            raise HTTPException(400, "The content-length header is not a number.")
        if int(announced) > self._limit:
            raise TooLargeError(self._message())
        received = 0

        async def counted() -> Message:
            nonlocal received
            message = await receive()
            if message["type"] == "http.request":
                received += len(message.get("body", b""))
                if received > self._limit:
                    raise TooLargeError(self._message())
            return message

        await self._app(scope, counted, send)

    def _message(self) -> str:
        return f"The request body may have at most {self._limit:,} bytes."


class BoundTime:
    """ASGI middleware: gives up on an answer that has not begun within `limit`."""

    def __init__(self, app: ASGIApp, *, limit: timedelta) -> None:
        self._app = app
        self._limit = limit.total_seconds()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        deadline = asyncio.timeout(self._limit)

        async def begun(message: Message) -> None:
            if message["type"] == "http.response.start" and not deadline.expired():
                deadline.reschedule(None)
            await send(message)

        try:
            async with deadline:
                await self._app(scope, receive, begun)
        except TimeoutError as error:
            if deadline.expired():
                raise TooSlowError from error
            raise


class BoundConcurrency:
    """ASGI middleware: at most `limit` requests in work, as many again waiting up to `patience`; the rest are refused.

    A queue longer than that only makes everybody late: a quick 503 with Retry-After is kinder.
    """

    def __init__(self, app: ASGIApp, *, limit: int, patience: timedelta) -> None:
        self._app = app
        self._slots = asyncio.Semaphore(limit)
        self._limit = limit
        self._patience = patience.total_seconds()
        self._waiting = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http" or scope["path"].startswith(PROBES):
            await self._app(scope, receive, send)
            return
        await self._enter()
        try:
            await self._app(scope, receive, send)
        finally:
            self._slots.release()

    async def _enter(self) -> None:
        if not self._slots.locked():
            await self._slots.acquire()
            return
        if self._waiting >= self._limit:
            raise OverloadedError
        self._waiting += 1
        try:
            async with asyncio.timeout(self._patience):
                await self._slots.acquire()
        except TimeoutError:
            raise OverloadedError from None
        finally:
            self._waiting -= 1
