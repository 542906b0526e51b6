"""Draws unrolled.svg, lstm.svg and gru.svg, and what a truncation keeps in them: ``python docs/diagrams.py``.

From the root. A diagram is nodes at points, and paths from node to node, each kept or cut.
"""

from pathlib import Path

from markupsafe import Markup

from rnn import Chunked, Full, Tail, Truncation, Window
from verification.report.pages.rendering import style
from verification.report.pages.svg import tag

FOLDER = Path(__file__).parent

STEPS, LOSS = 6, 4
TRUNCATIONS = (Full(), Window(2), Chunked(3), Tail(3))

STYLE = f"""{style("palette")}
.paper {{ fill: var(--paper); stroke: var(--rule); }}
text {{ fill: var(--ink); font: 14px var(--sans); text-anchor: middle; dominant-baseline: central; }}
text.name {{ font-weight: 600; text-anchor: start; }}
text.side {{ fill: var(--soft); text-anchor: start; font-size: 12px; }}
.node {{ fill: var(--shade); stroke: var(--soft); }}
path {{ fill: none; stroke-width: 2; }} .plain {{ stroke: var(--soft); stroke-width: 1.2; }}
.kept {{ stroke: var(--link); }} .cut {{ stroke: var(--idle); stroke-dasharray: 5 4; }}
marker path {{ stroke: none; }} #plain path {{ fill: var(--soft); }} #kept path {{ fill: var(--link); }}
#cut path {{ fill: var(--idle); }}
"""

LEGEND = (
    ("kept", "the gradient flows, against the arrow"),
    ("cut", "the truncation cuts it here"),
    ("plain", "no part of this loss's gradient"),
)

Point = tuple[float, float]


def text(words: str, point: Point, kind: str = "") -> Markup:
    """A text at a point."""
    return tag("text", words, x=f"{point[0]:g}", y=f"{point[1]:g}", class_=kind)


def node(words: str, point: Point, half: float = 19) -> Markup:
    """Words in a rounded box, ``half`` of it to either side."""
    x, y = point
    size = {"x": f"{x - half:g}", "y": f"{y - 15:g}", "width": f"{2 * half:g}", "height": "30", "rx": "15"}
    return Markup(tag("rect", **size, class_="node") + text(words, point))


def path(kind: str, *points: Point) -> Markup:
    """An arrow through points; it stops short of the last, which is a node."""
    *before, (x, y) = points
    back_x, back_y = x - before[-1][0], y - before[-1][1]
    short = 21 / max(abs(back_x), abs(back_y))
    through = [*before, (x - short * back_x, y - short * back_y)]
    line = "M" + "L".join(f"{a:g} {b:g}" for a, b in through)
    return tag("path", d=line, class_=kind, marker_end=f"url(#{kind})")


def drawn(height: int, words: str, parts: list[Markup], width: int = 860) -> str:
    """The picture, with the legend below it."""
    heads = [
        tag(
            "marker",
            tag("path", d="M0 0L8 4L0 8z"),
            id=kind,
            viewBox="0 0 8 8",
            refX="7",
            refY="4",
            markerWidth="8",
            markerHeight="8",
            markerUnits="userSpaceOnUse",
            orient="auto",
        )
        for kind, _ in LEGEND
    ]
    met = [entry for entry in LEGEND if any(f'class="{entry[0]}"' in part for part in parts)]
    for n, (kind, meaning) in enumerate(met):
        x, y = 24 + n * (width - 48) / 3, height - 20
        parts = [*parts, path(kind, (x, y), (x + 51, y)), text(meaning, (x + 38, y), "side")]
    paper = tag("rect", class_="paper", x=".5", y=".5", width=f"{width - 1}", height=f"{height - 1}", rx="6")
    inside = (tag("title", words), tag("style", Markup(STYLE)), tag("defs", *heads), paper, *parts)
    size = {"viewBox": f"0 0 {width} {height}", "width": f"{width}", "xmlns": "http://www.w3.org/2000/svg"}
    return tag("svg", *inside, **size, role="img")


