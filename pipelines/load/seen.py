"""Ids met so far in a file, on disk: memory stays flat however long the file."""

import hashlib
import sqlite3


class SeenIds:
    """Id → the line it first stood on, by an 8-byte digest (a false duplicate in a million ids: 3 in 10^8).

    SQLite's unnamed database keeps a bounded cache in memory and the rest in a temporary file that dies with it.
    """

    def __init__(self, cache_kib: int = 16 * 1024) -> None:
        self._db = sqlite3.connect("", isolation_level=None, check_same_thread=False)
        self._db.execute(f"PRAGMA cache_size = -{cache_kib}")
        self._db.execute("CREATE TABLE seen (digest INTEGER PRIMARY KEY, line INTEGER)")
        self._db.execute("BEGIN")

    def first_line(self, product_id: str, line: int) -> int | None:
        """Note the id; the line it stood on before, or None when it is new."""
        digest = int.from_bytes(hashlib.blake2b(product_id.encode(), digest_size=8).digest(), signed=True)
        if self._db.execute("INSERT OR IGNORE INTO seen VALUES (?, ?)", (digest, line)).rowcount:
            return None
        return int(self._db.execute("SELECT line FROM seen WHERE digest = ?", (digest,)).fetchone()[0])

    def close(self) -> None:
        """Drop it all."""
        self._db.close()
