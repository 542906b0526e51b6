"""The whole catalogue, and the result of a run."""

import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from rnn import Full
from verification.diagnosis import diagnose
from verification.mutants.catalogue import CATALOGUE, EQUIVALENT
from verification.mutants.catalogue.textbook import DH_PREV
from verification.mutants.deck import Example, Kill, deck
from verification.mutants.mutant import Edit, Mutant
from verification.mutants.patch import engine
from verification.mutants.run import JUDGES, MutantsResult, diagnosed, known, run, shrunk
from verification.properties import findings
from verification.tasks import each
from verification.trial import Trial, Truth

UNTRANSPOSED = (Edit("cells.vanilla", DH_PREV, "product(da, W.T, dh)"),)


def a_mutant(caught_by, edits=UNTRANSPOSED):
    """A mutant that names this property."""
    return Mutant(f"for {caught_by}", "W.", "this test", edits, caught_by)


@pytest.fixture(scope="module")
def whole():
    """The whole catalogue, judged."""
    return run()


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
    """The declared places, by mutant."""
    lines = Path(__file__).with_name("places.txt").read_text("utf-8").splitlines()
    told, name = {}, ""
    for line in lines:
        if line.startswith("    "):
            told[name] = f"{told.get(name, '')} {line.strip()}".strip()
        else:
            name = line
    return told


@pytest.fixture(scope="module")
def diagnoses(whole):
    """Every mutant's diagnosis."""
    suspects = known()
    kills = each(lambda kill: diagnosed(kill, suspects), whole.kills)
    return {kill.mutant.name: kill.diagnosis for kill in kills}


def test_every_mutant_is_placed(diagnoses):
    """Stage, blocks and lags are those declared, of at least 95 in a hundred; and of all, as it stands."""
    declared = places()
    assert declared.keys() == diagnoses.keys()
    wrong = {name for name, found in diagnoses.items() if not str(found).startswith(declared[name])}
    assert wrong == set()


def test_every_mutant_is_what_it_is_like(diagnoses):
    """Each is named, by itself or beside others with the same gradients, and no crowd of them."""
    for name, found in diagnoses.items():
        assert name in found.as_if
        assert len(found.as_if) <= 3


def test_the_blocks_of_a_diagnosis_are_those_that_disagree(diagnoses):
    """On the problem that a diagnosis is about, the totals that no map is drawn from tell the same blocks."""
    agrees = next(check for check in JUDGES if check.name == "autograd")
    for mutant in CATALOGUE:
        found = diagnoses[mutant.name]
        if found.maps:
            trial = Trial(engine(mutant), Truth(found.problem))
            wrong = {f.row.removeprefix("autograd ") for f in findings(trial, agrees) if f.wrong is not None}
            assert wrong <= set(found.blocks), mutant.name
            assert wrong or mutant.caught_by == "lag by lag", mutant.name


def test_no_equivalent_edit_is_diagnosed():
    """An edit that is no fault shows none."""
    for mutant in EQUIVALENT:
        assert diagnose(engine(mutant)).stage is None, mutant.name


def test_no_equivalent_edit_is_accused(whole):
    """What is no fault is taken for none."""
    assert [(kill.mutant.name, list(kill.caught)) for kill in whole.accused] == []
    assert len(whole.equivalents) == len(EQUIVALENT)


def test_every_property_has_a_mutant_that_it_must_catch():
    """A property that no mutant names has not shown that it can fail.

    The complex step repeats another's. Bits are about engines whose numbers are right, of which a diagnosis
    has nothing to say; ``test_properties`` shows wrong ones.
    """
    idle = {check.name for check in JUDGES} - {mutant.caught_by for mutant in CATALOGUE}
    assert idle == {"complex step", "bits"}


def test_names_are_unique():
    """A name says which."""
    assert [n for n, times in Counter(m.name for m in CATALOGUE + EQUIVALENT).items() if times > 1] == []


def test_the_result_counts_who_survived_and_who_was_accused():
    """Two of three caught, one of them by another property than it names; one edit accused."""
    example = Example(deck()[0].problem, "how")
    kills = (
        Kill(a_mutant("lags"), {"lags": example}),
        Kill(a_mutant("forward"), {"lags": example}),
        Kill(a_mutant("forward"), {"forward": example, "lags": example}),
    )
    accused = Kill(a_mutant(None), {"lags": example})
    result = MutantsResult(kills, (accused, Kill(a_mutant(None), {})), 1.0)
    assert (result.total, result.killed) == (3, 2)
    assert (result.survivors, result.accused) == ((kills[1],), (accused,))
    assert result.by_property == {"lags": 1, "forward": 1}
    assert not result.holds


def test_a_run_tells_how_far_it_is(monkeypatch):
    """Equivalents, one by one, and mutants in batches are counted together; the properties given judge."""
    monkeypatch.setattr(sys.modules[run.__module__], "BATCH", 2)
    told = []
    judges = [check for check in JUDGES if check.name in ("forward", "lags")]
    result = run(
        lambda done, total: told.append((done, total)),
        mutants=[a_mutant("lags"), a_mutant("forward")],
        equivalents=[a_mutant(None, edits=())],
        properties=judges,
    )
    assert told == [(1, 3), (3, 3)]
    assert [kill.caught.keys() for kill in result.kills] == [{"lags"}, {"lags"}]
    assert result.accused == ()


def test_the_smallest_example_is_small():
    """A carry that is always zero shows on one record, one step and one unit, with ones everywhere."""
    always_zero = a_mutant("lags", (Edit("cells.vanilla", DH_PREV, "dh.fill(0)"),))
    (kill,) = run(mutants=[always_zero], equivalents=()).kills
    least = shrunk(kill, tried=50)
    assert least.by_name
    assert least.example.failure.startswith("lags h0: h0[0, 0]: got 0.0")
    assert all(np.all(array == 1) for array in least.example.problem.arrays().values())


def test_a_survivor_has_no_smaller_example():
    """What the named property did not catch is left as it is, and so is what no drawn problem shows."""
    survivor = Kill(a_mutant("forward"), {})
    assert shrunk(survivor) is survivor
    problem = deck()[0].problem
    assert problem.truncation == Full()
    only_here = Kill(a_mutant("lags", edits=()), {"lags": Example(problem, "how")})
    assert shrunk(only_here, tried=20) is only_here


def test_a_diagnosis_knows_the_mutants():
    """Each by its name and as an engine, but for one whose right line the engine does not have."""
    lost = replace(CATALOGUE[0], name="lost", edits=(Edit("bptt", "a line that never was", "pass"),))
    known_ones = known((CATALOGUE[0], lost))
    assert [suspect.name for suspect in known_ones] == [CATALOGUE[0].name]
    assert diagnose(known_ones[0].engine, known_ones).as_if == (CATALOGUE[0].name,)
