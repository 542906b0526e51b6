"""What a verdict takes and what quicker checkers see: each part is measured, and each checker can fail."""

import json

import pytest

from benchmarks.field_study.checkers import by_differences
from benchmarks.field_study.wrapped import at_a_point
from benchmarks.verdict import CHECKERS, main, of_times, right_layer, wrong_layers


@pytest.mark.slow
def test_every_part_is_reported(tmp_path, capsys):
    """As text, and as data; the wrong layer is refuted by the verifier."""
    assert main(["--quick", "--rounds", "1", "--json", str(tmp_path / "found.json")]) == 0
    found = json.loads((tmp_path / "found.json").read_text("utf-8"))
    output = capsys.readouterr()
    parts, checkers = found["parts"], {each["what"]: each for each in found["checkers"]}
    named = [each["what"] for each in parts]
    assert [each for each in named if each not in output.out] == []
    assert named[:3] == ["verdict, nothing kept", "verdict, first", "verdict, again"]
    assert all(each["clock"] > 0 and each["processor"] >= 0 for each in parts)
    assert (checkers["verify"]["noticed"], checkers["verify"]["given"]) == (1, 1)
    left_out = {name for name in CHECKERS if f"{name}: left out" in output.err}
    assert {*checkers} | left_out == {"verify", *CHECKERS}
    assert "central differences" in checkers


def test_a_checker_beside_it_can_fail():
    """Of the right layer it says nothing; of one whose slope is left out it names an entry."""
    wrong = wrong_layers()["the candidate's slope is left out"]()
    assert by_differences(at_a_point(right_layer())) == ""
    assert "[" in by_differences(at_a_point(wrong))
    found = of_times("differences", 0.5, [(1.0, True), (3.0, False), (2.0, True)])
    assert (found.wrong, found.most, found.noticed, found.given) == (2.0, 3.0, 2, 3)
