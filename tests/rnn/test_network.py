"""The network against the definition of its gradients, entry by entry, and its manners at the interface.

The definition of a truncated gradient: of each loss, replay the forward from h_0 with a nudge on an entry
wherever this loss may reach it, and see how much the loss moves. A nudge by ε, where ε² = 0, gives the
derivative exactly in Fractions.
"""

import re
from dataclasses import dataclass
from fractions import Fraction
from itertools import cycle, product

import numpy as np
import pytest

import rnn.network
from rnn import GRU, LSTM, RNN, Checkpoints, Chunked, Full, Params, Tail, Vanilla, Window
from rnn.activations import identity, relu, softsign, tanh

N, T, D, H, K = 2, 4, 2, 3, 2

# No two of these have the same mask on four steps.
TRUNCATIONS = [
    Full(),
    Window(0),
    Window(1),
    Window(2),
    Tail(0),
    Tail(1),
    Tail(2),
    Tail(3),
    Chunked(2),
    Chunked(3),
]
TRUNCATIONS += [Chunked(*ks) for ks in [(2, 0), (2, 1), (3, 1), (3, 2), (2, 3), (3, 4)]]

every_truncation = pytest.mark.parametrize("truncation", TRUNCATIONS, ids=str)
every_float = pytest.mark.parametrize("dtype", [np.float32, np.float64, np.longdouble])


@dataclass(frozen=True)
class Dual:
    """re + eps ε, where ε² = 0: what is computed with these is differentiated exactly."""

    re: Fraction
    eps: Fraction = Fraction(0)

    def __add__(self, other):
        other = dual(other)
        return Dual(self.re + other.re, self.eps + other.eps)

    def __mul__(self, other):
        other = dual(other)
        return Dual(self.re * other.re, self.re * other.eps + self.eps * other.re)

    def __truediv__(self, other):
        other = dual(other)
        return Dual(self.re / other.re, (self.eps * other.re - self.re * other.eps) / other.re**2)

    __radd__, __rmul__ = __add__, __mul__


def dual(number):
    """The number itself where it is dual, else without an ε."""
    return number if isinstance(number, Dual) else Dual(number)


def each(function):
    """The function of each entry of an object array, as a dual number."""
    return np.vectorize(lambda a: function(dual(a)), otypes=[object])


EXACT = {
    relu: each(lambda a: a if a.re > 0 else 0 * a),
    softsign: each(lambda a: a / (1 + (a if a.re > 0 else -1 * a))),
    identity: each(lambda a: a),
}


def fractions(array):
    """The same numbers as an object array of Fractions."""
    return np.vectorize(Fraction, otypes=[object])(array)


def network(f=tanh, cell=Vanilla):
    """The network of these tests."""
    return RNN(cell(D, H, f), outputs=K)


def problem(dtype=object, steps=T, losses="every", seed=0):
    """Parameters, xs, targets and h0: multiples of 1/3 from −2/3 to 2/3, none of them 0."""
    rng = np.random.default_rng(seed)

    def draw(*shape):
        thirds = fractions(rng.choice([-2, -1, 1, 2], shape)) / 3
        return thirds.astype(dtype)

    params = Params(U=draw(H, D), W=draw(H, H), b=draw(H), V=draw(K, H), c=draw(K))
    targets = draw(N, K) if losses == "last" else draw(N, steps, K)
    return {"params": params, "xs": draw(N, steps, D), "targets": targets, "h0": draw(N, H)}


def arrays_of(given):
    """The arrays that have a gradient, by name."""
    return given["params"]._asdict() | {"xs": given["xs"], "h0": given["h0"]}


def blocks_of(grads):
    """The gradients, by name."""
    return grads.params._asdict() | {"xs": grads.xs, "h0": grads.h0}


def masked_loss(f, plain, nudged, targets, truncation):
    """The loss, where the loss at t sees the nudged parameters and inputs from step first(t) on."""
    steps = plain["xs"].shape[1]
    by_step = {steps - 1: targets} if targets.ndim == 2 else dict(enumerate(targets.swapaxes(0, 1)))
    total = 0
    for t, target in by_step.items():
        first = truncation.first(t, steps)
        h = (nudged if first == 0 else plain)["h0"]
        for s in range(t + 1):
            here = nudged if s >= first else plain
            h = f(here["xs"][:, s] @ here["U"].T + h @ here["W"].T + here["b"])
        residual = h @ nudged["V"].T + nudged["c"] + -target
        total += (residual * residual).sum() / 2
    return total


