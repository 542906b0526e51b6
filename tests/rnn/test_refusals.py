"""What the public functions and classes refuse, before any work: each argument by its name.

Wrong counts and numbers of every kind are rows of ``common/test_refusals.py``, and ``tests/test_hostile.py``
throws them at every argument: here is what each of them needs.
"""

from fractions import Fraction
from functools import partial
from types import SimpleNamespace
from typing import NamedTuple

import numpy as np
import pytest

from rnn import (
    GRU,
    LSTM,
    RNN,
    Activation,
    Bidirectional,
    Chunked,
    CompiledLoops,
    Full,
    Layer,
    Loss,
    Stack,
    Tail,
    Vanilla,
    Window,
    identity,
    sigmoid,
    softmax_cross_entropy,
)
from rnn.cells.cell import METHODS
from rnn.common.arrays import Array
from rnn.data import positional, sine_wave, split, windows
from rnn.generation import free_run
from rnn.interchange import OF_A_LAYER, from_torch, to_torch
from rnn.optimisers import SGD, Adam, AdamW, ClipNorm, ClipValue, Constant, Cosine, RMSprop, State
from rnn.training import EarlyStopping, Standing, by_epoch, print_progress, rmse, train
from rnn.truncation import check_truncation, first_steps, sweeps
from tests.rnn.refusals import Pair, of, of_each, refuse, table

RNG = np.random.default_rng(0)
XS, TARGETS = RNG.normal(size=(7, 4, 2)), RNG.normal(size=(7, 2))
NET = RNN(Vanilla(2, 3), outputs=2)
PARAMS = NET.init(RNG)
NET_LAYER = Layer(NET.cell)
SAVED = NET_LAYER.forward(PARAMS[:3], XS).saved
STACK = RNN(Stack(Vanilla(2, 3), GRU(3, 2)), outputs=2)
DEEP = {"net": STACK, "params": STACK.init(RNG)}
SUM = RNN(Vanilla(1, 1, identity), outputs=1)
ONE = SUM.init(RNG)
HALF = np.array([Fraction(1, 2)])
LABELS = np.array([0, 2, 0, 0, 2, 0, 0])
TORCH = to_torch(RNN(Vanilla(2, 3), outputs=4).init(RNG))


class First(NamedTuple):
    """A truncation whose first step is the same whatever the loss, and may be nonsense."""

    given: object

    def first(self, t, steps):
        """What was given."""
        return self.given


class OwnVanilla(Vanilla):
    """A cell whose text is not compiled."""


class Idle(Vanilla):
    """A cell that must not be called."""

    def tape(self, records, steps, dtype):
        pytest.fail("work was begun before everything was checked")


ONES, SIX = Pair(np.ones((2, 2)), np.ones(2)), np.ones(6)
EACH = [
    *(
        SGD(Constant(0.1), ClipNorm(1)),
        SGD(Constant(0.1), momentum=0.5),
        RMSprop(Constant(0.1), ClipValue(1)),
    ),
    *(Adam(Constant(0.1)), AdamW(Cosine(0.1), ClipNorm(0.5))),
]
HELD = Adam(Constant(1)).start(ONES)


def start_of(optimiser):
    """Its start, with parameters and a number of updates."""
    return lambda given: optimiser.start(*given)


def update_of(optimiser):
    """Its update, one of whose arguments is another."""
    given = {"params": ONES, "grads": ONES, "state": optimiser.start(ONES, 3)}
    return lambda changed: optimiser.update(**given | changed)


class UnopenedShards(NamedTuple):
    """Batches of one's own, of which none is opened before everything has been checked."""

    batches: object

    def __len__(self):
        return self.batches

    def epoch(self, rng):
        pytest.fail("work was begun before everything was checked")


GIVEN = {
    "net": NET,
    "params": PARAMS,
    "train_data": (XS, TARGETS),
    "epochs": 1,
    "batch": 1,
    "optimiser": EACH[0],
}
CLASSES = RNN(LSTM(2, 3), outputs=3, loss=softmax_cross_entropy)
OF_CLASSES = {"net": CLASSES, "params": CLASSES.init(RNG), "train_data": (XS, LABELS)}
IN_FLOAT32 = {"params": CLASSES.init(RNG, np.float32), "train_data": (XS.astype("f4"), LABELS)}
SHARDS = {"train_data": UnopenedShards(3), "validation_data": UnopenedShards(3), "batch": None}


