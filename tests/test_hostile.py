"""Hostile arguments: every public callable of rnn answers them by name, or rightly.

Valid arguments of each callable stand in ``calls``; one of them, sometimes two, is replaced by a hostile one.
What comes back has to be an error that begins with a name and names what was replaced, in a line, or the very
answer to the valid arguments. The callables are found by their names, so a new one without valid arguments
fails here.
"""

import inspect
import re
import warnings
from collections.abc import Callable, Iterator
from fractions import Fraction
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np
import pytest

import rnn
from rnn import layer, network, truncation
from rnn.calls import gradients
from rnn.cells.cell import METHODS
from rnn.data import Records
from rnn.learning import stopping
from rnn.loops import METHODS as LOOPS_METHODS
from rnn.optimisers import (
    SGD,
    Adam,
    AdamW,
    ClipNorm,
    ClipValue,
    Constant,
    Cosine,
    RMSprop,
    State,
    StepDecay,
    Warmup,
)
from rnn.through_time import checkpoints, workspace
from rnn.through_time.recurrence import Recurrence

SEVERAL = (rnn.Stack, rnn.Bidirectional, rnn.BothEnds)
OF_A_RECURRENCE = [name for name in vars(Recurrence) if not name.startswith("_")]

THROWS = 10_000
ERRORS = (TypeError, ValueError, FloatingPointError, MemoryError, OverflowError)

MODULES = (
    *(rnn, rnn.data, rnn.generation, rnn.optimisers, rnn.training),
    *(checkpoints, gradients, layer, network, stopping, truncation, workspace),
)

# Not adapters: what they are given was checked at one, or made by another.
INNER = {
    "RNN.loss_and_gradients_of_checked",
    "states_at",
    "check_gradients",
    *("courses", "call_each", "Learnt", "Learnt.has_ended", "Course", "EarlyStopping.ends"),
    *("Loss.checked_targets", "ClassLoss.checked_targets"),
    *(f"{cell}.{name}" for cell in ("Vanilla", "LSTM", "GRU") for name in METHODS),
    *(f"{loops}.{name}" for loops in ("NumPyLoops", "CompiledLoops") for name in LOOPS_METHODS),
    *(
        f"{own.__name__}.{name}"
        for own in SEVERAL
        for name in OF_A_RECURRENCE
        if inspect.isfunction(vars(own).get(name))
    ),
}


class Hanging:
    """An object whose text is 50 MB long."""

    def __repr__(self):
        return "x" * 50_000_000


class Mute:
    """An object that cannot show itself, and whose attributes raise."""

    def __repr__(self):
        raise RuntimeError("no repr")

    def __getattr__(self, name):
        raise RuntimeError("no attributes")


class Foreign:
    """An array of somebody else's, which cannot be converted."""

    def __array__(self, dtype=None, copy=None):
        raise RuntimeError("Can't call numpy() on a tensor that requires grad. Use detach() instead.")


class Broken:
    """An array whose description is none."""

    @property
    def __array_interface__(self):
        return {"shape": "three", "typestr": 3, "version": 3}


class Integers:
    """An array of somebody else's that is one of integers here."""

    def __array__(self, dtype=None, copy=None):
        return np.ones((2, 3), int)


def truncates(answer):
    """A truncation that answers this."""
    return SimpleNamespace(first=lambda t, steps: answer)


def has_rate(rate):
    """A schedule that gives this."""
    return SimpleNamespace(rate_at=lambda done, updates: rate)


