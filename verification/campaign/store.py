"""What a campaign has come to so far, on disk: a database of SQLite, with a row for each block and portion.

A row is there as a whole or not at all, whatever ends the campaign, and there is one for each block. As long
as a campaign is at work it holds the database's lock, so that no second one gets in between.

A disk may give back something else than what was written. So each row has a checksum, and what is read is
held against its form: what does not fit is refused, and no count is made of it.
"""

import json
import sqlite3
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rnn.console.files import Undelivered
from verification.campaign.blocks import Block, size_of
from verification.campaign.form import check
from verification.campaign.identity import FORM as OF_IDENTITY
from verification.campaign.identity import Identity, difference
from verification.campaign.record import FORM as OF_RECORD
from verification.campaign.record import Record
from verification.campaign.sampled import FORM as OF_SAMPLE
from verification.campaign.sampled import Sampled

NAME = "campaign.sqlite"

# Changes with the form of what is kept.
FORM = 2

# What a row is of, by its table, and the form of its value. Campaign and sample are one row, with number 0.
KINDS: dict[str, tuple[str, Any]] = {
    "campaign": ("identity", {"seed": int, **OF_IDENTITY}),
    "portions": ("portion", OF_RECORD),
    "sample": ("sample", OF_SAMPLE),
    "blocks": ("block", OF_RECORD),
}

TABLES = f"PRAGMA user_version = {FORM};" + "".join(
    f"CREATE TABLE IF NOT EXISTS {table} "
    "(number INTEGER PRIMARY KEY, size INTEGER NOT NULL, value TEXT NOT NULL, checksum INTEGER NOT NULL);"
    for table in KINDS
)

ANEW = f"give another folder, or remove {NAME} to begin anew (what failed is tried first)"


class Store:
    """The campaign in a folder, of this identity and seed, from now on or as it was left.

    What reads raises ValueError, in one line, for what is damaged; what keeps raises ``Undelivered`` where
    nothing can be written.
    """

    def __init__(self, connection: sqlite3.Connection, path: Path, seed: int) -> None:
        self._connection, self._path, self._seed = connection, path, seed

    def claim(self, identity: Identity) -> None:
        """What is kept is what is meant, or there is nothing yet."""
        wanted = {"seed": self._seed, **identity.to_json()}
        kept = next(self._read("campaign"), None)
        if kept is None:
            for table in KINDS:
                if next(self._read(table), None) is not None:
                    raise ValueError(f"{self._path}: {table} of no campaign that is known; {ANEW}")
            self._write("campaign", 0, 0, wanted)
            return
        _, _, found = kept
        seed = found.pop("seed")
        wrong = difference(Identity(**found), identity)
        if seed != self._seed:
            wrong = f"seed {seed}, needed {self._seed}"
        if wrong is not None:
            raise ValueError(f"{self._path.parent}: a campaign of {wrong}; {ANEW}")

    def keep(self, block: Block, record: Record) -> None:
        """Keep the record of a block. One of another size, of a campaign of fewer cases, gives way."""
        self._write("blocks", block.index, block.size, record.to_json())

    def kept(self, cases: int) -> Iterator[tuple[Block, Record]]:
        """The blocks of so many cases that have a record, in order."""
        for number, size, values in self._read("blocks"):
            if 0 < size == size_of(number, cases):
                yield Block(self._seed, number, size), Record.from_json(values)

    def keep_portion(self, number: int, size: int, record: Record) -> None:
        """Keep the record of a portion of the designed sample, of so many cases."""
        self._write("portions", number, size, record.to_json())

    def portions(self) -> dict[int, tuple[int, Record]]:
        """The size and the record of each portion that is kept, by its number."""
        rows = self._read("portions")
        return {number: (size, Record.from_json(values)) for number, size, values in rows}

    def keep_sample(self, sample: Sampled) -> None:
        """Keep what the designed sample came to."""
        self._write("sample", 0, 0, sample.to_json())

    def sample(self) -> Sampled | None:
        """What the designed sample came to, where all of it is done."""
        _, _, values = next(self._read("sample"), (0, 0, None))
        return None if values is None else Sampled.from_json(values)

    def _write(self, table: str, number: int, size: int, values: Any) -> None:
        text = json.dumps(values)
        row = (number, size, text, _checksum(table, number, size, text.encode()))
        try:
            with self._connection:
                self._connection.execute(f"INSERT OR REPLACE INTO {table} VALUES (?, ?, ?, ?)", row)
        except sqlite3.Error as error:
            raise Undelivered(f"{self._path}: {error}, could not be written") from error

    def _read(self, table: str) -> Iterator[tuple[int, int, Any]]:
        """The number, the size and the values of each row, in order: all that is read is read here."""
        kind, form = KINDS[table]
        # As bytes, which need not be a text any more.
        query = f"SELECT number, size, CAST(value AS BLOB), checksum FROM {table} ORDER BY number"
        last = None
        try:
            for number, size, data, checksum in self._connection.execute(query):
                if checksum != _checksum(table, number, size, data or b""):
                    raise ValueError(f"{kind} {number} does not match its checksum")
                values = json.loads(data)
                check([number, size], (int, int), f"number and size of a {kind}")
                check(values, form, f"{kind} {number}")
                if number == last:
                    raise ValueError(f"{kind} {number} is there twice")
                last = number
                yield number, size, values
        except (sqlite3.Error, ValueError) as error:
            raise ValueError(f"{self._path}: {error}; {ANEW}") from None


def _checksum(table: str, number: object, size: object, value: bytes) -> int:
    """Of all of a row, whatever is there now."""
    return zlib.crc32(value, zlib.crc32(f"{table} {number} {size} ".encode()))


@contextmanager
def opened(folder: Path, identity: Identity, seed: int) -> Iterator[Store]:
    """The campaign in the folder; ValueError, in one line, for one of something else, or that is at work."""
    path = folder / NAME
    connection = _connected(path)
    try:
        store = Store(connection, path, seed)
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
                raise ValueError(f"{path}: kept in form {form}, needed {FORM}; {ANEW}")
            # Written each time, so that what cannot be written is found now.
            connection.executescript(TABLES)
        except BaseException:
            connection.close()
            raise
    # What SQLite says of a damaged table holds the damaged bytes, which need not be a text.
    except (sqlite3.Error, UnicodeDecodeError) as error:
        if getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_BUSY:
            raise ValueError(
                f"{path.parent}: another campaign is at work there, needed a folder of its own"
            ) from None
        raise ValueError(f"{path}: {error}, needed a campaign's database that can be written") from None
    return connection
