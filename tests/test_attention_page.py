"""docs/judge/attention.md: its example prints what it says, and its table has the models as they are."""

import re

import numpy as np
import pytest

from tests.examples import ROOT, holds, of_kind
from tests.layers import scalar_gated_linear_attention as plain
from verification import check, models
from verification.models.case import random_case
from verification.models.model import Use

PAGE = (ROOT / "docs" / "judge" / "attention.md").read_text("utf-8")

# Models of one input, or of no cells of today's.
OTHERS = {"vanilla", "lstm", "gru", "gru_reset_before", "linear", "complex_linear", "scan", "complex_scan"}
OTHERS |= {"projected_lstm", "stack"}


@pytest.mark.slow
def test_the_example_is_verified_and_the_fault_is_placed(tmp_path):
    """In the page's words, with a program that fails beside the wrong layer alone."""

    def write(text):
        (tmp_path / "attention_layer.py").write_text(text, "utf-8")

    holds("attention", tmp_path, write, of_kind("attention", "python")[0])


def names_in(cell):
    """The names of blocks in a cell of the table, as "q, k (A, K), v (A, V)"."""
    return re.sub(r"\([^)]*\)", "", cell).replace(",", " ").split()


def test_every_model_of_today_s_has_a_row_with_its_blocks():
    """States without the 0 of their first step."""
    lines = [line.strip("|").split("|") for line in PAGE.splitlines() if line.startswith("| ")]
    rows = {cells[1].strip(" `"): cells[2:] for cells in lines if len(cells) == 5 and "`" in cells[1]}
    assert {model.name for model in models.SHIPPED} - OTHERS == rows.keys()
    for name, (inputs, states, params) in rows.items():
        model = getattr(models, name)
        assert sorted(names_in(inputs)) == sorted(block.name for block in model.of(Use.INPUT))
        assert names_in(states) == [block.name.removesuffix("0") for block in model.of(Use.STATE)]
        assert names_in(params) == [block.name for block in model.of(Use.STEP)]


def heads_first(*arrays):
    """From (N, T, A, …) to (N, A, T, …), or back."""
    return [np.ascontiguousarray(array.swapaxes(1, 2)) for array in arrays]


def kernel(q, k, v, g, S):
    """The plain layer, heads first, whose queries are scaled."""
    q, k, v, g = heads_first(q, k, v, g)
    xs = {"q": q / q.shape[-1] ** 0.5, "k": k, "v": v, "g": g}
    outputs, (S,), saved = plain.forward({}, xs, (S,))
    return *heads_first(outputs), S, saved


def kernel_back(saved, d_outputs, dS):
    """Its backward."""
    _, d_xs, (dS,) = plain.backward(saved, *heads_first(d_outputs), (dS,))
    d_q, *others = heads_first(*(d_xs[name] for name in "qkvg"))
    return d_q / dS.shape[-2] ** 0.5, *others, dS


def test_a_kernel_is_wrapped_as_the_page_has_it():
    """It agrees with the model, and says its chunks and the sizes that it takes."""
    made = {}
    exec(of_kind("attention", "python")[2], made)
    engine = made["around"](kernel, kernel_back)
    words = engine.claim.in_words()
    assert "chunks of 64" in words
    assert "K 16 or 32" in words
    case = random_case(engine.model, np.random.default_rng(0), {"A": 2, "K": 16, "V": 16})
    check(engine, "autograd", case)
    with pytest.raises(AssertionError, match=r"^autograd q: "):
        check(
            made["around"](kernel, lambda *given: (2 * (d := kernel_back(*given))[0], *d[1:])),
            "autograd",
            case,
        )
