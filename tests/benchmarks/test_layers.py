"""Several layers and both directions as tasks: every library that is there computes the same gradients."""

import numpy as np
import pytest

from benchmarks.gate import compare
from benchmarks.layers import KINDS, PREPARED, drawn
from benchmarks.shapes import CallShape
from benchmarks.task import DTYPES

SHAPE = CallShape(4, 3, 2, 3)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", KINDS)
@pytest.mark.parametrize("library", ["torch", "jax"])
def test_a_library_computes_the_same(library, name, dtype):
    """By every block, in the type of the task; the gate would show no time otherwise."""
    pytest.importorskip(library)
    task = drawn(SHAPE, dtype, name)
    ready = [PREPARED[each](task) for each in ("manual", library)]
    ours, theirs = (each.gradients(each.run()) for each in ready)
    assert list(ours) == list(task.blocks)
    assert compare(theirs, ours, SHAPE).objection == ""


@pytest.mark.parametrize("name", KINDS)
def test_a_task_is_as_its_shape_says(name):
    """And drawn alike every time; no block is zero."""
    task, again = drawn(SHAPE, "float64", name), drawn(SHAPE, "float64", name)
    assert (task.shape, task.loss, task.first_loss) == (SHAPE, "every", 0)
    assert {block.shape for block in task.state} == {(SHAPE.N, SHAPE.H)}
    for block, array in task.arrays().items():
        assert array.any()
        np.testing.assert_array_equal(array, again.arrays()[block])
    ready = PREPARED["manual"](task)
    assert all(grad.any() for grad in ready.gradients(ready.run()).values())