def nudged(arrays, name, index, entry):
    """The arrays with another entry in one of them."""
    array = arrays[name].copy()
    array[index] = entry
    return arrays | {name: array}


def exact_gradients(f, given, truncation):
    """The masked derivative by every entry of every array."""
    arrays, gradients = arrays_of(given), {}
    for name, array in arrays.items():
        gradients[name] = np.empty(array.shape, object)
        for index in np.ndindex(array.shape):
            moved = nudged(arrays, name, index, Dual(array[index], Fraction(1)))
            gradients[name][index] = dual(
                masked_loss(EXACT[f], arrays, moved, given["targets"], truncation)
            ).eps
    return gradients


@every_truncation
@pytest.mark.parametrize("f", [relu, softsign, identity], ids=lambda f: f.name)
def test_gradients_are_their_definition(f, truncation):
    """Under every truncation each entry of each gradient equals the masked derivative, and is a Fraction."""
    given = problem(steps=3 if f is softsign else T)
    _, grads = network(f).loss_and_gradients(**given, truncation=truncation)
    want = exact_gradients(f, given, truncation)
    for name, block in blocks_of(grads).items():
        assert block.tolist() == want[name].tolist(), name
        assert {type(entry) for entry in block.flat} == {Fraction}
        # Agreement on zeros is worth nothing.
        assert block.any() or truncation != Full()


@pytest.mark.parametrize(
    ("truncation", "steps"),
    [(Full(), 1), (Full(), N), (Window(1), 3), (Chunked(3), N), (Tail(2), 3)],
    ids=str,
)
def test_a_loss_on_the_last_step_alone(truncation, steps):
    """Targets (N, K) are the last step's, also where N = T, and the gradients are those of its loss."""
    given = problem(steps=steps, losses="last")
    _, grads = network(softsign).loss_and_gradients(**given, truncation=truncation)
    want = exact_gradients(softsign, given, truncation)
    assert {name: block.tolist() for name, block in blocks_of(grads).items()} == {
        name: block.tolist() for name, block in want.items()
    }


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
        h = EXACT[f](given["xs"][:, t] @ arrays["U"].T + h @ arrays["W"].T + arrays["b"])
        want.append(h @ arrays["V"].T + arrays["c"])
    assert outputs.tolist() == [[[o.re for o in want[t][n]] for t in range(T)] for n in range(N)]
    value = (((outputs[:, -1] if losses == "last" else outputs) - targets) ** 2).sum() / 2
    assert network(f).loss_value(**given) == network(f).loss_and_gradients(**given)[0] == value
    assert {type(number) for number in (value, network(f).loss_value(**given), *outputs.flat)} == {Fraction}


def test_the_smallest_network():
    """One record, step, input, unit and output, by hand: h = 2·3 + 5·7 + 1 = 42, o = 4·42 + 6 = 174."""
    one = {name: fractions([[number]]) for name, number in [("U", 2), ("W", 5), ("V", 4)]}
    params = Params(**one, b=fractions([1]), c=fractions([6]))
    net = RNN(Vanilla(1, 1, identity), outputs=1)
    xs, targets, h0 = fractions([[[3]]]), fractions([[[171]]]), fractions([[7]])
    value, grads = net.loss_and_gradients(params, xs, targets, h0)
    assert value == Fraction(9, 2)
    # do = 3, so dh = da = 3 · 4 = 12.
    assert [block.tolist() for block in grads.params] == [[[36]], [[84]], [12], [[126]], [3]]
    assert grads.xs.tolist() == [[[24]]]
    assert grads.h0.tolist() == [[60]]


@pytest.mark.parametrize("every", [None, 1, 2])
def test_a_truncation_may_leave_out_any_loss(every):
    """V and c take a loss that reaches no step, with checkpoints too, and where those around it overlap."""

    class AllButTheSecond:
        def first(self, t, steps):
            return steps if t == 1 else 0

    given, checkpoints = problem(), None if every is None else Checkpoints(every)
    value, grads = network(relu).loss_and_gradients(
        **given, truncation=AllButTheSecond(), checkpoints=checkpoints
    )
    assert value == network(relu).loss_value(**given)
    want = exact_gradients(relu, given, AllButTheSecond())
    for name, block in blocks_of(grads).items():
        assert block.tolist() == want[name].tolist(), name


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


