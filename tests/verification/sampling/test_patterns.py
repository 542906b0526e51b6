"""Numbers in a pattern: of inputs and of weights, and none elsewhere."""

import numpy as np
import pytest

from verification.models import complex_scan, gru, lstm, scan
from verification.models.case import random_case
from verification.models.model import Use
from verification.sampling.conditions import ALIKE, DIAGONAL, INITIAL, ONE_HOT, ONE_SIGN, SYMMETRIC, WHOLE
from verification.sampling.patterns import with_patterns


def made(model=lstm, **levels):
    """A case, and the same with these levels, their types alike."""
    dtype = np.complex64 if model.complex else np.float32
    case = random_case(model, np.random.default_rng(0), {"H": 4, "D": 3}, 2, 3, dtype)
    levels = {name.replace("_", " "): level for name, level in levels.items()}
    after = with_patterns(case, levels, np.random.default_rng(0))
    assert all(array.dtype == dtype for array in after.blocks.values())
    return case, after


def changed(case, after):
    """The names of the blocks that are not as they were."""
    return {name for name, array in case.blocks.items() if not np.array_equal(array, after.blocks[name])}


def one_hot(array):
    """Is one entry of each row 1, and are the others 0?"""
    return np.isin(array, (0, 1)).all() and (array.sum(axis=-1) == 1).all()


CHECKS = {
    ONE_HOT: one_hot,
    WHOLE: lambda array: (array == np.round(array)).all() and array.all() and np.abs(array).max() <= 2,
    ONE_SIGN: lambda array: (array > 0).all(),
    ALIKE: lambda array: (array == array.flat[0]).all(),
}


@pytest.mark.parametrize("level", CHECKS)
@pytest.mark.parametrize("model", [lstm, scan, complex_scan], ids=lambda model: model.name)
def test_inputs_form_a_pattern(model, level):
    """All blocks of inputs, and no others; without a function whole numbers do not grow with the steps."""
    case, after = made(model, pattern_of_inputs=level)
    names = {block.name for block in model.of(Use.INPUT)}
    assert changed(case, after) == names
    for name in names:
        assert CHECKS[level](after.blocks[name])
        assert model.functions or 0.05 < np.abs(after.blocks[name]).max() <= 1


def parts(array):
    """Its square matrices."""
    return np.split(array, len(array) // array.shape[1])


@pytest.mark.parametrize("model", [lstm, gru], ids=lambda model: model.name)
def test_each_gate_s_matrix_is_symmetric_or_diagonal(model):
    """Of what reads the units that it writes."""
    case, after = made(model, pattern_of_weights=SYMMETRIC)
    assert changed(case, after) == {"W"}
    assert all(np.array_equal(part, part.T) for part in parts(after.blocks["W"]))
    case, after = made(model, pattern_of_weights=DIAGONAL)
    assert changed(case, after) == {"W"}
    for part in parts(after.blocks["W"]):
        assert np.array_equal(part, np.diag(np.diag(part)))
        assert np.diag(part).all()


def test_weights_are_one_hot_of_one_sign_or_all_alike():
    """Matrices so that no row's sum grows with its length; vectors have no one-hot."""
    case, after = made(pattern_of_weights=ONE_HOT)
    assert changed(case, after) == {"U", "W"}
    assert all(one_hot(after.blocks[name]) for name in "UW")
    for level in (ONE_SIGN, ALIKE):
        case, after = made(pattern_of_weights=level)
        assert changed(case, after) == {"U", "W", "b"}
        assert all(CHECKS[level](after.blocks[name]) for name in "UWb" if level == ONE_SIGN or name != "b")
        assert all(np.abs(after.blocks[name]).sum(axis=1).max() <= 1 for name in "UW")


def test_a_network_as_it_is_initialised():
    """Biases are zero, but the forget gate's, which are one."""
    case, after = made(pattern_of_weights=INITIAL)
    assert changed(case, after) == {"b"}
    np.testing.assert_array_equal(after.blocks["b"], np.repeat([0, 1, 0, 0], 4))
    assert not made(gru, pattern_of_weights=INITIAL)[1].blocks["b"].any()


def test_random_numbers_stay_as_they_are():
    """Every block."""
    assert changed(*made(pattern_of_inputs="random", pattern_of_weights="random")) == set()
