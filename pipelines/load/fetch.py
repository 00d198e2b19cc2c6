"""A URL → a file. Only http(s), and only to addresses of the public internet, checked after each name is resolved.

The connection goes to the very address that was checked (TLS still names the host), so that a name that resolves
differently a moment later gains nothing; redirects are followed by hand, each checked again. Proxies are not used.
"""

import asyncio
import ipaddress
import re
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path, PurePosixPath
from urllib.parse import unquote

import httpx

from core.errors import InvalidInputError, UnavailableError

REDIRECTS = 5
TIMEOUT = httpx.Timeout(30, connect=10)
MOVED = (301, 302, 303, 307, 308)


def is_url(source: str) -> bool:
    """Whether it is to be fetched at all."""
    return "://" in source


async def fetch(
    url: str,
    folder: Path,
    *,
    most: int,
    allow_private: bool = False,
    advanced: Callable[[int, int], None] | None = None,
) -> Path:
    """Stream it into `folder`; at most `most` bytes. `advanced(bytes so far, bytes in all or 0)` is told of progress.

    InvalidInputError for an address we do not go to, an answer that is not 200, or too many bytes; UnavailableError
    when nobody answers.
    """
    try:
        async with (
            httpx.AsyncClient(timeout=TIMEOUT, trust_env=False, follow_redirects=False) as client,
            _followed(client, httpx.URL(url), allow_private=allow_private) as (response, where),
        ):
            target = folder / _name(where)
            await _save(response, target, most, advanced or (lambda _done, _all: None))
            return target
    except httpx.InvalidURL as wrong:
        raise InvalidInputError(f"{url}: {wrong}") from None
    except httpx.HTTPError as failed:
        raise UnavailableError(f"{url} could not be fetched: {failed or type(failed).__name__}") from failed


@asynccontextmanager
async def _followed(
    client: httpx.AsyncClient, url: httpx.URL, *, allow_private: bool
) -> AsyncIterator[tuple[httpx.Response, httpx.URL]]:
    for _ in range(REDIRECTS + 1):
        request = await _request(client, url, allow_private=allow_private)
        response = await client.send(request, stream=True)
        try:
            if response.status_code not in MOVED or "location" not in response.headers:
                if response.status_code != httpx.codes.OK:
                    raise InvalidInputError(f"{url} answers {response.status_code}")
                yield response, url
                return
            url = url.join(response.headers["location"])
        finally:
            await response.aclose()
    raise InvalidInputError(f"more than {REDIRECTS} redirects")


async def _request(client: httpx.AsyncClient, url: httpx.URL, *, allow_private: bool) -> httpx.Request:
    if url.scheme not in ("http", "https") or not url.host:
        raise InvalidInputError(f"{url}: only http and https addresses are loaded")
    address = await _address(url.host, url.port or (443 if url.scheme == "https" else 80), allow_private=allow_private)
    return client.build_request(
        "GET",
        url.copy_with(host=address, username=None, password=None),
        headers={"Host": url.netloc.decode("ascii"), "Accept-Encoding": "identity", "User-Agent": "aisle-load"},
        extensions={"sni_hostname": url.raw_host.decode("ascii")},
    )


async def _address(host: str, port: int, *, allow_private: bool) -> str:
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (socket.gaierror, UnicodeError) as unknown:
        raise UnavailableError(f"{host}: {unknown}") from unknown
    addresses = [str(entry[4][0]) for entry in found]
    refused = [address for address in addresses if not is_public(address)]
    if refused and not allow_private:
        raise InvalidInputError(
            f"{host} is {refused[0]}, not an address of the public internet (--allow-private loads it)"
        )
    return addresses[0]


def is_public(address: str) -> bool:
    """Whether an IP address is on the public internet: not private, loopback, link-local, multicast or reserved."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)
        if inner is None and ip in ipaddress.ip_network("64:ff9b::/96"):  # NAT64
            inner = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(str(inner))
    return ip.is_global and not ip.is_multicast


def _name(url: httpx.URL) -> str:
    name = re.sub(r"[^\w.-]", "_", PurePosixPath(unquote(url.path)).name)[-100:]
    return name if name.strip(".") else "download"


async def _save(response: httpx.Response, target: Path, most: int, advanced: Callable[[int, int], None]) -> None:
    length = response.headers.get("content-length", "")
    size = int(length) if length.isdecimal() else 0
    if size > most:
        raise InvalidInputError(f"{response.url} is {size} bytes; at most {most} are fetched")
    done = 0
    with target.open("wb") as file:
        async for piece in response.aiter_raw():
            done += len(piece)
            if done > most:
                raise InvalidInputError(f"{response.url} is more than {most} bytes")
            await asyncio.to_thread(file.write, piece)
            advanced(done, size)
