"""Paging that holds while the catalogue changes: a cursor remembers what was shown, not how far down the list it was.

The next page is the ranking of that moment without what was already shown, so nothing is shown twice and a product that
was not shown is still to come, whatever moved in between. Each shown product costs four bytes, which bounds the depth.
"""

import struct
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as Base64Error
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import blake2b

from core.errors import InvalidInputError
from tools.search.shapes import SearchRequest

MAX_SHOWN = 1000
_DIGEST = 8


@dataclass(frozen=True, slots=True)
class Cursor:
    """Which search it belongs to, and the fingerprints of what it has shown."""

    search: bytes
    shown: frozenset[int] = frozenset()

    def after(self, product_ids: Iterable[str]) -> "Cursor":
        """With a further page shown."""
        return Cursor(self.search, self.shown | {fingerprint(product_id) for product_id in product_ids})

    def encode(self) -> str | None:
        """Text for the client; `None` once the depth is spent."""
        if len(self.shown) >= MAX_SHOWN:
            return None
        body = self.search + struct.pack(f">{len(self.shown)}I", *sorted(self.shown))
        return urlsafe_b64encode(body).decode().rstrip("=")


def read(request: SearchRequest) -> Cursor:
    """The request's cursor, or that of a first page.

    Raises `InvalidInputError` for one that is not ours or not this search's.
    """
    search = search_digest(request)
    if request.cursor is None:
        return Cursor(search)
    text = request.cursor
    try:
        body = urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (Base64Error, ValueError) as error:
        raise InvalidInputError("cursor: not a cursor of this service") from error
    shown = body[_DIGEST:]
    if len(body) < _DIGEST or len(shown) % 4 or len(shown) > 4 * (MAX_SHOWN + 100):
        raise InvalidInputError("cursor: not a cursor of this service")
    if body[:_DIGEST] != search:
        raise InvalidInputError("cursor: belongs to another search; start again without it")
    return Cursor(search, frozenset(struct.unpack(f">{len(shown) // 4}I", shown)))


def search_digest(request: SearchRequest) -> bytes:
    """What a cursor is bound to: everything that decides the ranking, not the page size or the hour."""
    same = request.model_dump_json(exclude={"cursor", "k", "now", "facets"})
    return blake2b(same.encode(), digest_size=_DIGEST).digest()


def fingerprint(product_id: str) -> int:
    """32 bits of a product id."""
    return int.from_bytes(blake2b(product_id.encode(), digest_size=4).digest(), "big")
