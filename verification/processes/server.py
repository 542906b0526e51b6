"""What runs in an engine's own process: it takes calls of its functions, and answers.

It knows NumPy, the functions that are judged, and the modules that ``verification.processes.hosts`` ships,
which know no model, no case and no truth. A message is a pickled tuple: one of the server's methods that are
named ``on_…``, what the judge has dropped, and arguments. The answer is what the method returns.
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
from verification.processes.arrays import Arena, Arrays, Tree
from verification.processes.belongings import Belongings
from verification.processes.channel import Channel
from verification.processes.elsewhere import in_a_thread
from verification.processes.guarding import NOTHING, guarded
from verification.processes.invalid import InvalidAnswer, TimedOut, Unsupported
from verification.processes.libraries import Libraries

# Bytes of a pipe, where its size can be set: a usual message is written at once.
PIPE = 2**20

# Before each message, its length.
LENGTH = struct.Struct("<Q")


# The most bytes of a message; the first eight letters of a text are a larger number.
MOST = 2**40


class NoMessage(Exception):
    """Something else was written to where messages are."""


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
    """Reads one message; raises EOFError where there is none any more, and NoMessage for another text."""
    first = _exactly(file, LENGTH.size)
    (size,) = LENGTH.unpack(first)
    if size > MOST:
        raise NoMessage(first + os.read(file, PIPE))
    return _exactly(file, size)


def _exactly(file: int, size: int) -> bytes:
    data = os.read(file, size)
    while len(data) < size:
        more = os.read(file, size - len(data))
        if not more:
            raise EOFError
        data += more
    return data


# Stands for what the call before has left.
BEFORE = ("b",)

# The place in a returned tuple of what stays here; None: nothing stays.
Keeps: TypeAlias = int | None

# A function's number, its arguments, those by name, and what stays here of what it returns.
Asked: TypeAlias = tuple[int, Sequence[Tree], Mapping[str, Tree], Keeps]


# What calls may be watched for, beside their answers; None: nothing.
CallWatcher: TypeAlias = Belongings | Libraries
WATCHES: Mapping[str, Callable[[], CallWatcher]] = {"belongings": Belongings, "libraries": Libraries}
Watched: TypeAlias = str | None


def _watch(watched: Watched) -> CallWatcher | None:
    return None if watched is None else WATCHES[watched]()


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


# The shipped modules by name, for they are under no name there: filled by what starts an engine's process.
SHIPPED_HERE: dict[str, Any] = {}


def unpickled(data: bytes) -> Any:
    """What the judge has pickled."""
    return _Unpickler(io.BytesIO(data)).load()


class EngineArrays(Arrays):
    """The arrays that an engine was given, and has returned, as long as the judge has them."""

    def __init__(self, sent: Arena, received: Arena) -> None:
        super().__init__(-1, sent, received)
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

    def __init__(
        self,
        reading: int,
        writing: int,
        arenas: tuple[Arena, Arena],
        functions: Sequence[Any],
        channel: Channel,
    ) -> None:
        self._reading, self._writing, self._channel = reading, writing, channel
        self._functions = [*functions]
        self._held, self._handles = EngineArrays(*arenas), 0
        self._recorded: list[_Recorded] | None = None

    def serve(self) -> None:
        """Answers until the task ends."""
        send(self._writing, os.getpid())
        while True:
            kind, keys, handles, *given = pickle.loads(receive(self._reading))
            self._held.drop(keys, handles)
            self._held.sent.clear()
            if kind == "end":
                return
            send(self._writing, getattr(self, f"on_{kind}")(*given))

    def on_calls(
        self, calls: Sequence[Asked], seconds: float, watched: Watched, elsewhere: bool
    ) -> tuple[Any, ...]:
        """Calls one after another, of which a later one may get what the one before has left here.

        Returns what each has returned, up to one that leaves nothing for the next; what was raised then; and
        what was found by the watch.
        """
        answers, watch = list[tuple[Tree, Sequence[Any]]](), _watch(watched)

        def made(nothing: tuple[()]) -> None:
            for asked in calls:
                before = self._handles
                answers.append(self._answered(*asked))
                if before == self._handles:
                    break

        call = partial(in_a_thread, made) if elsewhere else made
        raised = _raised(
            lambda: guarded(self._channel.guarded(call), (), _nothing, seconds, watch or NOTHING)
        )
        return answers, raised, watch.found if watch else ()

    def _answered(
        self, which: int, arguments: Sequence[Tree], keywords: Mapping[str, Tree], keeps: Keeps
    ) -> tuple[Tree, Sequence[Any]]:
        """What a function returns, and the dicts that it has changed."""
        arguments = [("h", self._handles) if each == BEFORE else each for each in arguments]
        given = [self._held.got(each) for each in arguments]
        named = {name: self._held.got(each) for name, each in keywords.items()}
        places = [*enumerate(given), *named.items()]
        dicts = [(place, each, dict(each)) for place, each in places if type(each) is dict]
        call = _Recorded(self._functions[which], given, named, keeps, self._uses(arguments))
        returned = call.made()
        if self._recorded is not None:
            call.first = _bytes_of(returned, keeps)
            self._recorded.append(call)
        tree = self._told(call, returned)
        return tree, [(place, self._held.tell(now)) for place, now, before in dicts if _differs(now, before)]

    def on_mark(self) -> None:
        """From now on calls are recorded, to be made again."""
        self._recorded = []

    def on_again(self, most: int, moment: float, seconds: float, watched: Watched) -> tuple[Any, ...]:
        """The recorded calls again and again, so many times or for a moment, while they return the same.

        Returns how often, and what the last ones returned if that is not the same.
        """
        recorded, self._recorded = self._recorded or [], None
        watch = _watch(watched)

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

        found = list[tuple[int, list[Tree] | None]]()

        def work() -> None:
            found.append(guarded(self._channel.guarded(again), (), read, seconds, watch or NOTHING))

        raised = _raised(work)
        made, told = found[0] if found else (0, None)
        return made, told, raised, watch.found if watch else ()

    def on_make(self, recipe: bytes, functions: Sequence[int]) -> list[int]:
        """Functions that a function of ours makes of others, in a tuple; returns their numbers.

        ``recipe``: that function, and what it is given after those others, pickled.
        """
        make, given = unpickled(recipe)
        made = make(*(self._functions[number] for number in functions), *given)
        self._functions += made
        return [*range(len(self._functions) - len(made), len(self._functions))]

    def on_look(self) -> tuple[list[Tree], dict[int, bool]]:
        """What has changed in arrays since they were told."""
        return self._held.changed()

    def on_read(self, calls: int) -> dict[str, int]:
        """What this process holds."""
        return dict(leaks.reading(calls).held)

    def on_count(self, begins: bool) -> None:
        """Garbage is collected among what is new from now on, or among all again."""
        if begins:
            gc.collect()
            gc.freeze()
        else:
            gc.unfreeze()

    def _uses(self, arguments: Sequence[Tree]) -> "dict[int, tuple[int, Keeps]]":
        """Where a call is given what a recorded call has left: which call's, and where in its result."""
        if not self._recorded:
            return {}
        made = {call.handle: (i, call.keeps) for i, call in enumerate(self._recorded) if call.handle}
        handles = {p: t[1] for p, t in enumerate(arguments) if type(t) is tuple and t[0] == "h"}
        return {place: made[handle] for place, handle in handles.items() if handle in made}

    def _told(self, call: "_Recorded", returned: Any) -> Tree:
        """What was returned, of which a part may stay here."""
        keeps = call.keeps
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
        function: Callable[..., Any],
        given: list[Any],
        named: dict[str, Any],
        keeps: Keeps,
        uses: dict[int, tuple[int, Keeps]],
    ) -> None:
        self.keeps, self.handle, self.first = keeps, 0, list[bytes]()
        self._function, self._given, self._named, self._uses = function, given, named, uses

    def made(self) -> Any:
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
        for place, (of, where) in self._uses.items():
            given[place] = results[of][where]
        return self._function(*given, **self._named)


def _nothing(returned: None) -> None:
    """Reads nothing."""


def _raised(work: Callable[[], None]) -> tuple[str, str] | None:
    """Does the work; what it raised, by its kind and in words."""
    try:
        work()
    except TimedOut as late:
        return "late", str(late)
    except InvalidAnswer as invalid:
        return "invalid", str(invalid)
    except Unsupported as declined:
        return "declined", str(declined)
    return None


def _differs(now: Mapping[Any, Any], before: Mapping[Any, Any]) -> bool:
    return now.keys() != before.keys() or any(now[name] is not each for name, each in before.items())


def _bytes_of(returned: Any, keeps: Keeps) -> list[bytes]:
    """Those of every array, in dicts and tuples, but for what stays here."""
    if isinstance(returned, np.ndarray):
        return [returned.tobytes()]
    if isinstance(returned, dict):
        returned = tuple(returned.values())
    parts = returned if isinstance(returned, tuple | list) else ()
    return [each for i, part in enumerate(parts) if i != keeps for each in _bytes_of(part, None)]