def ragged(lengths, xs=XS, targets=TARGETS):
    """Records that end early."""
    return {"train_data": (xs, targets, lengths)}


def begun(changed):
    """A training, in which nothing may have been done."""
    fails = [lambda standing: pytest.fail("work was begun before everything was checked")]
    train(**{**GIVEN, "callbacks": fails, **changed})


ABOVE = {f"{name}_l1": np.ones((3, 3), "f4") for name in OF_A_LAYER}
OF = {"RNN": Vanilla(2, 3), "LSTM": LSTM(2, 3), "GRU": GRU(2, 3), "one level": Stack(GRU(2, 3))}


def gates(rows):
    """The blocks of a cell, with so many rows."""
    return {"U": np.ones((rows, 2)), "W": np.ones((rows, 3)), "b": np.ones(rows)}


TRUNCATIONS = [
    (lambda: Window(-1), ValueError, "Window.k: -1, needed at least 0$"),
    (lambda: Tail(-2), ValueError, "Tail.k: -2, needed at least 0$"),
    *of(
        lambda counts: Chunked(*counts),
        ([0], ValueError, "Chunked.k1: 0, needed at least 1$"),
        ([2, -1], ValueError, "Chunked.k2: -1, needed at least 0$"),
    ),
    (lambda: sweeps(First(-1), 5, 2), ValueError, "truncation.first(2, 5): -1, needed at least 0$"),
    *of(
        check_truncation,
        *(
            (wrong, TypeError, f"truncation: {wrong!r}, needed a truncation with first(t, steps), as rnn.")
            for wrong in (3, Full, SimpleNamespace(first=3))
        ),
    ),
    *of_each(
        [lambda at, each=each: each.first(*at) for each in (Full(), Window(1), Chunked(2), Tail(3))],
        ((-1, 3), ValueError, "t: -1, needed at least 0$"),
        ((0, 0), ValueError, "steps: 0, needed at least 1$"),
        ((3, 3), ValueError, "t: 3, needed at most 2 in a sequence of 3 steps$"),
    ),
    (lambda: first_steps(Full(), 4, -1), ValueError, "first_loss: -1, needed at least 0"),
]

FUNCTIONS = [
    (partial(Activation, 3, print, print), TypeError, "Activation.name: 3, needed a str$"),
    (partial(Activation, "x", None, print), TypeError, "Activation.value: None, needed a function of two"),
    (partial(Activation, "x", print, None), TypeError, "Activation.slope: None, needed a function of two"),
    (
        partial(Loss, "x", int, print),
        TypeError,
        "Loss.value: <class 'int'>, needed a function of two arrays$",
    ),
    (partial(Loss, "x", None, print), TypeError, "Loss.value: None, needed a function of two arrays$"),
    (partial(Loss, "x", print, None), TypeError, "Loss.gradient: None, needed a function of two arrays$"),
    (partial(Loss, "x", print, print, 3), TypeError, "Loss.each: 3, needed a function of two arrays$"),
    (
        lambda: sigmoid.value(HALF, HALF.copy()),
        TypeError,
        "sigmoid: dtype object, needed float32, float64 or",
    ),
    *of_each(
        [
            lambda y, call=call: call(CLASSES.init(np.random.default_rng(0)), np.ones((2, 4, 2)), y)
            for call in (CLASSES.loss_and_gradients, CLASSES.loss_value)
        ],
        (np.array([0, 3]), ValueError, "targets: 3 at (1,), needed classes from 0 to 2"),
        (np.ma.array([0, 1]), TypeError, "targets: a masked array, needed one without a mask"),
        (np.array([0.0, 1.0]), TypeError, "targets: dtype float64, needed classes as integers"),
        (np.zeros((2, 3)), TypeError, "targets: dtype float64, needed classes as integers"),
        (np.array([0, 1, 2]), ValueError, "targets: shape (3,), needed (2, 4) or (2,)"),
    ),
]