def chain(truncation: Truncation, top: float) -> list[Markup]:
    """The unrolled network, and the way of one loss's gradient back through it."""
    first = truncation.first(LOSS, STEPS)
    state = [(70 + 125.0 * t, top + 95) for t in range(STEPS + 1)]
    named = str(truncation).replace("k=", "").replace(", k2=None", "").replace("k1=", "")
    parts = [text(f"{named}: the loss at step {LOSS} reaches step {first}", (24, top + 8), "name")]
    for t in range(STEPS):
        inside = first <= t <= LOSS
        back = "kept" if inside and t > first else "cut" if t == first and t > 0 else "plain"
        if t == first == 0:
            back = "kept"
        below, above = (state[t + 1][0], top + 155), (state[t + 1][0], top + 42)
        parts += [path(back, state[t], state[t + 1])]
        parts += [path("kept" if inside else "plain", below, state[t + 1])]
        parts += [path("kept" if t == LOSS else "plain", state[t + 1], above)]
        parts += [node(f"x{_low(t)}, θ", below, half=26), node(f"ℓ{_low(t)}", above)]
    parts += [node(f"h{_low(t)}", point) for t, point in enumerate(state)]
    return parts


def _low(number: int) -> str:
    return chr(ord("₀") + number)


def unrolled() -> str:
    """A chain for each truncation."""
    parts = [part for n, truncation in enumerate(TRUNCATIONS) for part in chain(truncation, 16 + 180 * n)]
    words = "An unrolled network: where four truncations cut the gradient of one loss"
    return drawn(16 + 180 * len(TRUNCATIONS) + 40, words, parts)


def lstm() -> str:
    """The step at which a truncation cuts: parameters and inputs keep their part, both states lose theirs."""
    c_prev, forget, plus, c = (60, 50), (250, 50), (470, 50), (800, 50)
    put, out, tanh, h = (470, 130), (720, 215), (720, 130), (800, 215)
    gates = {"f": (250, 215), "i": (400, 215), "g": (540, 215), "o": (640, 215)}
    h_prev, theta, x = (60, 300), (300, 375), (560, 375)
    kept = [(forget, plus), (plus, c), (put, plus), (gates["f"], forget), (gates["o"], out), (out, h)]
    kept += [(gates["i"], (400, 130), put), (gates["g"], (540, 130), put), ((720, 50), tanh), (tanh, out)]
    kept += [((at, 300), (at, y)) for at, y in gates.values()]
    kept += [(theta, (theta[0], 300)), (x, (x[0], 300))]
    parts = [path("kept", *points) for points in kept]
    parts += [path("cut", c_prev, forget), path("cut", h_prev, (221, 300))]
    parts += [text("dc ⊙ f", (150, 34)), text("da W", (135, 284))]
    parts += [node("a = x Uᵀ + hₚᵣₑᵥ Wᵀ + b", (445, 300), half=245), node("U, W, b", theta, half=40)]
    named = {"cₚᵣₑᵥ": c_prev, "⊙": forget, "+": plus, "c": c, "tanh": tanh, "h": h, "hₚᵣₑᵥ": h_prev, "x": x}
    parts += [node(words, point) for words, point in [*named.items(), *gates.items()]]
    parts += [node("⊙", put), node("⊙", out)]
    return drawn(445, "One step of an LSTM, and where a truncation cuts its two paths back", parts)


def gru() -> str:
    """The same of a GRU, whose one state has two paths back."""
    h_prev, keep, plus, h = (60, 50), (200, 50), (620, 50), (800, 50)
    z, r, reset, n, put = (200, 215), (360, 215), (490, 215), (620, 215), (620, 130)
    theta, x = (300, 375), (560, 375)
    kept = [(keep, plus), (plus, h), (z, keep), ((200, 130), put), (put, plus), (n, put), (r, reset)]
    kept += [(reset, n), *(((at, 300), (at, y)) for at, y in (z, r, reset, n))]
    kept += [(theta, (theta[0], 300)), (x, (x[0], 300))]
    parts = [path("kept", *points) for points in kept]
    parts += [path("cut", h_prev, keep), path("cut", h_prev, (60, 300), (161, 300))]
    parts += [text("dh ⊙ z", (130, 34)), text("dm W", (100, 284)), text("1 − z", (400, 116))]
    parts += [text("mₙ", (508, 262)), text("pₙ", (638, 262))]
    parts += [node("p = x Uᵀ + b,   m = hₚᵣₑᵥ Wᵀ + (0, 0, bₙ)", (405, 300), half=265)]
    named = {"hₚᵣₑᵥ": h_prev, "h": h, "+": plus, "z": z, "r": r, "n": n, "x": x}
    parts += [node(words, point) for words, point in named.items()]
    parts += [node("⊙", point) for point in (keep, reset, put)] + [node("U, W, b, bₙ", theta, half=50)]
    return drawn(445, "One step of a GRU, and where a truncation cuts its two paths back", parts)


PICTURES = {"unrolled.svg": unrolled, "lstm.svg": lstm, "gru.svg": gru}

if __name__ == "__main__":
    for name, picture in PICTURES.items():
        (FOLDER / name).write_text(picture(), "utf-8")
