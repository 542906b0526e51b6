"""How the loops are compiled, and kept on disk."""

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import numba
from numba.core import event

from rnn.common.compiling import notify_of_compiling

OPTIONS: dict[str, Any] = {
    # A product and a sum may be fused. Nothing else beyond IEEE's letter: sums in another order would undo
    # the parts of ln 2 (``rnn.compiled.functions``), and NaN and infinity stay what they are.
    "fastmath": {"contract"},
    # Division by zero gives infinity, as NumPy's: the test for it would keep loops from becoming vector code.
    "error_model": "numpy",
    # Other threads go on meanwhile, as during NumPy's calls.
    "nogil": True,
}


class _Telling(event.Listener):  # type: ignore[misc]  # untyped
    """Hears of what Numba compiles, which is what it does not find on disk."""

    def on_start(self, event: Any) -> None:
        """Tell of ours, and not of the functions that a user has compiled."""
        if event.data["dispatcher"].py_func.__module__.startswith(f"{__package__}."):
            notify_of_compiling()

    def on_end(self, event: Any) -> None:
        """Nothing is said."""


event.register("numba:compile", _Telling())

# Of the whole package, whose constants are compiled in.
_NEWEST = max(source.stat().st_mtime for source in Path(__file__).parents[1].rglob("*.py"))


def compiled(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function, compiled at its first call for each type of number, and kept on disk."""
    return _kept(numba.njit(cache=True, no_cfunc_wrapper=True, **OPTIONS)(function))


def inlined(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function, written into its callers: a call's own cost is that of a pass over 200 numbers.

    It is kept on disk as a part of them alone, and nothing is made by which Python or C could call it.
    """
    made: Callable[..., Any] = numba.njit(
        forceinline=True, no_cpython_wrapper=True, no_cfunc_wrapper=True, **OPTIONS
    )(function)
    return made


def _kept(loop: Any) -> Callable[..., Any]:
    # Numba sees that the function's own file has changed, but not those of what it calls. Another process may
    # do the same at this moment; what cannot be removed here cannot be written here either, and is not used.
    for index in Path(loop.stats.cache_path).glob("*.nbi"):
        with suppress(OSError):
            if index.stat().st_mtime < _NEWEST:
                index.unlink()
    made: Callable[..., Any] = loop
    return made