NETWORKS = [
    *of(
        lambda cell: RNN(cell, 1),
        *(
            (cell, TypeError, f"RNN.cell: {cell!r}, needed a cell, as rnn.Vanilla(inputs=1, units=16)$")
            for cell in (3, Vanilla)
        ),
    ),
    (
        lambda: RNN(SimpleNamespace(**dict.fromkeys(METHODS, print), inputs=1, units=0), 1),
        ValueError,
        "RNN.cell.units: 0, needed at least 1$",
    ),
    *of(
        lambda given: RNN(Vanilla(1, 1), **{"outputs": 1, **given}),
        ({"outputs": 0}, ValueError, "RNN.outputs: 0, needed at least 1$"),
        ({"loss": "mse"}, TypeError, "RNN.loss: 'mse', needed an rnn.Loss, as rnn.squared_error$"),
        ({"loops": "numpy"}, TypeError, "RNN.loops: 'numpy', needed rnn.NumPyLoops()"),
    ),
    (lambda: Layer(3), TypeError, "Layer.cell: 3, needed a cell"),
    (
        lambda: Layer(OwnVanilla(1, 2), CompiledLoops()),
        TypeError,
        "Layer.loops: CompiledLoops() of OwnVanilla(…, needed ",
    ),
    (lambda: Layer(Vanilla(1, 1)).init(0), TypeError, "rng: int, needed a numpy.random.Generator"),
    *of(
        lambda wrong: NET_LAYER.backward(**{"saved": SAVED, "d_outputs": np.ones((7, 4, 3)), **wrong}),
        ({"saved": 3}, TypeError, "saved: int, needed what Layer.forward returns"),
        ({"d_outputs": np.ones((7, 4))}, ValueError, "d_outputs: shape (7, 4), needed (7, 4, 3)"),
        ({"d_outputs": np.ma.ones((7, 4, 3))}, TypeError, "d_outputs: a masked array, needed one without"),
        ({"d_outputs": np.ones((7, 4, 3), "f4")}, TypeError, "d_outputs: dtype float32, needed float64"),
        ({"d_state": (np.ones((7, 3)),) * 2}, TypeError, "d_state: tuple of 2, needed (h,), the state of V"),
        ({"truncation": 3}, TypeError, "truncation: 3, needed a truncation with first(t, steps)"),
    ),
    (lambda: Layer(LSTM(10**17, 1)).init(RNG), MemoryError, "Layer: Layer(LSTM(…, needed fewer inputs or"),
    *of(
        NET.init,
        *(
            (rng, TypeError, f"rng: {type(rng).__name__}, needed a numpy.random.Generator$")
            for rng in (None, np.random.Generator)
        ),
    ),
    *of_each(
        [partial(NET.init, RNG), partial(NET_LAYER.init, RNG)],
        *(
            (dtype, TypeError, f"dtype: {np.dtype(dtype)}, needed float32, float64 or longdouble$")
            for dtype in (np.float16, object)
        ),
    ),
    *of(
        lambda net: net.init(RNG),
        *(
            (net, MemoryError, "RNN: RNN(Vanilla(…, needed fewer inputs, units or outputs: ")
            for net in (RNN(Vanilla(1, 10**7), 1), RNN(Vanilla(10**17, 1), 1), RNN(Vanilla(1, 1), 2**62))
        ),
    ),
    *of(
        lambda given: RNN(Idle(2, 3), outputs=2).loss_and_gradients(PARAMS, XS, TARGETS, **given),
        ({"truncation": 3}, TypeError, "truncation: 3, needed a truncation with first(t, steps)"),
        ({"truncation": First(-1)}, ValueError, "truncation.first(3, 4): -1, needed at least 0$"),
        ({"checkpoints": 3}, TypeError, "checkpoints: 3, needed an rnn.Checkpoints or None"),
    ),
    *of(
        lambda loss: RNN(Vanilla(2, 3), outputs=2, loss=loss).loss_and_gradients(PARAMS, XS, TARGETS),
        (Loss("text", lambda o, y: "0", np.subtract), TypeError, "RNN.loss: a str of text, needed a number"),
        (Loss("flat", lambda o, y: 0.0, lambda o, y: 0.0), TypeError, "RNN.loss: flat, needed a gradient"),
        (Loss("short", lambda o, y: 0.0, lambda o, y: o[:, :1]), TypeError, "RNN.loss: short, needed a"),
        (Loss("wide", lambda o, y: 0.0, lambda o, y: o.astype("g")), TypeError, "RNN.loss: wide, needed a"),
    ),
]

