"""docs/judge/attention.md: its example prints what it says, and its table has the models as they are."""

import re

import pytest

from tests.examples import ROOT, holds, of_kind
from verification import models
from verification.models.model import Use

PAGE = (ROOT / "docs" / "judge" / "attention.md").read_text("utf-8")

# Models of one input, or of no cells of today's.
OTHERS = {"vanilla", "lstm", "gru", "gru_reset_before", "linear", "complex_linear", "scan", "complex_scan"}
OTHERS |= {"projected_lstm"}


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
