"""Checks a model before an engine is compared with it: the model is an oracle, and may be wrong.

Its step has to run, and to return the states' shapes in the states' type; autograd has to differentiate it,
and finite differences of its forward have to agree. Each failure is one line of a ``ValueError``.

A model that autograd differentiates may still not suit every oracle. The complex step is left out where the
model's operations are not holomorphic (``verification.truth.complex_step``). By default a claim excludes
Fractions if the model's operations do not keep them, and complex numbers if a real model is not sound with
them; a scope that claims them is refused.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from fractions import Fraction
from functools import cache
from itertools import islice
from typing import Any, TypeAlias

import autograd.numpy as anp
import numpy as np

from verification.models.arrays import Array
from verification.models.axes import Sizes
from verification.models.case import Case, Targets, random_case
from verification.models.functions import Arithmetic, Function, Namespace, UnknownName
from verification.models.model import Model, NamedArrays, Use
from verification.truth import complex_step, exact, perturbed_replays, replay
from verification.truth.in_chunks import drawn_in_chunks
from verification.truth.output_as_state import as_state
from verification.truth.steps import on_tape
from verification.truth.unroll import state_by_name, walk

# Three steps are a chunk of two, and one that is not whole.
RECORDS, STEPS, CHUNK = 2, 3, 2

# (Records, every other size): some operations drop an axis of length one.
SMALL = ((1, 1), (2, 1), (1, 2), (3, 3))
LEAST = 4

# Step of the differences in the widest type. Their error is about h² + u/h, at worst 1e-10, well below
# AGREEMENT.
DIFFERENCE = 1e-5
AGREEMENT = 1e-6

# The largest size of the numbers with which a block's domain is checked.
DOMAIN = 10.0

# Functions that round their value. If the step calls one directly instead of through ``f``, the error may
# exceed that of its arguments and of the state: where it cancels, as in 1 − exp(−δ).
ROUNDED = {
    getattr(anp, name): name
    for name in (
        *("exp", "exp2", "expm1", "log", "log2", "log10", "log1p", "logaddexp", "sinh", "cosh", "tanh"),
        *("sin", "cos", "tan", "arcsin", "arccos", "arctan", "arcsinh", "arccosh", "arctanh"),
    )
}

# How closely exact gradients have to agree with autograd's in double precision.
EXACTNESS = 1e-9

# The names of the functions that may play each role.
Functions: TypeAlias = Mapping[str, Sequence[str]]

WIDEST, WIDEST_COMPLEX = np.dtype(np.longdouble), np.dtype(np.clongdouble)


def check(model: Model, functions: Functions | None = None) -> None:
    """Raises ValueError, in one line, if nobody can be judged by the model.

    ``functions``: those that may play each role, by default all of the model's. Each is tried, the others
    being the first of theirs.
    """
    check_in(model, WIDEST_COMPLEX if model.complex else WIDEST, functions)


def check_in(model: Model, dtype: np.dtype[Any], functions: Functions | None = None) -> None:
    """The same in one number type: a real model may be sound in real numbers and not in complex ones."""
    if functions is None:
        functions = {role: [choice.name for choice in model.choices(role)] for role in model.functions}
    for chosen in _choices(functions):
        _check_with(model, dtype, tuple(chosen.items()))


@cache
def _check_with(model: Model, dtype: np.dtype[Any], chosen: tuple[tuple[str, str], ...]) -> None:
    """The same with one function in each role."""
    functions, rng = dict(chosen), np.random.default_rng(0)
    # All differ, so that no shape is right by chance.
    sizes = model.at_most({name: LEAST + i for i, name in enumerate(model.dimensions)})
    case = _some_case(model, rng, sizes, RECORDS, STEPS, dtype, functions)
    _check_step(case)
    _check_output(case)
    _check_records(case)
    _check_gradient(case)
    _check_calls(case)
    if model.of(Use.READOUT):
        _check_gradient(_with_targets(case, sizes, rng))
    _check_domains(case)
    for records, size in SMALL:
        alike = model.at_most(dict.fromkeys(sizes, size))
        case = _some_case(model, rng, alike, records, STEPS, dtype, functions)
        _check_step(case)
        _check_output(case)
        _differentiated(case)
        if model.of(Use.READOUT):
            _differentiated(_with_targets(case, alike, rng))
    # Computed before any process is forked.
    complex_step.admitted(case)


def _some_case(model: Model, *of: Any) -> Case:
    """As ``random_case``, which calls the model's domains, and its output for a shape."""
    with _refusing(model, "the output, or a domain, does not run", "the output"):
        return random_case(model, *of)


