"""Failures: programs of cases that have failed, under the cases' places."""

from verification.campaign.blocks import Place
from verification.campaign.failures import FOLDER, holds, keep, kept


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
