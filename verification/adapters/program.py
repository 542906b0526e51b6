"""The program that shows a layer's failure by itself, asking as the property asks that found it.

It builds the arrays to the bit, in the layer's own layout, and fails with an AssertionError where that is
wrong. What a property asks of several calls, the program asks of several calls as well.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from string import Template
from typing import Any

import numpy as np

from verification.models import layouts
from verification.models.arrays import Array

# What forward takes, and backward.
ARGUMENTS = ("params", "xs", "state", "d_outputs", "d_state")
SEQUENCES = ("xs", "d_outputs")
LENGTHS = "lengths"

SWAP = ".swapaxes(0, 1)"


@dataclass(frozen=True, eq=False)
class Shown:
    """What a program is about.

    ``arrays``: what the layer is given, by the names of ``ARGUMENTS``, and ``lengths`` where it takes them.
    ``got``: expressions for the part that is wrong, several where a block is kept in two arrays: each has to
    be ``want`` within ``bound``, one for all entries or for each.
    ``owed``: the shape of every part of the answer, by its expression. ``steps_first``: are sequences
    (T, N, …)? ``sequence``: is the part one? ``by_record``: has it an axis of records?
    """

    arrays: Mapping[str, Any]
    got: tuple[str, ...]
    want: Array
    bound: float | Array
    owed: Mapping[str, tuple[int, ...]]
    dtype: np.dtype[Any]
    steps_first: bool
    sequence: bool
    by_record: bool


def program(source: str, shown: Shown, property_: str) -> str:
    """The program for a property; ``source``: statements that define forward and backward."""
    swap = SWAP if shown.steps_first else ""
    part_swap = swap if shown.sequence else ""
    axis = 1 if part_swap else 0
    texts = {
        "imported": source,
        "made": "".join(
            f"{name} = {code_of(value, swap if name in SEQUENCES else '')}\n"
            for name, value in shown.arrays.items()
        )
        + _shared(shown.arrays),
        "want": code_of(shown.want, part_swap),
        "bound": code_of(shown.bound, part_swap),
        "got": "".join(f"{expression}, " for expression in shown.got).strip(),
        "all": "".join(f"    {expression},\n" for expression in shown.owed),
        "owed": "".join(f"    ({expression}, {shape}),\n" for expression, shape in shown.owed.items()),
        "dtype": _type(shown.dtype),
        "fractions": "from fractions import Fraction\n" if shown.dtype.hasobject else "",
        "swap": swap,
        "axis": str(int(shown.steps_first)),
        "joined": f"np.concatenate(parts, axis={axis})" if shown.by_record else "np.sum(parts, axis=0)",
        "back": f"np.roll(got, -1, axis={axis})" if shown.by_record else "got",
    }
    more = ", lengths" if LENGTHS in shown.arrays else ""
    texts |= {"more": more, "chosen": f"{more}[chosen]" if more else ""}
    calls = CALLS.get(property_, ONCE)
    return Template(HEAD + calls).substitute(texts)


def _shared(arrays: Mapping[str, Any]) -> str:
    """Statements that put into one memory what is in one: arrays of which an engine may be given two."""
    lines, seen = "", dict[tuple[int, tuple[int, ...], tuple[int, ...]], str]()
    for name, value in arrays.items():
        for at, array in _leaves(value):
            place = (array.ctypes.data, array.shape, array.strides)
            first = seen.setdefault(place, f"{name}{at}")
            if first != f"{name}{at}":
                whole = isinstance(value, tuple)
                lines += f"{name} = list({name})\n" if whole else ""
                lines += f"{name}{at} = {first}\n"
                lines += f"{name} = tuple({name})\n" if whole else ""
    return lines


def _leaves(value: Any) -> list[tuple[str, Array]]:
    """Each array of an argument, and how it is got out of it."""
    if isinstance(value, dict):
        return [(f"[{name!r}]", array) for name, array in value.items()]
    if isinstance(value, tuple):
        return [(f"[{i}]", array) for i, array in enumerate(value)]
    return [("", value)] if isinstance(value, np.ndarray) else []


HEAD = """${fractions}import numpy as np
$imported
${made}"""

CHECK = """want = $want


def gradient(params, xs, state, d_outputs, d_state$more):
    outputs, final, saved = forward(params, xs, state$more)
    d_params, d_xs, d_initial = backward(saved, d_outputs, d_state)
    return ($got)


def check(parts, bound=$bound):
    for got in parts:
        assert got.shape == want.shape, got.shape
        assert np.all(np.abs(got - want) <= bound), got - want


"""

ONCE = CHECK + "check(gradient(params, xs, state, d_outputs, d_state$more))\n"

EACH = """def each(change, value):
    if isinstance(value, dict):
        return {name: each(change, array) for name, array in value.items()}
    return tuple(each(change, array) for array in value) if isinstance(value, tuple) else change(value)


"""

RECORDS = """def of_records(chosen):
    def sequence(array):
        return np.take(array, chosen, axis=$axis)

    def record(array):
        return array[chosen]

    d = each(record, d_state)
    return params, each(sequence, xs), each(record, state), sequence(d_outputs), d$chosen