# Each is made anew, for it may be changed: no number, array or object that any argument could be.
HOSTILE: dict[str, Callable[[], Any]] = {
    **{f"object {type(value).__name__} {i}": (lambda value=value: value) for i, value in enumerate((
        *(Ellipsis, NotImplemented, object(), 2j, "3", "", b"3", Fraction(1, 3), slice(3)),
        *(Hanging(), Mute(), Foreign(), Broken(), Integers(), SimpleNamespace(), np.random),
        *(np.datetime64(3, "s"), np.timedelta64(3, "s"), np.timedelta64(3, "D")),
        *(np.complex64(1), np.str_("x")),
    ))},
    **{f"class {kind.__name__}": (lambda kind=kind: kind) for kind in (
        *(int, list, object, rnn.Window, rnn.Full, rnn.RNN, rnn.Vanilla, rnn.LSTM, rnn.Loss),
        *(rnn.Activation, rnn.Layer),
        *(rnn.Checkpoints, rnn.Workspace, SGD, Constant, ClipNorm, State, Records, np.ndarray),
    )},
    **{f"huge {i}": (lambda value=value: value) for i, value in enumerate((
        *(2**63, 10**400, 10**5000, -1, -(10**400)),
    ))},
    "a bool": lambda: True,
    "NumPy's bool": lambda: np.True_,
    "nan": lambda: float("nan"),
    "inf": lambda: float("inf"),
    "minus inf": lambda: np.float32("-inf"),
    "beyond a double": lambda: np.longdouble("1e4000"),
    "a set": lambda: {1.0, 2.0},
    "a dict": lambda: {"U": 1},
    "a generator": lambda: (n for n in range(3)),
    "a long list": lambda: list(range(10**4)),
    "a ragged list": lambda: [[1.0], [1.0, 2.0]],
    "a list of None": lambda: [None],
    "a list of masked arrays": lambda: [np.ma.array([1.0, 2.0], mask=[0, 1])] * 2,
    "a deep list": lambda: [[[[[[1.0]]]]]],
    "a tuple of five": lambda: (1, 2, 3, 4, 5),
    "a tuple of two": lambda: (None, None),
    "no tuple at all": lambda: (),
    **{f"array {i}": (lambda make=make: make()) for i, make in enumerate((
        lambda: np.zeros(0), lambda: np.array(None), lambda: np.full((2, 3), None),
        lambda: np.ones((2, 3), complex),
        lambda: np.ones((2, 3), int), lambda: np.ones((2, 3), bool), lambda: np.ones((2, 3), np.float16),
        lambda: np.ones((2, 3), "m8[s]"), lambda: np.ones((2, 3), "M8[s]"), lambda: np.full((2, 3), "x"),
        lambda: np.zeros((2, 3), [(f"field{i}", "f8") for i in range(200)]), lambda: np.full((2, 3), np.nan),
        lambda: np.ones((1,) * 64), lambda: np.broadcast_to(1.0, (2**50, 1, 1)),
        lambda: np.broadcast_to(1.0, 2**50), lambda: np.broadcast_to(1.0, (2, 2**50, 2)),
        lambda: np.broadcast_to(1.0, (2, 3, 2**50)), lambda: np.broadcast_to(1, 2**50),
        lambda: np.ma.ones((2, 3)), lambda: np.ma.ones((2, 3, 2)), lambda: np.ones((2, 3), ">f8"),
        lambda: np.array([[Fraction(1), 2.0]]),
    ))},
    **{f"dtype {text!r}": (lambda text=text: text) for text in (
        *(",", "halves", "f2", "i8,f8", "O4", "datetime64[x]"),
    )},
    **{f"truncation {i}": (lambda answer=answer: truncates(answer)) for i, answer in enumerate((
        None, 1.0, -1, True, "1", 10**400, np.timedelta64(1, "D"), np.ones(3),
    ))},
    **{f"schedule {i}": (lambda rate=rate: has_rate(rate)) for i, rate in enumerate((
        None, "1", float("nan"), 10**400, np.ones(2), 1j,
    ))},
    "a state of three": lambda: State(None, None, None),
    "a state that counts halves": lambda: State(0.5, None),
    "a state of other vectors": lambda: State(0, None, (np.ones(1), np.ones(1))),
    "a state of other numbers": lambda: State(0, None, (np.ones(24, "f4"), np.ones(24, "f4"))),
    "a state of no numbers": lambda: State(0, None, (np.full(24, np.nan), np.ones(24))),
    "a state below zero": lambda: State(0, None, (np.ones(24), -np.ones(24))),
}  # fmt: skip

