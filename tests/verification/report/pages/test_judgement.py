"""The page of a judgement: verdict, scope and sentence first, then every block under every property."""

import re
from dataclasses import replace

import pytest

from tests.pages import NASTY, Page
from tests.verification.judging.test_judgement import RIGHT
from verification import models
from verification.diagnosis.diagnosis import Diagnosis
from verification.diagnosis.picture import Picture
from verification.judging.judgement import Example, PartResult
from verification.report.pages.judgement import page

FORWARD = ("outputs", "final h0", "final c0")
BLOCKS = ("U", "W", "b", "xs", "h0")

WRONG = replace(
    RIGHT,
    rows=(
        *(PartResult("forward", part, 12_266, 12_200) for part in FORWARD),
        *(PartResult("lags", block, 12_266, 12_260) for block in BLOCKS),
        *(PartResult("inputs stay", part, 9, 9) for part in ("U", "d_outputs", "d_state[0]")),
        *(PartResult("second call", part, 10, 8) for part in ("d_U", "U")),
        PartResult("records permute", "W", 5, 2),
        PartResult("calls in a row", "W", 1, 1),
        PartResult("autograd", "U", 18, 18, 7),
    ),
    diagnosis=Diagnosis(
        "step", ("U", "b"), ("f",), f"U is wrong in f {NASTY}.", as_if="z stood for 1 − z", also=("h0",)
    ),
    picture=Picture(instead="Nothing to draw."),
    example=Example(None, "autograd", "U", f"d_U[1, 0]: got 2, want 1 {NASTY}", f"# it {NASTY}\n"),
)


def shown(found):
    """The page, well-formed."""
    text = page(found, models.lstm)
    Page(text)
    return text


def cell(text, part, name):
    """What stands in the matrix."""
    matrix = text.partition('class="matrix')[2].partition("</table>")[0]
    heads = re.findall(r'<th scope="col">(?:<span>)?(.*?)(?:</span>)?</th>', matrix)
    row = next(row for row in matrix.split("<tr>") if f'<th scope="row">{name}</th>' in row)
    cells = re.findall(r"<td.*?</td>", row, re.DOTALL)
    return " ".join(re.sub(r"<[^>]*>", " ", cells[heads.index(part) - 1]).split())


def test_text_is_escaped():
    """A sentence, a failure, a program."""
    text = shown(WRONG)
    assert "<script" not in text
    assert text.count("&lt;script&gt;") == 3


@pytest.mark.parametrize(
    ("part", "name", "entry"),
    [
        ("outputs", "forward", "✓ 12k 12k"),
        ("xs", "lags", "✓ 12k 12k"),
        ("U", "lags", "⊗ 12k 12k"),
        ("U", "autograd", "✗ 7 /18"),
        ("U", "second call", "⊗ 10 8"),
        ("b", "lags", "⊗ 12k 12k"),
        ("h0", "lags", "⊗ 12k 12k"),
        ("outputs", "inputs stay", "✓ 9 9"),
        ("others", "inputs stay", "✓ 9 9"),
        ("W", "records permute", "– 5 2"),
        ("W", "calls in a row", "✓ 1 1"),
        ("W", "autograd", "·"),
        ("c0", "lags", "·"),
    ],
)
def test_a_cell_says_what_came_of_a_part_under_a_property(part, name, entry):
    """A sign, cases and evidence; an array given and its gradient stand in one row.

    What is refuted in one row, or named by the sentence, is right in none.
    """
    assert cell(shown(WRONG), part, name) == entry


def test_a_large_case_makes_no_large_page():
    """A program of a megabyte loses its middle."""
    large = replace(WRONG, example=replace(WRONG.example, code="1.2345, " * 200_000))
    assert len(shown(large).encode()) < 400_000
