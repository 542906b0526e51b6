"""Types for storing numbers, in which nothing is computed.

A right engine computes in single precision, and rounds each answer once. float16 is NumPy's. bfloat16, single
precision cut to eight binary digits, comes with ml_dtypes, which JAX and ONNX use: once that is imported,
NumPy knows its name, but never its limits.
"""

from typing import Any

import numpy as np

BFLOAT16 = "bfloat16"

# The limit of numbers in a case, by type: products of larger ones would overflow.
STORED = {"float16": 2.0**10, BFLOAT16: np.inf}


def dtype_of(name: str) -> np.dtype[Any]:
    """A number type by its name; raises ImportError, in one line, where its library is missing."""
    if name == BFLOAT16:
        _ml_dtypes()
    return np.dtype(name)


def limits(dtype: np.dtype[Any]) -> Any:
    """The limits of a type, as ``np.finfo`` has them: eps, tiny, max, maxexp, dtype."""
    return _ml_dtypes().finfo(dtype) if dtype.name == BFLOAT16 else np.finfo(dtype)


def _ml_dtypes() -> Any:
    try:
        import ml_dtypes
    except ModuleNotFoundError:
        raise ImportError(
            f"{BFLOAT16} is a type of ml_dtypes, which is missing: pip install ml_dtypes"
        ) from None
    return ml_dtypes
