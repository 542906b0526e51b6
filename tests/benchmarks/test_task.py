"""The data: the same for everybody, healthy, and vanishing where that is asked for."""

import numpy as np
import pytest

from benchmarks.contenders import manual
from benchmarks.shapes import SHAPES, Shape
from benchmarks.task import DTYPES, LOSSES, draw


def carried(task):
    """By record, how large the gradient of the first step's inputs is beside that of the last step's."""
    ready = manual.prepare(task)
    sizes = np.linalg.norm(ready.gradients(ready.run())["xs"], axis=2)
    return sizes[:, 0] / sizes[:, -1]


@pytest.mark.parametrize("shape", SHAPES[:6], ids=str)
def test_a_gradient_stays_healthy(shape):
    """It reaches the first step with a thousandth of its size or more, however long the sequence is."""
    share = carried(draw(Shape(shape.T, 3, shape.D, min(shape.H, 64)), "float64"))
    assert (share > 1e-3).all()
    assert (share < 10).all()


def test_half_of_the_records_vanish():
    """The first half, beyond what float32 can hold; the other half stays as it is."""
    share = carried(draw(Shape(200, 4, 8, 32), "float64", vanishing=0.5))
    assert (share[:2] < 1e-40).all()
    assert (share[2:] > 1e-3).all()


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("loss", LOSSES)
def test_a_task_is_what_was_asked_for(loss, dtype):
    """Shape, dtype, where the losses stand; W is orthogonal."""
    task = draw(Shape(6, 3, 2, 4), dtype, loss)
    assert (task.shape, task.loss) == (Shape(6, 3, 2, 4), loss)
    assert {array.dtype.name for array in task.arrays().values()} == {dtype}
    assert task.targets.dtype.name == dtype
    assert task.first_loss == (5 if loss == "last" else 0)
    np.testing.assert_allclose(task.params.W @ task.params.W.T, np.eye(4), atol=1e-6)


def test_a_task_is_the_same_each_time():
    """Each process draws the same arrays."""
    one, two = (draw(Shape(6, 3, 2, 4), "float32") for _ in range(2))
    for name, array in one.arrays().items():
        np.testing.assert_array_equal(array, two.arrays()[name])
