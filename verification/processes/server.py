"""What runs in an engine's own process: it takes calls of its functions, and answers.

It knows NumPy, the functions that are judged, and the modules that ``verification.processes.hosts`` ships, which know
no model, no case and no truth. Each message is a pickled tuple, of which the first entry is one of this class's methods that are
named ``on_…``; the answer is a tuple as well: ("returned", tree, …), or ("raised", kind, words).
"""

import gc
import io
import os
import pickle
import struct
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, TypeAlias

import numpy as np

from verification.processes import leaks
from verification.processes.arrays import Arrays, Tree
from verification.processes.belongings import Belongings
from verification.processes.channel import Channel
from verification.processes.elsewhere import in_a_thread
from verification.processes.guarding import NOTHING, guarded
from verification.processes.invalid import InvalidAnswer, TimedOut, Unsupported

# Before each message, its length.
LENGTH = struct.Struct("<Q")


def send(file: int, message: Any) -> None:
    """Writes one message."""
    data = pickle.dumps(message, 5)
    write(file, LENGTH.pack(len(data)) + data)


def write(file: int, data: bytes) -> None:
    """Writes all of it."""
    written = os.write(file, data)
    while written < len(data):
        written += os.write(file, memoryview(data)[written:])


def receive(file: int) -> bytes:
    """Reads one message; raises EOFError where there is none any more."""
    (size,) = LENGTH.unpack(_exactly(file, LENGTH.size))
    return _exactly(file, size)


def _exactly(file: int, size: int) -> bytes:
    data = os.read(file, size)
    if len(data) == size:
        return data
    whole = bytearray(data)
    while len(whole) < size:
        more = os.read(file, min(size - len(whole), 2**20))
        if not more:
            raise EOFError
        whole += more
    return bytes(whole)


# A function's number; or an object that stays here, with the name of a method.
Which: TypeAlias = int | tuple[int, str]

# Stands for what the call before has left.
BEFORE = ("b",)

# The place in a returned tuple of what stays here; ``ALL``: everything that is returned; None: nothing.
Keeps: TypeAlias = int | None
ALL = -1


class _Plain(pickle.Unpickler):
    """Finds nothing: values of Python's own alone, whoever has written them."""

    def find_class(self, module: str, name: str) -> Any:
        raise pickle.UnpicklingError(f"{module}.{name}, needed plain values")


def plain(data: bytes) -> Any:
    """What a host has written."""
    return _Plain(io.BytesIO(data)).load()


class _Unpickler(pickle.Unpickler):
    """Finds what is in a module that was shipped, and so is under no name here."""

    def find_class(self, module: str, name: str) -> Any:
        shipped = SHIPPED_HERE.get(module)
        if shipped is None:
            return super().find_class(module, name)
        found: Any = shipped
        for part in name.split("."):
            found = getattr(found, part)
        return found


# The shipped modules by name, where they are not under their names: filled by what starts an engine's process.
SHIPPED_HERE: dict[str, Any] = {}


def unpickled(data: bytes) -> Any:
    """What the judge has pickled."""
    return _Unpickler(io.BytesIO(data)).load()


class Held(Arrays):
    """The arrays that an engine was given, and has returned, as long as the judge has them."""

    def __init__(self) -> None:
        super().__init__(-1)
        self._arrays: dict[int, Any] = {}
        self._objects: dict[int, Any] = {}
        self.kept: dict[int, Any] = {}

    def at(self, key: int) -> Any:
        """The array of that number."""
        return self._arrays[key]

    def hold(self, key: int, array: Any) -> None:
        """Keeps it."""
        self._arrays[key] = array

    def tells_owner(self, owner: Any) -> bool:
        """Only where the judge has that: who returns a part of a buffer returns no more of it."""
        return id(owner) in self._keys

    def drop(self, keys: list[int], handles: list[int]) -> None:
        """Forgets what the judge has no more."""
        for key in keys:
            array = self._arrays.pop(key, None)
            if array is not None:
                self.forget(key, id(array))
        for number in handles:
            self.kept.pop(number, None)

    def _got_h(self, number: int) -> Any:
        return self.kept[number]

    def _got_x(self, number: int, data: bytes | None) -> Any:
        if data is not None:
            self._objects[number] = unpickled(data)
        return self._objects[number]

    def changed(self) -> tuple[list[Tree], dict[int, bool]]:
        """All arrays with memory of their own, with their contents where these have changed; and whether each
        array is writeable.
        """
        arrays = [(key, array) for key, array in self._arrays.items()]
        flags = {key: bool(array.flags.writeable) for key, array in arrays}
        return [self.tell(array) for key, array in arrays if key not in self._views], flags


