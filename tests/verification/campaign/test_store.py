"""The store: a record for each block, kept whole, of one campaign, by one at a time."""

import json
import re
import sqlite3
from dataclasses import replace
from random import Random

import pytest

from rnn.console.files import Undelivered
from verification.campaign.blocks import CASES, Block
from verification.campaign.identity import Identity
from verification.campaign.record import Record
from verification.campaign.sampled import Sampled
from verification.campaign.store import NAME, _checksum, opened
from verification.judging.sampled import Coverage
from verification.judging.tally import Tally

MINE = Identity("net", "a" * 64, {"numpy": "2.4.6"})


def kept(store, cases=3 * CASES):
    """The blocks that are kept, and how many cases each has."""
    return [(block.index, record.cases) for block, record in store.kept(cases)]


def test_records_are_there_again_when_it_is_opened_again(tmp_path):
    """In the order of their blocks, each once, however often it is kept."""
    with opened(tmp_path, MINE, 0) as store:
        for index in (2, 0, 2):
            store.keep(Block(0, index), Record(cases=7 + index))
        store.keep_portion(4, 2, Record(cases=2, rows_covered=frozenset({("r", 7)})))
    with opened(tmp_path, MINE, 0) as store:
        assert kept(store) == [(0, 7), (2, 9)]
        ((number, (size, record)),) = store.portions().items()
        assert (number, size, record.cases, record.rows_covered) == (4, 2, 2, {("r", 7)})


def test_more_cases_keep_whole_blocks_and_renew_the_last(tmp_path):
    """A block of fewer cases is none of a campaign that asks more of it."""
    with opened(tmp_path, MINE, 0) as store:
        store.keep(Block(0, 0), Record(cases=CASES))
        store.keep(Block(0, 1, 3), Record(cases=3))
        assert kept(store, CASES + 3) == [(0, CASES), (1, 3)]
        assert kept(store, CASES + 4) == [(0, CASES)]
        store.keep(Block(0, 1, 4), Record(cases=4))
        assert kept(store, CASES + 4) == [(0, CASES), (1, 4)]


@pytest.mark.parametrize(
    ("identity", "seed", "words"),
    [
        (replace(MINE, digest="b" * 64), 0, "another source of the engine, aaaaaaaa, needed bbbbbbbb"),
        (replace(MINE, name="other"), 0, "the engine net, needed other"),
        (MINE, 1, "a campaign of seed 0, needed 1"),
        (replace(MINE, versions={"numpy": "3.0"}), 0, "numpy 2.4.6, needed 3.0"),
    ],
)
def test_another_campaign_s_folder_is_refused(tmp_path, identity, seed, words):
    """In a line that says how to begin anew; what is kept stays."""
    with opened(tmp_path, MINE, 0) as store:
        store.keep(Block(0, 0), Record(cases=1))
    with pytest.raises(ValueError, match=words) as refused, opened(tmp_path, identity, seed):
        pytest.fail("opened")
    assert "remove campaign.sqlite" in str(refused.value)
    assert "\n" not in str(refused.value)
    with opened(tmp_path, MINE, 0) as store:
        assert kept(store) == [(0, 1)]


def test_a_second_campaign_in_a_folder_waits_for_nobody(tmp_path):
    """It is refused as long as the first one is at work, and not after that."""
    busy = pytest.raises(ValueError, match="another campaign is at work there")
    with opened(tmp_path, MINE, 0), busy, opened(tmp_path, MINE, 0):
        pytest.fail("opened")
    with opened(tmp_path, MINE, 0):
        pass


def test_what_is_no_database_is_refused(tmp_path):
    """And left as it is; so is one that cannot be opened."""
    (tmp_path / NAME).write_text("something else, which is long enough to have a header of its own" * 20)
    with pytest.raises(ValueError, match="file is not a database"), opened(tmp_path, MINE, 0):
        pytest.fail("opened")
    assert (tmp_path / NAME).read_text().startswith("something else")
    (tmp_path / "other" / NAME).mkdir(parents=True)
    with pytest.raises(ValueError, match="unable to open"), opened(tmp_path / "other", MINE, 0):
        pytest.fail("opened")