def check_exact(model: Model, functions: Functions, losses: str) -> None:
    """Raises ValueError, in one line, if Fractions do not stay such, with these functions for each role.

    ``losses`` as of ``random_case``.
    """
    for chosen in _choices(functions):
        sizes = model.at_most({name: 1 + i % 2 for i, name in enumerate(model.dimensions)})
        rng = np.random.default_rng(0)
        case = random_case(model, rng, sizes, 1, 2, np.float64, chosen, losses)
        with _refusing(case, "its operations take no Fractions"):
            gradients = exact.gradient(_in_fractions(case))
            forward = exact.forward(_in_fractions(case))
        for name, array in (*gradients.items(), *forward.items()):
            kinds = {type(entry).__name__ for entry in array.flat} - {Fraction.__name__}
            if kinds:
                raise _refused(case, f"a {min(kinds)} comes of Fractions in {name}, needed Fractions")
        truth = replay.gradient(case)
        for name, array in gradients.items():
            if not np.allclose(
                array.astype(np.float64), truth[name].astype(np.float64), EXACTNESS, EXACTNESS
            ):
                raise _refused(case, f"dual numbers disagree with autograd on {name}")


def _in_fractions(case: Case) -> Case:
    """The same numbers as Fractions."""
    changed = np.vectorize(Fraction, otypes=[object])
    blocks = {name: changed(array) for name, array in case.blocks.items()}
    return replace(case, blocks=blocks, objective=case.objective.replaced(changed))


def _choices(functions: Functions) -> list[dict[str, str]]:
    """Each function in its role, the others being the first of theirs."""
    first = {role: names[0] for role, names in functions.items()}
    return [{**first, role: name} for role, names in functions.items() for name in names] or [first]


def _refused(by: Model | Case, what: str) -> ValueError:
    """The error for a model, which tells the sizes of the case that shows it, if one of them is small."""
    if isinstance(by, Model):
        return ValueError(f"model {by.name}: {what}")
    small = any(size < LEAST for name, size in by.sizes.items() if name not in ("N", "T"))
    at = f", at {', '.join(f'{name} {size}' for name, size in by.sizes.items())}" if small else ""
    return ValueError(f"model {by.model.name}: {what}{at}")


@contextmanager
def _refusing(by: Model | Case, fails: str, asking: str = "") -> Iterator[None]:
    """Refuses a model for any error; ``asking``: says what asked for a name that the model does not have."""
    try:
        yield
    except Exception as error:
        if asking and isinstance(error, UnknownName):
            raise _refused(by, f"{asking} asks for {error}") from None
        lines = str(error).strip().splitlines()
        first = f"{type(error).__name__}: {lines[0][:120] if lines else ''}"
        raise _refused(by, f"{fails}: {first}") from error


def _parts(case: Case) -> tuple[Namespace, NamedArrays, dict[str, Array]]:
    return Namespace(case.chosen, Arithmetic()), case.params(Use.STEP), case.inputs_at(0)


def _check_domains(case: Case) -> None:
    """A block's domain function leaves numbers that are in the domain."""
    for block in case.model.blocks:
        if block.domain is not None and block.name in case.blocks:
            some = DOMAIN * np.linspace(-1, 1, 9)
            once = np.asarray(block.domain(some))
            if once.shape != some.shape or not np.allclose(block.domain(once), once):
                reason = (
                    f"the domain of {block.name} moves numbers that are in it, needed one that leaves them"
                )
                raise _refused(case, reason)


