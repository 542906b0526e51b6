"""Replays as records of one batch: their states, and what flows back to the first ones."""

from dataclasses import replace

import numpy as np
import pytest

from tests.cases import a_case
from verification.models import lstm, scan, vanilla
from verification.models.tolerance import DRAWS, PERTURBATION, least_healthy, unit
from verification.truth import backward_rounding, replay_batch
from verification.truth.replay_batch import Replay, ReplayBatch
from verification.truth.rounding import Copies, Rounding
from verification.truth.sums import Sums

RECORDS = 2
COPIES = Copies(np.dtype(np.longdouble), True, DRAWS)


def sums_of(case, replays=None, copies=COPIES):
    """What flows back through replays, or through one of all steps, with a loss on the last."""
    replays = replays or [Replay(0, case.steps, (case.steps - 1,))]
    start = tuple(Rounding(case, copies, 0).of_array(array) for array in case.state)
    held = tuple(np.concatenate([array] * len(replays), axis=1) for array in start)
    sums = Sums(case, copies)
    ReplayBatch(case, copies, replays, held, 1).backward(sums)
    return sums


def one_by_one_and_at_once(monkeypatch, *of):
    """The same by steps that are traced each by itself, and by all at once."""
    found = []
    for dense in (0, 10_000):
        monkeypatch.setattr(replay_batch, "DENSE", dense)
        found.append(sums_of(*of))
    return found


@pytest.mark.parametrize("draws", [0, DRAWS])
@pytest.mark.parametrize(
    "replays",
    [
        [Replay(0, 9, (2, 3, 8))],
        [Replay(1, 8, (8,)), Replay(2, 5, (5, 6)), Replay(3, 4, (6,)), Replay(7, 1, (7,))],
    ],
    ids=["whole", "of several lengths"],
)
def test_steps_that_are_gone_back_through_at_once_have_the_gradients_of_each_by_itself(
    monkeypatch, replays, draws
):
    """What flows back goes through the dense derivative of each; what may be lost goes the same way."""
    case = a_case(lstm, RECORDS, 9)
    # Cotangents as small as what may be lost.
    case = replace(case, objective=case.objective.replaced(lambda array: array * least_healthy(case.dtype)))
    alone, at_once = one_by_one_and_at_once(monkeypatch, case, replays, replace(COPIES, draws=draws))
    for name, gradient in alone.draws.items():
        size = np.abs(gradient[:1]).max()
        np.testing.assert_allclose(at_once.draws[name][:1], gradient[:1], atol=1e-15 * size, rtol=0)
        # Roundings are drawn in another order, signs of what starts as well.
        if draws:
            for here, there in ((at_once.terms, alone.terms), (at_once.lost, alone.lost)):
                assert there[name].max() / 3 <= here[name].max() <= there[name].max() * 3
        assert np.all(at_once.lost["W"] > 0) == bool(draws)


WHOLE = [Replay(0, 9, (0, 2, 3, 7, 8))]
SEVERAL = [Replay(1, 8, (4, 8)), Replay(1, 7, (1, 4, 5, 6)), Replay(6, 2, (7,))]


@pytest.mark.parametrize(
    ("most", "dense", "replays"),
    [
        (1, 0, WHOLE),
        (2, 0, SEVERAL),
        (2, 10_000, WHOLE),
        (3, 0, WHOLE),
        (3, 10_000, SEVERAL),
        (5, 0, SEVERAL),
    ],
)
def test_losses_that_are_traced_some_at_a_time_send_back_what_all_do(monkeypatch, replays, most, dense):
    """Whether they end where a stretch does or not; what each takes of the readout is counted once."""
    monkeypatch.setattr(replay_batch, "DENSE", dense)
    case, found = a_case(lstm, RECORDS, 9, losses="every"), []
    for limit in (most, 100):
        monkeypatch.setattr(ReplayBatch, "_most_losses", lambda self, rows, limit=limit: limit)
        found.append(sums_of(case, replays).draws)
    some_at_a_time, at_once = found
    for name, gradient in at_once.items():
        size = np.abs(gradient[0]).max()
        assert (size > 0) == (name not in ("h0", "c0") or replays[0].first == 0)
        np.testing.assert_allclose(some_at_a_time[name][0], gradient[0], atol=1e-15 * size, rtol=0)


def test_what_may_be_lost_in_a_function_flows_on_through_earlier_steps(monkeypatch):
    """Where a gate is shut at the last step alone, nothing else is lost that reaches the others."""
    case = a_case(lstm, RECORDS, 9)
    U, xs = case.blocks["U"].copy(), case.blocks["xs"].copy()
    U[:, 0], U[:2, 0] = 0, 1
    xs[:, -1, 0] = -690
    case = replace(case, blocks={**case.blocks, "U": U, "xs": xs})
    alone, at_once = one_by_one_and_at_once(monkeypatch, case)
    for s in (0, 4, 7):
        there, here = (each.lost["xs"][:, s].max() for each in (alone, at_once))
        assert 0 < there / 3 <= here <= there * 3


def test_what_flows_through_many_steps_is_rounded_on_every_way_of_each(monkeypatch):
    """And not at the last one alone: here each rounding makes it larger."""

    def larger(flow, more):
        return np.concatenate([flow[:1], flow[1:] * 1.001]) if isinstance(flow, np.ndarray) else flow

    monkeypatch.setattr(backward_rounding, "BackwardRounding", lambda *given: larger)
    case = a_case(scan, RECORDS, 9)
    alone, at_once = (
        np.mean(sums.draws["h0"][1:] / sums.draws["h0"][:1])
        for sums in one_by_one_and_at_once(monkeypatch, case)
    )
    assert alone > 1.001**9 - 1e-12
    assert at_once == pytest.approx(alone, rel=1e-12)


def test_sizes_of_terms_of_rows_that_are_apart_are_added_up():
    """Of twenty records, with signs of their own the sum would be a bound that is half as large again."""
    case = a_case(vanilla, 20, 1, sizes={"H": 3, "D": 2})
    alone = [sums_of(case.of_records(slice(n, n + 1))).draws["b"][0] for n in range(20)]
    np.testing.assert_allclose(sums_of(case).terms["b"], np.sum(np.abs(alone), axis=0), rtol=1e-12)


def of_zeros(steps, records, units, losses=(), **blocks):
    """Sums and states of a linear cell whose numbers are all zero but for those, by cotangents of one."""
    case = a_case(vanilla, records, steps, sizes={"H": units, "D": 1})
    zeros = {name: np.zeros_like(array) for name, array in case.blocks.items()}
    for name, values in blocks.items():
        zeros[name][:] = values
    case = replace(case, blocks=zeros, functions={"activation": "identity"})
    case = replace(case, objective=case.objective.replaced(np.ones_like))
    start = (np.broadcast_to(case.state[0], (COPIES.count, *case.state[0].shape)).astype(COPIES.dtype),)
    batch, sums = ReplayBatch(case, COPIES, [Replay(0, steps, losses)], start, 1), Sums(case, COPIES)
    batch.backward(sums)
    return batch, sums


def scattered(draws):
    """The mean square of how far draws are off, in those of one rounding."""
    return float(np.mean((draws / (PERTURBATION * unit(np.dtype(float)))) ** 2) * 3)


def test_what_steps_share_is_rounded_in_four_turns():
    """A mean of as many roundings is off by half as much as one."""
    _, sums = of_zeros(81, 1, 8, tuple(range(81)), b=1)
    draws = sums.draws["W"]
    assert 0.27 < scattered(draws[1:] / draws[:1] - 1) < 0.6