def test_another_form_is_refused(tmp_path):
    """That of a release to come, say."""
    with opened(tmp_path, MINE, 0):
        pass
    connection = sqlite3.connect(tmp_path / NAME)
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(ValueError, match="kept in form 99, needed 2"), opened(tmp_path, MINE, 0):
        pytest.fail("opened")


def test_one_that_cannot_be_written_is_refused(tmp_path, monkeypatch):
    """As a folder on a medium that is read-only."""
    with opened(tmp_path, MINE, 0):
        pass
    connect = sqlite3.connect

    def read_only(path, **options):
        return connect(f"file:{path}?mode=ro", uri=True, **options)

    monkeypatch.setattr(sqlite3, "connect", read_only)
    with (
        pytest.raises(ValueError, match="needed a campaign's database that can be written"),
        opened(tmp_path, MINE, 0),
    ):
        pytest.fail("opened")


def read(folder):
    """The portions and the blocks that are kept, each with its cases."""
    with opened(folder, MINE, 0) as store:
        store.sample()
        portions = [(number, record.cases) for number, (_, record) in store.portions().items()]
        return portions, kept(store)


def damaged(folder, *statement):
    """What is said of the folder once other hands have changed the database."""
    connection = sqlite3.connect(folder / NAME)
    with connection:
        connection.execute(*statement)
    connection.close()
    with pytest.raises(ValueError, match=NAME) as told:
        read(folder)
    assert str(told.value).startswith(f"{folder / NAME}: ")
    assert "\n" not in str(told.value)
    return str(told.value)


@pytest.fixture
def filled(tmp_path):
    """A folder with two blocks and a portion."""
    with opened(tmp_path, MINE, 0) as store:
        for index in (0, 1):
            store.keep(Block(0, index), Record(cases=CASES))
        store.keep_portion(0, 2, Record(cases=2))
        store.keep_sample(Sampled(Tally(cases=2), (Coverage(2, 9, 8, {"a rule": 1}, ("T 1",)),)))
    return tmp_path


@pytest.mark.parametrize(
    ("table", "kind"),
    [("campaign", "identity"), ("portions", "portion"), ("sample", "sample"), ("blocks", "block")],
)
@pytest.mark.parametrize(
    "change",
    [
        "value = replace(value, '0', '1')",
        "value = substr(value, 1, 9)",
        "value = ''",
        "value = 'null'",
        "value = x'ff00'",
        "value = CAST(x'ff7b' AS TEXT)",
        "number = number + 5",
        "number = -1",
        "size = size + 1",
        "size = 'many'",
        "checksum = 'x'",
        "checksum = checksum + 1",
    ],
)
def test_a_row_that_is_not_as_it_was_written_is_refused(filled, table, kind, change):
    """A digit, a value cut off, a number or a size: a checksum is over all of a row."""
    told = damaged(filled, f"UPDATE {table} SET {change} WHERE number = 0")
    assert f": {kind} " in told
    assert " does not match its checksum; give another folder, or remove campaign.sqlite" in told


def test_rows_of_no_campaign_are_refused(filled):
    """A row that says whose the others are is missing: they may be anybody's."""
    assert "portions of no campaign that is known" in damaged(filled, "DELETE FROM campaign")
    assert "sample of no campaign that is known" in damaged(filled, "DELETE FROM portions")
    assert "blocks of no campaign that is known" in damaged(filled, "DELETE FROM sample")


@pytest.mark.parametrize("table", ["portions", "blocks"])
def test_a_row_that_is_there_twice_is_refused(filled, table):
    """In a table that was copied without its key: it would count twice."""
    connection = sqlite3.connect(filled / NAME)
    connection.execute(f"CREATE TABLE copied AS SELECT * FROM {table}")
    connection.execute(f"INSERT INTO copied SELECT * FROM {table} WHERE number = 0")
    connection.execute(f"DROP TABLE {table}")
    connection.commit()
    connection.close()
    told = damaged(filled, f"ALTER TABLE copied RENAME TO {table}")
    assert " 0 is there twice; give another folder" in told


