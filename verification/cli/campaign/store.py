"""What a campaign has come to so far, on disk: a database of SQLite, with a row for each block that is done.

A row is there as a whole or not at all, whatever ends the campaign. As long as a campaign runs it holds the
database's lock, so that no second one gets in between. Each row has a checksum, and one that does not match
it is refused, so that no count is made of it.
"""

import json
import sqlite3
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rnn.console.files import Undelivered
from verification.cli.campaign.blocks import SeededBlock, size_of
from verification.cli.campaign.identity import difference
from verification.cli.campaign.record import Record
from verification.text import message_of

NAME = "campaign.sqlite"

# Changes with the stored form.
FORM = 3

# ``kind``: "identity" and "sample", each with number 0, or "block".
TABLE = f"""
PRAGMA user_version = {FORM};
CREATE TABLE IF NOT EXISTS done (
    kind TEXT NOT NULL, number INTEGER NOT NULL, size INTEGER NOT NULL, value TEXT NOT NULL,
    checksum INTEGER NOT NULL, PRIMARY KEY (kind, number)
);
"""

ANEW = f"give another folder, or remove {NAME} to begin anew"


class Store:
    """The campaign in a folder, as it was left.

    What reads raises ValueError, in one line, for what is damaged; what keeps raises ``Undelivered`` where
    nothing can be written.
    """

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        self._connection, self._path = connection, path

    def claim(self, identity: Mapping[str, str]) -> None:
        """Makes the folder this campaign's; raises ValueError if it belongs to another one."""
        found = self._only("identity")
        if found is None:
            if self._connection.execute("SELECT 1 FROM done").fetchone():
                raise ValueError(f"{self._path}: of no campaign that is known; {ANEW}")
            self._write("identity", 0, 0, dict(identity))
        elif (wrong := difference(found, identity)) is not None:
            raise ValueError(f"{self._path.parent}: a campaign of {wrong}; {ANEW}")

    def keep(self, block: SeededBlock, record: Record) -> None:
        """Stores the record of a block. It replaces one of another size, from a campaign of fewer cases."""
        self._write("block", block.index, block.size, record.to_json())

    def records(self, cases: int) -> Iterator[Record]:
        """Records of the first blocks, up to one that is missing, or that has another size."""
        for expected, (number, size, values) in enumerate(self._read("block")):
            if number != expected:
                raise ValueError(f"{self._path}: block {expected} is missing; {ANEW}")
            if size != size_of(number, cases):
                return
            yield self._made(f"block {number}", values)

    def keep_sample(self, values: Any) -> None:
        """Stores the result of the designed sample, as JSON values."""
        self._write("sample", 0, 0, values)

    def sample(self) -> Any:
        """The result of the designed sample, if it is complete; else None."""
        return self._only("sample")

    def _made(self, what: str, values: Any) -> Record:
        try:
            return Record.from_json(values)
        except (KeyError, TypeError, ValueError) as error:
            raise ValueError(f"{self._path}: {what}: {message_of(error)}; {ANEW}") from None

    def _only(self, kind: str) -> Any:
        _, _, values = next(self._read(kind), (0, 0, None))
        return values

    def _write(self, kind: str, number: int, size: int, values: Any) -> None:
        text = json.dumps(values)
        row = (kind, number, size, text, _checksum(kind, number, size, text.encode()))
        try:
            with self._connection:
                self._connection.execute("INSERT OR REPLACE INTO done VALUES (?, ?, ?, ?, ?)", row)
        except sqlite3.Error as error:
            raise Undelivered(f"{self._path}: {error}, could not be written") from error

    def _read(self, kind: str) -> Iterator[tuple[int, int, Any]]:
        """The number, the size and the values of each row of a kind, in order."""
        # As bytes, because damaged text may not decode.
        query = "SELECT number, size, CAST(value AS BLOB), checksum FROM done WHERE kind = ? ORDER BY number"
        try:
            for number, size, data, checksum in self._connection.execute(query, (kind,)):
                if checksum != _checksum(kind, number, size, data or b""):
                    raise ValueError(f"{kind} {number} does not match its checksum")
                yield number, size, json.loads(data)
        except (sqlite3.Error, ValueError) as error:
            raise ValueError(f"{self._path}: {error}; {ANEW}") from None


def _checksum(kind: str, number: object, size: object, value: bytes) -> int:
    """Over a whole row, whatever it contains."""
    return zlib.crc32(value, zlib.crc32(f"{kind} {number} {size} ".encode()))


@contextmanager
def opened(folder: Path, identity: Mapping[str, str]) -> Iterator[Store]:
    """The store in the folder; raises ValueError, in one line, if it is something else, or is in use."""
    path = folder / NAME
    connection = _connected(path)
    try:
        store = Store(connection, path)
        store.claim(identity)
        yield store
    finally:
        connection.close()


def _connected(path: Path) -> sqlite3.Connection:
    try:
        connection = sqlite3.connect(path, timeout=0)
        try:
            # Held until the connection is closed.
            connection.execute("PRAGMA locking_mode = EXCLUSIVE")
            # A power cut may cost the last records, which are then made again, and never the database. To
            # wait for the disk took 24 ms a record, enough for some sixty cores; this takes 0.15.
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = NORMAL")
            connection.execute("BEGIN EXCLUSIVE")
            connection.commit()
            (form,) = connection.execute("PRAGMA user_version").fetchone()
            if form not in (0, FORM):
                raise ValueError(f"{path}: stored in form {form}, needed {FORM}; {ANEW}")
            # Written each time, so that a folder that cannot be written is found now.
            connection.executescript(TABLE)
        except BaseException:
            connection.close()
            raise
    # SQLite's message may contain the damaged bytes, which may not decode.
    except (sqlite3.Error, UnicodeDecodeError) as error:
        if getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_BUSY:
            raise ValueError(
                f"{path.parent}: another campaign runs there, needed a folder of its own"
            ) from None
        raise ValueError(f"{path}: {error}, needed a campaign's database that can be written") from None
    return connection
