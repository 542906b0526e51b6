"""Cases and objectives."""

from dataclasses import replace
from fractions import Fraction

import numpy as np

from tests.cases import a_case
from verification.models import scan
from verification.models.case import axes_put_out
from verification.models.model import Block, Model, Use


def test_a_block_without_axes_is_an_array():
    """Though what NumPy computes of one is a number; in Fractions as well."""
    model = Model("own", (Block("tau", (), Use.STEP), *scan.blocks), scan.step)
    case = a_case(model)
    cases = (case, case.astype(np.float32), replace(case, blocks={**case.blocks, "tau": Fraction(1, 2)}))
    assert [(type(each.blocks["tau"]), each.blocks["tau"].shape) for each in cases] == 3 * [(np.ndarray, ())]
    assert cases[2].blocks["tau"][()] == Fraction(1, 2)


def test_what_is_put_out_has_axes_of_blocks_or_sizes():
    """Products too; what no block has is as long as it is, whatever the dimensions are."""
    blocks = (
        *(Block("q", ("A G", 3), Use.INPUT), Block("k", ("A",), Use.INPUT)),
        *(Block("b", ("G",), Use.STEP), Block("s", ("A",), Use.STATE)),
    )

    def output(f, p, x, s):
        return np.stack([x.q, -x.q], axis=-1) + 0 * np.sum(p.b)

    model = Model("own", blocks, lambda f, p, x, s: s + x.k, output=output)
    assert axes_put_out(model) == ("A G", 3, 2)
    assert a_case(model, sizes={"G": 5}).sizes == {"N": 2, "T": 3, "A": 2, "G": 5}
