"""The type of an array, for all that does without ``rnn``: models, truths, adapters, and what judges them."""

from typing import Any, TypeAlias

from numpy.typing import NDArray

Array: TypeAlias = NDArray[Any]
