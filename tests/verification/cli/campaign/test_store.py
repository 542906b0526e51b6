"""The store: a record for each block, kept whole, of one campaign, by one at a time."""

import sqlite3
from random import Random

import pytest

from rnn.console.files import Undelivered
from verification.cli.campaign.blocks import CASES, SeededBlock
from verification.cli.campaign.record import Record
from verification.cli.campaign.store import ANEW, FORM, NAME, _checksum, opened
from verification.judging.tally import Tally

MINE = {"numpy": "2.4.6", "engine": "net", "seed": "0"}


def of(cases):
    """A record of so many cases."""
    return Record(Tally(cases=cases))


def kept(store, cases=3 * CASES):
    """How many cases each block has that is kept."""
    return [record.tally.cases for record in store.records(cases)]


def test_records_are_there_again_when_it_is_opened_again(tmp_path):
    """In the order of their blocks, each once, however often it is kept; and so is a sample."""
    with opened(tmp_path, MINE) as store:
        assert (kept(store), store.sample()) == ([], None)
        for index in (1, 0, 1):
            store.keep(SeededBlock(0, index), of(7 + index))
        store.keep_sample({"record": 1})
    with opened(tmp_path, MINE) as store:
        assert (kept(store), store.sample()) == ([7, 8], {"record": 1})


def test_more_cases_keep_whole_blocks_and_renew_the_last(tmp_path):
    """A block of fewer cases is none of a campaign whose blocks have more."""
    with opened(tmp_path, MINE) as store:
        store.keep(SeededBlock(0, 0), of(CASES))
        store.keep(SeededBlock(0, 1, 3), of(3))
        assert kept(store, CASES + 3) == [CASES, 3]
        assert kept(store, CASES + 4) == [CASES]
        store.keep(SeededBlock(0, 1, 4), of(4))
        assert kept(store, CASES + 4) == [CASES, 4]


def refused(folder, words, identity=MINE):
    """What is said of a folder that is not opened: one line with these words."""
    with pytest.raises(ValueError, match=words) as raised, opened(folder, identity):
        pytest.fail("opened")
    assert "\n" not in str(raised.value)
    return str(raised.value)


@pytest.mark.parametrize("name", MINE)
def test_another_campaign_s_folder_is_refused(tmp_path, name):
    """In a line that says how to begin anew; what is kept stays."""
    with opened(tmp_path, MINE) as store:
        store.keep(SeededBlock(0, 0), of(1))
    words = f"a campaign of {name} {MINE[name]}, needed other"
    assert refused(tmp_path, words, {**MINE, name: "other"}).endswith(ANEW)
    assert read(tmp_path) == (None, [1])


def test_a_second_campaign_in_a_folder_waits_for_nobody(tmp_path):
    """It is refused as long as the first one is at work, and not after that."""
    with opened(tmp_path, MINE):
        refused(tmp_path, "another campaign runs there")
    with opened(tmp_path, MINE):
        pass


def test_what_is_no_database_is_refused(tmp_path):
    """And left as it is; so is one that cannot be opened."""
    (tmp_path / NAME).write_text("something else, which is long enough to have a header of its own" * 20)
    refused(tmp_path, "file is not a database")
    assert (tmp_path / NAME).read_text().startswith("something else")
    (tmp_path / "other" / NAME).mkdir(parents=True)
    refused(tmp_path / "other", "unable to open")


def test_one_that_cannot_be_written_is_refused(tmp_path, monkeypatch):
    """As a folder on a medium that is read-only."""
    with opened(tmp_path, MINE):
        pass
    connect = sqlite3.connect

    def read_only(path, **options):
        return connect(f"file:{path}?mode=ro", uri=True, **options)

    monkeypatch.setattr(sqlite3, "connect", read_only)
    refused(tmp_path, "needed a campaign's database that can be written")


def read(folder):
    """The sample and the blocks that are kept."""
    with opened(folder, MINE) as store:
        return store.sample(), kept(store)


