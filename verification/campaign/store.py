"""What a campaign has come to so far, on disk: a database of SQLite, with a row for each block.

A row is there as a whole or not at all, whatever ends the campaign, and there is one for each block. As long
as a campaign is at work it holds the database's lock, so that no second one gets in between.
"""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from verification.campaign.blocks import Block, size_of
from verification.campaign.identity import Identity, difference
from verification.campaign.record import Record

NAME = "campaign.sqlite"

# Changes with the form of what is kept.
FORM = 1

TABLES = f"""
PRAGMA user_version = {FORM};
CREATE TABLE IF NOT EXISTS campaign (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS blocks (number INTEGER PRIMARY KEY, size INTEGER NOT NULL, record TEXT NOT NULL);
"""


class Store:
    """The campaign in a folder, of this identity and seed, from now on or as it was left."""

    def __init__(self, connection: sqlite3.Connection, seed: int) -> None:
        self._connection, self._seed = connection, seed

    def keep(self, block: Block, record: Record) -> None:
        """Keep the record of a block. One of another size, of a campaign of fewer cases, gives way."""
        values = (block.index, block.size, json.dumps(record.to_json()))
        with self._connection:
            self._connection.execute("INSERT OR REPLACE INTO blocks VALUES (?, ?, ?)", values)

    def kept(self, cases: int) -> Iterator[tuple[Block, Record]]:
        """The blocks of so many cases that have a record, in order."""
        rows = self._connection.execute("SELECT number, size, record FROM blocks ORDER BY number")
        for number, size, record in rows:
            if size == size_of(number, cases):
                yield Block(self._seed, number, size), Record.from_json(json.loads(record))

    def count(self, cases: int) -> int:
        """How many those are."""
        rows = self._connection.execute("SELECT number, size FROM blocks")
        return sum(size == size_of(number, cases) for number, size in rows)

    def put(self, name: str, value: Any) -> None:
        """Keep JSON values under a name."""
        with self._connection:
            query = "INSERT OR REPLACE INTO campaign VALUES (?, ?)"
            self._connection.execute(query, (name, json.dumps(value)))

    def get(self, name: str) -> Any:
        """What is kept under a name, or None."""
        row = self._connection.execute("SELECT value FROM campaign WHERE name = ?", (name,)).fetchone()
        return None if row is None else json.loads(row[0])


@contextmanager
def opened(folder: Path, identity: Identity, seed: int) -> Iterator[Store]:
    """The campaign in the folder; ValueError, in one line, for one of something else, or that is at work."""
    path = folder / NAME
    connection = _connected(path)
    try:
        store = Store(connection, seed)
        _claim(path, store, identity, seed)
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
                raise ValueError(f"{path}: kept in form {form}, needed {FORM}, or another folder")
            # Written each time, so that what cannot be written is found now.
            connection.executescript(TABLES)
        except BaseException:
            connection.close()
            raise
    except sqlite3.Error as error:
        if error.sqlite_errorcode == sqlite3.SQLITE_BUSY:
            raise ValueError(
                f"{path.parent}: another campaign is at work there, needed a folder of its own"
            ) from None
        raise ValueError(f"{path}: {error}, needed a campaign's database that can be written") from None
    return connection


def _claim(path: Path, store: Store, identity: Identity, seed: int) -> None:
    """What is kept is what is meant, or there is nothing yet."""
    kept = store.get("identity")
    if kept is None:
        store.put("identity", {"seed": seed, **identity.to_json()})
        return
    kept_seed = kept.pop("seed")
    wrong = difference(Identity(**kept), identity)
    if kept_seed != seed:
        wrong = f"seed {kept_seed}, needed {seed}"
    if wrong is not None:
        raise ValueError(
            f"{path.parent}: a campaign of {wrong}; give another folder, or remove {NAME} to begin anew "
            "(what failed is tried first)"
        )
