"""Calls of a training run, stored in a folder, each in a file of its own, within a limit of bytes.

A call is a forward with one backward: their arguments and results at that time, in the engine's layout. A
file appears as a whole, by a rename, and any number of processes may store calls in one folder. The first
call of each shape and type is stored, and others at random. When there are too many, every second of those is
removed, and from then on half as many are stored. So they are spread evenly over a training run of any
length.
"""

import io
import json
import os
import tempfile
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from threading import Lock
from typing import Any
from zipfile import BadZipFile
from zlib import error as BadData

import numpy as np

from verification.adapters.trees import Tree, each, named
from verification.models.arrays import Array
from verification.models.layouts import laid_out, layout_of
from verification.models.stored import BFLOAT16, dtype_of

# The most bytes of all files in a folder, enough for some twenty calls of N 32, T 64 and 128 units; and the
# most calls that one process stores, as many as can be judged in about a minute.
MOST, CALLS = 64 * 2**20, 256

# Changes with the file format.
FORM = "verified-rnn call 1"


@dataclass(frozen=True, eq=False)
class StoredCall:
    """A forward with one backward. ``arrays``: by role, by the names of a layer's arguments and results.

    ``of``: the layer's model, and how its arrays differ. ``number``: the number of the call in its process,
    and ``backward`` that of the backward for its forward, from 1 on. ``wanted``: were all gradients wanted?
    If not, missing ones are none. ``chunk``: as the forward was told. ``changed``: arguments or results of
    the forward whose numbers had changed when its backward was called.
    """

    of: str
    number: int
    backward: int
    arrays: Mapping[str, Tree]
    wanted: bool = True
    chunk: int | None = None
    changed: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Held:
    """A copy of an array, in C order, and its memory layout."""

    array: Array
    layout: str | None


def held(array: Any) -> Held:
    """A copy of the array as it is now; arrays of other libraries have no memory layout."""
    layout = layout_of(array) if isinstance(array, np.ndarray) else None
    return Held(np.array(array, order="C"), layout)


def packed(call: StoredCall) -> bytes:
    """A call, whose arrays are ``Held``, as the bytes of a file."""
    arrays: list[Array] = []

    def leaf(held: Held) -> list[Any]:
        array = held.array
        # NumPy cannot write types of other libraries.
        arrays.append(array.view(np.uint16) if array.dtype.name == BFLOAT16 else array)
        return [len(arrays) - 1, array.dtype.name, held.layout]

    about = {name: getattr(call, name) for name in ("of", "number", "backward", "wanted", "chunk", "changed")}
    text = json.dumps({"form": FORM, **about, "arrays": _as_json(call.arrays, leaf)})
    file = io.BytesIO()
    numbered: dict[str, Any] = {str(i): array for i, array in enumerate(arrays)}
    np.savez(file, about=np.array(text), **numbered)
    return file.getvalue()


def _as_json(tree: Tree, leaf: Callable[[Any], list[Any]]) -> Any:
    if isinstance(tree, Mapping):
        return {"dict": {name: _as_json(array, leaf) for name, array in tree.items()}}
    if isinstance(tree, tuple):
        return {"tuple": [_as_json(array, leaf) for array in tree]}
    return None if tree is None else leaf(tree)


def read(path: Path, data: bytes | None = None) -> StoredCall:
    """The call in a file, whose arrays have their memory layouts; ``data``: the bytes, if they were read.

    Raises ValueError, in one line, if it is no such file.
    """
    try:
        # NumPy leaves a broken file open if it is given a path.
        with np.load(io.BytesIO(path.read_bytes() if data is None else data), allow_pickle=False) as file:
            about = json.loads(str(file["about"]))
            if about.pop("form") != FORM:
                raise ValueError(FORM)
            arrays = _from_json(about.pop("arrays"), file)
        return StoredCall(**{**about, "arrays": arrays, "changed": tuple(about["changed"])})
    except (OSError, ValueError, KeyError, TypeError, AttributeError, EOFError, BadZipFile, BadData) as error:
        raise ValueError(f"{path}: broken, needed a call that verification.watch has kept") from error


def _from_json(tree: Any, file: Any) -> Tree:
    if tree is None:
        return None
    if isinstance(tree, list):
        number, dtype, layout = tree
        return laid_out(file[str(number)].view(dtype_of(dtype)), layout)
    if "dict" in tree:
        return {name: _from_json(array, file) for name, array in tree["dict"].items()}
    return tuple(_from_json(array, file) for array in tree["tuple"])