def test_tables_of_something_else_are_refused(filled):
    """Such as those of another program."""
    damaged(filled, "ALTER TABLE blocks RENAME COLUMN value TO text")


@pytest.mark.parametrize(
    ("table", "value", "words"),
    [
        ("blocks", Record().to_json() | {"cases": "3"}, "block 0: cases: '3', needed a whole number"),
        ("portions", {}, r"portion 0: \[\], needed the keys rows, cases"),
        ("sample", {"record": Record().to_json()}, "sample 0: .*, needed the keys record, coverage"),
        ("campaign", {"seed": "0", **MINE.to_json()}, "identity 0: seed: '0', needed a whole number"),
    ],
)
def test_a_row_in_another_form_is_refused(filled, table, value, words):
    """Even if its checksum is right: another release may have written it."""
    text = json.dumps(value)
    row = (text, _checksum(table, 0, 1, text.encode()))
    told = damaged(filled, f"UPDATE {table} SET size = 1, value = ?, checksum = ? WHERE number = 0", row)
    assert re.search(words, told)


@pytest.mark.parametrize("cut", [50, 99, 4096, 5000, 8192, 12288, -1])
def test_a_database_that_was_cut_off_is_refused(filled, cut):
    """Wherever; before anything is read of it, or when that is read which is not there any more."""
    whole = (filled / NAME).read_bytes()
    (filled / NAME).write_bytes(whole[:cut])
    with pytest.raises(ValueError, match=NAME) as told:
        read(filled)
    assert str(told.value).startswith(f"{filled / NAME}: ")


def test_any_flipped_bit_is_refused_or_does_no_harm(filled):
    """What is read is what was written, or less, which is made again: no bit makes another count of it."""
    whole = (filled / NAME).read_bytes()
    random = Random(0)
    refused = whole_or_less = 0
    for at in random.sample([at for at, byte in enumerate(whole) if byte], 150):
        flipped = bytearray(whole)
        flipped[at] ^= 1 << random.randrange(8)
        (filled / NAME).write_bytes(flipped)
        try:
            portions, blocks = read(filled)
        except ValueError as told:
            refused += NAME in str(told)
        else:
            whole_or_less += 1
            assert portions in ([(0, 2)], [])
            assert {*blocks} <= {(0, CASES), (1, CASES)}
    assert refused + whole_or_less == 150
    assert refused > 75


def test_what_is_left_of_writing_is_whole(tmp_path):
    """Of a log that a kill has cut off what is whole counts, and the rest is made again."""
    with opened(tmp_path, MINE, 0) as store:
        for index in range(9):
            store.keep(Block(0, index), Record(cases=CASES))
        log = (tmp_path / f"{NAME}-wal").read_bytes()
        database = (tmp_path / NAME).read_bytes()
    other = tmp_path / "other"
    other.mkdir()
    found = set()
    for cut in range(0, len(log), 999):
        (other / NAME).write_bytes(database)
        (other / f"{NAME}-wal").write_bytes(log[:cut])
        with opened(other, MINE, 0) as store:
            there = kept(store, 9 * CASES)
        assert there == [(index, CASES) for index in range(len(there))]
        found.add(len(there))
    assert {0, 8} <= found


def test_what_cannot_be_written_is_told(tmp_path):
    """As where the disk is full: in one line with the file, and what was kept before is there."""
    with opened(tmp_path, MINE, 0) as store:
        (pages,) = store._connection.execute("PRAGMA page_count").fetchone()
        store._connection.execute(f"PRAGMA max_page_count = {pages}")
        done = []

        def fill():
            for index in range(99):
                store.keep(Block(0, index), Record(cases=1))
                done.append((index, 1))

        with pytest.raises(Undelivered, match=rf"{NAME}: database or disk is full, could not be written"):
            fill()
    with opened(tmp_path, MINE, 0) as store:
        assert kept(store, 99 * CASES) == done
    assert done