class Server:
    """The functions of an engine, and what a task has made of them. ``functions``: by number."""

    def __init__(self, reading: int, writing: int, functions: Sequence[Any], channel: Channel) -> None:
        self._reading, self._writing, self._channel = reading, writing, channel
        self._functions = [*functions]
        self._held, self._handles = Held(), 0
        self._recorded: list[_Recorded] | None = None

    def serve(self) -> None:
        """Answers until the task ends."""
        send(self._writing, os.getpid())
        while True:
            kind, keys, handles, *given = pickle.loads(receive(self._reading))
            self._held.drop(keys, handles)
            if kind == "end":
                return
            send(self._writing, getattr(self, f"on_{kind}")(*given))

    def on_calls(self, calls: Sequence[tuple[Any, ...]], *how: Any) -> list[tuple[Any, ...]]:
        """Calls one after another, of which a later one may get what the one before has left here.

        Ends after one that raises, or leaves nothing for the next.
        """
        answers = list[tuple[Any, ...]]()
        for which, arguments, keywords, keeps in calls:
            arguments = [("h", self._handles) if each == BEFORE else each for each in arguments]
            before = self._handles
            answers.append(self._call(which, arguments, keywords, keeps, *how))
            if answers[-1][0] != "returned" or (keeps is not None and before == self._handles):
                break
        return answers

    def _call(
        self,
        which: Which,
        arguments: Sequence[Tree],
        keywords: Mapping[str, Tree],
        keeps: Keeps,
        seconds: float,
        observed: bool,
        elsewhere: bool,
    ) -> tuple[Any, ...]:
        """One call of a function, or of a method of what stays here."""
        given = [self._held.got(each) for each in arguments]
        named = {name: self._held.got(each) for name, each in keywords.items()}
        dicts = [
            (place, each, dict(each))
            for place, each in [*enumerate(given), *named.items()]
            if type(each) is dict
        ]
        call = _Recorded(which, self._function(which), given, named, keeps, self._uses(which, arguments))
        around = Belongings() if observed else NOTHING
        made = partial(in_a_thread, call.made) if elsewhere else call.made

        def read(returned: Any) -> Tree:
            if self._recorded is not None:
                call.first = _bytes_of(returned, keeps)
            return self._told(call, returned)

        def work() -> tuple[Any, ...]:
            tree = guarded(self._channel.guarded(made), (), read, seconds, around)
            changed = [(place, self._held.tell(now)) for place, now, before in dicts if _differs(now, before)]
            return "returned", tree, changed, around.changes if isinstance(around, Belongings) else ()

        answer = _in_words(work)
        if self._recorded is not None:
            self._recorded.append(call)
        return answer

    def on_mark(self) -> tuple[str]:
        """From now on calls are recorded, to be made again."""
        self._recorded = []
        return ("marked",)

    def on_again(self, most: int, moment: float, seconds: float, observed: bool) -> tuple[Any, ...]:
        """The recorded calls again and again, so many times or for a moment, while they return the same.

        Returns how often, and what the last ones returned if that is not the same.
        """
        recorded, self._recorded = self._recorded or [], None
        around = Belongings() if observed else NOTHING

        def again(given: tuple[()]) -> tuple[int, list[Any] | None]:
            until = time.monotonic() + moment
            for number in range(1, most + 1):
                results = list[Any]()
                for call in recorded:
                    results.append(call.again(results))
                if any(
                    _bytes_of(r, call.keeps) != call.first for call, r in zip(recorded, results, strict=True)
                ):
                    return number, results
                if time.monotonic() > until:
                    return number, None
            return most, None

        def read(returned: tuple[int, list[Any] | None]) -> tuple[int, list[Tree] | None]:
            made, results = returned
            told = results and [self._told(call, r) for call, r in zip(recorded, results, strict=True)]
            return made, told

        def work() -> tuple[Any, ...]:
            made, told = guarded(self._channel.guarded(again), (), read, seconds, around)
            return "again", made, told, around.changes if isinstance(around, Belongings) else ()

        return _in_words(work)

    def on_make(self, maker: Tree, arguments: Sequence[Tree]) -> tuple[Any, ...]:
        """Functions that a function of ours makes of others, in a tuple; returns their numbers.

        A whole number stands for the function that has it.
        """
        of = (self._functions[a] if type(a) is int else self._held.got(a) for a in arguments)
        made = self._held.got(maker)(*of)
        self._functions += made
        return "made", [*range(len(self._functions) - len(made), len(self._functions))]

    def on_look(self) -> tuple[Any, ...]:
        """What has changed in arrays since they were told."""
        return "looked", *self._held.changed()

    def on_read(self, calls: int) -> tuple[Any, ...]:
        """What this process holds."""
        return "read", dict(leaks.reading(calls).held)

    def on_count(self, begins: bool) -> tuple[Any, ...]:
        """Garbage is collected among what is new from now on, or among all again."""
        if begins:
            gc.collect()
            gc.freeze()
        else:
            gc.unfreeze()
        return ("counted",)

    def _function(self, which: Which) -> Callable[..., Any]:
        if type(which) is int:
            function: Callable[..., Any] = self._functions[which]
            return function
        number, name = which
        # When the method is looked up, code of the engine may run: it is a part of the call.
        return lambda *given, **named: getattr(self._held.kept[number], name)(*given, **named)

    def _uses(self, which: Which, arguments: Sequence[Tree]) -> dict[int, int]:
        """The places of a call's arguments at which it gets what a recorded call has left here; -1: itself."""
        if not self._recorded:
            return {}
        made = {call.handle: i for i, call in enumerate(self._recorded) if call.handle}
        handles = {p: t[1] for p, t in enumerate(arguments) if type(t) is tuple and t[0] == "h"}
        if type(which) is tuple:
            handles[-1] = which[0]
        return {place: made[handle] for place, handle in handles.items() if handle in made}

    def _told(self, call: "_Recorded", returned: Any) -> Tree:
        """What was returned, of which a part may stay here."""
        keeps = call.keeps
        if keeps == ALL:
            return self._keep(call, returned)
        if keeps is None or not isinstance(returned, tuple) or len(returned) <= keeps:
            return self._held.tell(returned)
        entries = [self._keep(call, r) if i == keeps else self._held.tell(r) for i, r in enumerate(returned)]
        return "t", entries

    def _keep(self, call: "_Recorded", what: Any) -> Tree:
        self._handles += 1
        self._held.kept[self._handles], call.handle = what, self._handles
        return "h", self._handles


