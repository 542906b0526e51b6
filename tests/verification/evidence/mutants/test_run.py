"""The whole catalogue, and the result of a run."""

import sys
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from verification.evidence.mutants.catalogue import CATALOGUE, EQUIVALENT
from verification.evidence.mutants.catalogue.textbook import DH_PREV
from verification.evidence.mutants.deck import JUDGES, Example, Kill, deck
from verification.evidence.mutants.mutant import Edit, Mutant
from verification.evidence.mutants.run import MutantsResult, diagnosed, run, shrunk
from verification.processes.tasks import each
from verification.properties.property import Finding

UNTRANSPOSED = (Edit("cells.vanilla", DH_PREV, "product(da, W.T, dh)"),)


def example(property_="lags", part="W"):
    """As if a property had found something there on the deck's first problem."""
    return Example(deck()[0].case, Finding(property_, part, "how"))


def a_mutant(caught_by, edits=UNTRANSPOSED):
    """A mutant that names this property."""
    return Mutant(f"for {caught_by}", "W.", "this test", edits, caught_by)


@pytest.fixture(scope="module")
def whole():
    """The whole catalogue, judged."""
    return run()


@pytest.mark.slow
def test_every_mutant_is_caught_by_the_property_that_it_names(whole):
    """None survives, and there are more than forty-five of them."""
    assert [kill.mutant.name for kill in whole.survivors] == []
    assert whole.killed == whole.total == len(CATALOGUE) >= 45


def test_a_mutant_that_ends_its_process_is_told_of():
    """A run cannot go on without its verdict, so it stops, and names the mutants of the batch."""
    dies = a_mutant("lags", (Edit("cells.vanilla", DH_PREV, "__import__('os')._exit(3)"),))
    with pytest.raises(RuntimeError, match=r"for lags.*exit code 3"):
        run(mutants=[dies], equivalents=())


def places():
    """The declared places, by mutant: the stage, and the wrong blocks where a diagnosis names any."""
    lines = Path(__file__).with_name("places.txt").read_text("utf-8").splitlines()
    told = {}
    for name, place in zip(lines[::2], lines[1::2], strict=True):
        stage, _, blocks = place.strip().partition(": ")
        told[name] = stage, tuple(blocks.split(", ")) if blocks else ()
    return told


@pytest.fixture(scope="module")
def diagnoses(whole):
    """Every mutant's diagnosis."""
    return {kill.mutant.name: kill.diagnosis for kill in each(diagnosed, whole.kills)}


@pytest.mark.slow
def test_every_mutant_is_placed(diagnoses):
    """Stage and blocks are those declared, and no fault is without a sentence."""
    found = {name: (each.stage, each.blocks) for name, each in diagnoses.items()}
    assert found == places()
    assert all(each.sentence.endswith(".") for each in diagnoses.values())


@pytest.mark.slow
def test_no_equivalent_edit_is_accused(whole):
    """What is no fault is taken for none."""
    assert [(kill.mutant.name, list(kill.caught)) for kill in whole.accused] == []
    assert len(whole.equivalents) == len(EQUIVALENT)


def test_every_property_has_a_mutant_that_it_must_catch():
    """A property that no mutant names has not shown that it can fail.

    The complex step repeats another's. Bits are about engines whose numbers are right, of which a diagnosis
    has nothing to say; ``test_again`` shows wrong ones.
    """
    assert set(JUDGES) - {mutant.caught_by for mutant in CATALOGUE} == {"complex step", "bits"}


def test_names_are_unique():
    """A name says which."""
    assert [n for n, times in Counter(m.name for m in CATALOGUE + EQUIVALENT).items() if times > 1] == []


def test_the_result_counts_who_survived_and_who_was_accused():
    """Two of three caught, one of them by another property than it names; one edit accused."""
    kills = (
        Kill(a_mutant("lags"), {"lags": example()}),
        Kill(a_mutant("forward"), {"lags": example()}),
        Kill(a_mutant("forward"), {"forward": example("forward"), "lags": example()}),
    )
    accused = Kill(a_mutant(None), {"lags": example()})
    result = MutantsResult(kills, (accused, Kill(a_mutant(None), {})), 1.0)
    assert (result.total, result.killed) == (3, 2)
    assert (result.survivors, result.accused) == ((kills[1],), (accused,))
    assert result.by_property == {"lags": 1, "forward": 1}
    assert not result.holds


def test_a_run_tells_how_far_it_is(monkeypatch):
    """Equivalents, one by one, and mutants in batches are counted together; the properties named judge."""
    monkeypatch.setattr(sys.modules[run.__module__], "BATCH", 2)
    told = []
    result = run(
        lambda done, total: told.append((done, total)),
        mutants=[a_mutant("lags"), a_mutant("forward")],
        equivalents=[a_mutant(None, edits=())],
        names=("forward", "lags"),
    )
    assert told == [(1, 3), (3, 3)]
    assert [kill.caught.keys() for kill in result.kills] == [{"lags"}, {"lags"}]
    assert result.accused == ()


def test_the_smallest_example_is_small():
    """A carry that is always zero shows on one record, one step and one unit, in quarters."""
    always_zero = a_mutant("lags", (Edit("cells.vanilla", DH_PREV, "dh.fill(0)"),))
    (kill,) = run(mutants=[always_zero], equivalents=()).kills
    least = shrunk(kill)
    assert least.by_name
    assert least.example.failure.startswith("lags ")
    case = least.example.case
    assert (case.records, case.steps, case.sizes["H"], case.sizes["D"], case.sizes["K"]) == (1, 1, 1, 1, 1)
    assert np.all(4 * case.blocks["xs"] == np.round(4 * case.blocks["xs"]))


def test_a_survivor_has_no_smaller_example():
    """What the named property did not catch is left as it is, and so is what no drawn problem shows."""
    survivor = Kill(a_mutant("forward"), {})
    assert shrunk(survivor) is survivor
    only_here = Kill(a_mutant("larger", edits=()), {"larger": example("larger")})
    assert shrunk(only_here) is only_here
    assert diagnosed(survivor) is survivor