DATA = [
    *of(
        sine_wave,
        (0, ValueError, "steps: 0, needed at least 1"),
        (2**62, MemoryError, "steps: 4611686018427387904, needed fewer: it does not fit in memory$"),
    ),
    *of(
        lambda targets: windows(np.ones((5, 2)), 2, targets),
        ([2], ValueError, "targets[0]: 2, needed at most 1, the last column$"),
        ([0, -1], ValueError, "targets[1]: -1, needed at least 0$"),
        ([], ValueError, "targets: [], needed at least one column$"),
        (1, TypeError, "targets: 1, needed a list of columns, as [0], or None$"),
    ),
    *of(
        lambda length: windows(np.zeros(4), length),
        (4, ValueError, "length: 4, needed at most 3: a series of 4 values"),
        (0, ValueError, "length: 0, needed at least 1"),
    ),
    *of(
        lambda series: windows(series, 1),
        (np.zeros((4, 1, 1)), ValueError, "series: shape (4, 1, 1), needed (S, D) or (S,)"),
        (np.array([0.0, np.nan]), ValueError, "series: nan at (1,), needed finite"),
    ),
    (lambda: windows(np.zeros(2**26), 2**25), MemoryError, "length: 33554432, needed less, or a shorter"),
    *of(
        lambda train: split((np.zeros((3, 2, 1)), np.zeros((3, 1))), train),
        (3, ValueError, "train: 3, needed at most 2"),
        (0, ValueError, "train: 0, needed at least 1"),
    ),
    *of(
        lambda records: split(records, 1),
        (np.zeros((2, 2, 1)), TypeError, "records: ndarray, needed a pair (xs, targets)"),
        ((np.zeros((3, 2)), np.zeros((3, 1))), ValueError, "records.xs: shape …, needed (N, T, D)"),
    ),
    *of(
        lambda targets: split((np.zeros((3, 2, 1)), targets), 1),
        (np.zeros((2, 1)), ValueError, "records.targets: shape (2, 1), needed (3, 2, K) or (3, K), each of"),
        (np.zeros((3, 1), np.float32), TypeError, "records.targets: dtype float32, needed float64"),
    ),
    *of(
        positional,
        (np.zeros((2, 3, 2)), ValueError, "xs: shape (2, 3, 2), needed (N, T, 1)"),
        (np.zeros((1, 2**24, 1), "f4"), MemoryError, "xs: shape (1, 16777216, 1), needed fewer records"),
    ),
    *of(
        lambda given: free_run(
            **{"net": SUM, "params": ONE, "seed": np.ones((1, 2, 1)), "steps": 1, **given}
        ),
        ({"net": RNN(Vanilla(1, 1), 2)}, ValueError, "net: 2 outputs and 1 inputs, needed as many"),
        ({"net": 3}, TypeError, "net: 3, needed an rnn.RNN"),
        ({"steps": 0}, ValueError, "steps: 0, needed at least 1"),
        ({"steps": 10**15}, MemoryError, "steps: 1000000000000000, needed fewer: it does not"),
        ({"seed": np.ones((2, 1))}, ValueError, "seed: shape (2, 1), needed (N, T, 1)"),
        ({"seed": np.ones((1, 2, 1), "f4")}, TypeError, "seed: dtype float32, needed float64"),
    ),
]