class _Recorded:
    """A call with its arguments, which may be made again. ``uses``: as ``Server._uses`` returns it."""

    def __init__(
        self,
        which: Which,
        function: Callable[..., Any],
        given: list[Any],
        named: dict[str, Any],
        keeps: Keeps,
        uses: dict[int, int],
    ) -> None:
        self.keeps, self.handle, self.first = keeps, 0, list[bytes]()
        self._which, self._function, self._given, self._named, self._uses = (
            which,
            function,
            given,
            named,
            uses,
        )

    def made(self, nothing: tuple[()]) -> Any:
        """The call."""
        try:
            return self._function(*self._given, **self._named)
        except Exception as error:
            # Of a file that imports this project itself.
            kind = type(error)
            if kind.__name__ == "Unsupported" and kind.__module__.startswith("verification."):
                raise Unsupported(str(error)) from error
            raise

    def again(self, results: Sequence[Any]) -> Any:
        """The call after others of its recording, of which the results are given."""
        given = [*self._given]
        for place, of in self._uses.items():
            if place >= 0:
                given[place] = results[of][2] if isinstance(results[of], tuple) else results[of]
        if -1 in self._uses:
            assert type(self._which) is tuple
            return getattr(results[self._uses[-1]], self._which[1])(*given, **self._named)
        return self._function(*given, **self._named)


def _in_words(work: Callable[[], tuple[Any, ...]]) -> tuple[Any, ...]:
    """What the work returns, or what it raised."""
    try:
        return work()
    except TimedOut as late:
        return "raised", "late", str(late)
    except InvalidAnswer as invalid:
        return "raised", "invalid", str(invalid)
    except Unsupported as declined:
        return "raised", "declined", str(declined)


def _differs(now: Mapping[Any, Any], before: Mapping[Any, Any]) -> bool:
    return now.keys() != before.keys() or any(now[name] is not each for name, each in before.items())


def _bytes_of(returned: Any, keeps: Keeps) -> list[bytes]:
    """Those of every array, in dicts and tuples, but for what stays here."""
    if keeps == ALL:
        return []
    if isinstance(returned, np.ndarray):
        return [returned.tobytes()]
    if isinstance(returned, dict):
        returned = tuple(returned.values())
    parts = returned if isinstance(returned, tuple | list) else ()
    return [each for i, part in enumerate(parts) if i != keeps for each in _bytes_of(part, None)]