NET = rnn.RNN(rnn.Vanilla(2, 3), outputs=2)
PARAMS = NET.init(np.random.default_rng(0))
XS = np.random.default_rng(1).standard_normal((2, 3, 2))
TARGETS, H0 = XS + 1, np.ones((2, 3))
LENGTHS, WEIGHTS = np.array([3, 1]), np.array([0.5, 2])
LAYER = rnn.Layer(rnn.LSTM(2, 3))
LSTM_WEIGHTS = LAYER.init(np.random.default_rng(0))
STATE = (np.ones((2, 3)), np.ones((2, 3)))
SAVED = LAYER.forward(LSTM_WEIGHTS, XS, STATE, LENGTHS).saved
OPTIMISERS = {
    "SGD": SGD(Constant(0.1)),
    "Adam": Adam(Cosine(0.1)),
    "AdamW": AdamW(Cosine(0.1)),
    "RMSprop": RMSprop(Cosine(0.1)),
}


def valid(function: Any, /, **arguments: Any) -> tuple[Any, dict[str, Any]]:
    """A callable with valid arguments."""
    return function, arguments


def calls() -> dict[str, tuple[Any, dict[str, Any]]]:
    """Every public callable with valid arguments, made anew."""
    rng = np.random.default_rng
    data = {"params": PARAMS, "xs": XS, "h0": H0, "lengths": LENGTHS}
    targets = {"targets": TARGETS, "weights": WEIGHTS, "masks": None}
    swept = {"truncation": rnn.Full(), "steps": 5, "first_loss": 2}
    training = {
        **{
            "net": NET,
            "params": PARAMS,
            "train_data": (XS, TARGETS),
            "validation_data": (XS, TARGETS, LENGTHS),
        },
        **{"epochs": 1, "batch": 2, "truncation": rnn.Window(1), "dropout": 0.0},
    }
    clipped = {"schedule": Constant(0.5), "clip": ClipNorm(1)}
    adam = clipped | {"beta1": 0.5, "beta2": 0.5, "epsilon": 0.1}
    found = {
        "Activation": valid(rnn.Activation, name="x", value=np.tanh, slope=np.square),
        "Loss": valid(rnn.Loss, name="x", value=np.subtract, gradient=np.subtract),
        "ClassLoss": valid(rnn.ClassLoss, name="x", value=np.subtract, gradient=np.subtract),
        "LSTM": valid(rnn.LSTM, inputs=2, units=3, gate=rnn.sigmoid, output=rnn.tanh),
        "GRU": valid(rnn.GRU, inputs=2, units=3, gate=rnn.sigmoid, candidate=rnn.tanh),
        "Stack": valid(lambda cell: rnn.Stack(cell, rnn.GRU(3, 4)), cell=rnn.LSTM(2, 3)),
        "Bidirectional": valid(rnn.Bidirectional, cell=rnn.LSTM(2, 3)),
        "BothEnds": valid(rnn.BothEnds, cell=rnn.LSTM(2, 3)),
        "NumPyLoops": valid(rnn.NumPyLoops),
        "CompiledLoops": valid(rnn.CompiledLoops),
        "Layer": valid(rnn.Layer, cell=rnn.GRU(2, 3), loops=rnn.NumPyLoops()),
        "Layer.init": valid(LAYER.init, rng=rng(0), dtype=np.float64),
        "Layer.forward": valid(
            lambda **given: LAYER.forward(**given)[:2],
            **{"params": LSTM_WEIGHTS, "xs": XS, "state": STATE, "lengths": LENGTHS, "masks": None},
        ),
        "Layer.backward": valid(
            LAYER.backward, saved=SAVED, d_outputs=np.ones((2, 3, 3)), d_state=STATE, truncation=rnn.Full()
        ),
        "Vanilla": valid(rnn.Vanilla, inputs=2, units=3, activation=rnn.tanh),
        "RNN": valid(
            rnn.RNN, cell=rnn.Vanilla(2, 3), outputs=2, loss=rnn.squared_error, loops=rnn.CompiledLoops()
        ),
        "Full": valid(rnn.Full),
        "Window": valid(rnn.Window, k=5),
        "Tail": valid(rnn.Tail, k=5),
        "Chunked": valid(rnn.Chunked, k1=5, k2=3),
        "Checkpoints": valid(rnn.Checkpoints, every=5),
        "Workspace": valid(rnn.Workspace, cell=rnn.Vanilla(2, 3), records=2, steps=3, dtype="f8"),
        "Checkpoints.spacing": valid(rnn.Checkpoints(5).spacing, steps=9),
        "RNN.init": valid(NET.init, rng=rng(0), dtype=np.float64),
        "RNN.workspace": valid(NET.workspace, records=2, steps=3, dtype=np.float64),
        "RNN.predict": valid(NET.predict, **data),
        "RNN.predict_last": valid(NET.predict_last, **data),
        "RNN.forward": valid(NET.forward, **data),
        "RNN.checked_params": valid(NET.checked_params, params=PARAMS),
        "RNN.loss_value": valid(NET.loss_value, **data, **targets),
        "RNN.loss_and_gradients": valid(
            NET.loss_and_gradients,
            **{**data, **targets, "truncation": rnn.Full()},
            **{"checkpoints": None, "workspace": NET.workspace(2, 3)},
        ),
        "free_run": valid(rnn.generation.free_run, net=NET, params=PARAMS, seed=XS, steps=2),
        "check_network": valid(network.check_network, net=NET),
        "check_truncation": valid(truncation.check_truncation, truncation=rnn.Full()),
        "first_steps": valid(truncation.first_steps, **swept),
        "sweeps": valid(truncation.sweeps, **swept),
        "sine_wave": valid(rnn.data.sine_wave, steps=5),
        "windows": valid(rnn.data.windows, series=np.ones((6, 2)), length=2, targets=[1]),
        "positional": valid(rnn.data.positional, xs=XS[:, :, :1]),
        "split": valid(rnn.data.split, records=(XS, TARGETS), train=1),
        "checked_records": valid(
            lambda records: rnn.data.checked_records("records", records), records=(XS, TARGETS)
        ),
        "rmse": valid(rnn.training.rmse, predictions=XS, targets=TARGETS),
        "print_progress": valid(
            rnn.training.print_progress, standing=rnn.training.Standing(1, PARAMS, None, 0.5, 0.5)
        ),
        "train": valid(
            rnn.training.train,
            **{**training, "rng": rng(0), "optimiser": OPTIMISERS["Adam"]},
            **{"callbacks": [lambda standing: None], "early_stopping": stopping.EarlyStopping()},
        ),
        "by_epoch": valid(
            lambda **given: tuple(rnn.training.by_epoch(**given)),
            **{**training, "rng": rng(0), "optimiser": OPTIMISERS["SGD"], "weights": WEIGHTS, "after": None},
        ),
        "Constant": valid(Constant, rate=0.5),
        "Cosine": valid(Cosine, rate=0.5),
        "StepDecay": valid(StepDecay, rate=0.5, step_size=3, gamma=0.5),
        "Warmup": valid(Warmup, schedule=Constant(0.5), updates=3),
        "ClipValue": valid(ClipValue, limit=0.5),
        "ClipNorm": valid(ClipNorm, limit=0.5),
        "ClipValue.into": valid(ClipValue(0.5).into, g=np.ones(3)),
        "ClipNorm.into": valid(ClipNorm(0.5).into, g=np.ones(3)),
        "SGD": valid(SGD, **clipped, momentum=0.5, nesterov=True),
        "Adam": valid(Adam, **adam),
        "AdamW": valid(AdamW, **adam, weight_decay=0.1),
        "RMSprop": valid(RMSprop, **clipped, alpha=0.5, epsilon=0.1, momentum=0.5),
        "EarlyStopping": valid(stopping.EarlyStopping, n_iter_no_change=3, tol=0.1),
    }
    for one in (rnn.Full(), rnn.Window(1), rnn.Tail(1), rnn.Chunked(2)):
        found[f"{type(one).__name__}.first"] = valid(one.first, t=2, steps=5)
    for schedule in (Constant(0.5), Cosine(0.5), StepDecay(0.5, 3), Warmup(Constant(0.5), 2)):
        found[f"{type(schedule).__name__}.rate_at"] = valid(schedule.rate_at, done=1, updates=3)
    for name, optimiser in OPTIMISERS.items():
        found[f"{name}.start"] = valid(optimiser.start, params=PARAMS, updates=3)
        state = optimiser.start(PARAMS, 3)
        found[f"{name}.update"] = valid(optimiser.update, params=PARAMS, grads=PARAMS, state=state)
    return found


