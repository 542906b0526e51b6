"""How an object shows itself: as the call that makes an equal one, without what is as it is by default.

>>> from rnn import LSTM, RNN, NumPyLoops
>>> RNN(LSTM(inputs=1, units=16), outputs=1, loops=NumPyLoops())
RNN(LSTM(inputs=1, units=16), outputs=1, loops=NumPyLoops())
"""

from dataclasses import fields
from typing import Any

import numpy as np


def as_call(owner: Any) -> str:
    """The ``repr`` of a dataclass. A first field that is an object says what it is, and needs no name."""
    parts = []
    for place, field in enumerate(field for field in fields(owner) if field.init):
        value = getattr(owner, field.name)
        if value is field.default or value == field.default:
            continue
        first = place == 0 and not isinstance(value, int | float | str)
        parts.append(_shown(value) if first else f"{field.name}={_shown(value)}")
    return f"{type(owner).__name__}({', '.join(parts)})"


def _shown(value: Any) -> str:
    """A value as it is written: a function by its module and name, a type of numbers by its name."""
    if isinstance(value, np.dtype):
        return repr(value.name)
    name, module = getattr(value, "__qualname__", None), getattr(value, "__module__", None)
    return f"{module}.{name}" if isinstance(name, str) and isinstance(module, str) else repr(value)
