"""Types in which numbers are kept, and not computed.

A right engine computes in single precision, and rounds what it answers, once. float16 is NumPy's. bfloat16,
single precision cut to eight binary digits, is that of ml_dtypes, which JAX and ONNX bring: NumPy knows it by
its name once that is imported, and never its limits.
"""

from typing import Any

import numpy as np

BFLOAT16 = "bfloat16"

# By name. Beyond this nothing is asked in it: what such numbers are multiplied to is more than it holds.
STORED = {"float16": 2.0**10, BFLOAT16: np.inf}


def dtype_of(name: str) -> np.dtype[Any]:
    """A number type by its name; raises ImportError, in one line, where its library is missing."""
    if name == BFLOAT16:
        _ml_dtypes()
    return np.dtype(name)


def limits(dtype: np.dtype[Any]) -> Any:
    """Of a type what ``np.finfo`` says: eps, tiny, max, maxexp, dtype."""
    return _ml_dtypes().finfo(dtype) if dtype.name == BFLOAT16 else np.finfo(dtype)


def _ml_dtypes() -> Any:
    try:
        import ml_dtypes
    except ModuleNotFoundError:
        raise ImportError(
            f"{BFLOAT16} is a type of ml_dtypes, which is missing: pip install ml_dtypes"
        ) from None
    return ml_dtypes
