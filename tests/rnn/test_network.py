"""The network: its values by the formula, its parameters at the start, and its manners at the interface."""

import re
from fractions import Fraction
from itertools import product

import numpy as np
import pytest

import rnn.network
from rnn import GRU, LSTM, RNN, Checkpoints, Chunked, Full, Layer, Params, Tail, Vanilla, Window
from rnn.activations import identity, relu, softsign, tanh
from tests.rnn.fractions import as_fractions
from tests.rnn.problems import arguments

N, T, D, H, K = 2, 4, 2, 3, 2

every_float = pytest.mark.parametrize("dtype", [np.float32, np.float64, np.longdouble])

VALUES = {relu: lambda a: np.maximum(a, 0), softsign: lambda a: a / (1 + abs(a)), identity: lambda a: a}


def network(f=tanh, cell=Vanilla):
    """The network of these tests."""
    return RNN(cell(D, H, f), outputs=K)


def problem(dtype=object, steps=T, losses="every", seed=0):
    """Parameters, xs, targets and h0: multiples of 1/3 from −2/3 to 2/3, none of them 0."""
    rng = np.random.default_rng(seed)

    def draw(*shape):
        return (as_fractions(rng.choice([-2, -1, 1, 2], shape)) / 3).astype(dtype)

    given = arguments(network(), draw, N, steps, losses)
    return given | {"h0": given["h0"][0]}


def arrays_of(given):
    """The arrays that have a gradient, by name."""
    return given["params"]._asdict() | {"xs": given["xs"], "h0": given["h0"]}


def blocks_of(grads):
    """The gradients, by name."""
    return grads.params._asdict() | {"xs": grads.xs, "h0": grads.h0}


@pytest.mark.parametrize(
    ("f", "losses"),
    [(relu, "every"), (softsign, "last"), (identity, "every")],
    ids=["relu", "softsign", "identity"],
)
def test_values_and_predictions_are_the_formula(f, losses):
    """o = V h + c at every step, the loss is ½ Σ (o − y)² over those that have one, and all are Fractions."""
    given = problem(losses=losses)
    arrays, targets = arrays_of(given), given["targets"]
    outputs = network(f).predict(given["params"], given["xs"], given["h0"])
    h, want = given["h0"], []
    for t in range(T):
        h = VALUES[f](given["xs"][:, t] @ arrays["U"].T + h @ arrays["W"].T + arrays["b"])
        want.append(h @ arrays["V"].T + arrays["c"])
    assert outputs.tolist() == np.stack(want, axis=1).tolist()
    value = (((outputs[:, -1] if losses == "last" else outputs) - targets) ** 2).sum() / 2
    assert network(f).loss_value(**given) == network(f).loss_and_gradients(**given)[0] == value
    assert {type(number) for number in (value, network(f).loss_value(**given), *outputs.flat)} == {Fraction}


@pytest.mark.parametrize(
    ("truncation", "sweeps"), [(Window(1), 0), (Window(2), 2), (Chunked(2, 3), 1)], ids=str
)
def test_the_rows_that_travel_together_are_capped(truncation, sweeps, monkeypatch):
    """A carry takes no more than MAX_CARRY_BYTES, but for a single sweep, and the gradients stay the same."""
    moved = []

    class Counting(Vanilla):
        def steps_back(self, W, carry, derivatives, das):
            moved.extend(map(len, das))
            return super().steps_back(W, carry, derivatives, das)

    given = problem()
    _, want = network(relu).loss_and_gradients(**given, truncation=truncation)
    monkeypatch.setattr(rnn.through_time.recurrence, "MAX_CARRY_BYTES", sweeps * given["h0"].nbytes)
    _, grads = network(relu, Counting).loss_and_gradients(**given, truncation=truncation)
    assert max(moved, default=0) <= N * max(1, sweeps)
    for name, block in blocks_of(grads).items():
        assert block.tolist() == blocks_of(want)[name].tolist(), name


