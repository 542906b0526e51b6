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

N, T, D, H, K = 4, 6, 2, 3, 2
LENGTHS = np.array([3, 6, 1, 4])
CELLS = [Vanilla(D, H, relu), LSTM(D, H), GRU(D, H)]
TRUNCATIONS = [Full(), Window(0), Window(2), Chunked(2), Chunked(3), Chunked(2, 3)]
FROM_THE_END = [Tail(2), Chunked(3, 2), Tail(0)]

every_cell = pytest.mark.parametrize("cell", CELLS, ids=lambda cell: type(cell).__name__)


def problem(cell, losses="every", dtype=None, seed=0):
    """A network with its arguments, and weights that differ; in Fractions where the cell takes them."""
    rng = np.random.default_rng(seed)
    dtype = dtype or (object if isinstance(cell, Vanilla) else float)

    def draw(*shape):
        return fractions(rng, *shape, parts=3).astype(dtype)

    net = RNN(cell, outputs=K)
    shapes = {**cell.shapes, "V": (K, H), "c": (K,)}
    return net, {
        "params": cell.params(*(draw(*shape) for shape in shapes.values())),
        "xs": draw(N, T, D),
        "targets": draw(N, T, K) if losses == "every" else draw(N, K),
        "h0": tuple(draw(N, H) for _ in cell.state),
        "weights": abs(draw(N, T) if losses == "every" else draw(N)) + 1,
    }


def record(given_, n, length):
    """One record alone, without what stands behind its end."""
    own = {"params": given_["params"], "h0": tuple(part[n : n + 1] for part in given_["h0"])}
    own["xs"] = given_["xs"][n : n + 1, :length]
    for name in ("targets", "weights"):
        array = given_[name][n : n + 1]
        own[name] = array[:, :length] if array.shape[1:2] == (T,) else array
    return own


def assert_near(one, other):
    """The same Fractions, or floats that are a few roundings apart."""
    if np.asarray(other).dtype == object:
        assert np.asarray(one).tolist() == np.asarray(other).tolist()
    else:
        np.testing.assert_allclose(one, other, rtol=0, atol=1e-12)


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
    value, grads = net.loss_and_gradients(**given_, truncation=truncation, lengths=LENGTHS, **options)
    total, params = 0, 0
    for n, length in enumerate(LENGTHS):
        one, own = net.loss_and_gradients(**record(given_, n, length), truncation=truncation)
        total += one
        params = [p + q for p, q in zip(params, own.params, strict=True)] if n else own.params
        assert_near(grads.xs[n, :length], own.xs[0])
        assert not grads.xs[n, length:].any()
        for together, alone in zip(grads.state, own.state, strict=True):
            assert_near(together[n], alone[0])
    assert_near(value, total)
    assert_near(net.loss_value(**given_, lengths=LENGTHS), total)
    for together, block in zip(grads.params, params, strict=True):
        assert_near(together, block)
        assert {type(entry) for entry in together.flat} <= {Fraction, np.float64}


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
    assert_near(value, want)
    for one, other in zip(
        (*grads.params, grads.xs, *grads.state), (*plain.params, plain.xs, *plain.state), strict=True
    ):
        assert_near(one, other)


@every_cell
def test_predictions_end_with_their_record(cell):
    """Outputs behind an end are zero, and the last state is each record's own."""
    net, given_ = problem(cell)
    outputs, state = net.forward(given_["params"], given_["xs"], given_["h0"], LENGTHS)
    for n, length in enumerate(LENGTHS):
        own = record(given_, n, length)
        alone = net.forward(own["params"], own["xs"], own["h0"])
        assert_near(outputs[n, :length], alone.outputs[0])
        assert not outputs[n, length:].any()
        for together, part in zip(state, alone.state, strict=True):
            assert_near(together[n], part[0])


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


@every_cell
def test_full_lengths_are_no_lengths(cell):
    """Where no record ends early, all is as without."""
    net, given_ = problem(cell)
    value, grads = net.loss_and_gradients(**given_, lengths=np.full(N, T), truncation=Window(1))
    want, plain = net.loss_and_gradients(**given_, truncation=Window(1))
    assert_near(value, want)
    for one, other in zip((*grads.params, grads.xs), (*plain.params, plain.xs), strict=True):
        assert_near(one, other)


@pytest.mark.parametrize(
    ("loss", "losses"),
    [(squared_error, "every"), (softmax_cross_entropy, "every"), (softmax_cross_entropy, "last")],
    ids=str,
)
def test_a_loss_counts_what_is_inside(loss, losses):
    """The value of each record's own steps, for numbers and for classes."""
    rng = np.random.default_rng(0)
    net = RNN(GRU(D, H), outputs=K, loss=loss)
    params, xs = net.init(rng), rng.standard_normal((N, T, D))
    shape = (N, T) if losses == "every" else (N,)
    targets = rng.integers(0, K, shape) if loss is softmax_cross_entropy else rng.random((*shape, K))
    total = sum(
        net.loss_value(
            params,
            xs[n : n + 1, :length],
            targets[n : n + 1, :length] if losses == "every" else targets[n : n + 1],
        )
        for n, length in enumerate(LENGTHS)
    )
    assert net.loss_value(params, xs, targets, lengths=LENGTHS) == pytest.approx(total, rel=1e-13)
