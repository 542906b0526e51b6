"""Every contender does the same work: the manual gradients of every block, or an honest None."""

import warnings

import numpy as np
import pytest

from benchmarks.contenders import CONTENDERS, manual
from benchmarks.gate import compare
from benchmarks.shapes import Shape
from benchmarks.task import BLOCKS, DTYPES, LOSSES, draw
from rnn import Chunked, Full, Tail, Window

SHAPE = Shape(7, 3, 2, 4)
TRUNCATIONS = (Full(), Window(0), Window(2), Chunked(3), Chunked(3, 2), Chunked(2, 4), Tail(3), Tail(0))

# JAX compiles each task for a fifth of a second, so it is asked for fewer.
FAST = [name for name in CONTENDERS if name not in ("manual", "jax")]


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
    assert set(found) >= set(BLOCKS)
    return compare(found, ours.gradients(ours.run()), task.shape)


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("name", FAST)
def test_the_gradients_are_manuals(name, loss):
    """Under every truncation that it can express, in both types."""
    prepare = load(name)
    for dtype in DTYPES:
        for truncation in TRUNCATIONS:
            judged = verdict(prepare, draw(SHAPE, dtype, loss, truncation))
            assert judged is None or judged.objection == "", (dtype, truncation)


@pytest.mark.parametrize(
    ("loss", "truncation"),
    [("last", Full()), ("every", Chunked(3)), ("every", Chunked(2)), ("every", Tail(3))],
)
def test_the_gradients_of_jax_are_manuals(loss, truncation):
    """One segment, two, many with a shorter one at the end, and states that are constants."""
    assert verdict(load("jax"), draw(SHAPE, "float64", loss, truncation)).objection == ""


@pytest.mark.parametrize(
    ("name", "loss", "truncation", "able"),
    [
        ("autograd", "every", Window(2), True),
        ("torch", "every", Chunked(3), True),
        ("torch", "every", Window(2), False),
        ("torch", "last", Window(2), True),
        ("jax", "every", Window(2), False),
        ("floor", "every", Tail(3), True),
        ("floor", "every", Chunked(3), False),
    ],
)
def test_what_a_contender_can_express(name, loss, truncation, able):
    """No framework slides a window over losses; the floor is of one stretch alone."""
    assert (load(name)(draw(SHAPE, "float32", loss, truncation)) is not None) == able


def test_a_replay_that_is_too_long_is_left_out():
    """autograd would record a window's every step anew: twenty thousand of them are the limit."""
    assert load("autograd")(draw(Shape(300, 1, 1, 2), "float32", "every", Window(100))) is None


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
    shape = Shape(5, 6, 2, 3)
    assert verdict(floor.prepare, draw(shape, "float64", loss)).objection == ""
    if loss == "last":
        assert verdict(floor.prepare, draw(shape, "float64", loss, Window(2))).objection == ""


def test_a_task_is_left_as_it_was():
    """No contender writes into what it is given, so that the next one gets the same."""
    task = draw(SHAPE, "float64")
    before = {name: array.copy() for name, array in task.arrays().items()}
    for contender in CONTENDERS.values():
        if contender.library in ("numpy", "autograd"):
            contender.load()(task).run()
    for name, array in task.arrays().items():
        np.testing.assert_array_equal(array, before[name])
