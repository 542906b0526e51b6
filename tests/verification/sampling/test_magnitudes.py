"""Numbers made tiny, and one made large, where they are asked for and nowhere else."""

import numpy as np
import pytest

from verification.models import gru, linear, lstm, scan, vanilla
from verification.models.case import random_case
from verification.models.model import Block, Model, Use
from verification.sampling.magnitudes import ALL_TINY, one_large, with_magnitudes

ORDINARY = dict.fromkeys(("matrices", "vectors", "inputs", "states"), "ordinary")


def made(model=lstm, seed=0, units=3, **levels):
    """A case, and the same with these levels."""
    case = random_case(model, np.random.default_rng(seed), {"H": units, "D": 2}, 2, 3)
    return case, with_magnitudes(case, {**ORDINARY, **levels}, np.random.default_rng(seed))


def largest(case, *names):
    return max(np.abs(case.blocks[name]).max() for name in names)


def test_ordinary_numbers_stay_as_they_are():
    before, after = made()
    for name, array in before.blocks.items():
        np.testing.assert_array_equal(after.blocks[name], array)


@pytest.mark.parametrize(
    ("part", "names"), [("matrices", "UW"), ("vectors", "b"), ("inputs", ("xs",)), ("states", ("h0", "c0"))]
)
def test_tiny_numbers_are_below_a_thousandth(part, names):
    """All of that use, and no others."""
    before, after = made(**{part: "tiny"})
    assert 2e-5 < largest(after, *names) <= 1e-4
    for name in set(before.blocks) - set(names):
        np.testing.assert_array_equal(after.blocks[name], before.blocks[name])


@pytest.mark.parametrize(
    ("condition", "words", "just"),
    [(ALL_TINY, "all |W| <", 0.0999), (one_large(2.0), "some |W| >", 1.001)],
    ids=["tiny", "large"],
)
def test_a_magnitude_is_recognised_and_named(condition, words, just):
    """Of several arrays the largest number of all counts; from a tenth to 1 it is neither."""
    healthy = [np.full((2, 2), 0.1), np.full(3, 1.0)]
    assert condition.holds(condition.apply(healthy, np.random.default_rng(0)))
    assert not any(map(condition.holds, (healthy, healthy[:1], healthy[1:])))
    assert condition.holds([np.full(3, just)])
    assert condition.words.format("W") == words


def test_a_state_of_zero():
    assert largest(made(states="zero")[1], "h0", "c0") == 0


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize(
    ("model", "part", "names", "size"),
    [
        *((lstm, "matrices", "UW", 45), (lstm, "vectors", "b", 45)),
        *((lstm, "inputs", ("xs",), 9), (lstm, "states", ("h0", "c0"), 6), (scan, "inputs", "ax", 9)),
    ],
)
def test_one_number_is_large(model, part, names, size, seed):
    """One entry of one block of that use."""
    _, after = made(model, seed, **{part: "one large"})
    assert sum(int((np.abs(after.blocks[name]) == size).sum()) for name in names) == 1
    assert largest(after, *(set(after.blocks) - set(names))) < 1


@pytest.mark.parametrize("seed", range(8))
def test_what_a_large_weight_reads_is_small(seed):
    """An input's column, or a unit, whichever its matrix reads; of a single unit an input."""
    for units in (1, 3):
        _, after = made(vanilla, seed, units, matrices="one large")
        found = {name: np.argwhere(np.abs(after.blocks[name]) == 45) for name in "UW"}
        if len(found["U"]):
            assert 0.001 < np.abs(after.blocks["xs"][..., found["U"][0][1]]).max() <= 0.01
        else:
            assert units > 1
            row, column = found["W"][0]
            assert row != column
            assert max(np.abs(after.blocks[name][column]).max() for name in "UWb") <= 0.01
            assert np.abs(after.blocks["h0"][:, column]).max() <= 0.01


def test_a_weight_of_an_input_may_be_any_that_is_large():
    """One on the diagonal too, for it is no weight of the unit's own state."""
    cases = (made(vanilla, seed, 2, matrices="one large")[1] for seed in range(40))
    found = {tuple(place.tolist()) for case in cases for place in np.argwhere(case.blocks["U"] == 45)}
    assert found >= {(0, 0), (1, 1)}


def test_of_two_vectors_the_one_that_has_more_units_is_large():
    """GRU's second bias is one entry where H is 1."""
    for seed in range(6):
        _, after = made(gru, seed, 1, vectors="one large")
        assert np.abs(after.blocks["b"]).max() == 45


def test_a_unit_that_nothing_bounds_is_at_rest():
    """Its state and its cotangents are zero, and what feeds it."""
    _, after = made(linear, vectors="one large")
    (unit,) = np.flatnonzero(np.abs(after.blocks["lam"]) == 45)
    assert not after.blocks["B"][unit].any()
    assert not after.blocks["h0"][:, unit].any()
    assert not after.objective.outputs[..., unit].any()
    assert after.objective.outputs.any()


def test_what_is_no_such_unit_has_its_cotangents():
    """Of a vector that is longer than what is put out, and of one that is as long as its first axis."""
    lam = Block("lam", ("K",), Use.STEP)
    blocks = (lam, Block("x", ("K", "V"), Use.INPUT), Block("S0", ("K", "V"), Use.STATE))

    def step(f, p, x, S):
        return np.expand_dims(p.lam, -1) * S + x

    for output in (None, lambda f, p, x, S: S.sum(axis=-2)):
        model = Model("own", blocks, step, output=output)
        case = random_case(model, np.random.default_rng(0), {"K": 9, "V": 2})
        after = with_magnitudes(case, {"vectors": "one large"}, np.random.default_rng(0))
        (unit,) = np.flatnonzero(np.abs(after.blocks["lam"]) == 45)
        assert not after.objective.state[0][:, unit].any()
        assert after.objective.state[0].any(axis=(0, 2)).sum() == 8
        assert after.objective.outputs.any(axis=(0, 1)).all() == (output is not None)


@pytest.mark.parametrize(("dtype", "least"), [("float32", 88.8), ("float64", 709.8)])
def test_a_number_overflows_in_exp_and_not_in_value(dtype, least):
    """One entry of a vector, or an input times its weights, beyond what exp holds in the type."""
    for seed in range(5):
        _, after = made(seed=seed, vectors="one that overflows", type=dtype)
        assert largest(after, "b") == pytest.approx(1.2 * least, rel=1e-2)
        assert largest(after, "U", "W", "xs", "h0") < 1
        _, after = made(seed=seed, inputs="one that overflows", type=dtype)
        record, step, _ = np.unravel_index(np.abs(after.blocks["xs"]).argmax(), after.blocks["xs"].shape)
        assert np.abs(after.blocks["U"] @ after.blocks["xs"][record, step]).max() > least
        assert largest(after, "xs") == pytest.approx(1.2 * least * 3 * 2**0.5, rel=1e-2)


def test_a_block_of_zeros_is_not_the_one_that_has_a_large_number():
    for seed in range(6):
        _, after = made(seed=seed, matrices="one large", zero="U")
        assert largest(after, "W") == 45
        assert largest(after, "U") < 1
