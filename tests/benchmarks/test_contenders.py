"""Every contender does the same work: the manual gradients of every block, or an honest None."""

import warnings

import numpy as np
import pytest

from benchmarks.contenders import CONTENDERS, manual
from benchmarks.gate import compare
from benchmarks.shapes import CallShape
from benchmarks.task import CELLS, DTYPES, LOSSES, draw
from rnn import Chunked, Full, Tail, Window
from tests.quick import first_quick

SHAPE = CallShape(7, 3, 2, 4)
TRUNCATIONS = (Full(), Window(0), Window(2), Chunked(3), Chunked(3, 2), Chunked(2, 4), Tail(3), Tail(0))

# JAX compiles each task for a fifth of a second, so it runs fewer. PyTorch takes seconds at first.
FAST = [
    pytest.param(name, marks=pytest.mark.slow) if name.startswith("torch") else name
    for name in CONTENDERS
    if name not in ("manual", "jax")
]


def load(name):
    """The contender, or a skipped test."""
    contender = CONTENDERS[name]
    if not contender.installed:
        pytest.skip(f"{contender.library} is not installed")
    with warnings.catch_warnings():
        # What a library warns of while it is imported is its own.
        warnings.simplefilter("ignore")
        return contender.load()


def verdict(prepare, task):
    """The gate's verdict on a contender's second call, or None where it cannot do the task."""
    ready, ours = prepare(task), manual.prepare(task)
    if ready is None:
        return None
    ready.run()
    found = ready.gradients(ready.run())
    assert set(found) == set(task.blocks)
    return compare(found, ours.gradients(ours.run()), task.shape)


@pytest.mark.parametrize("loss", LOSSES)
@first_quick("cell", CELLS)
@pytest.mark.parametrize("name", FAST)
def test_the_gradients_are_manuals(name, cell, loss):
    """Of every cell, under every truncation that it can express, in both types."""
    prepare = load(name)
    for dtype in DTYPES:
        for truncation in TRUNCATIONS:
            judged = verdict(prepare, draw(SHAPE, dtype, loss, truncation, cell))
            assert judged is None or judged.objection == "", (dtype, truncation)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("loss", "truncation", "cell"),
    [
        *(("last", Full(), cell) for cell in CELLS),
        *(("every", Chunked(2), cell) for cell in CELLS),
        *(("every", Chunked(3), "vanilla"), ("every", Tail(3), "vanilla"), ("every", Tail(3), "lstm")),
    ],
)
def test_the_gradients_of_jax_are_manuals(loss, truncation, cell):
    """One segment, two, many with a shorter one at the end, and states that are constants."""
    assert verdict(load("jax"), draw(SHAPE, "float64", loss, truncation, cell)).objection == ""


@pytest.mark.parametrize(
    ("name", "loss", "truncation", "cell", "able"),
    [
        ("autograd", "every", Window(2), "vanilla", True),
        ("autograd", "every", Window(2), "gru", True),
        ("torch", "every", Chunked(3), "vanilla", True),
        ("torch", "every", Chunked(3), "lstm", True),
        ("torch", "every", Window(2), "vanilla", False),
        ("torch", "last", Window(2), "vanilla", True),
        ("jax", "every", Window(2), "vanilla", False),
        ("floor", "every", Tail(3), "vanilla", True),
        ("floor", "every", Tail(3), "lstm", False),
        ("floor", "every", Chunked(3), "vanilla", False),
    ],
)
def test_what_a_contender_can_express(name, loss, truncation, cell, able):
    """No framework slides a window over losses; the floor is of one stretch and one cell alone."""
    assert (load(name)(draw(SHAPE, "float32", loss, truncation, cell)) is not None) == able


def test_a_replay_that_is_too_long_is_left_out():
    """autograd would record a window's every step anew: twenty thousand of them are the limit."""
    assert load("autograd")(draw(CallShape(300, 1, 1, 2), "float32", "every", Window(100))) is None


@pytest.mark.parametrize("layout", ["_side_by_side", "_in_parts", "_ahead"])
@pytest.mark.parametrize("recursion", ["_back_at_once", "_back_in_parts"])
@pytest.mark.parametrize("loss", LOSSES)
def test_every_layout_of_the_floor_is_right(monkeypatch, layout, recursion, loss):
    """Whichever turns out to be fastest, parts of a few records included."""
    from benchmarks.contenders import floor

    chosen, back = getattr(floor, layout), getattr(floor, recursion)
    for name in ("_side_by_side", "_in_parts", "_ahead"):
        monkeypatch.setattr(floor, name, chosen)
    for name in ("_back_at_once", "_back_in_parts"):
        monkeypatch.setattr(floor, name, back)
    monkeypatch.setattr(floor, "SMALL_PRODUCT", 1)
    shape = CallShape(5, 6, 2, 3)
    assert verdict(floor.prepare, draw(shape, "float64", loss)).objection == ""
    if loss == "last":
        assert verdict(floor.prepare, draw(shape, "float64", loss, Window(2))).objection == ""


@pytest.mark.parametrize("cell", CELLS)
def test_a_task_is_left_as_it_was(cell):
    """No contender writes into what it is given, so that the next one gets the same."""
    task = draw(SHAPE, "float64", cell=cell)
    before = {name: array.copy() for name, array in task.arrays().items()}
    for contender in CONTENDERS.values():
        if contender.library in ("numpy", "autograd"):
            ready = contender.load()(task)
            _ = ready and ready.run()
    for name, array in task.arrays().items():
        np.testing.assert_array_equal(array, before[name])
