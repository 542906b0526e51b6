"""The run: verdicts, what they rest on, and what is said of a refuted engine."""

import os
from dataclasses import replace

import numpy as np
import pytest

from tests.layers import planted, scan
from tests.promises import SHORT as FEW
from tests.vanilla import changed
from verification import Scope, layer, manual, models, scoped, verify
from verification.judging import sampled, shrinking
from verification.judging.once import once
from verification.judging.profile import Profile
from verification.judging.run import CaseBlock, CaseRun, Interrupted, Watch
from verification.judging.sampled import MOST
from verification.judging.tally import tally_of
from verification.models.tolerance import HAS_WIDER
from verification.sampling.gaps import rows_between
from verification.sampling.products import rows_of_products
from verification.sampling.sample import in_floats
from verification.sampling.switches import rows_where_code_switches

# Sixty drawn cases.
SHORT = Profile("short", cases=60, exact_cases=0, strength=2)

SMALL = Scope(records=(1, 3), steps=(1, 5), sizes={"H": (1, 4)})


@pytest.fixture(autouse=True)
def shorter_search(monkeypatch):
    """For smaller examples."""
    monkeypatch.setattr(shrinking, "SECONDS", 3)


def judged(forward=scan.forward, backward=scan.backward, model=models.scan, scope=SMALL, **options):
    """The verdict on a layer."""
    profile = options.pop("profile", SHORT)
    return verify(layer(forward, backward, model=model, scope=scope), profile, **options)


def test_a_run_that_has_no_time_left_says_what_was_met():
    """Before a first call: no share of the single levels, and which levels least."""
    found = judged(seconds=1e-9)
    assert (found.word, found.ended, found.strength) == ("not exercised", "no time was left", 0)
    assert (found.cases, found.calls) == (0, {})
    singles, pairs = found.shares
    assert 0 == singles.met < singles.of
    assert 0 == pairs.met < pairs.of
    assert found.headline == f"not exercised; {singles}; {pairs}"
    assert str(singles) in found.missing
    levels = [each for each in found.least_met if not each.endswith("(no case)")]
    assert len(levels) == sampled.NAMED
    assert found.coverage == ()


def test_a_run_that_is_interrupted_has_its_judgement():
    """As a KeyboardInterrupt, for whoever has requested an end; nothing is left at work."""

    def enough(done, total):
        raise KeyboardInterrupt

    with pytest.raises(Interrupted) as caught:
        judged(progress=enough)
    assert isinstance(caught.value, KeyboardInterrupt)
    found = caught.value.judgement
    assert (found.word, found.ended) == ("not exercised", "interrupted")
    assert found.cases > 0


@pytest.mark.parametrize(
    ("ends", "done", "goes_on", "made"),
    [(1, 2, False, 1), (1, 3, False, 2), (2, 3, False, 3), (4, 2, False, 4), (4, 3, True, 4)],
)
def test_a_run_whose_time_is_over_makes_one_block_more_at_most(ends, done, goes_on, made):
    """To make all may take longer than the time that it had. It goes on where all cases are done."""
    blocks = []

    def given():
        for _ in range(4):
            blocks.append(CaseBlock(3))
            yield blocks[-1]

    def spread(work, tasks):
        for number, _ in enumerate(tasks, 1):
            over.append(number == ends)
            yield replace(tally_of([], lambda: None), cases=done)

    class Clock(Watch):
        is_over = property(lambda self: over[-1])

    over = [False]
    run = CaseRun(spread, None, Clock())
    run.look(given())
    assert (run.goes_on, len(blocks)) == (goes_on, made)


