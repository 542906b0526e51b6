"""Optimisers: plain gradient descent and Adam, with a schedule for the rate and a way to clip.

::

    optimiser = Adam(Cosine(2e-3), clip=ClipNorm(5.0))
    state = optimiser.start(params, updates=500)
    params, state = optimiser.update(params, grads, state)

An optimiser is a plain value: it knows neither the network nor the data nor how long it will run.
What changes is the `State`, which goes in and comes out; ``update`` writes into no array that it was
given. Parameters are any NamedTuple of arrays of one float type, which the result keeps.

An update works on all entries at once, as one vector g of the gradients' entries: the number of NumPy
calls, and so the time on a small network, does not grow with the number of blocks, and a global norm is
the norm of that vector.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from math import cos, inf, isfinite, pi, sqrt
from numbers import Real
from typing import Any, NamedTuple, Protocol, TypeVar

import numpy as np
from typing_extensions import Self

from rnn.arrays import Array, checked_count