OPTIMISERS = [
    (lambda: Constant(0), ValueError, "Constant.rate: 0, needed a finite number above 0"),
    (lambda: Cosine(float("inf")), ValueError, "Cosine.rate: inf, needed a finite"),
    (lambda: ClipValue(float("nan")), ValueError, "ClipValue.limit: nan, needed"),
    (lambda: ClipNorm(0), ValueError, "ClipNorm.limit: 0, needed"),
    *(
        (partial(make, *given), TypeError, f"{make.__name__}.{said}")
        for make in (SGD, RMSprop, Adam, AdamW)
        for given, said in (
            ((0.1,), "schedule: 0.1, needed … Constant(0.001)"),
            ((Constant(1), 3), "clip: 3, needed a way to clip, as ClipNorm(1.0), or None$"),
        )
    ),
    (partial(SGD, Constant(1), ClipNorm), TypeError, "SGD.clip: <class …ClipNorm'>, "),
    *of(
        lambda given: given[0](Constant(1), **given[1]),
        ((Adam, {"beta1": 1}), ValueError, "Adam.beta1: 1, needed 0 or more and below 1"),
        ((Adam, {"beta2": 1}), ValueError, "Adam.beta2: 1, needed 0 or more and below 1"),
        ((Adam, {"epsilon": "0"}), TypeError, "Adam.epsilon: '0', needed a number"),
        ((AdamW, {"beta1": 1}), ValueError, "AdamW.beta1: 1, needed 0 or more and below 1"),
        ((AdamW, {"beta2": "1"}), TypeError, "AdamW.beta2: '1', needed a number"),
        ((AdamW, {"epsilon": 0}), ValueError, "AdamW.epsilon: 0, needed a finite number above 0"),
        ((SGD, {"momentum": 1.0}), ValueError, "SGD.momentum: 1.0, needed 0 or more and below 1"),
        ((SGD, {"nesterov": 1}), TypeError, "SGD.nesterov: 1, needed True or False"),
        ((SGD, {"nesterov": True}), ValueError, "SGD.nesterov: True, needed a momentum above 0"),
        ((RMSprop, {"alpha": -0.1}), ValueError, "RMSprop.alpha: -0.1, needed 0 or more"),
        ((RMSprop, {"epsilon": 0}), ValueError, "RMSprop.epsilon: 0"),
        ((RMSprop, {"momentum": 1}), ValueError, "RMSprop.momentum: 1"),
    ),
    *of(
        lambda moments: RMSprop(Constant(1)).update(ONES, ONES, State(0, None, moments)),
        ((-SIX, SIX), ValueError, "state.moments[0]: -1.0, needed a mean of squares"),
        ((), TypeError, "state.moments: 0 arrays, needed 2, as start makes for this optimiser"),
    ),
    *of(
        lambda decay: AdamW(Constant(1), weight_decay=decay),
        (-0.1, ValueError, "AdamW.weight_decay: -0.1, needed a finite number of at least 0"),
        (float("inf"), ValueError, "AdamW.weight_decay: inf, needed a finite number of at least 0"),
        ("0", TypeError, "AdamW.weight_decay: '0', needed a number"),
    ),
    *of_each(
        [ClipNorm(1.0).into, ClipValue(1.0).into],
        (None, TypeError, "g: NoneType, needed a NumPy array"),
        (np.ones((2, 1)), ValueError, "g: shape (2, 1), needed a vector that can be written to"),
        (np.broadcast_to(1.0, 3), ValueError, "g: read-only shape (3,), needed a vector that can be written"),
        (np.array([1.0, np.nan]), ValueError, "g: nan at (1,), needed finite numbers"),
    ),
    (lambda: SGD(Cosine(0.1)).start(ONES), ValueError, "updates: None, needed the number of updates that"),
    *of_each(
        map(start_of, EACH),
        ((ONES, 0), ValueError, "updates: 0, needed at least 1"),
        ((Pair(np.ones(2), np.array([1, np.inf])), 1), ValueError, "params.v: inf at (1,), needed finite"),
    ),
    *of_each(
        map(update_of, EACH),
        ({"params": Pair(ONES.M, ONES.v * np.nan)}, ValueError, "params.v: nan at (0,), needed finite numbe"),
        ({"grads": Pair(np.ones(4), ONES.v)}, ValueError, "grads.M: float64 of shape (4,), needed float64"),
        # One that is not finite has no direction, and clipping does not hide it.
        *(
            (
                {"grads": Pair(np.array([[1.0, bad]] * 2), ONES.v)},
                ValueError,
                f"grads.M: {bad} at (0, 1), needed",
            )
            for bad in (np.nan, np.inf, -np.inf)
        ),
        ({"grads": ONES[:1]}, ValueError, "grads: 1 arrays, needed 2, as many as params$"),
        ({"state": 3}, TypeError, "state: int, needed the State that start or update returned"),
        ({"state": HELD._replace(done=-1)}, ValueError, "state.done: -1, needed at least 0"),
        ({"state": HELD._replace(total=0)}, ValueError, "state.total: 0, needed at least 1"),
        ({"state": HELD._replace(moments=3)}, TypeError, "state.moments: int, needed"),
    ),
    *of(
        lambda moments: Adam(Constant(0.1)).update(ONES, ONES, HELD._replace(moments=moments)),
        ((SIX[1:], SIX), ValueError, "state.moments[0]: float64 of shape (5,), needed float64 of"),
        ((SIX, None), TypeError, "state.moments[1]: NoneType, needed a NumPy array"),
        ((SIX, -SIX), ValueError, "state.moments[1]: -1.0, needed a mean of squares"),
    ),
]