@dataclass(eq=False)
class Keeper:
    """Chooses the calls of a process that are stored, and stores them; ``of``: as in ``StoredCall``."""

    folder: Path
    of: str
    most: int
    calls: int
    rng: np.random.Generator
    number: int = 0
    _one_of: int = 1
    _met: set[Any] = field(default_factory=set)
    _first: list[Path] = field(default_factory=list)
    _by_chance: list[Path] = field(default_factory=list)
    _lock: Any = field(default_factory=Lock)
    _process: int = field(default_factory=os.getpid)

    def opened(self, given: Mapping[str, Tree], chunk: int | None = None) -> "Open | None":
        """Begins a call with these arrays, if it is to be stored; ``given``: by role."""
        arrays = [(name, np.shape(a), getattr(a, "dtype", type(a))) for name, a in named(given)]
        kind = (*arrays, chunk)
        with self._lock:
            self.number += 1
            if os.getpid() != self._process:
                # After a fork, the calls of the parent are not its own.
                self._process, self._first, self._by_chance = os.getpid(), [], []
            if kind in self._met and self.rng.random() * self._one_of >= 1:
                return None
        return Open(self, kind, self.number, given, chunk)

    def keep(self, kind: Any, call: StoredCall) -> None:
        """Stores it, whole or not at all: a full disk does not end a training run."""
        arrays = [one.array for _, one in named(call.arrays)]
        if any(array.dtype.hasobject for array in arrays) or sum(a.nbytes for a in arrays) > self.most:
            return
        data = packed(call)
        with self._lock, suppress(OSError):
            # If there is no room now, there will be none later.
            first = kind not in self._met
            self._met.add(kind)
            while len(self._first) + len(self._by_chance) >= self.calls and self._thinned():
                pass
            if len(self._first) + len(self._by_chance) >= self.calls:
                return
            path = self._written(data, f"call-{call.number:09d}-")
            if path is not None:
                (self._first if first else self._by_chance).append(path)

    def _written(self, data: bytes, name: str) -> Path | None:
        with tempfile.NamedTemporaryFile(dir=self.folder, prefix=name, suffix=".part", delete=False) as file:
            temporary = Path(file.name)
        try:
            temporary.write_bytes(data)
            # Either process sees the file of the other one before it claims room.
            while self._size() > self.most:
                if not self._thinned():
                    return None
            return temporary.replace(temporary.with_suffix(".npz"))
        finally:
            temporary.unlink(missing_ok=True)

    def _size(self) -> int:
        """Bytes of all files in the folder."""
        total = 0
        for path in self.folder.iterdir():
            with suppress(OSError):
                total += path.stat().st_size
        return total

    def _thinned(self) -> bool:
        """Removes every second call that was stored at random, if there is any."""
        for path in self._by_chance[::2]:
            path.unlink(missing_ok=True)
        some, self._by_chance = bool(self._by_chance), self._by_chance[1::2]
        self._one_of *= 2
        return some


class Open:
    """A forward that is stored with each of its backwards, or alone if there is none."""

    def __init__(
        self, keeper: Keeper, kind: Any, number: int, given: Mapping[str, Tree], chunk: int | None
    ) -> None:
        self._keeper, self._kind, self._number, self._chunk = keeper, kind, number, chunk
        # The arrays themselves, to see whether they have changed at the backward.
        self._seen, self._held = {**given}, {**each(held, given)}
        self._backward = 0

    def returned(self, **results: Tree) -> None:
        """Records the forward's results, by role."""
        self._seen |= results
        self._held |= each(held, results)

    def backward(self, **cotangents: Tree) -> "OpenBackward":
        """Records the arguments of one of its backwards."""
        self._backward += 1
        before = dict(named(self._held))
        changed = tuple(name for name, now in named(self._seen) if not _same(now, before[name].array))
        call = StoredCall(
            self._keeper.of,
            self._number,
            self._backward,
            {**self._held, **each(held, cotangents)},
            chunk=self._chunk,
            changed=changed,
        )
        return OpenBackward(self._keeper, self._kind, call)


@dataclass(frozen=True, eq=False)
class OpenBackward:
    """A backward that has begun."""

    _keeper: Keeper
    _kind: Any
    _call: StoredCall

    def returned(self, wanted: bool = True, **gradients: Tree) -> None:
        """Records its results, by role, and stores the call."""
        arrays = {**self._call.arrays, **each(held, gradients)}
        self._keeper.keep(self._kind, replace(self._call, arrays=arrays, wanted=wanted))


def _same(one: Any, other: Array) -> bool:
    """Equal to the bit; NaN equals NaN."""
    one = np.asarray(one)
    return one.shape == other.shape and bool(np.all((one == other) | ((one != one) & (other != other))))
