"""Arrays that two processes have, and the plain values in which they tell each other of them.

Either side knows an array by the same number: positive of the judge's, negative of the engine's. It has the
same memory layout there, and a view is a view of the same array. What is sent is a tree of plain values, in
which a tuple is what its first entry says:

    ("n", key, type, shape, order, contents, writeable)           a new array with memory of its own
    ("w", key, owner, type, shape, strides, offset, writeable)    a new view of ``owner``, an array's tree
    ("k", key, contents)                                          a known array; None: it has not changed
    ("m", place)                                                  contents of a large array, in an ``Arena``
    ("v", key, owner)                                             a known view
    ("g", type, bytes)                                            a scalar of NumPy's
    ("q", numerator, denominator), ("c", real, imaginary)         a Fraction, a complex number
    ("t", entries)                                                a tuple
    ("z", name)                                                   another object, by its type's name
    ("h", number), ("x", number, bytes)                           what ``mirrors`` and ``server`` say
"""

import mmap
from collections.abc import Mapping
from fractions import Fraction
from importlib import import_module
from typing import Any, TypeAlias

import numpy as np

Tree: TypeAlias = Any

# A tree is cut at this depth: an engine's may hold itself.
DEEPEST = 20

# Bytes of an arena, of which those take memory that are used; arrays in it are of so many bytes or more, and
# begin at a multiple of a cache line.
ROOM, LARGE, ALIGNED = 2**28, 2**12, 64

# An array of more bytes is told as one number in its shape: nobody expects such an answer.
LARGEST = 2**31

ORDERS = "CF"

PLAIN = frozenset((type(None), bool, int, float, str))