"""

LAYOUTS = """def read_only(array):
    array = array.copy()
    array.flags.writeable = False
    return array


LAYOUTS = (
    read_only,
    lambda array: array.copy(order="F"),
    lambda array: np.repeat(array, 2, axis=-1)[..., ::2] if array.ndim else array.copy(),
    lambda array: array[::-1].copy()[::-1] if array.ndim else array.copy(),
)
"""

LAID_OUT = (
    """def laid_out(change):
    def sequence(array):
        return change(array$swap)$swap

    d = each(change, d_state)
    return each(change, params), each(sequence, xs), each(change, state), sequence(d_outputs), d


"""
    + LAYOUTS
)

# How a program calls the layer, by property; the others are about one call.
CALLS = {
    "form": """outputs, final, saved = forward(params, xs, state$more)
d_params, d_xs, d_initial = backward(saved, d_outputs, d_state)
for part, shape in (
$owed):
    assert isinstance(part, np.ndarray), type(part)
    assert (part.shape, part.dtype) == (shape, $dtype), (part.shape, part.dtype)
""",
    "inputs stay": "\n\n"
    + EACH
    + """given = []
each(given.append, (params, xs, state, d_outputs, d_state))
before = [array.copy() for array in given]
outputs, final, saved = forward(params, xs, state$more)
d_params, d_xs, d_initial = backward(saved, d_outputs, d_state)
answers = (
$all)
for array, kept in zip(given, before):
    assert np.array_equal(array, kept), "an array that was given is changed"
    assert not any(np.may_share_memory(array, part) for part in answers), "an answer is a view of it"
""",
    "records add up": CHECK
    + EACH
    + RECORDS
    + """alone = [gradient(*of_records([n])) for n in range(len(state[0]))]
check([$joined for parts in zip(*alone)], bound=2 * $bound)
""",
    "records permute": CHECK
    + EACH
    + RECORDS
    + """order = np.roll(np.arange(len(state[0])), 1)
check([$back for got in gradient(*of_records(order))], bound=2 * $bound)
""",
    "second call": CHECK
    + EACH
    + """arguments = (params, xs, state, d_outputs, d_state)
first = gradient(*each(np.copy, arguments)$more)
kept = [part.copy() for part in first]
check(first)
gradient(*each(np.negative, arguments)$more)
for part, copy in zip(first, kept):
    assert np.array_equal(part, copy), "the first answer is changed by a second call"
check(gradient(*each(np.copy, arguments)$more))
""",
    "memory layout": CHECK
    + EACH
    + LAID_OUT
    + """for change in LAYOUTS:
    check(gradient(*laid_out(change)$more))
""",
    "bits": CHECK
    + EACH
    + LAID_OUT
    + """first = gradient(params, xs, state, d_outputs, d_state$more)
for change in LAYOUTS:
    for part, other in zip(first, gradient(*laid_out(change)$more)):
        assert np.array_equal(part, other), part - other
gradient(*laid_out(np.negative)$more)
for part, other in zip(first, gradient(params, xs, state, d_outputs, d_state$more)):
    assert np.array_equal(part, other), part - other
""",
    "padding": CHECK
    + EACH
    + """def other(array):
    array = array.copy()
    array$swap[beyond] *= -3
    return array


def zero(array):
    assert not array$swap[beyond].any(), array


beyond = np.arange(d_outputs.shape[1 - $axis]) >= lengths[:, None]
outputs, final, saved = forward(params, xs, state, lengths)
d_params, d_xs, d_initial = backward(saved, d_outputs, d_state)
each(zero, d_xs)
check(gradient(params, each(other, xs), state, d_outputs, d_state, lengths))
""",
}


def code_of(value: Any, swap: str = "") -> str:
    """An expression for arrays, in dicts and tuples, exact to the bit; of what is none, its own.

    ``swap`` is said of each array.
    """
    if isinstance(value, dict):
        entries = "".join(f"    {name!r}: {code_of(array, swap)},\n" for name, array in value.items())
        return f"{{\n{entries}}}" if entries else "{}"
    if isinstance(value, tuple):
        return f"({' '.join(f'{code_of(array, swap)},' for array in value)})"
    if not isinstance(value, np.ndarray):
        return repr(value)
    # Of an array whose axes are swapped the program does what the door does, a view.
    stored = value.swapaxes(0, 1) if swap else value
    return layouts.code(stored, _plain) + swap


def _plain(array: Array) -> str:
    if array.dtype == np.dtype(np.longdouble):
        # Python reads numbers of double precision.
        near = array.astype(np.float64)
        rest = (array - near).astype(np.float64)
        text = f"np.array({near.tolist()!r}, dtype=np.longdouble)"
        return f"({text} + np.array({rest.tolist()!r}))" if rest.any() else text
    return f"np.array({array.tolist()!r}, dtype={_type(array.dtype)})"


def _type(dtype: np.dtype[Any]) -> str:
    return "object" if dtype.hasobject else f"np.{dtype.name}"
