"""The picture in a page: a panel for each block or part, marks beside colours, and words for both."""

import html
import re

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.pages import NASTY, Page
from verification.diagnosis.lag_map import LagMap, Mark, Panel
from verification.diagnosis.picture import Picture, beside
from verification.report.pages.maps import CLEAR, MARGIN, SIDE, SIGNS, where
from verification.report.pages.rendering import style

R, C, W, A, S, N = Mark.RIGHT, Mark.CLOSE, Mark.WRONG, Mark.ABSENT, Mark.SURPLUS, Mark.NONE

LAGS = LagMap(
    losses=("0", "1", "end"),
    panels=(
        Panel("U", "i", ((R, N), (C, R), (A, R)), np.full((3, 2), 0.02)),
        Panel("U", "f", ((W, S), (W, W), (W, W)), np.full((3, 2), 0.5)),
        Panel("W", "", ((R, N), (R, R), (R, R)), np.zeros((3, 2))),
    ),
    views={"U": "by columns", "W": "by restarts", "xs": "by slices"},
    right=("xs",),
    unseen=("b",),
)
NUMBERS = (
    beside("U", "f", np.array([2.0, np.nan, 0.5]), np.array([1.0, 1.0, 0.5]), 1e-9),
    beside("W", "", np.zeros(2), np.zeros(2), 1e-9),
)


def drawn(found):
    """The section, well-formed, and its parts."""
    text = f"<main>{''.join(where(found).values())}</main>"
    return text, Page(text)


def words(text):
    """What a reader sees of it."""
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", text)).split())


def test_every_mark_has_its_sign_its_meaning_and_its_colour():
    """So that who sees no colours misses nothing."""
    assert set(SIGNS) == set(Mark)
    assert len({sign for sign, _ in SIGNS.values()}) == len(Mark)
    for mark in Mark:
        assert f".maps .{mark.value} " in style("maps")
    text, _ = drawn(Picture("T 2", LAGS, NUMBERS))
    legend = text.partition("<dl")[2].partition("</dl>")[0]
    for sign, meaning in SIGNS.values():
        assert f"<dt>{sign}</dt>" in legend
        assert meaning in legend


@pytest.mark.parametrize("lags", [LAGS, None])
def test_without_lags_there_are_numbers_alone(lags):
    """Under another name, so that no link leads to a map that is not there, and with a line that says why."""
    found = Picture("T 2", lags, NUMBERS, unmapped="" if lags else f"no time {NASTY}")
    text, _ = drawn(found)
    assert [*where(found)] == ["numbers" if lags is None else "map"]
    assert ("By loss and step" in text) == (lags is not None)
    assert ("No map by loss and step: no time" in text) == (lags is None)
    assert "Given beside expected" in text
    assert "<script" not in text


ERRORS = st.sampled_from([0.0, 1e-17, -1e-12, 1e-9, -1e-3, 1.0, -1.0, -2.0, 1e3])


@example([(0.0, 1e-17)], 1e-15, 1e-200)
@given(
    st.lists(st.tuples(st.floats(-10, 10), ERRORS), min_size=1, max_size=9),
    st.sampled_from([0.0, 1e-15, 1e-10]),
    st.sampled_from([1e-200, 1.0, 1e300]),
)
def test_what_is_wrong_stands_off_the_line_and_what_is_right_on_it(drawn_from, bound, size):
    """However small its error is beside the numbers; on its own side, and within the frame."""
    want = np.array([number for number, _ in drawn_from]) * size
    got = want + np.array([error for _, error in drawn_from]) * size
    found = beside("W", "", got, want, bound * size)
    ((_, svg, count),) = _numbers(found)
    assert count.startswith(f"{found.wrong.sum()} of {len(want)} numbers wrong")
    x, y = map(float, re.search(r'd="M([\d.]+) ([\d.]+)L[^"]*" class="line"', svg).groups())
    # The start of a mark: of a cross its upper left end, of a circle its left one.
    for kind, wrong, above in (("misses", True, 3), ("fits", False, 0)):
        path = re.search(rf'd="([^"]*)" class="{kind}"', svg)
        marks = re.findall(r"M([-\d.]+) ([-\d.]+)", path[1]) if path else []
        chosen = np.flatnonzero(found.wrong == wrong)
        assert len(marks) == len(chosen)
        for n, (left, top) in zip(chosen, marks, strict=True):
            across, height = float(left) + 3, float(top) + above
            over = y - (across - x) - height
            assert MARGIN + 3 < across < MARGIN + SIDE - 3
            assert 3 < height < SIDE - 3
            assert over * np.sign(got[n] - want[n]) > CLEAR - 0.5 if wrong else abs(over) < 0.5


def _numbers(found):
    """The panels of numbers: name, picture and caption."""
    text, _ = drawn(Picture("T 2", None, (found,), unmapped="it has one step"))
    figures = re.findall(r"<b>(.*?)</b> <small>(.*?)</small></figcaption>(<svg.*?</svg>)", text, re.DOTALL)
    return [(name, svg, count) for name, count, svg in figures]
