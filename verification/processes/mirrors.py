"""The judge's side of an engine's arrays: those that it has given, and those that were returned to it.

They are known by number as long as somebody here refers to them (``verification.processes.arrays``).
"""

from functools import partial
from typing import Any
from weakref import ref

from verification.processes.arrays import Arena, Arrays, Tree
from verification.processes.sending import pickled


class Handle:
    """Stands for an object that stays in the engine's process."""

    def __init__(self, number: int) -> None:
        self.number = number


class Mirrors(Arrays):
    """The arrays that this process shares with an engine's."""

    def __init__(self, sent: Arena, received: Arena) -> None:
        super().__init__(1, sent, received)
        self._arrays: dict[int, Any] = {}
        self._handles: dict[int, Any] = {}
        self._pickled: dict[bytes, int] = {}
        self._gone: list[int] = []
        self._gone_handles: list[int] = []

    def at(self, key: int) -> Any:
        """The array of that number."""
        array = self._arrays[key]()
        assert array is not None  # or the other side would not know it either
        return array

    def hold(self, key: int, array: Any) -> None:
        """Knows it as long as it lives."""
        self._arrays[key] = ref(array, partial(self._let_go, key, id(array)))

    def _let_go(self, key: int, array_id: int, reference: Any) -> None:
        if self._arrays.get(key) is reference:
            del self._arrays[key]
            self.forget(key, array_id)
            self._gone.append(key)

    def tells_owner(self, owner: Any) -> bool:
        """Always: a case's views may share memory, and the engine is to have them so."""
        return True

    def tell_other(self, value: Any) -> Tree:
        """A handle by its number, anything else pickled."""
        if isinstance(value, Handle):
            return "h", value.number
        data = pickled(value)
        if data in self._pickled:
            return "x", self._pickled[data], None
        self._pickled[data] = len(self._pickled)
        return "x", self._pickled[data], data

    def _got_h(self, number: int) -> Handle:
        handle = Handle(number)
        self._handles[number] = ref(handle, partial(self._let_handle_go, number))
        return handle

    def _let_handle_go(self, number: int, reference: Any) -> None:
        del self._handles[number]
        self._gone_handles.append(number)

    def dropped(self) -> tuple[list[int], list[int]]:
        """The numbers of arrays and of handles that nobody has any more, since the last time."""
        dropped = self._gone, self._gone_handles
        self._gone, self._gone_handles = [], []
        return dropped

    def update(self, trees: list[Tree], flags: dict[int, bool]) -> None:
        """Gives arrays the numbers that they have in the engine's process, and tells whether they are
        writeable.
        """
        for _, key, now in trees:
            reference = self._arrays.get(key)
            array = reference and reference()
            if array is not None and now is not None:
                was = array.flags.writeable
                array.flags.writeable = True
                self.fill(key, array, now)
                array.flags.writeable = was
        for key, writeable in flags.items():
            reference = self._arrays.get(key)
            array = reference and reference()
            if array is not None and key > 0 and array.flags.writeable != writeable:
                array.flags.writeable = writeable