def damaged(folder, *statement):
    """What is said of the folder once other hands have changed the database."""
    connection = sqlite3.connect(folder / NAME)
    with connection:
        connection.execute(*statement)
    connection.close()
    with pytest.raises(ValueError, match=NAME) as raised:
        read(folder)
    assert str(raised.value).startswith(f"{folder / NAME}: ")
    assert "\n" not in str(raised.value)
    return str(raised.value)


@pytest.fixture
def filled(tmp_path):
    """A folder with two blocks and a sample."""
    with opened(tmp_path, MINE) as store:
        for index in (0, 1):
            store.keep(SeededBlock(0, index), of(CASES))
        store.keep_sample({"record": 10})
    return tmp_path


@pytest.mark.parametrize("kind", ["identity", "sample", "block"])
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
def test_a_row_that_is_not_as_it_was_written_is_refused(filled, kind, change):
    """A digit, a value cut off, a number or a size: a checksum is over all of a row."""
    found = damaged(filled, f"UPDATE done SET {change} WHERE kind = '{kind}' AND number = 0")
    # A block with another number is found missing first.
    whats = ("does not match its checksum", "is missing")
    assert any(f": {kind} " in found and f" {what}; {ANEW}" in found for what in whats)


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("PRAGMA user_version = 99", f"stored in form 99, needed {FORM}"),
        ("DELETE FROM done WHERE kind = 'identity'", "of no campaign that is known"),
        ("DELETE FROM done WHERE kind = 'block' AND number = 0", "block 0 is missing"),
        ("ALTER TABLE done RENAME COLUMN value TO text", "no such column: value"),
    ],
)
def test_rows_that_are_missing_or_of_something_else_are_refused(filled, statement, words):
    """As those of another release's form, whose the others are, a block before the last, or a column."""
    assert words in damaged(filled, statement)


def test_a_row_in_another_form_is_refused(filled):
    """Even if its checksum is right: another release may have written it."""
    row = (_checksum("block", 0, CASES, b"{}"),)
    change = "UPDATE done SET value = '{}', checksum = ? WHERE kind = 'block' AND number = 0"
    assert f"block 0: KeyError: 'rows'; {ANEW}" in damaged(filled, change, row)


@pytest.mark.parametrize("cut", [50, 99, 4096, 5000, 8192, -1])
def test_a_database_that_was_cut_off_is_refused(filled, cut):
    """Wherever; before anything is read of it, or when that is read which is not there any more."""
    whole = (filled / NAME).read_bytes()
    (filled / NAME).write_bytes(whole[:cut])
    with pytest.raises(ValueError, match=NAME) as raised:
        read(filled)
    assert str(raised.value).startswith(f"{filled / NAME}: ")


def test_any_flipped_bit_is_refused_or_does_no_harm(filled):
    """What is read is what was written, or less, which is made again: no bit makes another count of it."""
    whole = (filled / NAME).read_bytes()
    random = Random(0)
    refused = 0
    for at in random.sample([at for at, byte in enumerate(whole) if byte], 150):
        flipped = bytearray(whole)
        flipped[at] ^= 1 << random.randrange(8)
        (filled / NAME).write_bytes(flipped)
        try:
            sample, blocks = read(filled)
        except ValueError as error:
            refused += NAME in str(error)
        else:
            assert sample in ({"record": 10}, None)
            assert blocks in ([CASES, CASES], [CASES], [])
    assert refused > 75


def test_what_cannot_be_written_is_reported(tmp_path):
    """As where the disk is full: in one line with the file, and what was kept before is there."""
    with opened(tmp_path, MINE) as store:
        (pages,) = store._connection.execute("PRAGMA page_count").fetchone()
        store._connection.execute(f"PRAGMA max_page_count = {pages}")
        done = []

        def fill():
            for index in range(99):
                store.keep(SeededBlock(0, index), of(1))
                done.append(1)

        with pytest.raises(Undelivered, match=rf"{NAME}: database or disk is full, could not be written"):
            fill()
    with opened(tmp_path, MINE) as store:
        assert kept(store, 99 * CASES) == done
    assert done