def public_names(module: ModuleType) -> list[str]:
    """The names that a module defines, or says that it offers."""
    own = [
        name for name, value in vars(module).items() if getattr(value, "__module__", "") == module.__name__
    ]
    return [name for name in {*getattr(module, "__all__", ()), *own} if not name.startswith("_")]


def callables() -> Iterator[str]:
    """The names of all public callables: functions, classes, and the methods of these.

    A NamedTuple holds what it is given, a protocol and an exception make nothing.
    """
    for module in MODULES:
        for name in public_names(module):
            value = getattr(module, name)
            if inspect.isfunction(value):
                yield name
            if (
                not inspect.isclass(value)
                or issubclass(value, tuple)
                or getattr(value, "_is_protocol", False)
            ):
                continue
            yield name
            yield from (
                f"{name}.{method}"
                for method, function in vars(value).items()
                if inspect.isfunction(function) and not method.startswith("_")
            )


def same(one: Any, other: Any) -> bool:
    """Are two answers one, in all that they hold?"""
    if isinstance(one, np.ndarray) or isinstance(other, np.ndarray):
        alike = type(one) is type(other) and one.dtype == other.dtype
        return alike and np.array_equal(one, other, equal_nan=one.dtype.kind == "f")
    if isinstance(one, tuple) and isinstance(other, tuple):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, rnn.Workspace) and isinstance(other, rnn.Workspace):
        return one.size == other.size
    return type(one) is type(other) and bool(one == other)


