"""Cases and objectives."""

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from verification.models import complex_scan, lstm, scan
from verification.models.case import Cotangents, Targets, axes_put_out, random_case, real_of
from verification.models.model import Block, Model, Use

SIZES = {"H": 3, "D": 2}


def test_a_random_case_has_the_shapes_of_its_model():
    """And says its sizes, numbers and steps."""
    case = random_case(lstm, np.random.default_rng(0), SIZES, records=4, steps=5, dtype=np.float32)
    assert {name: array.shape for name, array in case.blocks.items()} == {
        "U": (12, 2),
        "W": (12, 3),
        "b": (12,),
        "xs": (4, 5, 2),
        "h0": (4, 3),
        "c0": (4, 3),
    }
    assert case.sizes == {"N": 4, "T": 5, "D": 2, "H": 3}
    assert case.dtype == np.float32
    assert [f.name for f in case.chosen.values()] == ["sigmoid", "tanh", "tanh"]


def test_a_block_without_axes_is_an_array():
    """Though what NumPy computes of one is a number; in Fractions as well."""
    model = Model("own", (Block("tau", (), Use.STEP), *scan.blocks), scan.step)
    case = random_case(model, np.random.default_rng(0), SIZES)
    cases = (case, case.astype(np.float32), replace(case, blocks={**case.blocks, "tau": Fraction(1, 2)}))
    assert [(type(each.blocks["tau"]), each.blocks["tau"].shape) for each in cases] == 3 * [(np.ndarray, ())]
    assert cases[2].blocks["tau"][()] == Fraction(1, 2)


def test_the_loss_is_by_cotangents_of_outputs_and_of_the_final_state():
    """The final state's counts at the last step."""
    d = np.array([[[2.0], [3.0]]])
    objective = Cotangents(d, (np.array([[10.0]]),))
    h = np.array([[5.0]])
    assert objective.losses(2) == (0, 1)
    assert objective.term(scan, None, None, objective.data(0, 2), (h,)).tolist() == [10.0]
    assert objective.term(scan, None, None, objective.data(1, 2), (h,)).tolist() == [65.0]


def test_a_complex_cotangent_is_of_the_real_and_the_imaginary_part():
    """⟨d, o⟩ = Re d Re o + Im d Im o."""
    objective = Cotangents(np.array([[[2 + 3j]]]), (np.array([[0j]]),))
    data = objective.data(0, 1)
    assert objective.term(complex_scan, None, None, data, (np.array([[5 + 7j]]),)).tolist() == [31.0]


def test_targets_are_the_model_s_own_loss_from_a_step_on():
    """½ (o − target)², o being the state."""
    objective = Targets(np.array([[[4.0]]]), last=True)
    assert objective.losses(2) == (1,)
    loss = objective.term(scan, None, None, objective.data(1, 2), (np.array([[2.0]]),))
    assert loss.tolist() == [2.0]
    assert objective.replaced(lambda a: 2 * a).targets.tolist() == [[[8.0]]]


@pytest.mark.parametrize(("dtype", "real"), [(np.float32, np.float32), (np.complex128, np.float64)])
def test_the_type_that_says_how_a_number_is_rounded(dtype, real):
    """That of its real part."""
    assert real_of(np.dtype(dtype)) == np.dtype(real)
    case = random_case(scan, np.random.default_rng(0), SIZES)
    assert case.astype(dtype).dtype == dtype


def test_what_is_put_out_has_axes_of_blocks_or_sizes():
    """Products too; what no block has is as long as it is, whatever the dimensions are."""
    blocks = (
        *(Block("q", ("A G", 3), Use.INPUT), Block("k", ("A",), Use.INPUT), Block("b", ("G",), Use.STEP)),
        Block("s", ("A",), Use.STATE),
    )

    def output(f, p, x, s):
        return np.stack([x.q, -x.q], axis=-1) + 0 * np.sum(p.b)

    model = Model("own", blocks, lambda f, p, x, s: s + x.k, output=output)
    assert axes_put_out(model) == ("A G", 3, 2)
    assert random_case(model, np.random.default_rng(0), {"A": 2, "G": 5}).sizes == {
        "N": 2,
        "T": 3,
        "A": 2,
        "G": 5,
    }
