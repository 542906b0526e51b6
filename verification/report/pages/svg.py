"""Pictures in a page: SVG in the page's text colour, so that they follow the reader's light or dark theme."""

import html
import re
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from markupsafe import Markup, escape

from verification.report.pages.rendering import parts

# Colours that are legible on white and on near-black; INK is replaced by the page's text colour.
INK = "#010203"
_LINES = ("#2f7fc1", "#c8741c", "#2f9560", "#cf4a5c", "#8465c4")


def tag(name: str, *children: str, **attributes: str) -> Markup:
    """An SVG element; text in it is escaped, and ``_`` in an attribute becomes ``-``."""
    given = (f' {key.strip("_").replace("_", "-")}="{escape(value)}"' for key, value in attributes.items())
    inside = (each if isinstance(each, Markup) else html.escape(each, quote=False) for each in children)
    return Markup(f"<{name}{''.join(given)}>{''.join(inside)}</{name}>\n")


def picture(name: str, draw: Callable[[Path], object], alt: str) -> Markup:
    """The drawing of ``draw(path)``, as SVG in the page; ``name`` makes its ids unique in the page."""
    import matplotlib
    from matplotlib.rcsetup import cycler

    ink = ("text.color", "axes.labelcolor", "axes.edgecolor", "axes.titlecolor", "xtick.color", "ytick.color")
    look: Any = dict.fromkeys(ink, INK) | {
        "axes.prop_cycle": cycler(color=_LINES),
        "axes.facecolor": "none",
        "savefig.facecolor": "none",
        "legend.facecolor": "none",
        "svg.fonttype": "none",
        "svg.hashsalt": name,
    }
    with tempfile.TemporaryDirectory() as folder, matplotlib.rc_context(look):
        path = Path(folder) / f"{name}.svg"
        draw(path)
        drawn = path.read_text("utf-8")
    made: Markup = parts("parts.html").pictured(name, Markup(_inlined(drawn, name, alt)))
    return made


def _inlined(svg: str, name: str, alt: str) -> str:
    """The text of an SVG file as an element: without header and style sheet, with ids of its own."""
    _, start, rest = svg.partition("<svg")
    rest = re.sub(r"<metadata>.*?</metadata>|<style.*?</style>|<!--.*?-->", "", rest, flags=re.DOTALL)
    rest = re.sub(r' xmlns(:\w+)?="[^"]*"', "", rest)
    rest = re.sub(r' (width|height)="[\d.]+pt"', "", rest, count=2)
    rest = re.sub(r'( id="|url\(#|href="#)', rf"\g<1>{name}-", rest)
    rest = re.sub(r"font: (bold )?([\d.]+)px [^;\"]*", r"font: \g<1>\g<2>px var(--sans)", rest)
    rest = re.sub(r"font-family: [^;\"]*", "font-family: var(--sans)", rest)
    # Hundredths of a point are finer than any screen.
    rest = re.sub(r"\d+\.\d{3,}", lambda number: f"{float(number[0]):.2f}", rest)
    rest = rest.replace(INK, "currentColor")
    return f'{start} role="img" aria-label="{escape(alt)}"{rest}'
