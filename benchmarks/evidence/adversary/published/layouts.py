"""Conditions on how arrays lie in memory."""

from collections.abc import Callable
from typing import Any

import numpy as np

from benchmarks.evidence.adversary.call import BackwardCall, Sizes
from benchmarks.evidence.adversary.condition import LAYOUTS, Trigger, anywhere
from verification.models.arrays import Array


def _in_memory(*names: str) -> frozenset[str]:
    return frozenset(f"{name} in memory" for name in names)


def _fortran(a: Array) -> Any:
    return a.flags.f_contiguous and not a.flags.c_contiguous


def _backwards(a: Array) -> Any:
    return min(a.strides, default=0) < 0


def _repeated(a: Array) -> Any:
    return any(step == 0 and n > 1 for step, n in zip(a.strides, a.shape, strict=True))


def _gapped(a: Array) -> Any:
    return a.shape[-1] > 1 and abs(a.strides[-1]) > a.itemsize and min(a.strides) > 0


def _steps_first(a: Array) -> Any:
    return not a.flags.c_contiguous and a.swapaxes(0, 1).flags.c_contiguous


def _offset(a: Array) -> Any:
    """Does it begin after the beginning of the array that it is a part of?"""
    return isinstance(a.base, np.ndarray) and a.ctypes.data > a.base.ctypes.data and min(a.strides) >= 0


CHECKS: tuple[tuple[str, Callable[[Array], Any]], ...] = (
    ("is not contiguous", lambda a: not a.flags.c_contiguous and not a.flags.f_contiguous),
    ("is in Fortran order", _fortran),
    ("is read-only", lambda a: not a.flags.writeable),
)
OF_XS: tuple[tuple[str, Callable[[Array], Any], Callable[[Sizes], Any]], ...] = (
    ("is steps first", _steps_first, lambda s: (s.N > 1) & (s.T > 1)),
    ("has gaps", _gapped, lambda s: s.D > 1),
    ("is backwards", _backwards, anywhere),
    ("begins within another array", _offset, anywhere),
    ("is a view", lambda a: a.base is not None, anywhere),
    ("is a contiguous view", lambda a: a.base is not None and a.flags.c_contiguous, anywhere),
)
# By which names a condition is one of it alone.
ALL = ("U", "W", "b", "xs", "h0", "c0", "d_outputs", "d_h", "d_c")


def _of(name: str, words: str, check: Callable[[Array], Any], sizes: Any = anywhere) -> Trigger:
    return Trigger(f"{name} {words}", LAYOUTS, lambda call: check(call.arrays[name]), sizes, _in_memory(name))


def _alone(name: str, words: str, check: Callable[[Array], Any]) -> Trigger:
    """Of one array, and of no other."""

    def holds(call: BackwardCall) -> Any:
        return check(call.arrays[name]) and not any(
            check(call.arrays[other]) for other in ALL if other != name
        )

    return Trigger(f"{name} alone {words}", LAYOUTS, holds, of=_in_memory(*ALL))


def _together(
    words: str, holds: Callable[[BackwardCall], Any], *names: str, numbers: tuple[str, ...] = ()
) -> Trigger:
    return Trigger(words, LAYOUTS, holds, of=_in_memory(*names) | {*numbers})


def _buffer(call: BackwardCall) -> Any:
    bases = [call.params[name].base for name in "UWb"]
    return bases[0] is not None and all(base is bases[0] for base in bases)


CONDITIONS = (
    *(_of(name, *check) for name in ("U", "W", "xs", "h0", "c0", "d_outputs") for check in CHECKS),
    *(_of("xs", *check) for check in OF_XS),
    _of("xs", "is backwards in time", lambda a: a.strides[1] < 0),
    _of("d_outputs", "is steps first", _steps_first, lambda s: (s.N > 1) & (s.T > 1)),
    _of("d_outputs", "has gaps", _gapped, lambda s: s.H > 1),
    _of("d_outputs", "is a view", lambda a: a.base is not None),
    _of("W", "has gaps", _gapped, lambda s: s.H > 1),
    _of("W", "is backwards", _backwards),
    _of("W", "begins within another array", _offset),
    _of("b", "has gaps", _gapped),
    _of("b", "is read-only", lambda a: not a.flags.writeable),
    _of("b", "is backwards", _backwards),
    _of("c0", "is backwards", _backwards),
    _of("d_c", "is in Fortran order", _fortran),
    _of("d_c", "is read-only", lambda a: not a.flags.writeable),
    *(_alone(name, "is in Fortran order", _fortran) for name in ("U", "W", "xs")),
    *(_alone(name, "is backwards", _backwards) for name in ("U", "b", "d_outputs")),
    *(_alone(name, "is read-only", lambda a: not a.flags.writeable) for name in ("W", "xs", "c0", "d_h")),
    _together(
        "xs takes no step in memory along an axis",
        lambda call: _repeated(call.xs),
        "xs",
        numbers=("xs",),
    ),
    _together(
        "d_outputs takes no step in memory along an axis",
        lambda call: _repeated(call.d_outputs),
        "d_outputs",
        numbers=("d_outputs",),
    ),
    _together(
        "h0 takes no step in memory along an axis",
        lambda call: _repeated(call.state[0]),
        "h0",
        numbers=("h0",),
    ),
    _together("U, W and b are in one buffer", _buffer, "U", "W", "b"),
    _together(
        "h0 and c0 share memory",
        lambda call: np.may_share_memory(call.state[0], call.state[1]),
        *("h0", "c0"),
        numbers=("h0", "c0"),
    ),
    _together(
        "d_h and d_c share memory",
        lambda call: np.may_share_memory(call.d_state[0], call.d_state[1]),
        *("d_h", "d_c"),
        numbers=("d_state",),
    ),
    _together(
        "c0 and d_c share memory",
        lambda call: np.may_share_memory(call.state[1], call.d_state[1]),
        *("c0", "d_c"),
        numbers=("c0", "d_state"),
    ),
    _together(
        "all arrays are contiguous and writeable",
        lambda call: all(a.flags.c_contiguous and a.flags.writeable for a in call.arrays.values()),
        *ALL,
    ),
    _together(
        "no parameter is contiguous",
        lambda call: not any(call.params[name].flags.c_contiguous for name in "UWb"),
        *("U", "W", "b"),
    ),
)
