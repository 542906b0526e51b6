"""What one call minds of another, of its arrays, and of where those lie."""

import re

import numpy as np
import pytest

from tests.cases import a_case
from tests.layers import gated_linear_attention, gated_scan, vanilla
from tests.verification.properties.refuting import refuted_by
from verification import layer, models
from verification.processes.invalid import TimedOut
from verification.properties.calling import relaid
from verification.properties.conduct import MEMORY_LAYOUT, in_part
from verification.properties.findings import findings, truth_of


def test_every_case_that_is_run_respects_a_domain():
    """Calls for other problems, too: no logarithm of a decay above 0, no gate below 0 or of 1."""
    for model, module, name, within in (
        (models.gated_linear_attention, gated_linear_attention, "g", lambda g: g <= 0),
        (models.gated_scan, gated_scan, "a", lambda a: (a >= 0) & (a < 1)),
    ):
        respected = []

        def forward(params, xs, state, module=module, name=name, within=within, respected=respected):
            respected.append(bool(np.all(within(xs[name]))))
            return module.forward(params, xs, state)

        case = a_case(model, sizes={"A": 2, "K": 2, "V": 2, "H": 2})
        assert not refuted_by(layer(forward, module.backward, model=model), case)
        assert len(respected) > 20
        assert all(respected)


def changed_in_part(size):
    """By number of the bias of so many units, how often it is changed where not all are; of 200 cases."""
    changed = []
    for seed in range(200):
        case = a_case(models.vanilla, 1, 1, seed=seed, sizes={"H": size, "D": 1})
        other = relaid(case, np.negative)
        changed.append(in_part(case, other).blocks["b"] != case.blocks["b"])
    return np.sum([each for each in changed if not each.all()], axis=0)


def test_what_changes_in_part_leaves_the_ends_of_an_array_and_the_middle_of_one_that_has_more():
    """Who looks at these alone sees no change; of few numbers some change all the same."""
    for size in (9, 20):
        counts = changed_in_part(size)
        stay = {0, (size - 1) // 2, size // 2, size - 1}
        assert {*np.flatnonzero(counts == 0)} == stay
    assert (changed_in_part(8) > 20).tolist() == [False, *6 * [True], False]
    assert (changed_in_part(4) > 20).tolist() == [False, True, True, False]


@pytest.mark.parametrize(
    ("error", "words", "lost"),
    [
        (TimedOut("gone"), r"gone", True),
        (BufferError("no"), r"with arrays laid out otherwise \(.*\): .*BufferError: no", False),
    ],
    ids=["does not return", "raises"],
)
def test_who_fails_for_another_layout_is_reported_with_it_and_lost_without_an_answer(error, words, lost):
    """Who does not return would wait as long again for every further layout, and for any other call."""

    def forward(params, xs, state):
        if not xs.flags.c_contiguous:
            raise error
        return vanilla.forward(params, xs, state)

    engine, truth = layer(forward, vanilla.backward, model=models.vanilla), truth_of(a_case(models.vanilla))
    (wrong,) = (each for each in findings(engine, truth, (MEMORY_LAYOUT.name,)) if each.wrong)
    assert (wrong.property, wrong.lost) == (MEMORY_LAYOUT.name, lost)
    assert re.fullmatch(words, wrong.wrong)