@every_float
@pytest.mark.parametrize(
    ("truncation", "losses"), [(Full(), "last"), (Window(1), "every"), (Tail(0), "every")]
)
def test_the_dtype_goes_through(dtype, truncation, losses):
    """float32, float64 and longdouble come out as they went in, in the shapes of what they belong to."""
    given = problem(dtype, losses=losses)
    value, grads = network().loss_and_gradients(**given, truncation=truncation)
    assert type(value) is type(network().loss_value(**given)) is dtype
    assert {block.dtype for block in blocks_of(grads).values()} == {np.dtype(dtype)}
    assert {name: block.shape for name, block in blocks_of(grads).items()} == {
        name: array.shape for name, array in arrays_of(given).items()
    }
    outputs = network().predict(given["params"], given["xs"], given["h0"])
    assert (outputs.dtype, outputs.shape) == (dtype, (N, T, K))


@pytest.mark.parametrize("truncation", [Full(), Window(1)], ids=str)
def test_inputs_are_only_read_and_results_are_new(truncation):
    """Read-only, strided arguments give what contiguous ones do, and no result is a view of one."""
    given, net = problem(np.float64), network()
    arguments = {**arrays_of(given), "targets": given["targets"]}
    strided = {name: np.repeat(array, 2, axis=-1)[..., ::2] for name, array in arguments.items()}
    for array in strided.values():
        array.flags.writeable = False
    params = Params(*(strided[name] for name in Params._fields))
    xs, h0, targets = strided["xs"], strided["h0"], strided["targets"]
    value, grads = net.loss_and_gradients(params, xs, targets, h0, truncation)
    outputs = net.predict(params, xs, h0)
    want_value, want = net.loss_and_gradients(**given, truncation=truncation)
    assert value == want_value
    assert net.loss_value(params, xs, targets, h0) == want_value
    for name, block in blocks_of(grads).items():
        np.testing.assert_array_equal(block, blocks_of(want)[name])
    for result, argument in product((*blocks_of(grads).values(), outputs), strided.values()):
        assert not np.shares_memory(result, argument)
    # Nothing of a call stays behind, even where its results are written over.
    for block in blocks_of(want).values():
        block[...] = np.nan
    _, again = net.loss_and_gradients(**given, truncation=truncation)
    for name, block in blocks_of(grads).items():
        np.testing.assert_array_equal(block, blocks_of(again)[name])


@pytest.mark.parametrize(
    ("name", "options", "told"),
    [
        ("W", {"checkpoints": Checkpoints(2)}, ["outputs", "loss", "loss"]),
        ("targets", {}, [None, "loss", "loss"]),
    ],
    ids=str,
)
def test_what_overflows_is_reported(name, options, told):
    """Finite arguments whose computation is not: an error names the first result that is not finite."""
    given, net = scaled(problem(np.float64), name, 1e200), network(identity)
    calls = (
        lambda: net.predict(given["params"], given["xs"], given["h0"]),
        lambda: net.loss_value(**given),
        lambda: net.loss_and_gradients(**given, **options),
    )
    for call, first in zip(calls, told, strict=True):
        if first is None:
            assert np.isfinite(call()).all()
            continue
        message = f"^{first}: -?(inf|nan)( at .*)?, needed finite numbers; .*, or a wider type than float64"
        with np.errstate(all="ignore"), pytest.raises(FloatingPointError, match=message):
            call()


@pytest.mark.parametrize(
    ("name", "factors", "options"),
    [
        ("grads.params.U", {"xs": 1e200, "U": 1e-300, "V": 1e150}, {}),
        ("grads.params.W", {"h0": 1e200, "W": 1e-300, "V": 1e150}, {"checkpoints": Checkpoints(2)}),
        ("grads.xs", {"U": 1e200, "xs": 1e-300, "V": 1e150}, {}),
        ("grads.h0", {"W": 1e200, "h0": 1e-300, "U": 1e-200, "b": 1e-200, "V": 1e150}, {}),
    ],
)
def test_a_gradient_that_overflows_alone_is_reported(name, factors, options):
    """Though the loss is finite."""
    given = problem(np.float64, steps=1)
    for array, factor in factors.items():
        given = scaled(given, array, factor)
    with np.errstate(all="ignore"):
        assert np.isfinite(network(identity).loss_value(**given))
        message = f"^{re.escape(name)}: -?(inf|nan) at "
        with pytest.raises(FloatingPointError, match=message):
            network(identity).loss_and_gradients(**given, **options)


def scaled(given, name, factor):
    """The problem with one of its arrays scaled."""
    if name in Params._fields:
        block = getattr(given["params"], name) * factor
        return given | {"params": given["params"]._replace(**{name: block})}
    return given | {name: given[name] * factor}


