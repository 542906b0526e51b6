"""Failures: programs of cases that have failed, under the cases' places."""

import pytest

from rnn.console.files import Undelivered
from verification.campaign.blocks import Place
from verification.campaign.failures import FOLDER, check, holds, keep, kept


def test_what_has_failed_is_kept_in_order(tmp_path):
    """As programs that say which case they are; other files in the folder are nobody's place."""
    assert list(kept(tmp_path)) == []
    for place in (Place(0, 10, 3), Place(0, 9, 20)):
        assert not holds(tmp_path, place)
        keep(tmp_path, place, "assert False\n")
        assert holds(tmp_path, place)
    (tmp_path / FOLDER / "notes.py").write_text("")
    assert list(kept(tmp_path)) == [Place(0, 9, 20), Place(0, 10, 3)]
    told = (tmp_path / FOLDER / "0-10-3.py").read_text("utf-8")
    assert told == "# Case 3 of block 10, seed 0.\nassert False\n"


def test_a_folder_that_will_do_passes(tmp_path):
    """One that is not there yet, and one with programs and other files."""
    check(tmp_path)
    keep(tmp_path, Place(0, 0, 0), "assert False\n")
    (tmp_path / FOLDER / "notes").mkdir()
    check(tmp_path)


def test_a_place_where_nothing_can_be_kept_is_refused(tmp_path, monkeypatch):
    """A file, a link that leads nowhere, a folder that is read-only, a folder under a program's name."""
    there = tmp_path / FOLDER
    for make, undo in (
        (there.touch, there.unlink),
        (lambda: there.symlink_to("nowhere"), there.unlink),
    ):
        make()
        with pytest.raises(ValueError, match=f"{there}: needed a folder that can be written"):
            check(tmp_path)
        undo()
    there.mkdir()
    with monkeypatch.context() as patch:
        # The superuser may write everywhere.
        patch.setattr("os.access", lambda path, mode: False)
        with pytest.raises(ValueError, match=f"{there}: needed a folder that can be written"):
            check(tmp_path)
    (there / "0-1-2.py").mkdir()
    with pytest.raises(ValueError, match=r"failures/0-1-2\.py: needed the program of a case"):
        check(tmp_path)


def test_what_cannot_be_written_is_told(tmp_path):
    """In a line with its path."""
    (tmp_path / FOLDER).touch()
    with pytest.raises(Undelivered, match=r"failures/0-0-0\.py: File exists, could not be written"):
        keep(tmp_path, Place(0, 0, 0), "assert False\n")