class Idle(Vanilla):
    """A cell that must not be asked to do anything."""

    def tape(self, records, steps, dtype):
        pytest.fail("work was begun before everything was checked")


def replaced(name, change):
    """A problem in which the array of this name is changed, in the parameters where it is one of them."""
    given = problem(np.float64)
    if name in Params._fields:
        changed = change(getattr(given["params"], name))
        return given | {"params": given["params"]._replace(**{name: changed})}
    return given | {name: change(given[name])}


def as_type(dtype):
    """A change of the type of an array's numbers."""
    return lambda array: (array > 0 if dtype is bool else np.ceil(array)).astype(dtype)


def label(name):
    """What an error calls an argument."""
    return f"params.{name}" if name in Params._fields else name


def assert_refused(given, error, message):
    """Each method that takes what is wrong raises the error, whose message begins so, and does no work."""
    net, begins = network(cell=Idle), f"^{re.escape(message)}"
    with pytest.raises(error, match=begins):
        net.loss_and_gradients(**given)
    with pytest.raises(error, match=begins):
        net.loss_value(**given)
    if not message.startswith("targets"):
        with pytest.raises(error, match=begins):
            net.predict(given["params"], given["xs"], given["h0"])


NEEDED = {
    "U": "(3, 2)",
    "W": "(3, 3)",
    "b": "(3,)",
    "V": "(2, 3)",
    "c": "(2,)",
    "xs": "(N, T, 2), each of N, T at least 1",
    "h0": "(2, 3)",
    "targets": "(2, 4, 2) or (2, 2)",
}


def with_last(entry):
    """A change of the last entry of an array."""

    def change(array):
        changed = array.copy()
        changed.flat[-1] = entry
        return changed

    return change


KINDS = "float32, float64, longdouble or Fractions"
# A change of an argument, the error, and what it says: its shape, its last place, and what is needed.
MISFITS = {
    "two axes more": (lambda a: a[None, None], ValueError, "shape {shape}, needed {needed}"),
    "too short": (lambda a: a[..., :1], ValueError, "shape {shape}, needed {needed}"),
    "empty": (lambda a: a[..., :0], ValueError, "shape {shape}, needed {needed}"),
    "too long": (lambda a: np.repeat(a, 2, axis=-1), ValueError, "shape {shape}, needed {needed}"),
    "a number": (lambda a: 1.0, ValueError, "shape {shape}, needed {needed}"),
    "nan": (with_last(np.nan), ValueError, "nan at {last}, needed finite numbers"),
    "inf": (with_last(np.inf), ValueError, "inf at {last}, needed finite numbers"),
    "-inf": (with_last(-np.inf), ValueError, "-inf at {last}, needed finite numbers"),
    "float16": (as_type(np.float16), TypeError, "dtype float16, needed {kinds}"),
    "int64": (as_type(np.int64), TypeError, "dtype int64, needed {kinds}"),
    "bool": (as_type(bool), TypeError, "dtype bool, needed {kinds}"),
    "complex128": (as_type(np.complex128), TypeError, "dtype complex128, needed {kinds}"),
    "masked": (lambda a: np.ma.array(a, mask=False), TypeError, "a masked array, needed one without a mask"),
    "beyond memory": (lambda a: np.broadcast_to(1.0, (2**50, *a.shape[1:])), (), "shape (1125899906842624,"),
    "ragged": (lambda a: [[1.0], [2.0, 3.0]], TypeError, "list, needed an array of numbers (ValueError("),
}


# Each misfit with two arguments, each argument with four.
PAIRS = [*zip(cycle(NEEDED), 2 * [*MISFITS], strict=False)]


@pytest.mark.parametrize(("name", "misfit"), PAIRS)
def test_an_argument_that_does_not_fit_is_refused(name, misfit):
    """By its name, with what was given and what is needed."""
    change, error, said = MISFITS[misfit]
    given = replaced(name, change)
    array = (given["params"]._asdict() | given)[name]
    shape = () if misfit == "ragged" else np.shape(array)
    said = said.format(
        shape=shape,
        last=tuple(size - 1 for size in shape),
        needed=NEEDED[name],
        kinds=KINDS if name == "U" else "float",
    )
    # Of the steps of xs there may be any number, of the memory not.
    assert_refused(given, error or (MemoryError if name == "xs" else ValueError), f"{label(name)}: {said}")


