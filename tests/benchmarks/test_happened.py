"""The collection of bugs that happened: each is wrong by another source, and refuted with its words."""

import json
import re
from dataclasses import replace

import numpy as np
import pytest

from benchmarks.happened import BUGS, bug, pages
from benchmarks.happened import __main__ as command
from benchmarks.happened.called import CalledBug
from benchmarks.happened.checking import Said, designed, judged, sentence_of
from benchmarks.happened.differences import CALLS, wrong_blocks
from benchmarks.happened.left_out import LEFT_OUT
from benchmarks.verdict import CHECKERS
from tests.promises import SHORT
from verification import verify
from verification.judging import shrinking
from verification.sampling.scope import Scope

# Engines of the collection, but for layers of those of tests/layers, which have tests of their own.
OWN = {
    each.fault.edits[0].module: each
    for each in BUGS
    if each.fault.edits[0].module.startswith("benchmarks.") and each.fault.family != "layers"
}


@pytest.mark.parametrize("each", BUGS, ids=lambda each: each.name)
def test_each_is_wrong_and_its_twin_right_by_central_differences(each):
    """In plain NumPy, of forward and backward alone."""
    assert wrong_blocks(each) != []
    assert wrong_blocks(each, wrong=False) == []


@pytest.mark.slow
@pytest.mark.parametrize(
    "each", {each.fault.family: each for each in OWN.values()}.values(), ids=lambda each: each.name
)
def test_one_of_each_other_family_is_refuted_and_named(each, monkeypatch):
    """By the designed cases of single levels, with the words of its record; the command judges all."""
    monkeypatch.setattr(shrinking, "SECONDS", 0.2)
    found = judged(each, designed(1))
    assert found.verdict == "refuted"
    assert each.fault.caught_by in {row.property for row in found.rows if row.failures}
    assert each.fault.says in sentence_of(found), sentence_of(found)


@pytest.mark.slow
@pytest.mark.parametrize("each", OWN.values(), ids=lambda each: each.fault.edits[0].module)
def test_a_twin_of_its_own_is_right(each):
    """In a small scope; those of tests/layers have tests of their own."""
    right = each.engine(wrong=False)
    # A few steps, and more than a block where there are blocks.
    steps = (1, 20) if hasattr(each.module, "BLOCK") else (1, 2)
    small = Scope(records=(1, 2), steps=steps, dtypes=right.claim.dtypes[-1:])
    found = verify(right, SHORT, scope=small)
    assert found.verdict == "verified to singles", found


def test_each_says_what_it_is():
    """By a name of its own, a source that is a repository, a year, a family."""
    assert len({each.name for each in BUGS}) == len(BUGS)
    for each in BUGS:
        assert re.fullmatch(r"[\w.-]+/[\w.-]+([#@]\w+)?", each.fault.source), each.fault.source
        assert re.match(r"20\d\d", each.date)
        assert each.fault.story
        assert each.fault.family
        assert each.read in ("diff", "code", "thread")
        assert each.call in CALLS
    for source, what, why in LEFT_OUT:
        assert re.match(r"[\w.-]+/[\w.-]+#\d+", source), source
        assert "" not in (what, why)


def test_what_is_kept_is_theirs():
    """bugs.json describes them, and the page's tables are those of results.json."""
    assert pages.DESCRIBED.read_text("utf-8") == pages.described()
    page, results = pages.PAGE.read_text("utf-8"), pages.kept()
    assert list(results["bugs"]) == [each.name for each in BUGS if each.name in results["bugs"]]
    assert pages.with_tables(page, results) == page


def test_what_was_measured_holds_of_the_records():
    """All refuted, and those whose record has words with these words."""
    for name, said in pages.kept()["bugs"].items():
        assert said["verdict"] == "refuted"
        assert said["named"] == bug(name).is_named(said["sentence"]) == bool(bug(name).fault.says), name


def test_an_engine_is_given_to_any_checker():
    """Arrays to arrays and back, complex ones as real ones; a second backward has what was saved."""
    called = CalledBug(bug("mamba.py-65"), False, records=2, steps=3)
    outputs, final = called.forward(*called.point)
    assert outputs.shape[-1] == 2
    assert not np.iscomplexobj(outputs)
    once = called.backward(called.point, [outputs, final])
    assert [a.shape for a in once] == [a.shape for a in called.point]
    overwritten = CalledBug(bug("tensorflow-26331"), True, records=2, steps=3)
    cotangents = overwritten.forward(*overwritten.point)
    first, second = (overwritten.backward(overwritten.point, cotangents)[0] for _ in range(2))
    assert not np.array_equal(first, second)


def test_the_command_lists(capsys):
    """A bug by its name."""
    assert command.main(["--list", "fla-459"]) == 0
    assert capsys.readouterr().out.startswith("fla-459: ")


def test_what_is_judged_anew_is_kept_beside_the_others(monkeypatch):
    """The verdicts on one bug, and what is said of its twin."""
    written, before = [], pages.kept()
    said = Said("refuted", 1.0, 1, False, "", {})
    monkeypatch.setattr(command, "installed", lambda: dict.fromkeys(CHECKERS, lambda called: "right"))
    monkeypatch.setattr(command, "by_verifier", lambda each: said)
    monkeypatch.setattr(command, "write", written.append)
    assert command.main(["fla-459", "--keep"]) == 0
    (found,) = written
    assert [*found["bugs"]] == [*before["bugs"]]
    assert found["bugs"]["fla-459"]["seconds"] == 1.0
    assert found["twins"].keys() == before["twins"].keys()
    monkeypatch.setattr(command, "installed", dict)
    with pytest.raises(SystemExit) as left:
        command.main(["fla-459", "--keep"])
    assert left.value.code == 2
    assert len(written) == 1


@pytest.mark.slow
def test_the_command_judges(tmp_path, capsys):
    """A line and a result for each, whatever checkers there are."""
    path = tmp_path / "found.json"
    assert command.main(["jax-753", "--json", str(path)]) == 0
    found = json.loads(path.read_text("utf-8"))["bugs"]["jax-753"]
    assert (found["verdict"], found["strength"], found["named"]) == ("refuted", 1, True)
    assert found["checkers"]["central differences"] == {"small": "wrong", "documented": "wrong"}
    assert "jax-753: refuted" in capsys.readouterr().out


def test_a_right_engine_would_be_noticed():
    """A record whose line were right is wrong by nothing."""
    each = bug("jax-753")
    (edit,) = each.fault.edits
    right = replace(each, fault=replace(each.fault, edits=(replace(edit, wrong=edit.right),)))
    assert wrong_blocks(right) == []