@every_float
def test_init_has_the_networks_shapes(dtype):
    """New parameters fit the network, are of the dtype asked for, and b and c are zero."""
    params = network().init(np.random.default_rng(0), dtype)
    assert [block.shape for block in params] == [(H, D), (H, H), (H,), (K, H), (K,)]
    of_a_layer = Layer(network().cell).init(np.random.default_rng(0), dtype)
    assert {block.dtype for block in (*params, *of_a_layer)} == {np.dtype(dtype)}
    assert not params.b.any()
    assert not params.c.any()
    assert network().predict(params, np.ones((N, T, D), dtype)).shape == (N, T, K)


GATES = {Vanilla: 1, LSTM: 4, GRU: 3}


@pytest.mark.parametrize("kind", GATES)
def test_init_fills_the_glorot_interval(kind):
    """U and V are uniform up to ±√(6 / (rows + columns)), where a gate's block of U counts its own rows."""
    params = RNN(kind(40, 60), outputs=50).init(np.random.default_rng(0))
    for block, limit in [
        *((U, (6 / 100) ** 0.5) for U in np.split(params.U, GATES[kind])),
        (params.V, (6 / 110) ** 0.5),
    ]:
        assert abs(block).max() <= limit
        # Of 2400 uniform draws or more, none in the outer hundredth on a side: less than 1 in 100,000.
        assert block.max() > 0.98 * limit
        assert block.min() < -0.98 * limit
        # The standard deviation of the mean is limit / √(3 · 2400), a 85th of limit; five of them.
        assert abs(block.mean()) < limit / 17


def test_init_turns_every_way():
    """W is uniform over the orthogonal matrices: rotations and reflections, either sign on the diagonal."""
    net, rng = network(), np.random.default_rng(0)
    draws = [net.init(rng).W for _ in range(40)]
    assert {round(np.linalg.det(W)) for W in draws} == {-1, 1}
    assert {bool(W[i, i] > 0) for W in draws for i in range(H)} == {True, False}


def test_a_type_is_the_same_whatever_is_noted_beside_it():
    """As what wrote a file may note something there."""
    net, rng = network(), np.random.default_rng(0)
    params, xs = net.init(rng), rng.normal(size=(N, T, D))
    noted = xs.astype(np.dtype(float, metadata={"unit": "m"}))
    assert noted.dtype is not xs.dtype
    assert net.predict(params, noted).tolist() == net.predict(params, xs).tolist()


def test_plain_arrays_are_seen_to_fit_at_once(monkeypatch):
    """Whatever the state and the losses: the checks that take longer are for others."""
    net, rng = network(), np.random.default_rng(0)
    params, xs, h0 = net.init(rng), rng.normal(size=(N, T, D)), rng.normal(size=(N, H))
    monkeypatch.setattr("rnn.network.checked_call", pytest.fail)
    for targets in (rng.normal(size=(N, T, K)), rng.normal(size=(N, K))):
        for state in (None, h0, (h0,)):
            net.loss_and_gradients(params, xs, targets, state)


def test_what_has_been_checked_goes_the_same_way():
    """A state alone or as a tuple, in a workspace, and with checkpoints, which make shorter tapes."""
    lengths = []

    class Watched(Vanilla):
        """Notes the steps of each tape."""

        def tape(self, records, steps, dtype):
            lengths.append(steps)
            return super().tape(records, steps, dtype)

    net, rng = RNN(Watched(D, H), K), np.random.default_rng(0)
    given = net.init(rng), rng.normal(size=(N, T, D)), rng.normal(size=(N, K))
    h0, workspace = rng.normal(size=(N, H)), net.workspace(N, T)
    want, _ = net.loss_and_gradients(*given, h0)
    lengths.clear()
    assert net.loss_and_gradients_of_checked(*given, h0)[0] == want
    assert net.loss_and_gradients_of_checked(*given, (h0,))[0] == want
    assert lengths == [T, T]
    assert net.loss_and_gradients_of_checked(*given, h0, workspace=workspace)[0] == want
    assert lengths == [T, T]
    assert net.loss_and_gradients_of_checked(*given, h0, checkpoints=Checkpoints(2))[0] == want
    assert max(lengths[2:]) == 2
