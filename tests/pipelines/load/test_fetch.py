import gzip
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from core.errors import InvalidInputError, UnavailableError
from pipelines.load.fetch import is_public
from pipelines.load.sources import Limits
from tests.pipelines.load.memory import Shop

CSV = b"id,title,price\n1,Lamp,2\n2,Chair,x\n"


class Pages(BaseHTTPRequestHandler):
    """A shop's server, with good files and traps."""

    def do_GET(self) -> None:
        port = self.headers["Host"].rpartition(":")[2]
        location = {
            "/moved": "/feed.csv",
            "/loop": "/loop",
            "/to-file": "file:///etc/passwd",
            "/to-metadata": "http://169.254.169.254/latest/meta-data",
            "/to-name": f"http://localhost:{port}/feed.csv",
        }.get(self.path)
        if location:
            self.send_response(302)
            self.send_header("Location", location)
            self.end_headers()
        elif self.path == "/endless.csv":
            self.send_response(200)
            self.end_headers()
            self._endless()
        elif self.path in ("/feed.csv", "/feed.csv.gz", "/feed", "/host.csv"):
            body = gzip.compress(CSV) if self.path.endswith(".gz") else CSV
            if self.path == "/host.csv":
                body = f"id,title\n{self.headers['Host']},Host\n".encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)
        else:
            self.send_error(404)

    def _endless(self) -> None:
        try:
            while True:
                self.wfile.write(b"x" * 10_000)
        except OSError:
            return

    def log_message(self, *_: object) -> None:
        return


@pytest.fixture
def server() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Pages) as http:
        thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{http.server_address[1]}"
        http.shutdown()
        thread.join()


@pytest.mark.parametrize("page", ["/feed.csv", "/feed.csv.gz", "/feed", "/moved", "/to-name", "/feed.csv?token=1"])
async def test_a_url_is_loaded_like_a_file(shop: Shop, server: str, page: str) -> None:
    page = "/feed.csv" if "?" in page else page
    summary = await shop.load(server + page, allow_private=True, rejects_dir=shop.folder)
    assert (summary.exit_code, len(shop.products)) == (2, 1)
    assert list(shop.folder.glob("*.rejects.jsonl"))


async def test_the_server_is_asked_by_its_name_not_by_the_address_that_was_checked(shop: Shop, server: str) -> None:
    named = server.replace("127.0.0.1", "localhost")
    await shop.load(f"{named}/host.csv", allow_private=True, rejects_dir=shop.folder)
    assert shop.products[0].id == named.removeprefix("http://")


async def test_our_own_network_is_refused_unless_it_is_allowed(shop: Shop, server: str) -> None:
    for source in (server, server.replace("127.0.0.1", "localhost"), server.replace("127.0.0.1", "0x7f000001")):
        with pytest.raises((InvalidInputError, UnavailableError), match="not an address of the public internet"):
            await shop.load(f"{source}/feed.csv")


async def test_a_redirect_is_checked_like_the_first_address(shop: Shop, server: str) -> None:
    with pytest.raises(InvalidInputError, match="only http and https"):
        await shop.load(f"{server}/to-file", allow_private=True)
    with pytest.raises(InvalidInputError, match="redirects"):
        await shop.load(f"{server}/loop", allow_private=True)


@pytest.mark.parametrize(
    "source", ["ftp://example.com/x.csv", "file:///etc/passwd", "gopher://x/", "http:///x", "http://[::1]/x.csv"]
)
async def test_other_schemes_and_bad_addresses_are_refused(shop: Shop, source: str) -> None:
    with pytest.raises(InvalidInputError):
        await shop.load(source)


async def test_what_is_not_there_or_too_large_is_said(shop: Shop, server: str) -> None:
    with pytest.raises(InvalidInputError, match="answers 404"):
        await shop.load(f"{server}/nothing.csv", allow_private=True)
    for page in ("/endless.csv", "/feed.csv"):
        with pytest.raises(InvalidInputError, match="bytes"):
            await shop.load(server + page, allow_private=True, limits=Limits(download=30))


async def test_a_server_that_is_away_is_said(shop: Shop) -> None:
    with pytest.raises(UnavailableError):
        await shop.load("http://127.0.0.1:9/x.csv", allow_private=True)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.0.0.1",
        "192.168.1.1",
        "172.16.0.1",
        "169.254.169.254",
        "0.0.0.0",
        "100.64.0.1",
        "224.0.0.1",
        "::1",
        "fe80::1%eth0",
        "fc00::1",
        "::ffff:127.0.0.1",
        "64:ff9b::7f00:1",
        "2002:7f00:1::",
        "255.255.255.255",
        "::",
    ],
)
def test_addresses_inside_are_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:4700::1111", "::ffff:93.184.216.34"])
def test_addresses_outside_are_public(address: str) -> None:
    assert is_public(address)
