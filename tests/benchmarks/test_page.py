"""The tables of docs/benchmarks.md say what the results beside it do."""

from pathlib import Path
from statistics import median

import pytest

from benchmarks.results import Timing, read

DOCS = Path(__file__).parents[2] / "docs"
PAGE = (DOCS / "benchmarks.md").read_text("utf-8")
CELLS = {"vanilla": "vanilla", "LSTM": "lstm", "GRU": "gru"}
COLUMNS = ("manual", "manual-numpy", "autograd", "torch", "jax")
PEERS = {"PyTorch": "torch", "JAX": "jax"}


@pytest.fixture(scope="module")
def found() -> list[Timing]:
    """The timings against other libraries."""
    return [row for row in read(DOCS / "benchmarks" / "results.json") if row.question == "against_autodiff"]


def lines(head: str, page: str = PAGE) -> list[list[str]]:
    """The entries of the table with this head, line by line."""
    _, _, rest = page.partition(f"| {head} |")
    (table, *_) = rest.partition("\n\n")
    return [[entry.strip() for entry in line.strip("|").split("|")] for line in table.splitlines()[2:]]


def of_last_digit(number: str) -> float:
    """Half of what one more in the last digit is worth, and a little for how floats are rounded."""
    return 0.51 * 10.0 ** -len(number.partition(".")[2])


@pytest.mark.parametrize("cell", CELLS)
def test_every_ratio_of_a_full_gradient_was_measured(cell: str, found: list[Timing]) -> None:
    """And every time of ours; a loss on the last step, one thread, float32 / float64."""
    shown = lines(f"{cell}: T, N, D, H | ours, ms | NumPy | autograd | PyTorch | JAX")
    assert len(shown) == len({(row.T, row.N, row.D, row.H) for row in found if row.cell == CELLS[cell]})
    for shape, *entries in shown:
        T, N, D, H = map(int, shape.split(","))
        for contender, entry in zip(COLUMNS, entries, strict=True):
            for dtype, number in zip(("float32", "float64"), entry.split(" / "), strict=True):
                about = (CELLS[cell], T, N, D, H, dtype, 1, "Full()", "last", contender)
                (row,) = [
                    row
                    for row in found
                    if about
                    == (
                        *(row.cell, row.T, row.N, row.D, row.H, row.dtype, row.threads),
                        *(row.truncation, row.loss, row.contender),
                    )
                ]
                value = row.milliseconds if contender == "manual" else row.ratio
                assert value is not None
                assert abs(value - float(number)) <= of_last_digit(number), (about, value)


@pytest.mark.parametrize("peer", PEERS)
def test_every_timing_that_a_peer_is_faster_in_is_counted(peer: str, found: list[Timing]) -> None:
    """By cell, of all timings and of full gradients."""
    counts = {name: entries for name, *entries in lines("| vanilla | LSTM | GRU")}
    for name, full in ((f"{peer}, of all timings", False), (f"{peer}, of full gradients", True)):
        for cell, entry in zip(CELLS.values(), counts[name], strict=True):
            ratios = [
                row.ratio
                for row in found
                if (row.cell, row.contender) == (cell, PEERS[peer])
                and (row.truncation == "Full()" or not full)
                and row.ratio is not None
            ]
            assert entry == f"{sum(ratio < 1 for ratio in ratios)} of {len(ratios)}"


def ratios(found: list[Timing], contender: str) -> list[float]:
    """A library's time over ours, in every timing that has one."""
    return [row.ratio for row in found if row.contender == contender and row.ratio is not None]


def test_the_page_counts_them_in_words(found: list[Timing]) -> None:
    """How far ahead of autograd, and how often the others are faster."""
    words = " ".join(PAGE.split())
    of = {name: ratios(found, name) for name in ("autograd", *PEERS.values())}
    ahead = of["autograd"]
    assert f"autograd takes {min(ahead):.1f} to {max(ahead):.0f} times as long as ours" in words
    assert f"in {len(ahead)} timings" in words
    for peer, name in PEERS.items():
        behind = [ratio for ratio in of[name] if ratio < 1]
        assert f"{peer} is faster in {len(behind)} of {len(of[name])}, in {min(behind):.2f} to" in words


def test_the_readme_has_a_panel_of_them(found: list[Timing]) -> None:
    """For each library how many timings, the least, median and largest ratio, and how often it is faster."""
    readme = (DOCS.parent / "README.md").read_text("utf-8")
    head = "time ÷ time of `rnn` | timings | least | median | most | timings in which `rnn` is slower"
    panel = {name: entries for name, *entries in lines(head, readme)}
    assert panel.keys() == {"autograd", *PEERS}
    for name, (timings, *shown, faster) in panel.items():
        of = ratios(found, PEERS.get(name, name))
        assert (timings, faster) == (str(len(of)), str(sum(ratio < 1 for ratio in of)))
        for value, number in zip((min(of), median(of), max(of)), shown, strict=True):
            assert abs(value - float(number)) <= of_last_digit(number), (name, value)
