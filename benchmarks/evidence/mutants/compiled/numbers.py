"""Checks of compiled code that no drawn case makes: 50 digits, NaN and infinity, and vanishing numbers."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

import rnn
from benchmarks.evidence.scalars import compiled_activation, scalar_rows
from verification.adapters.rnn.cells import CELLS
from verification.properties.property import Finding

FIFTY_DIGITS, NO_NUMBERS, DENORMALS = "50 digits", "no numbers", "denormals"

# What is wrong, and a program that shows it.
Shown = tuple[Finding, str]

DTYPES = tuple(map(np.dtype, (np.float32, np.float64)))


def fifty_digits(cell: str) -> Shown | None:
    """tanh and sigmoid, value and slope, in both types over their whole range."""
    functions = [compiled_activation(f) for f in (rnn.tanh, rnn.sigmoid)]
    for row in scalar_rows(functions, DTYPES):
        if row.verdict == "refuted":
            off = f"its value is off by {row.value:.3g} ulp, its slope by {row.slope:.3g} roundings of 1"
            part = f"{row.function} {row.dtype} {row.region}"
            return Finding(FIFTY_DIGITS, part, off), _value_of(row.function, row.dtype, row.where)
    return None


def no_numbers(cell: str) -> Shown | None:
    """NaN and infinity stay what they are: in every function, and on their way back."""
    return _of_functions() or _of_a_loss(cell)


def denormals(cell: str) -> Shown | None:
    """A gradient that vanishes is set to 0 before it becomes denormal."""
    code = (
        f"{_problem(cell, 400, 'float32')}params = params._replace(W=params.W / 8, b=0 * params.b)\n"
        "_, grads = compiled.loss_and_gradients(params, 0 * xs, targets)\n"
    )
    xs = abs(_run(code)["grads"].xs)
    least = xs[xs > 0].min()
    if least >= np.finfo(np.float32).tiny:
        return None
    return Finding(DENORMALS, "xs", f"it is as small as {least:.2g}, needed 0"), code


SPECIAL: Mapping[str, Callable[[str], Shown | None]] = {
    FIFTY_DIGITS: fifty_digits,
    NO_NUMBERS: no_numbers,
    DENORMALS: denormals,
}


def _of_functions() -> Shown | None:
    for f in (*rnn.ACTIVATIONS.values(), rnn.rational_gate):
        for dtype in DTYPES:
            a = np.array([np.nan, np.inf, -np.inf], dtype)
            want, got = np.empty_like(a), np.empty_like(a)
            with np.errstate(invalid="ignore"):
                f.value(a.copy(), want)
            compiled_activation(f).value(a, got)
            for number, right, wrong in zip(a, want, got, strict=True):
                if not np.array_equal(right, wrong, equal_nan=True):
                    clause = f"of {number} it is {wrong}, needed {right}"
                    return Finding(NO_NUMBERS, f.name, clause), _value_of(f.name, dtype, number)
    return None


def _of_a_loss(cell: str) -> Shown | None:
    """A loss of which one record is NaN: the same gradients are NaN by either loops."""
    code = (
        f"{_problem(cell, 3, 'float64')}targets[0] = np.nan\n"
        "state = tuple(np.zeros((2, 3)) for _ in cell.state)\n"
        "_, want = numpy.loss_and_gradients_of_checked(params, xs, targets, state)\n"
        "_, got = compiled.loss_and_gradients_of_checked(params, xs, targets, state)\n"
    )
    made = _run(code)
    for name in ("xs", "state"):
        want, got = (np.isnan(np.array(getattr(made[which], name))) for which in ("want", "got"))
        if not np.array_equal(want, got):
            return Finding(NO_NUMBERS, name, "what is NaN becomes a number on its way back"), code
    return None


def _problem(cell: str, steps: int, dtype: str) -> str:
    """A program that makes ``numpy`` and ``compiled``, networks of a cell, and data of two records."""
    return (
        "import numpy as np\nimport rnn\n\n"
        f"cell, rng = rnn.{CELLS[cell][0]}(1, 3), np.random.default_rng(0)\n"
        "numpy, compiled = (rnn.RNN(cell, 1, loops=each()) for each in (rnn.NumPyLoops, rnn.CompiledLoops))\n"
        f"params = numpy.init(rng, np.{dtype})\n"
        f"xs = rng.standard_normal((2, {steps}, 1)).astype(np.{dtype})\n"
        f"targets = np.ones((2, 1), np.{dtype})\n"
    )


def _run(code: str) -> dict[str, Any]:
    made: dict[str, Any] = {}
    exec(code, made)
    return made


def _value_of(name: str, dtype: np.dtype[Any], number: Any) -> str:
    """A program that shows the value of a compiled function."""
    return (
        "import numpy as np\nimport rnn\nfrom rnn.compiled.functions import KINDS, value\n\n"
        f"a = np.array([float({str(number)!r})], np.{dtype})\n"
        f"value(KINDS[rnn.{name}], a)\nprint(a)\n"
    )
