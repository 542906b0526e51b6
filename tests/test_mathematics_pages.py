"""docs/chain-rule.md and docs/vanishing.md: the program can disagree, and the picture is drawn.

That programs print what is said, tests/test_readme.py sees to.
"""

import contextlib
import io
import runpy

import numpy as np

from rnn import LSTM, Vanilla
from tests.examples import FENCE, ROOT

DOCS = ROOT / "docs"


def test_the_page_s_program_can_disagree():
    """By a line that is wrong: a carry through W transposed."""
    text = (DOCS / "chain-rule.md").read_text("utf-8")
    program, comparison = (block for kind, block in FENCE.findall(text) if kind == "python")
    right = "dh, dc = da @ params.W, dc * f"
    assert program.count(right) == 1
    made, printed = {}, io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(program.replace(right, "dh, dc = da @ np.tile(params.W[:5].T, (4, 1)), dc * f"), made)
        exec(comparison, made)
    assert printed.getvalue().startswith("LSTM is off by ")


def test_the_picture_shows_what_the_page_says_of_it(tmp_path):
    """The figures of its text, by the functions that draw it."""
    drawing = runpy.run_path(str(DOCS / "vanishing.py"))
    left, scaled = drawing["left"], drawing["scaled"]
    curves = {name: left(cell, change) for name, (cell, change, _) in drawing["CURVES"].items()}
    assert f"{curves['vanilla, 0.5 W'][10]:.0e}" == "8e-04"
    assert 90 < curves["vanilla, 1.5 W"][59] < 110
    assert (round(curves["GRU"][10], 2), round(curves["LSTM, forget bias 1"][10], 2)) == (0.02, 0.34)
    assert curves["LSTM, forget bias 3"][59] > 10
    assert np.array_equal(left(Vanilla(2, 32), scaled(1)), curves["vanilla"])
    assert not np.array_equal(left(LSTM(2, 32), scaled(1)), curves["vanilla"])
    drawing["drawn"](tmp_path / "vanishing.png")
    assert (tmp_path / "vanishing.png").read_bytes()[:4] == b"\x89PNG"