@pytest.mark.slow
def test_a_right_layer_is_verified():
    """With its scope in words, and what was not checked."""
    reported, reached = [], []
    found = judged(progress=lambda done, total: reported.append((done, total)), reached=reached.append)
    assert (found.verdict, found.headline, found.ended) == ("verified to pairs", "verified to pairs", "")
    assert found.missing == ()
    assert reached == list(found.milestones)
    assert [(each.share.strength, each.share.whole) for each in reached] == [(1, True), (2, True)]
    assert [each.share for each in reached] == list(found.shares)
    assert 0 < reached[0].cases <= reached[1].cases <= found.cases
    assert (found.diagnosis, found.example) == (None, None)
    engine = layer(scan.forward, scan.backward, model=models.scan, scope=SMALL)
    claim = engine.claim
    rows = in_floats(models.scan, claim).rows(2)
    between = rows_between(models.scan, claim, 0)
    asked_once = [*once(engine)]
    meeting = [*rows_of_products(models.scan, claim), *rows_where_code_switches(models.scan, claim)]
    assert found.cases == SHORT.cases + len(rows) + len(meeting) + len(between) + len(asked_once)
    assert reported[-1] == (found.cases, found.cases)
    assert found.informative >= len(rows)
    assert [each.strength for each in found.coverage] == [2]
    assert found.coverage[0].covered == found.coverage[0].possible > 100
    assert found.scope.startswith("float32 and float64; full gradient by cotangents")
    assert "truncations" in found.not_checked
    assert str(found).startswith("scan: verified to pairs (float32")
    by_name = {(row.property, row.part): row for row in found.rows}
    assert by_name["autograd", "a"].cases == found.cases - len(asked_once)
    assert by_name["autograd", "a"].evidence >= 25


@pytest.mark.slow
def test_the_same_seed_sees_the_same():
    """And another one something else."""
    first, second, other = (judged(profile=FEW, seed=seed).seen for seed in (0, 0, 1))
    assert first == second != other


@pytest.mark.slow
def test_a_wrong_layer_is_refuted_with_its_place_and_smallest_example():
    """After the first block of cases."""
    wrong = planted(scan, "d_x[:, t] = dh", "d_x[:, t] = d_outputs[:, t]")
    found = judged(wrong.forward, wrong.backward)
    assert found.verdict == "refuted"
    assert found.cases <= MOST
    assert found.diagnosis.blocks == ("x",)
    assert found.example.larger == ""
    assert found.example.case.sizes == {"N": 1, "T": 1, "H": 1}
    assert found.example.failure.startswith("d_x[0, 0, 0]: got ")
    assert "check(engine, 'autograd', case)" in str(found)
    assert found.diagnosis.sentence in str(found)
    assert [panel.block for panel in found.picture.lags.panels] == ["x"]
    assert [each.name for each in found.picture.numbers] == ["x"]


def test_an_engine_that_ends_its_process_is_refuted():
    """With how it ended, and at which case."""
    found = judged(backward=lambda saved, d_outputs, d_state: os._exit(3))
    assert found.verdict == "refuted"
    assert "ended its process with exit code 3, at N " in found.diagnosis.sentence
    assert found.example is None
    assert found.picture.instead.endswith("an engine that does not come back is run no more.")


@pytest.mark.slow
@pytest.mark.skipif(not HAS_WIDER, reason="long doubles are judged where they are wider than doubles")
@pytest.mark.parametrize(
    ("dtypes", "losses"), [(("longdouble",), "last"), (("float32", "float64", "longdouble"), "every")]
)
def test_what_is_wrong_in_long_doubles_alone_is_explained(dtypes, losses):
    """With its map where losses and steps can be distinguished, though no type is wider."""

    def engine(problem):
        answer = manual(problem)
        return changed(answer, W=1.001 * answer.params["W"]) if problem.dtype == np.longdouble else answer

    scope = Scope(dtypes=dtypes, losses=(losses,), functions={"activation": ("tanh",)}, steps=(1, 5))
    found = verify(scoped(engine, scope), FEW)
    assert found.verdict == "refuted"
    where = "" if dtypes == ("longdouble",) else "In longdouble, "
    assert f"{where}W is wrong" in found.diagnosis.sentence
    assert "failed by" not in f"{found}{found.picture.instead}"
    assert {panel.block for panel in found.picture.lags.panels} == {"W"}