def test_records_and_arrays_of_a_state_are_counted():
    """Also where each array by itself has the shape that the others ask for."""
    given = problem(np.float64)
    none = {name: given[name][:0] for name in ("xs", "targets", "h0")}
    assert_refused(given | none, ValueError, "xs: shape (0, 4, 2), needed (N, T, 2), each of N, T at least 1")
    for count in (0, 2):
        wrong = given | {"h0": (given["h0"],) * count}
        assert_refused(wrong, TypeError, f"h0: tuple of {count}, needed (h0,), the state of Idle")


def test_a_kind_is_refused_that_all_arguments_share():
    """The first is named, with what would do."""
    change, given = as_type(np.int64), problem(np.float64)
    given = {name: Params(*map(change, a)) if name == "params" else change(a) for name, a in given.items()}
    assert_refused(given, TypeError, f"params.U: dtype int64, needed {KINDS}")


OVERFLOWING = {
    "xs": ("U", 1e308, {"predict": "outputs", "loss": "loss", "gradients": "loss"}),
    "targets": ("targets", 1e200, {"predict": None, "loss": "loss", "gradients": "loss"}),
    "W": ("W", 1e200, {"predict": "outputs", "loss": "loss", "gradients": "loss"}),
}


@pytest.mark.parametrize(
    ("case", "losses", "options"),
    [
        ("xs", "every", {}),
        ("targets", "every", {"checkpoints": Checkpoints(2)}),
        ("targets", "last", {}),
        ("W", "every", {"workspace": True}),
        ("W", "last", {"checkpoints": Checkpoints(2)}),
    ],
    ids=str,
)
def test_what_overflows_is_told(case, losses, options):
    """Finite arguments whose computation is not: an error names the first result that is not finite."""
    name, factor, told = OVERFLOWING[case]
    given, net = replaced(name, lambda array: array * factor), network(identity)
    if losses == "last":
        given["targets"] = given["targets"][:, -1]
    if case == "xs":
        given["xs"] = given["xs"] * 1e10
    if "workspace" in options:
        options = {"workspace": net.workspace(N, T)}
    data = given["params"], given["xs"]
    calls = {
        "predict": lambda: net.predict(*data, given["h0"]),
        "loss": lambda: net.loss_value(**given),
        "gradients": lambda: net.loss_and_gradients(**given, **options),
    }
    for method, call in calls.items():
        if told[method] is None:
            assert np.isfinite(call()).all()
            continue
        message = (
            f"^{told[method]}: -?(inf|nan)( at .*)?, needed finite numbers; .*, or a wider type than float64"
        )
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
def test_a_gradient_that_overflows_alone_is_told(name, factors, options):
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


def test_no_warning_of_numpy_is_lost():
    """Whether it warns or raises of an overflow within is for its caller's errstate to say."""
    given = replaced("targets", lambda targets: targets * 1e200)
    with np.errstate(over="raise"), pytest.raises(FloatingPointError, match=r"^overflow encountered"):
        network().loss_and_gradients(**given)


@every_float
def test_init_has_the_networks_shapes(dtype):
    """New parameters fit the network, are of the dtype asked for, and b and c are zero."""
    params = network().init(np.random.default_rng(0), dtype)
    assert [block.shape for block in params] == [(H, D), (H, H), (H,), (K, H), (K,)]
    assert {block.dtype for block in params} == {np.dtype(dtype)}
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


def test_what_is_plainly_fine_is_seen_at_once():
    """With either place of the losses, and with a state as an array, a tuple, or none."""
    net = RNN(Vanilla(D, H), K)
    params, xs = net.init(np.random.default_rng(0)), np.ones((N, T, D))
    for targets in (np.ones((N, K)), np.ones((N, T, K))):
        for h0 in (None, np.ones((N, H)), (np.ones((N, H)),)):
            assert net._would_pass(params, xs, targets, h0)
    assert not RNN(Vanilla(D, H), K, rnn.softmax_cross_entropy)._would_pass(params, xs, targets, None)