def _check_step(case: Case) -> None:
    """The step runs and returns arrays of the states' shapes and type."""
    model = case.model
    f, p, inputs = _parts(case)
    states = model.of(Use.STATE)
    with _refusing(case, "the step does not run", "the step"):
        after = model.advance(f, p, inputs, case.state)
    if len(after) != len(states):
        names = ", ".join(block.name for block in states)
        raise _refused(case, f"the step returns {len(after)} state arrays, needed {len(states)} ({names})")
    for block, before, array in zip(states, case.state, after, strict=True):
        got, needed = "", ""
        if not isinstance(array, np.ndarray):
            got, needed = f"a {type(array).__name__}", "an ndarray"
        elif array.shape != before.shape:
            got, needed = f"shape {array.shape}", f"{before.shape}"
        elif array.dtype != before.dtype:
            got, needed = f"{array.dtype}", f"the {before.dtype} it is given"
        if got:
            raise _refused(case, f"the step returns {got} for {block.name}, needed {needed}")


def _check_output(case: Case) -> None:
    """The output returns an array with one row a record, in the case's type."""
    f, p, inputs = _parts(case)
    output = case.model.put_out(f, p, inputs, case.state, case.state)
    if not isinstance(output, np.ndarray) or output.shape[:1] != (case.records,):
        form = f"shape {output.shape}" if isinstance(output, np.ndarray) else f"a {type(output).__name__}"
        raise _refused(case, f"the output returns {form}, needed an ndarray ({case.records}, …)")
    if output.dtype != case.dtype:
        raise _refused(case, f"the output returns {output.dtype}, needed the {case.dtype} it is given")


def _check_calls(given: Case) -> None:
    """The step and the output call functions that round through ``f``, not directly."""
    case = as_state(given)
    leaves = {**case.params(Use.STEP), **case.inputs_at(0), **state_by_name(case.model, case.state)}
    played, _ = on_tape(case.model, case.chosen, leaves, ())
    for entry in played.tape.entries:
        name = ROUNDED.get(entry.made_by)
        if name is not None:
            advice = f"functions={{'{name}': (Function('{name}', np.{name}),)}} and f.{name}(…)"
            advice = "a + f.softplus(b − a), with its function" if name == "logaddexp" else advice
            reason = f"the step calls np.{name} itself, whose roundings no bound allows for: write {advice}"
            raise _refused(given, reason)


def _check_records(given: Case) -> None:
    """The state and the output of a record depend on that record alone."""
    case = as_state(given)
    f, p, inputs = _parts(case)
    together = case.model.advance(f, p, inputs, case.state)
    alone = case.model.advance(
        f, p, {name: a[:1] for name, a in inputs.items()}, tuple(a[:1] for a in case.state)
    )
    if not all(np.allclose(one, both[:1]) for one, both in zip(alone, together, strict=True)):
        raise _refused(case, "the step mixes records, needed each record's state from its own")


def _with_targets(case: Case, sizes: Sizes, rng: np.random.Generator) -> Case:
    """The case with the model's own readout and loss, once they have been seen to run."""
    model = case.model
    readout = {
        block.name: rng.uniform(-1, 1, block.shape(sizes)).astype(case.dtype)
        for block in model.of(Use.READOUT)
    }
    f = Namespace(case.chosen, Arithmetic())
    with _refusing(case, "the readout or the loss does not run", "the readout or the loss"):
        outputs = model.readout(f, NamedArrays(readout), *case.state)
        loss = model.loss(f, outputs, outputs + 1)
    if np.shape(loss) != (case.records,):
        raise _refused(
            case, f"the loss has shape {np.shape(loss)}, needed one number a record, ({case.records},)"
        )
    targets = rng.uniform(-1, 1, (case.records, case.steps, *outputs.shape[1:])).astype(case.dtype)
    return replace(case, blocks={**case.blocks, **readout}, objective=Targets(targets))


