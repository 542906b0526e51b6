"""The picture of a refuted engine: maps of marks by loss and step, and plots of given against expected
numbers.

Each panel is an SVG with a size of its own, so that a narrow screen shows fewer in a row. Marks mean the same
as colours.
"""

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any

import numpy as np
from markupsafe import Markup

from verification.diagnosis.lag_map import LagMap, Mark, Panel
from verification.diagnosis.picture import GotAgainstWant, Picture
from verification.report.pages.rendering import parts
from verification.report.pages.svg import tag

# By mark: its sign, and what it means.
SIGNS = {
    Mark.RIGHT: ("✓", "right, within rounding"),
    Mark.CLOSE: ("~", "wrong, by less than a tenth of the largest number there"),
    Mark.WRONG: ("✗", "wrong, by a tenth of it or more"),
    Mark.ABSENT: ("0", "nothing is given where something is expected"),
    Mark.SURPLUS: ("+", "something is given where nothing is expected"),
    Mark.NONE: ("·", "nothing is expected, and nothing is given"),
}

# Pixels: of a cell, of the space to the left of the cells, and of that below them.
CELL, LEFT, BELOW = 20, 46, 34

# The least side of a panel, so that the names of its axes fit.
LEAST = 70

# Pixels: the side of a panel of numbers, the space to its left, and the space around its marks.
SIDE, MARGIN, ROOM = 124, 52, 14

# Pixels that a wrong number is drawn above or below the line at least: its cross then does not touch it.
CLEAR = 9

# The path of a circle and of a cross, each from its left end, and how far that is above the middle.
MARKS = {"fits": (0, "a3 3 0 1 0 6 0a3 3 0 1 0-6 0"), "misses": (3, "l6 6m0-6l-6 6")}


def where(found: Picture) -> dict[str, str]:
    """The section of a page, by what it shows; empty where nothing is drawn."""
    if found.instead:
        return {}
    cases = [
        {
            "case": each.case,
            "lags": each.lags and _lags(each.lags),
            "unmapped": each.unmapped,
            "numbers": [_scatter(some) for some in each.numbers],
        }
        for each in (found, *found.more)
    ]
    return {"map" if found.has_map else "numbers": parts("sections.html").where(cases)}


def _lags(found: LagMap) -> dict[str, Any]:
    """A map: its panels by name, and the text with it."""
    met = {mark for panel in found.panels for row in panel.marks for mark in row}
    return {
        "has_end": "end" in found.losses,
        "words": " ".join(_by_lag(found)),
        "legend": [entry for mark, entry in SIGNS.items() if mark in met],
        "panels": [(_name(panel.block, panel.part), drawn(found, panel)) for panel in found.panels],
        "told": " ".join(_views(found)),
    }


def _by_lag(found: LagMap) -> Iterator[str]:
    """The steps at which the gradients become wrong, in words."""
    own = [_name(panel.block, panel.part) for panel in found.panels if panel.wrong_at_once]
    later = [
        _name(panel.block, panel.part) for panel in found.panels if panel.wrong and not panel.wrong_at_once
    ]
    right = [_name(panel.block, panel.part) for panel in found.panels if not panel.wrong]
    if own:
        yield f"Wrong from the loss's own step on: {'; '.join(own)}."
    if later:
        yield f"Right at the loss's own step, wrong at earlier ones: {'; '.join(later)}."
    if right := [*right, *found.right]:
        yield f"Right on this case: {'; '.join(right)}."


def _views(found: LagMap) -> Iterator[str]:
    """How the contributions of steps to each block were separated, and the blocks without a panel."""
    by_view = sorted(found.views, key=lambda name: found.views[name])
    views = (f"{', '.join(names)} {view}" for view, names in groupby(by_view, lambda name: found.views[name]))
    yield f"Steps are told apart so: {'; '.join(views)}."
    if found.unseen:
        yield f"Not told apart, and so not here: {', '.join(found.unseen)}."


def drawn(found: LagMap, panel: Panel, **place: str) -> Markup:
    """A panel of a map as an SVG; ``place``: further attributes, if it is a part of another one."""
    steps, losses = len(panel.marks[0]), len(found.losses)
    across, upright = max(steps * CELL, LEAST), max(losses * CELL, LEAST)
    cells = [_cell(panel, t, s, mark) for t, row in enumerate(panel.marks) for s, mark in enumerate(row)]
    down = [_text(name, LEFT - 5, t * CELL + CELL / 2, "end") for t, name in enumerate(found.losses)]
    along = [_text(str(s), LEFT + (s + 0.5) * CELL, upright + 10) for s in range(steps)]
    title = _text("loss at step", 9, upright / 2, turn=True)
    below = _text("from step s", LEFT + across / 2, upright + 25)
    inside = (*cells, *down, *along, title, below)
    return _svg(_in_words(found, panel), LEFT + across + 2, upright + BELOW, inside, **place)


