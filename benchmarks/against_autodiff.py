"""What does the hand derivation buy over automatic differentiation, at every size?

Every cell and its shapes, both types, losses on the last step and on every step, and truncations but for the
largest shapes: the whole gradient by one call of each library. The figure to read is the ratio, the library's
time over ours. Below the table stands in which timings a library is not clearly slower than ours.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from benchmarks.measure import for_each_number_of_threads, in_words, measure
from benchmarks.options import Options
from benchmarks.results import Timing
from benchmarks.shapes import LARGE, CallShape
from benchmarks.tables import behind, contest
from benchmarks.task import DTYPES, LOSSES, draw
from rnn import Chunked, Full, Tail, Truncation, Window

NAME = "against_autodiff"


Setting = tuple[CallShape, str, str, Truncation, str]

# The truncations of a cell's rows. Which steps a loss reaches is not the cell's affair, so all are asked of
# one cell; of the others the full gradient, and the truncation that every library has.
TRUNCATIONS = {
    "vanilla": ("full", "window", "chunked", "tail"),
    "lstm": ("full", "chunked"),
    "gru": ("full", "chunked"),
}


def truncations(cell: str, steps: int) -> tuple[Truncation, ...]:
    """The cell's: full, the article's window, and chunks and a tail of a twentieth of the sequence."""
    k = max(5, steps // 20)
    every: dict[str, Truncation]
    every = {"full": Full(), "window": Window(5), "chunked": Chunked(k), "tail": Tail(k)}
    return tuple(every[truncation] for truncation in TRUNCATIONS[cell])


def settings(cell: str, shapes: Iterable[CallShape], quick: bool) -> list[Setting]:
    """The arguments of every task of a cell."""
    every = [
        (shape, dtype, loss, truncation, cell)
        for shape in shapes
        for dtype in DTYPES
        for loss in LOSSES
        for truncation in truncations(cell, shape.T)
    ]
    return [each for each in every if (_quick(*each) if quick else _thorough(*each))]


def _thorough(shape: CallShape, dtype: str, loss: str, truncation: Truncation, cell: str) -> bool:
    """Where one gradient takes a tenth of a second and more, full gradients stand for the truncated ones."""
    return shape not in LARGE or truncation == Full()


def _quick(shape: CallShape, dtype: str, loss: str, truncation: Truncation, cell: str) -> bool:
    """A quick run has full gradients alone, and losses on every step only where they are soon computed."""
    soon = cell == "vanilla" and dtype == "float32" and shape.T <= 100
    return truncation == Full() and (loss == "last" or soon)


def rows(options: Options) -> list[Timing]:
    """Each number of threads in a process of its own."""
    return for_each_number_of_threads(NAME, options)


def in_process(options: dict[str, Any], threads: int) -> list[dict[str, Any]]:
    """The rows for this process's number of threads."""
    chosen = Options.from_json(options)
    names = [name for name in chosen.contenders if name != "floor"]
    wanted = [each for cell in chosen.cells for each in settings(cell, chosen.sizes(cell), chosen.quick)]
    found = []
    for number, each in enumerate(wanted):
        task = draw(*each)
        chosen.stretch.show(number, len(wanted), f"{NAME}, {in_words(task, threads)}")
        found += measure(NAME, task, names, threads, chosen.effort)
    return [row.to_json() for row in found]


def report(found: list[Timing]) -> str:
    """Milliseconds and ratios, a line a task; then the timings in which a library is not clearly behind."""
    return "\n\n".join([contest("The library's time over ours (times)", found), behind(found)])


def pictures(found: list[Timing], folder: Path) -> None:
    """ratios.png."""
    from benchmarks import charts

    charts.ratios(found, folder / "ratios.png")