TRAINING = [
    *of(
        begun,
        ({"epochs": 0}, ValueError, "epochs: 0, needed at least 1"),
        ({"batch": 0}, ValueError, "batch: 0, needed at least 1"),
        ({"rng": 0}, TypeError, "rng: int, needed a numpy.random.Generator or None"),
        ({"dropout": 0.5}, ValueError, "dropout: 0.5, needed 0 with one layer"),
        ({"dropout": 0.5, **DEEP}, ValueError, "rng: None, needed a numpy.random.Generator, from which"),
        ({"optimiser": 3}, TypeError, "optimiser: 3, needed one, as rnn.optimisers.SGD(Constant(0.01))$"),
        ({"optimiser": SimpleNamespace(start=print)}, TypeError, "optimiser: namespace"),
        ({"optimiser": SimpleNamespace(update=print)}, TypeError, "optimiser: namespace"),
        ({"callbacks": 3}, TypeError, "callbacks: 3, needed functions, as [rnn.training.print_progress]"),
        ({"callbacks": [print_progress, 3]}, TypeError, "callbacks: 3, needed functions"),
        ({"callbacks": (list,)}, TypeError, "callbacks: <class 'list'>, needed functions"),
        ({"early_stopping": 3}, TypeError, "early_stopping: 3, needed an rnn.training.EarlyStopping or None"),
        ({"early_stopping": EarlyStopping()}, ValueError, "validation_data: None, needed records whose"),
        ({"train_data": XS}, TypeError, "train_data: ndarray, needed a pair"),
        ({"train_data": (XS,) * 4}, TypeError, "train_data: tuple, needed a pair (xs, targets), or (xs, "),
        (ragged([5] * 7), ValueError, "train_data.lengths: 5 at (0,), needed from 1 to 4, the number of"),
        (ragged([1] * 6), ValueError, "train_data.lengths: shape (6,), needed (7,), one for each record"),
        (ragged([1.0] * 7), TypeError, "train_data.lengths: list, needed an array of integers"),
        (ragged([1] * 7, xs=XS[0]), ValueError, "train_data.xs: shape …, needed (N, T, "),
        (ragged([1] * 7, xs=XS * np.nan), ValueError, "train_data.xs: nan at (0, 0, 0), needed finite"),
        (ragged([1] * 7, targets=TARGETS[:1]), ValueError, "train_data.targets: shape (1, 2), needed"),
        # A loss on every step, and records that end elsewhere.
        (
            {**ragged([3, 1] * 3 + [2], targets=XS), "truncation": Tail(1)},
            ValueError,
            "truncation: Tail(k=1), needed one that does not count from the end",
        ),
        ({"train_data": SimpleNamespace(epoch=print)}, TypeError, "train_data: SimpleNamespace, needed a"),
        ({"validation_data": (XS[:3], TARGETS)}, ValueError, "validation_data.targets: shape (7, 2), needed"),
        ({"weights": np.ones(6)}, ValueError, "weights: shape (6,), needed (7,)"),
        ({"weights": -np.ones(7, "f4")}, TypeError, "weights: dtype float32, needed float64"),
        ({"weights": -np.ones(7)}, ValueError, "weights: -1.0, needed 0 or more"),
        ({"class_weight": {0: 1.0}}, TypeError, "RNN.loss: squared_error, needed one of classes, for"),
    ),
    # When it is called, and not when the first epoch is asked for.
    (lambda: by_epoch(**GIVEN, after=3), TypeError, "after: int, needed what by_epoch yielded"),
    (
        lambda: by_epoch(**GIVEN, after=Standing(0, PARAMS._replace(b=3), None, 0.0, None)),
        TypeError,
        "params.b: dtype int64, needed",
    ),
    *of(
        lambda given: begun(OF_CLASSES | given),
        ({"class_weight": {3: 1.0}}, ValueError, "class_weight: 3 as a class, needed one of 0, 1"),
        ({"class_weight": {0: 1e39}, **IN_FLOAT32}, ValueError, "class_weight: inf at (0,), needed finite"),
        ({**SHARDS, "batch": 3}, TypeError, "batch: 3, needed None, for train_data are batches already"),
        ({**SHARDS, "weights": 3}, TypeError, "weights: 3, needed None, for train_data are batches already"),
        ({**SHARDS, "class_weight": "balanced"}, ValueError, "class_weight: 'balanced', needed None or a"),
        (
            {**SHARDS, "train_data": UnopenedShards(0)},
            ValueError,
            "train_data.__len__(): 0, needed at least 1",
        ),
        (
            {**SHARDS, "validation_data": UnopenedShards(1.5)},
            TypeError,
            "validation_data.__len__(): 1.5, needed an",
        ),
    ),
    *of(
        lambda given: print_progress(Standing(given[0], PARAMS, None, *given[1:])),
        ((None, 1.0, None), TypeError, "standing.epoch: None, needed an integer of at least 0$"),
        ((-1, 1.0, None), ValueError, "standing.epoch: -1, needed at least 0$"),
        ((1, "0.1", None), TypeError, "standing.train_loss: '0.1', needed a number$"),
        ((1, 1.0, "0.1"), TypeError, "standing.validation_loss: '0.1', needed a number$"),
    ),
    (lambda: print_progress((1, 0.1)), TypeError, "standing: tuple, needed the Standing that by_epoch"),
    *of(
        lambda given: rmse(*given),
        ((np.ones((2, 1)), np.ones(2)), ValueError, "predictions: shape (2, 1), needed …, (2,), with"),
        ((np.ones(0), np.ones(0)), ValueError, "predictions: shape (0,), needed …, with at least one entry$"),
    ),
    *(
        (
            partial(rmse, **{"predictions": np.zeros(2), "targets": np.zeros(2), name: wrong}),
            error,
            f"{name}: {said}",
        )
        for name in ("predictions", "targets")
        for wrong, error, said in (
            (np.ma.array([1.0, -999.0], mask=[0, 1]), TypeError, "a masked array, needed one without a mask"),
            (np.array([1j, 2j]), TypeError, "dtype complex128, needed real numbers"),
            (np.array(["1", "2"], object), TypeError, "str at (0,), needed a Fraction"),
            (np.array([1.0, np.nan]), ValueError, "nan at (1,), needed finite numbers"),
            (np.array([Fraction(10**400), Fraction(1)]), ValueError, "a Fraction that is too large, needed"),
        )
    ),
]

