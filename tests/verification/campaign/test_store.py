"""The store: a record for each block, kept whole, of one campaign, by one at a time."""

import os
import signal
import sqlite3
import subprocess
import sys
from dataclasses import replace

import pytest

from tests.campaigns import ENVIRONMENT
from verification.campaign.blocks import CASES, Block
from verification.campaign.identity import Identity
from verification.campaign.record import Record
from verification.campaign.store import NAME, opened

MINE = Identity("net", "a" * 64, {"numpy": "2.4.6"})


def kept(store, cases=3 * CASES):
    """The blocks that are kept, and how many cases each has."""
    return [(block.index, record.cases) for block, record in store.kept(cases)]


def test_records_are_there_again_when_it_is_opened_again(tmp_path):
    """In the order of their blocks, each once, however often it is kept."""
    with opened(tmp_path, MINE, 0) as store:
        for index in (2, 0, 2):
            store.keep(Block(0, index), Record(cases=7 + index))
        store.put("sample", {"of": [1, 2]})
    with opened(tmp_path, MINE, 0) as store:
        assert kept(store) == [(0, 7), (2, 9)]
        assert store.count(3 * CASES) == 2
        assert store.get("sample") == {"of": [1, 2]}
        assert store.get("nothing") is None


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
    with pytest.raises(ValueError, match="kept in form 99, needed 1"), opened(tmp_path, MINE, 0):
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


WRITING = """
import sys
from pathlib import Path
from tests.verification.campaign.test_store import MINE
from verification.campaign.blocks import Block
from verification.campaign.record import Record
from verification.campaign.store import opened

with opened(Path(sys.argv[1]), MINE, 0) as store:
    for index in range(100_000):
        store.keep(Block(0, index), Record(cases=index))
        print(index, flush=True)
"""


def test_what_was_told_to_be_kept_survives_a_kill(tmp_path):
    """SIGKILL while it writes: every block that was kept is there, whole, and the folder is free again."""
    call = [sys.executable, "-c", WRITING, str(tmp_path)]
    writer = subprocess.Popen(call, env=ENVIRONMENT, stdout=subprocess.PIPE, text=True)
    with writer:
        for line in writer.stdout:
            if line == "20\n":
                break
        os.kill(writer.pid, signal.SIGKILL)
        told = [20, *(int(line) for line in writer.stdout if line.endswith("\n"))]
    with opened(tmp_path, MINE, 0) as store:
        there = kept(store, 100_000 * CASES)
    assert there == [(index, index) for index in range(len(there))]
    assert len(there) > told[-1]
