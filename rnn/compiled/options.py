"""How the loops are compiled, and kept on disk."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numba

OPTIONS: dict[str, Any] = {
    # A product and a sum may be fused. Nothing else beyond IEEE's letter: sums in another order would undo
    # the parts of ln 2 (``rnn.compiled.functions``), and NaN and infinity stay what they are.
    "fastmath": {"contract"},
    # Division by zero gives infinity, as NumPy's: the test for it would keep loops from becoming vector code.
    "error_model": "numpy",
    # Other threads go on meanwhile, as during NumPy's calls.
    "nogil": True,
}

_NEWEST = max(source.stat().st_mtime for source in Path(__file__).parent.glob("*.py"))


def compiled(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function, compiled at its first call for each type of number, and kept on disk."""
    loop: Any = numba.njit(cache=True, **OPTIONS)(function)
    # Numba sees that the function's own file has changed, but not those of what it calls.
    for index in Path(loop.stats.cache_path).glob("*.nbi"):
        if index.stat().st_mtime < _NEWEST:
            index.unlink(missing_ok=True)
    made: Callable[..., Any] = loop
    return made