# What a message names in place of the argument: what a state was started with, and what takes no Fractions.
ALSO_NAMED = {
    "cell": ("levels",),
    "state": ("updates", "h0", "c0"),
    "d_state": ("h", "c"),
    "dtype": ("Vanilla",),
}


def fault(error: BaseException, replaced: list[str]) -> str | None:
    """What is wrong with an error as the answer to these hostile arguments, if anything is."""
    if not isinstance(error, ERRORS):
        return f"raised a {type(error).__name__}"
    text = str(error)
    if len(text) > 400 or len(text.splitlines()) > 3:
        return "has a message that is too long"
    begins = re.match(r"[\w.\[\]]+(?: and \w+)?(?=[:(])", text)
    if not begins:
        return "names no argument"
    # Two arguments that do not fit each other: it begins with one of them, and says what the other is.
    words = set(re.findall(r"\w+", text))
    named = {*replaced, *(word for name in replaced for word in ALSO_NAMED.get(name, ()))}
    return None if words & named else "names another"


def harmless(argument: str, kind: str) -> bool:
    """Is it a value that this argument may well have?"""
    return (
        (argument in ("rate", "limit", "epsilon", "tol", "weight_decay") and kind == "huge 0")
        or (argument == "schedule" and kind.startswith("schedule"))
        or (argument == "name" and HOSTILE[kind]().__class__ in (str, np.str_))
        or (argument == "dtype" and kind in ("minus inf", "beyond a double"))
        # Targets may be of the same kind, and are met then.
        or (argument == "predictions" and kind in ("a deep list", "a long list", "a tuple of five"))
    )


def throw(name: str, rng: np.random.Generator) -> tuple[list[str], str | None]:
    """One call with hostile arguments: what they were, and what was wrong with the answer, if anything."""
    function, arguments = calls()[name]
    chosen = rng.choice(
        list(arguments), min(len(arguments), 1 + (rng.random() < 0.2)), replace=False
    ).tolist()
    kinds = [
        str(rng.choice([kind for kind in HOSTILE if not harmless(argument, kind)])) for argument in chosen
    ]
    hostile = {argument: HOSTILE[kind]() for argument, kind in zip(chosen, kinds, strict=True)}
    result = [f"{argument}={kind}" for argument, kind in zip(chosen, kinds, strict=True)]
    right, others = calls()[name]
    return result, verdict(function, arguments | hostile, list(hostile), lambda: right(**others))