OTHER_NAMES = [
    *of(
        lambda changed: from_torch(TORCH | changed),
        ({"weight_ih_l0": np.ones(3)}, ValueError, "weight_ih_l0: shape (3,), needed (G, D)"),
        ({"weight_hh_l0": np.ones(3)}, ValueError, "weight_hh_l0: shape (3,), needed (G, H)"),
        ({"weight_ih_l0": np.ones((3, 2), "f4")}, TypeError, "weight_hh_l0: dtype float64, needed float32"),
        ({"weight_ih_l0": np.ones((4, 2))}, ValueError, "weight_ih_l0: shape (4, 2), needed (3, D)"),
        ({"weight_hh_l0": np.ones((6, 3))}, ValueError, "weight_hh_l0: shape (6, 3), needed 1, 3 or 4"),
        ({"weight": np.ones((4, 2))}, ValueError, "weight: shape (4, 2), needed (K, 3)"),
        ({"bias_ih_l0": np.ones(3, "f4")}, TypeError, "bias_ih_l0: dtype float32, needed float64"),
        ({"weight": np.ones((4, 3), "f4")}, TypeError, "weight: dtype float32, needed float64 as the input"),
        ({"bias": np.ones(4, "f4")}, TypeError, "bias: dtype float32, needed float64"),
        ({"bias": np.ones(3)}, ValueError, "bias: shape (3,), needed (4,)"),
        ({"bias_ih_l0": np.array([np.nan] * 3)}, ValueError, "bias_ih_l0: nan at (0,)"),
        ({"weight_ih_l1": np.ones((3, 3))}, ValueError, "state: no weight_hh_l1, needed weight_ih_l0"),
        ({"weight_ih_l99": np.ones((3, 3))}, ValueError, "state: a level 99, needed all levels below it as"),
        ({"weight_hr_l0": np.ones((3, 3))}, ValueError, "state: 'weight_hr_l0', needed a layer of one kind"),
        *(
            (dict([*ABOVE.items()][:names]), TypeError, "weight_ih_l1: dtype float32, needed float64")
            for names in (2, 4)
        ),
        (
            {name: np.ones((9, 3)) for name in ("weight_ih_l1", "weight_hh_l1")},
            ValueError,
            "weight_hh_l1: shape (9, 3), needed 1 times 3 rows$",
        ),
    ),
    (
        lambda: from_torch({"weight": TORCH["weight"]}),
        ValueError,
        f"state: no weight_ih_l0, needed {', '.join(TORCH)}$",
    ),
    (lambda: from_torch({}), ValueError, f"state: no weight_ih_l0, needed {', '.join(TORCH)}$"),
    (
        lambda: from_torch({"weight_ih_l1": TORCH["weight"]}),
        ValueError,
        "state: a level 1, needed all levels below it as well$",
    ),
    (lambda: from_torch(TORCH, layer=3), TypeError, "layer: 3, needed what names begin with, as 'lstm.'$"),
    (lambda: from_torch(TORCH, readout=3), TypeError, "readout: 3, needed what names begin with, as 'lstm.'"),
    (lambda: to_torch(SimpleNamespace()), TypeError, "params: SimpleNamespace"),
    (
        lambda: to_torch(NamedTuple("Vc", [("V", Array), ("c", Array)])(*ONES)),
        TypeError,
        "params: Vc, needed",
    ),
    (lambda: from_torch(SimpleNamespace()), TypeError, "state: SimpleNamespace"),
    *of(
        lambda changed: to_torch(RNN(OF[changed[0]], 2).init(RNG)._replace(**changed[1])),
        (("LSTM", {"U": np.ones(3)}), ValueError, "params.U: shape (3,), needed (G, D)"),
        (("LSTM", {"W": np.ones((12, 4))}), ValueError, "params.W: shape (12, 4), needed "),
        (("GRU", {"bn": np.full(3, np.nan)}), ValueError, "params.bn: nan at (0,), needed finite"),
        (("one level", {"bn_l0": np.full(3, np.nan)}), ValueError, "params.bn_l0: nan at (0,), needed"),
        (("RNN", {"V": np.ones(3)}), ValueError, "params.V: shape (3,), needed (K, 3)"),
        (("RNN", {"c": np.ones(3)}), ValueError, "params.c: shape (3,), needed (2,)"),
        (("RNN", {"c": np.ones(4, "f4")}), TypeError, "params.c: dtype float32, needed float64"),
        # As many gates as the kind has: those of another cell would be read as those of another layer.
        (("RNN", gates(9)), ValueError, "params.W: shape (9, 3), needed 1 or 4 times 3 rows$"),
        (("GRU", gates(3)), ValueError, "params.W: shape (3, 3), needed 3 times 3 rows$"),
    ),
    *of(
        lambda cell: to_torch(RNN(cell, outputs=1).init(RNG)),
        (Stack(LSTM(2, 3), LSTM(3, 4)), ValueError, "params.W_l1: shape …, needed (12, 3), as on the other"),
        (Bidirectional(Stack(GRU(2, 3), GRU(3, 3))), TypeError, "params: …Params, needed rnn.Params"),
        (Stack(Bidirectional(GRU(2, 3)), GRU(6, 3)), TypeError, "params: …Params, needed rnn.Params"),
    ),
]


@table(*TRUNCATIONS, *FUNCTIONS, *NETWORKS, *DATA, *OPTIMISERS, *TRAINING, *OTHER_NAMES)
def test_what_is_no_such_argument_is_refused(call, error, said):
    """By its name, with what was given and what is needed."""
    refuse(call, error, said)
