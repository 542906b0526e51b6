"""Refusals as rows of a table: a call, the type of its error, and how its message begins.

In a text an ellipsis stands for anything else in the line, and a $ at its end for the end of the message.
"""

import re
from functools import partial
from typing import NamedTuple

import pytest

from rnn.common.arrays import Array


class Pair(NamedTuple):
    """Two blocks of parameters."""

    M: Array
    v: Array


def of(function, *rows):
    """Rows of one function: each holds its argument in place of a call."""
    return [(partial(function, given), error, said) for given, error, said in rows]


def alike(function, error, said, *given):
    """Rows of one function that refuses each of these with the same words."""
    return of(function, *((each, error, said) for each in given))


def of_each(functions, *rows):
    """Rows of each of several functions."""
    return [row for function in functions for row in of(function, *rows)]


def table(*rows):
    """The parameters of a test of such rows, each numbered and named by what is said."""
    # In one process pytest escapes a backslash, and what is not ASCII, once more at every collection, where
    # mutmut looks for the names of the first one.
    plain = [re.sub(r"[^ -~]|\\", "?", said) for *_, said in rows]
    ids = [f"{number} {said}" for number, said in enumerate(plain)]
    return pytest.mark.parametrize(("call", "error", "said"), rows, ids=ids)


def refuse(call, error, said):
    """A call is refused by an error of this type, whose message begins like this."""
    end = "$" if said.endswith("$") else ""
    text = ".*".join(re.escape(part) for part in said.removesuffix("$").split("…"))
    with pytest.raises(error, match=f"^{text}{end}"):
        call()