def _cell(panel: Panel, t: int, s: int, mark: Mark) -> Markup:
    x, y = LEFT + s * CELL, t * CELL
    side = str(CELL - 1)
    if mark is Mark.NONE:
        return tag("circle", cx=str(x + CELL / 2), cy=str(y + CELL / 2), r="1", class_="none")
    off = "" if mark is Mark.RIGHT else f", off by {panel.off[t, s]:.1g} of what is expected"
    return tag(
        "g",
        tag("title", f"{SIGNS[mark][1]}{off}"),
        tag("rect", x=str(x), y=str(y), width=side, height=side, class_=mark.value),
        _text(SIGNS[mark][0], x + (CELL - 1) / 2, y + CELL / 2),
    )


def _in_words(found: LagMap, panel: Panel) -> str:
    """A text that replaces the panel for a screen reader."""
    rows = (
        f"loss {name}: {', '.join(mark.value for mark in row)}"
        for name, row in zip(found.losses, panel.marks, strict=True)
    )
    return f"{_name(panel.block, panel.part)}. {'; '.join(rows)}"


def _scatter(found: GotAgainstWant) -> tuple[str, Markup, str]:
    """A panel of numbers: its name, the picture, and how many are wrong."""
    finite = np.isfinite(found.given)
    numbers = np.concatenate((found.expected, found.given[finite]))
    largest = float(np.max(np.abs(numbers), initial=0.0)) or 1.0

    def across(value: float) -> float:
        return MARGIN + ROOM + (value / largest + 1) / 2 * (SIDE - 2 * ROOM)

    def upwards(value: float) -> float:
        return SIDE - ROOM - (value / largest + 1) / 2 * (SIDE - 2 * ROOM)

    frame = tag("rect", x=str(MARGIN), y="0", width=str(SIDE), height=str(SIDE), class_="frame")
    low, high = -largest, largest
    path = f"M{across(low):.1f} {upwards(low):.1f}L{across(high):.1f} {upwards(high):.1f}"
    inside = [frame, tag("path", d=path, class_="line")]
    for kind, chosen in (("fits", ~found.wrong & finite), ("misses", found.wrong & finite)):
        above, mark = MARKS[kind]
        marks = []
        for want, got in zip(found.expected[chosen], found.given[chosen], strict=True):
            # What is within the bound is on the line, also where the bound is larger than the frame.
            line, off = upwards(want), 0.0
            if kind == "misses":
                off = max(abs(line - upwards(got)), CLEAR)
            height = line - off if got > want else line + off
            marks.append(f"M{across(want) - 3:.1f} {height - above:.1f}{mark}")
        if marks:
            inside.append(tag("path", d="".join(marks), class_=kind))
    for value in (low, 0.0, high):
        inside.append(_text(_short(value), MARGIN - 4, upwards(value), "end"))
    ends = ((low, "start", MARGIN), (high, "end", MARGIN + SIDE))
    inside += [_text(_short(value), x, SIDE + 10, anchor) for value, anchor, x in ends]
    inside += [
        _text("expected", MARGIN + SIDE / 2, SIDE + 25),
        _text("given", 6, SIDE / 2, turn=True),
    ]
    lost = int(np.sum(~finite))
    name = _name(found.name, found.part)
    count = f"{int(np.sum(found.wrong))} of {len(found.given)} numbers wrong"
    count += f", {lost} of them not finite" if lost else ""
    with np.errstate(over="ignore"):
        seen = np.abs(found.given - found.expected)[found.wrong & finite]
    count += f", by up to {_short(float(seen.max()))}" if len(seen) else ""
    return name, _svg(f"{name}: {count}", MARGIN + SIDE + 2, SIDE + BELOW, inside), count


def _short(value: float) -> str:
    """Two digits; a minus sign as typeset.

    >>> _short(-0.0123), _short(0.0), _short(123456.0)
    ('−0.012', '0', '1.2e+05')
    """
    return f"{value:.2g}".replace("-", "−", 1) if value < 0 else f"{value:.2g}"


def _name(block: str, part: str) -> str:
    return f"{block}, {part}" if part else block


def _svg(words: str, width: float, height: float, inside: Sequence[Markup], **place: str) -> Markup:
    size = {"viewBox": f"0 0 {width:g} {height:g}", "width": f"{width:g}", "height": f"{height:g}"}
    return tag("svg", *inside, **size, **place, role="img", aria_label=words)


def _text(words: str, x: float, y: float, anchor: str = "middle", turn: bool = False) -> Markup:
    turned = {"transform": f"rotate(-90 {x:g} {y:g})"} if turn else {}
    return tag("text", words, x=f"{x:g}", y=f"{y:g}", text_anchor=anchor, **turned)