class Arena:
    """Memory that both processes have, for the contents of one message's large arrays.

    They are copied into it by who sends, and out of it by who receives, before the next message.
    """

    def __init__(self, file: int, place: int) -> None:
        self._memory = mmap.mmap(file, ROOM, offset=place * ROOM)
        self._used = 0

    def clear(self) -> None:
        """For the next message."""
        self._used = 0

    def put(self, array: Any) -> Tree:
        """Where its numbers are now, in its own order; None where there is no room."""
        place = self._used
        if array.dtype.kind == "O" or not LARGE <= array.nbytes <= ROOM - place:
            return None
        self._used += -(-array.nbytes // ALIGNED) * ALIGNED
        self._at(place, array.shape, array.dtype, order_of(array))[...] = array
        return "m", place

    def get(self, place: int, shape: tuple[int, ...], dtype: np.dtype[Any], order: Any) -> Any:
        """A view of the numbers there."""
        return self._at(place, shape, dtype, order)

    def _at(self, place: int, shape: tuple[int, ...], dtype: np.dtype[Any], order: Any) -> Any:
        return np.ndarray(shape, dtype, self._memory, place, order=order)


class Stranger:
    """Stands for an object that only the other process has; its class has the name of that object's."""


class Arrays:
    """Arrays by their numbers, and what the other side knows of the contents of small ones.

    ``sign``: of own numbers. ``sent`` and ``received``: for large arrays.
    """

    def __init__(self, sign: int, sent: Arena, received: Arena) -> None:
        self._sign, self._count, self.sent, self._received = sign, 0, sent, received
        self._keys: dict[int, int] = {}
        self._told: dict[int, Any] = {}
        self._views: set[int] = set()

    def at(self, key: int) -> Any:
        """The array of that number."""
        raise NotImplementedError

    def hold(self, key: int, array: Any) -> None:
        """Keeps the array under the number."""
        raise NotImplementedError

    def tells_owner(self, owner: Any) -> bool:
        """Is a view told as one of its owner, or as an array by itself?"""
        raise NotImplementedError

    def tell_other(self, value: Any) -> Tree:
        """An object that is neither an array nor plain."""
        return "z", type(value).__name__

    # ---- What is sent.

    def tell(self, value: Any, depth: int = 0) -> Tree:
        """A value as a tree."""
        kind = type(value)
        if kind in PLAIN:
            return value
        if kind is np.ndarray:
            return self._tell_array(value)
        if depth < DEEPEST:
            if issubclass(kind, tuple):
                return "t", [self.tell(each, depth + 1) for each in tuple.__iter__(value)]
            if issubclass(kind, list):
                return [self.tell(each, depth + 1) for each in list.__iter__(value)]
            if issubclass(kind, Mapping):
                return {_named(name): self.tell(value[name], depth + 1) for name in value}
        if issubclass(kind, np.generic) and value.dtype.kind in "biufc":
            return "g", name_of(value.dtype), value.tobytes()
        if kind is Fraction:
            return "q", value.numerator, value.denominator
        if kind is complex:
            return "c", value.real, value.imag
        return self.tell_other(value)

    def _tell_array(self, array: Any) -> Tree:
        key = self._keys.get(id(array))
        owner = array
        while type(owner.base) is np.ndarray:
            owner = owner.base
        if key is not None:
            if key in self._views:
                return "v", key, self._tell_array(owner)
            now = self.sent.put(array)
            if now is None:
                now = contents(array)
                if now == self._told.get(key):
                    return "k", key, None
                self._told[key] = now
            return "k", key, now
        self._count += self._sign
        key = self._count
        if array.nbytes > LARGEST:
            number = "n", 0, name_of(array.dtype), (1,), "C", bytes(array.itemsize), True
            return "w", key, number, name_of(array.dtype), array.shape, (0,) * array.ndim, 0, False
        self._named(key, array)
        if owner is not array and array.dtype.kind != "O" and self.tells_owner(owner):
            self._views.add(key)
            offset = start(array) - start(owner)
            form = name_of(array.dtype), array.shape, array.strides, offset
            return "w", key, self._tell_array(owner), *form, array.flags.writeable
        now = self.sent.put(array)
        if now is None:
            now = self._told[key] = contents(array)
        writeable = array.flags.writeable or owner is not array
        return "n", key, name_of(array.dtype), array.shape, order_of(array), now, writeable

    def _named(self, key: int, array: Any) -> None:
        self._keys[id(array)] = key
        self.hold(key, array)

    # ---- What is received.

    def got(self, tree: Tree) -> Any:
        """The value of a tree; the entries of a tuple or a dict keep their order."""
        kind = type(tree)
        if kind is tuple:
            return getattr(self, f"_got_{tree[0]}")(*tree[1:])
        if kind is list:
            return [self.got(each) for each in tree]
        if kind is dict:
            return {name: self.got(each) for name, each in tree.items()}
        return tree

    def _got_t(self, entries: list[Tree]) -> tuple[Any, ...]:
        return tuple([self.got(each) for each in entries])

    def _got_n(
        self, key: int, dtype: str, shape: tuple[int, ...], order: Any, now: Any, writeable: bool
    ) -> Any:
        if type(now) is tuple:
            array = self._received.get(now[1], shape, dtype_of(dtype), order).copy(order)
        elif dtype == "|O":
            array = np.empty(shape, object, order)
            fill(array, now)
        else:
            array = np.frombuffer(now, dtype_of(dtype)).reshape(shape, order=order).copy(order)
        if type(now) is not tuple:
            self._told[key] = now
        if not writeable:
            array.flags.writeable = False
        self._named(key, array)
        return array

    def _got_w(
        self,
        key: int,
        owner: Tree,
        dtype: str,
        shape: tuple[int, ...],
        strides: tuple[int, ...],
        offset: int,
        writeable: bool,
    ) -> Any:
        array: Any = np.ndarray(shape, dtype_of(dtype), self.got(owner), offset, strides)
        if not writeable:
            array.flags.writeable = False
        self._views.add(key)
        self._named(key, array)
        return array

    def _got_k(self, key: int, now: Any) -> Any:
        array = self.at(key)
        if now is not None and array.flags.writeable:
            self.fill(key, array, now)
        return array

    def fill(self, key: int, array: Any, now: Any) -> None:
        """Puts contents into the array that they were told of."""
        if type(now) is tuple:
            array[...] = self._received.get(now[1], array.shape, array.dtype, order_of(array))
        else:
            self._told[key] = now
            fill(array, now)

    def _got_v(self, key: int, owner: Tree) -> Any:
        self.got(owner)
        return self.at(key)

    def _got_g(self, dtype: str, data: bytes) -> Any:
        return np.frombuffer(data, dtype_of(dtype))[0]

    def _got_q(self, numerator: int, denominator: int) -> Fraction:
        return Fraction(numerator, denominator)

    def _got_c(self, real: float, imaginary: float) -> complex:
        return complex(real, imaginary)

    def _got_z(self, name: str) -> Any:
        return type(name, (Stranger,), {})()

    def forget(self, key: int, array_id: int) -> None:
        """Of an array that is no more."""
        if self._keys.get(array_id) == key:
            del self._keys[array_id]
        self._told.pop(key, None)
        self._views.discard(key)


def dtype_of(name: str) -> np.dtype[Any]:
    """The type of that name, of ml_dtypes too, whose names NumPy knows once that is loaded."""
    try:
        return np.dtype(name)
    except TypeError:
        import_module("ml_dtypes")
        return np.dtype(name)


def name_of(dtype: np.dtype[Any]) -> str:
    """Its name for ``dtype_of``; that of a library's own type where NumPy takes it for one."""
    return dtype.name if dtype.isbuiltin == 2 else dtype.str


def start(array: Any) -> int:
    """The address of its first number."""
    address: int = array.__array_interface__["data"][0]
    return address


def order_of(array: Any) -> Any:
    """The order in which its numbers lie in memory: Fortran's, or C's where neither or both are theirs."""
    return ORDERS[array.flags.f_contiguous and not array.flags.c_contiguous]


def contents(array: Any) -> Any:
    """The bytes of an array; of objects their numbers, Fractions in two."""
    if array.dtype.kind == "O":
        return [_number(each) for each in array.ravel(order_of(array)).tolist()]
    return array.tobytes(order_of(array))


def fill(array: Any, now: Any) -> None:
    """Puts contents into the array that they were told of."""
    if array.dtype.kind == "O":
        flat = np.empty(len(now), object)
        flat[:] = [Fraction(*each) if type(each) is list else each for each in now]
        array[...] = flat.reshape(array.shape, order=order_of(array))
    else:
        array[...] = np.frombuffer(now, array.dtype).reshape(array.shape, order=order_of(array))


def _number(value: Any) -> Any:
    if type(value) is Fraction:
        return [value.numerator, value.denominator]
    return value if type(value) in PLAIN else None


def _named(name: Any) -> Any:
    """A name in a dict; another object than a name by its type's."""
    return name if type(name) in (str, int) else type(name).__name__