def _differentiated(case: Case) -> dict[str, Array]:
    """autograd differentiates the model."""
    with _refusing(case, "the step uses what autograd cannot differentiate"):
        return replay.gradient(case, case.dtype)


def _check_gradient(case: Case) -> None:
    """autograd differentiates the model, and differences agree with it."""
    grads = _differentiated(case)
    # ``replay_batch`` works from double precision.
    double = case.astype(np.complex128 if case.dtype == WIDEST_COMPLEX else np.float64)
    for name, array in perturbed_replays.gradient(double).items():
        if not np.allclose(array, grads[name], AGREEMENT, AGREEMENT):
            raise _refused(case, f"its oracles disagree on {name}: autograd, and a tape that steps play")
    _check_chunks(replace(double, chunk=CHUNK), grads)
    rng = np.random.default_rng(2)
    tape = _Tape()
    _forward(case, tape)
    for name, array in case.blocks.items():
        way = rng.uniform(-1, 1, array.shape)
        if np.iscomplexobj(array):
            way = way + 1j * rng.uniform(-1, 1, array.shape)
        slope = np.sum(np.real(np.conj(grads[name]) * way))
        ahead, behind = (
            _forward(
                replace(case, blocks={**case.blocks, name: array + sign * DIFFERENCE * way}), tape.rewound()
            )
            for sign in (1, -1)
        )
        difference = (ahead - behind) / (2 * DIFFERENCE)
        scale = np.sum(np.abs(grads[name]) * np.abs(way)) + abs(difference)
        if not abs(slope - difference) <= AGREEMENT * (scale + AGREEMENT):
            names = ", ".join(function.name for function in case.chosen.values())
            raise _refused(
                case,
                f"its oracles disagree on {name}{f' ({names})' if names else ''}: autograd says "
                f"{float(slope):.9g} along a direction, differences say {float(difference):.9g}",
            )


def _check_chunks(case: Case, grads: Mapping[str, Array]) -> None:
    """The step on a matrix of terms computes what the step does: its draws widen the bound."""
    with _refusing(case, "in_chunks does not run"):
        drawn = drawn_in_chunks(case)
    for name, array in drawn.grads.items() if drawn else ():
        if not np.allclose(array, grads[name], AGREEMENT, AGREEMENT):
            raise _refused(case, f"its oracles disagree on {name}: autograd, and in_chunks")


class _Tape(Arithmetic):
    """Holds constants fixed, so that differences see the declared derivative.

    The first run notes the arguments of ``stop``, ``surrogate`` and declared slopes; a rewound one reads
    them.
    """

    def __init__(self, noted: list[Any] | None = None) -> None:
        self._noted: list[Any] = [] if noted is None else noted
        self._again = None if noted is None else iter(noted)

    def rewound(self) -> "_Tape":
        """A tape that replays what this one has noted."""
        return _Tape(self._noted)

    def _constant(self, x: Any) -> Any:
        if self._again is not None:
            return next(self._again)
        self._noted.append(x)
        return x

    def apply(self, function: Function, a: Any) -> Any:
        if function.slope is None:
            return function.value(a)
        constant = self._constant(a)
        return function.value(constant) + function.slope(constant) * (a - constant)

    def stop(self, x: Any) -> Any:
        return self._constant(x)

    def surrogate(self, value: Any, by: Any) -> Any:
        return self._constant(value) + by - self._constant(by)


def _forward(given: Case, arithmetic: Arithmetic) -> Any:
    """The loss."""
    case = as_state(given)
    model, f, readout = case.model, Namespace(case.chosen, arithmetic), case.params(Use.READOUT)
    total: Any = 0.0
    for t, state in enumerate(islice(walk(case, arithmetic), 1, None)):
        if t in case.losses:
            data = case.objective.data(t, case.steps)
            total = total + np.sum(case.objective.term(model, f, readout, data, state))
    return total