def verdict(
    function: Any, arguments: dict[str, Any], hostile: list[str], right: Callable[[], Any]
) -> str | None:
    """What is wrong with a function's answer to arguments of which some are hostile, if anything is."""
    try:
        answer = function(**arguments)
    except Exception as error:
        wrong = fault(error, hostile)
        return wrong and f"{wrong}: {type(error).__name__}: {str(error)[:300]}"
    return None if same(answer, right()) else f"answered {answer!r:.200}"


def test_every_public_callable_has_valid_arguments():
    """And every entry is one of them, or a new callable would not be thrown anything at."""
    found = set(callables())
    assert found - INNER == set(calls())
    assert found >= INNER


@pytest.mark.slow
def test_valid_arguments_are_answered():
    """The same answer twice, or an answer to hostile ones could be no right one."""
    for name, (function, arguments) in calls().items():
        other, again = calls()[name]
        assert same(function(**arguments), other(**again)), name


@pytest.mark.slow
def test_hostile_arguments_are_named_or_answered_rightly():
    """Ten thousand of them, and what is wrong is reported with the callable and what it was given."""
    rng, names = np.random.default_rng(0), list(calls())
    wrong: dict[str, str] = {}
    with np.errstate(all="ignore"), warnings.catch_warnings():
        # NumPy warns of some conversions before it refuses them.
        warnings.simplefilter("ignore")
        for i in range(THROWS):
            name = names[i % len(names)]
            result, fault_ = throw(name, rng)
            if fault_:
                wrong[f"{name}({', '.join(result)})"] = fault_
    assert not wrong, "\n".join(f"{call}: {fault_}" for call, fault_ in sorted(wrong.items()))


def raising(error: BaseException) -> Callable[..., Any]:
    """A function of k that raises this."""

    def function(k):
        raise error

    return function


ANSWERS = [
    (raising(ValueError("k: 3, needed at least 4")), None),
    (raising(TypeError("Window.k: None, needed an integer")), None),
    (raising(MemoryError("k and steps: 3 and 4, needed fewer")), None),
    (raising(TypeError("params.k: list, needed a NumPy array")), None),
    (lambda k: 7, None),
    (lambda k: 8, "answered 8"),
    (lambda k: 7.0, "answered 7.0"),
    (raising(AttributeError("k: no")), "raised a AttributeError"),
    (raising(RuntimeError("k: no")), "raised a RuntimeError"),
    (raising(TypeError("unsupported operand type(s) for +: 'int' and 'str'")), "names no argument"),
    (raising(ValueError("")), "names no argument"),
    (raising(ValueError("steps: 3, needed at least 4")), "names another"),
    (raising(ValueError("k: 3\nneeded\nat\nleast 4")), "has a message that is too long"),
    (raising(ValueError("k: " + "x" * 400)), "has a message that is too long"),
]


@pytest.mark.parametrize(("function", "wrong"), ANSWERS, ids=map(str, range(len(ANSWERS))))
def test_an_answer_is_judged(function, wrong):
    """What is neither a named error nor the right answer, 7, is reported."""
    found = verdict(function, {"k": 3}, ["k"], lambda: 7)
    assert (found is None) if wrong is None else found.startswith(wrong)


def test_a_callable_that_checks_nothing_is_caught(monkeypatch):
    """With any of its arguments: the count of a window, where no check stands in its way."""
    monkeypatch.setattr(rnn.Window, "__post_init__", lambda self: None)
    rng = np.random.default_rng(0)
    assert any(throw("Window", rng)[1] for _ in range(20))


def test_a_new_callable_is_found(monkeypatch):
    """A function and a class with a method, by their names alone."""

    class New:
        def method(self):
            """Nothing."""

    def new():
        """Nothing."""

    for value in (New, new):
        value.__module__ = rnn.data.__name__
        monkeypatch.setattr(rnn.data, value.__name__, value, raising=False)
    assert set(callables()) - INNER - set(calls()) == {"New", "New.method", "new"}
