"""Records that end early: each is as if it were alone, and what stands behind its end is nobody's."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnn import (
    GRU,
    LSTM,
    RNN,
    Checkpoints,
    Chunked,
    Full,
    Layer,
    Tail,
    Vanilla,
    Window,
    relu,
    softmax_cross_entropy,
    squared_error,
)
from tests.rnn.fractions import fractions
from tests.rnn.gradients import assert_near, blocks
from tests.rnn.problems import arguments, assert_as_if_alone, assert_predictions_end

N, T, D, H, K = 4, 6, 2, 3, 2
LENGTHS = np.array([3, 6, 1, 4])
CELLS = [Vanilla(D, H, relu), LSTM(D, H), GRU(D, H)]
TRUNCATIONS = [Full(), Window(0), Window(2), Chunked(2), Chunked(3), Chunked(2, 3)]
FROM_THE_END = [Tail(2), Chunked(3, 2), Tail(0)]


def problem(cell, losses="every"):
    """A network with its arguments and weights that differ; Vanilla's in Fractions, GRU's of classes."""
    rng = np.random.default_rng(0)
    dtype = object if isinstance(cell, Vanilla) else float

    def draw(*shape):
        return fractions(rng, *shape, parts=3).astype(dtype)

    net = RNN(cell, outputs=K, loss=softmax_cross_entropy if isinstance(cell, GRU) else squared_error)
    given_ = arguments(net, draw, N, T, losses)
    places = (N, T) if losses == "every" else (N,)
    if isinstance(cell, GRU):
        given_["targets"] = rng.integers(0, K, places)
    return net, given_ | {"weights": abs(draw(*places)) + 1}


WAYS = {}, {"checkpoints": Checkpoints(2)}, {"workspace": True}
# Each pair of any two of them; what counts from the end takes a loss on the last step alone.
ALONE = [
    (cell, truncation, WAYS[(i + j) % 3], "last" if truncation in FROM_THE_END or (i + j) % 2 else "every")
    for i, cell in enumerate(CELLS)
    for j, truncation in enumerate([*TRUNCATIONS, *FROM_THE_END])
]


@pytest.mark.parametrize(("cell", "truncation", "options", "losses"), ALONE, ids=str)
def test_each_record_is_as_if_alone(cell, truncation, options, losses):
    """Loss and gradients, under every truncation; what counts from the end does so from a record's own."""
    net, given_ = problem(cell, losses)
    if "workspace" in options:
        options = {"workspace": net.workspace(N, T, given_["xs"].dtype)}
    grads = assert_as_if_alone(net, given_, LENGTHS, truncation, **options)
    assert {type(entry) for block in grads.params for entry in block.flat} <= {Fraction, np.float64}


@pytest.mark.parametrize(
    ("truncation", "every"),
    [(Full(), 1), (Window(2), 2), (Chunked(3), 5), (Tail(3), 3), (Full(), 5)],
    ids=str,
)
def test_segments_before_the_first_end_have_no_loss(truncation, every):
    """With checkpoints, where every record is longer than the first segments and has one loss, on its end."""
    rng = np.random.default_rng(0)
    net = RNN(LSTM(D, H), outputs=K)
    params, lengths = net.init(rng), np.array([11, 9, 15])
    xs, targets = rng.standard_normal((3, 15, D)), rng.standard_normal((3, K))
    value, grads = net.loss_and_gradients(
        params, xs, targets, truncation=truncation, checkpoints=Checkpoints(every), lengths=lengths
    )
    want, plain = net.loss_and_gradients(params, xs, targets, truncation=truncation, lengths=lengths)
    assert_near([value, *blocks(grads)], [want, *blocks(plain)])


@pytest.mark.parametrize("cell", CELLS, ids=lambda cell: type(cell).__name__)
def test_predictions_end_with_their_record(cell):
    """Outputs and last states, in floats and in Fractions."""
    assert_predictions_end(*problem(cell), LENGTHS)


@settings(max_examples=settings.default.max_examples // 3)
@given(st.data())
@pytest.mark.parametrize("kind", [Vanilla, LSTM, GRU])
def test_other_padding_changes_no_bit(kind, data):
    """Whatever stands behind an end, NaN and infinity too: in inputs, targets, weights and cotangents."""
    rng = np.random.default_rng(data.draw(st.integers(0, 2**32)))
    lengths = np.array(data.draw(st.lists(st.integers(1, T), min_size=N, max_size=N)))
    dtype = data.draw(st.sampled_from([np.float32, np.float64]))
    padding = np.arange(T) >= lengths[:, np.newaxis]
    cell = kind(D, H)
    net = RNN(cell, outputs=K)
    params = net.init(rng, dtype)

    def padded(array):
        """Another copy, with other numbers behind the ends."""
        other = array.copy()
        chosen = data.draw(st.sampled_from([np.nan, np.inf, -1e30, 0.0, 7.0]))
        other[padding] = chosen if other.dtype.kind == "f" else 10**6
        return other

    xs = rng.standard_normal((N, T, D)).astype(dtype)
    targets = rng.standard_normal((N, T, K)).astype(dtype)
    weights = rng.random((N, T)).astype(dtype)
    classes = rng.integers(0, K, (N, T))
    layer, of_layer = Layer(cell), cell.weights(*params[:-2])

    def bits(change):
        value, grads = net.loss_and_gradients(
            params, change(xs), change(targets), lengths=lengths, weights=change(weights)
        )
        by_class = RNN(cell, K, softmax_cross_entropy).loss_value(
            params, change(xs), change(classes), lengths=lengths
        )
        outputs, last, saved = layer.forward(of_layer, change(xs), lengths=lengths)
        back = layer.backward(saved, change(targets @ params.V), last)
        arrays = (value, by_class, *grads.params, grads.xs, *grads.state, outputs, *last)
        arrays += (*back.params, back.xs, *back.state, net.predict(params, change(xs), lengths=lengths))
        return [np.asarray(array).tobytes() for array in arrays]

    assert bits(padded) == bits(np.copy)
