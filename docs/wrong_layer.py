"""Draws wrong-layer.svg, what the verifier says of README's first program: ``python docs/wrong_layer.py``.

From the root: the program is run as it stands there, and its verdict, its sentence and its map are drawn.
"""

import re
import textwrap
from pathlib import Path
from typing import Any

from markupsafe import Markup

from verification.diagnosis.lag_map import Mark
from verification.judging.judgement import Judgement
from verification.report.pages.maps import SIGNS, drawn
from verification.report.pages.rendering import style
from verification.report.pages.svg import tag
from verification.text import unbroken

README = Path(__file__).parents[1] / "README.md"
PICTURE = Path(__file__).with_name("wrong-layer.svg")

# Pixels, and letters of a line of the sentence.
WIDTH, MARGIN, LINE, LETTERS = 860, 24, 22, 100

STYLE = f"""{style("palette")}{style("maps")}
.paper {{ fill: var(--paper); stroke: var(--rule); }} .maps text.verdict {{ fill: var(--bad); }}
.maps text.verdict, .maps text.block {{ font: 600 15px var(--sans); }}
.maps text.sentence {{ font: 15px var(--sans); }} .maps text.soft {{ fill: var(--soft); }}
"""


def judgement() -> Judgement:
    """Of the layer in README's first program."""
    program = re.search(r"^```python\n(.*?)^```$", README.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    assert program is not None
    defined: dict[str, Any] = {}
    exec(compile(program[1], str(README), "exec"), defined)
    found = defined["judgement"]
    assert isinstance(found, Judgement)
    return found


def picture(found: Judgement) -> str:
    """The verdict, the sentence, and a panel for each block, in one row."""
    assert found.diagnosis is not None
    assert found.picture is not None
    lags = found.picture.lags
    assert lags is not None
    lines = textwrap.wrap(unbroken(found.diagnosis.sentence), LETTERS)
    top = 2 * MARGIN + LINE * (len(lines) + 1)
    words = [_text(f"✗ {found.verdict}", MARGIN, MARGIN + LINE / 2, "verdict")]
    words += [_text(line, MARGIN, MARGIN + LINE * (n + 1.5), "sentence") for n, line in enumerate(lines)]
    across, panels = (WIDTH - 2 * MARGIN) / len(lags.panels), []
    for n, panel in enumerate(lags.panels):
        x = MARGIN + n * across
        panels += [_text(f"d_{panel.block}", x + 46, top, "block")]
        panels += [drawn(lags, panel, x=f"{x:g}", y=f"{top + 16:g}")]
    below = top + 16 + 20 * len(lags.losses) + 34 + MARGIN
    met = {mark for panel in lags.panels for row in panel.marks for mark in row}
    met -= {Mark.NONE}
    signs = " · ".join(f"{sign} {meaning}" for mark, (sign, meaning) in SIGNS.items() if mark in met)
    told = "A row is one loss, a column the step that its gradient comes from. “end”: the final state's."
    words += [_text(told, MARGIN, below, "soft"), _text(signs, MARGIN, below + 18, "soft")]
    height = f"{below + 18 + MARGIN:g}"
    paper = tag("rect", class_="paper", x=".5", y=".5", width=f"{WIDTH - 1}", height=height, rx="6")
    inside = (tag("style", Markup(STYLE)), paper, tag("g", *words, *panels, class_="maps"))
    size = {"viewBox": f"0 0 {WIDTH} {float(height) + 1:g}", "width": f"{WIDTH}"}
    return tag("svg", *inside, **size, xmlns="http://www.w3.org/2000/svg")


def _text(words: str, x: float, y: float, kind: str) -> Markup:
    return tag("text", words, x=f"{x:g}", y=f"{y:g}", class_=kind)


if __name__ == "__main__":
    PICTURE.write_text(picture(judgement()), "utf-8")
