"""The data: the same for everybody, healthy, and vanishing where that is asked for."""

import numpy as np
import pytest

from benchmarks.contenders import manual
from benchmarks.shapes import GATED, SHAPES, CallShape
from benchmarks.task import CELLS, DTYPES, LOSSES, draw
from tests.quick import first_quick

HEALTHY = [*GATED[1:2], *GATED[-3:], CallShape(1000, 1, 8, 64)]


def carried(task):
    """By record, how large the gradient of the first step's inputs is beside that of the last step's."""
    ready = manual.prepare(task)
    sizes = np.linalg.norm(ready.gradients(ready.run())["xs"], axis=2)
    return sizes[:, 0] / sizes[:, -1]


@first_quick("shape", SHAPES[:6], ids=str)
def test_a_gradient_stays_healthy(shape):
    """It reaches the first step with a thousandth of its size or more, however long the sequence is."""
    share = carried(draw(CallShape(shape.T, 3, shape.D, min(shape.H, 64)), "float64"))
    assert (share > 1e-3).all()
    assert (share < 10).all()


@pytest.mark.parametrize("cell", ["lstm", "gru"])
@first_quick("shape", HEALTHY, ids=str)
def test_what_a_gated_state_carries_stays_healthy(cell, shape):
    """The gradient of the initial state is a hundredth of the last one's or more, and does not explode."""
    task = draw(CallShape(shape.T, 3, shape.D, min(shape.H, 64)), "float64", cell=cell)
    ready = manual.prepare(task)
    grads = ready.gradients(ready.run())
    # h for a GRU, c for an LSTM: the state's last array is what the gates keep.
    arrived = np.linalg.norm(grads[list(task.initial())[-1]], axis=1)
    outputs = task.net.predict(task.params, task.xs, task.state)
    left = np.linalg.norm((outputs[:, -1] - task.targets) @ task.params.V, axis=1)
    assert (arrived / left > 1e-2).all()
    assert (arrived / left < 10).all()


@pytest.mark.parametrize("cell", ["lstm", "gru"])
def test_the_gates_that_keep_the_state_are_open(cell):
    """Block 1 of b, of f and of z, lies by log T above the others; an LSTM's i by as much below."""
    task = draw(CallShape(200, 2, 3, 100), "float64", cell=cell)
    middles = task.params.b.reshape(-1, 100).mean(axis=1)
    assert middles[1] == pytest.approx(np.log(200), abs=0.15)
    assert middles[-1] == pytest.approx(0, abs=0.15)
    assert middles[0] == pytest.approx(-np.log(200) if cell == "lstm" else 0, abs=0.15)


@pytest.mark.parametrize("cell", ["lstm", "gru"])
def test_a_gated_cell_does_not_vanish_by_its_inputs(cell):
    """So ``draw`` refuses it."""
    with pytest.raises(ValueError, match=rf"vanishing: 0.5 of cell {cell}, needed 0"):
        draw(CallShape(5, 2, 1, 3), "float64", cell=cell, vanishing=0.5)


def test_half_of_the_records_vanish():
    """The first half, beyond what float32 can hold; the other half stays as it is."""
    share = carried(draw(CallShape(200, 4, 8, 32), "float64", vanishing=0.5))
    assert (share[:2] < 1e-40).all()
    assert (share[2:] > 1e-3).all()


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("cell", CELLS)
def test_a_task_is_what_was_asked_for(cell, loss, dtype):
    """Cell, shape, dtype, where the losses stand; each block of W is orthogonal."""
    task = draw(CallShape(6, 3, 2, 4), dtype, loss, cell=cell)
    assert (task.cell, task.shape, task.loss) == (cell, CallShape(6, 3, 2, 4), loss)
    assert {array.dtype.name for array in task.arrays().values()} == {dtype}
    assert task.targets.dtype.name == dtype
    assert task.first_loss == (5 if loss == "last" else 0)
    for W in task.params.W.reshape(-1, 4, 4):
        np.testing.assert_allclose(W @ W.T, np.eye(4), atol=1e-6)


def test_a_task_is_the_same_each_time():
    """Each process draws the same arrays."""
    one, two = (draw(CallShape(6, 3, 2, 4), "float32") for _ in range(2))
    for name, array in one.arrays().items():
        np.testing.assert_array_equal(array, two.arrays()[name])
