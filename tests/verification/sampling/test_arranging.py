"""Which arrays lie how, and which have the same numbers, so that they can be one."""

import numpy as np

from verification.models import lstm, scan, vanilla
from verification.models.case import random_case
from verification.models.layouts import SHARED
from verification.properties.calling import afresh
from verification.sampling.sample import conditioned


def placed(model, layout, seed, **levels):
    rng = np.random.default_rng(seed)
    return conditioned(random_case(model, rng, {"H": 3, "D": 2}, 2, 3), {"layout": layout, **levels}, rng)


def arrays_of(case):
    """As an engine is given them, by name."""
    given = afresh(case)
    return {**given.blocks, **given.objective.arrays()}


def shared(model, seeds=range(30)):
    """The pairs of arrays that some seed puts into one memory, once they are chosen."""
    found = set()
    for seed in seeds:
        case = placed(model, SHARED, seed)
        arrays = arrays_of(case)
        one, other = case.layouts
        assert np.shares_memory(arrays[one], arrays[other])
        others = [array for name, array in arrays.items() if name not in case.layouts]
        assert not any(np.may_share_memory(arrays[one], array) for array in others)
        found.add(frozenset(case.layouts))
    return found


def test_two_arrays_of_one_shape_share_a_memory():
    """Two states, two cotangents, two inputs, or a state and its own cotangent."""
    assert frozenset({"h0", "c0"}) in shared(lstm)
    assert frozenset({"d_state[0]", "d_state[1]"}) in shared(lstm)
    assert frozenset({"a", "x"}) in shared(scan)
    assert shared(vanilla, range(3)) == {frozenset({"h0", "d_state[0]"})}


def test_what_is_zero_shares_no_other_s_numbers():
    """Nothing is shared where there is nothing alike."""
    case = placed(vanilla, SHARED, 0, states="zero")
    assert case.layouts == {}
    assert case.objective.state[0].all()


def test_one_array_alone_is_read_only():
    found = set()
    for seed in range(40):
        arrays = arrays_of(placed(lstm, "read-only, one alone", seed))
        (frozen,) = (name for name, array in arrays.items() if not array.flags.writeable)
        found.add(frozen)
    assert len(found) > 5
