"""Engines in processes of their own, from the judge's view.

    judge (package, model, truths, comparison)  <- arrays ->  host (NumPy, the functions that are judged)

A host is started afresh, and is sent what it runs: the modules of ``SHIPPED``, compiled, and the functions,
by ``verification.processes.sending``. So no model, case, truth or cache is in its memory. It has a fork for
each task (``verification.processes.host``). An adapter stays here, and calls ``Remote`` functions.
"""

import marshal
import os
import select
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from operator import is_
from pathlib import Path
from typing import IO, Any, TypeVar

import numpy as np

from verification.processes import timeout
from verification.processes.arrays import ROOM, Arena
from verification.processes.guarding import NOTHING, raised
from verification.processes.invalid import InvalidAnswer, LostProcess, TimedOut, Unsupported
from verification.processes.leaks import Reading
from verification.processes.mirrors import Mirrors
from verification.processes.place import Passes, same
from verification.processes.sandbox import sandboxed
from verification.processes.sending import Unsendable, pickled, pickled_functions
from verification.processes.server import BEFORE, PIPE, Keeps, NoMessage, plain, receive, send, write
from verification.processes.signals import held_back
from verification.processes.threads import SETTINGS

Given = TypeVar("Given")
Returned = TypeVar("Returned")
Read = TypeVar("Read")

HOME = Path(__file__).resolve().parents[1]

# The modules that are sent to a host, in the order in which they import each other.
SHIPPED = (
    *(
        "text",
        "models.arrays",
        "models.truncation",
        "processes.processor",
        "processes.timeout",
    ),
    *("processes.memory", "processes.channel", "processes.supervisor", "processes.invalid"),
    *(
        "processes.surroundings",
        "processes.belongings",
        "processes.libraries",
        "processes.elsewhere",
        "processes.leaks",
    ),
    *("processes.guarding", "processes.arrays", "processes.modules", "processes.in_file", "processes.server"),
    *("models.axes", "models.stored", "adapters.extras", "adapters.trees", "adapters.returned"),
    *("adapters.lent", "adapters.looped", "adapters.given", "adapters.last_made", "adapters.shapes"),
    *("adapters.objects", "torch.tensors", "torch.passes", "torch.applied", "jax.passes", "jax.applied"),
    *("adapters.rnn.engine", "processes.copies", "processes.host"),
)

# Libraries whose threads a fork loses, by the names of their modules: once JAX has been called, a fork of its
# process hangs at the next call, and one of PyTorch's refuses to run a backward.
THREADED = ("jax", "torch")

# What a host runs first: it reads the program, and what the program is given.
FIRST = """
import marshal, os
def read(data):
    while len(data) < {size}:
        data += os.read(0, {size} - len(data))
    program, *given = marshal.loads(data)
    exec(program, found := {{}})
    return found["begin"], given
begin, given = read(b"")
begin(*given)
"""

# The shipped modules are under no name once they are there: an import finds what it would without this.
PROGRAM = """
def begin(modules, path, file):
    import sys
    from types import ModuleType
    sys.path[:] = path
    made = {}
    for name, code in modules:
        parts = name.split(".")
        for end in range(1, len(parts)):
            package = ".".join(parts[:end])
            if package not in made:
                made[package] = sys.modules[package] = ModuleType(package)
        made[name] = sys.modules[name] = ModuleType(name)
        exec(code, vars(made[name]))
        setattr(made[name.rpartition(".")[0]], parts[-1], made[name])
    for name in made:
        del sys.modules[name]
    made["verification.processes.server"].SHIPPED_HERE.update(made)
    vars(sys.modules["__main__"]).clear()
    made["verification.processes.host"].live(file)
"""


@cache
def _program() -> tuple[Any, list[tuple[str, Any]]]:
    """The program and the shipped modules by name, compiled."""
    found = []
    for name in SHIPPED:
        path = HOME.joinpath(*name.split(".")).with_suffix(".py")
        found.append((f"verification.{name}", compile(path.read_bytes(), path.name, "exec")))
    return compile(PROGRAM, "host", "exec"), found


# A process is given up if one call takes this many times an answer's limit, or what comes before the first
# one: a file is imported, a library loaded, loops are compiled.
SILENT, LOADS = 3, 12


class HostProcess:
    """A host, started by the judge; forks of the judge talk to it, one at a time. ``functions``: pickled.

    ``kept``: one process for all tasks, started before anything is loaded; else a fork for each.
    """

    def __init__(self, functions: bytes, sandbox: bool, kept: bool) -> None:
        self.sandbox = sandbox
        file = _file_of(2 * ROOM)
        data = marshal.dumps((*_program(), [*sys.path], file))
        self.arenas = Arena(file, 0), Arena(file, 1)
        command = [sys.executable, "-c", FIRST.format(size=len(data))]
        # An interruption between start and registration would leave a process that nobody ends.
        with held_back():
            self._process = subprocess.Popen(
                sandboxed(command, sys.path) if sandbox else command,
                pass_fds=[file],
                process_group=0,
                # As many processes as cores are working already.
                env={**dict.fromkeys(SETTINGS, "1"), **os.environ},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                bufsize=0,
            )
        os.close(file)
        self.writing, self.reading, self.hearing = (pipe.fileno() for pipe in self._pipes)
        _widen(self.writing)
        _widen(self.reading)
        with suppress(BrokenPipeError):
            write(self.writing, data)
            send(self.writing, ("load", functions, kept))

    @property
    def _pipes(self) -> list[IO[bytes]]:
        pipes = self._process.stdin, self._process.stdout, self._process.stderr
        return [pipe for pipe in pipes if pipe is not None]

    def kill(self) -> None:
        """Ends it at once; what its task has started is ended by the supervisor of the task."""
        self._process.kill()
        self.end()

    def end(self) -> None:
        """Ends it."""
        for pipe in self._pipes:
            with suppress(OSError):
                pipe.close()
        self._process.wait()


def _file_of(size: int) -> int:
    """A file without a name, in memory where the system has such."""
    if hasattr(os, "memfd_create"):
        file = os.memfd_create("")
    else:
        with tempfile.TemporaryFile() as named:
            file = os.dup(named.fileno())
    os.ftruncate(file, size)
    return file


def _widen(pipe: int) -> None:
    with suppress(ImportError, AttributeError, OSError):
        import fcntl

        fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, PIPE)


class Hosts:
    """The hosts of one engine; each has a task or none.

    Where the judge has loaded a library with threads of its own, an engine is taken to use it.
    """

    def __init__(self, functions: Sequence[Any], most: int, sandbox: bool = False) -> None:
        self._functions, self._sandbox = pickled_functions(functions), sandbox
        self._given, self._kept = functions, any(name in sys.modules for name in THREADED)
        self._idle = [self._started() for _ in range(most)]

    def _started(self) -> HostProcess:
        return HostProcess(self._functions, self._sandbox, self._kept)

    def take(self) -> "Host":
        """One without a task."""
        return Host(self._idle.pop() if self._idle else self._started(), self._given)

    def give(self, host: "Host", lost: bool) -> None:
        """Takes it back; one whose task was lost is ended."""
        if lost:
            host.process.kill()
        else:
            self._idle.append(host.process)

    def end(self) -> None:
        """Ends all that have no task."""
        while self._idle:
            self._idle.pop().end()


class Silence:
    """Has an engine's process been in one call for too long? Its own alarm has then had no effect.

    Counted in looks, so that a stop of the judge does not count, nor time in which it waits for a processor.
    """

    def __init__(self, worker: int | None, most: int) -> None:
        # Milliseconds to the next look.
        self.tick = 1000 * timeout.ANSWER / timeout.TICKS
        self._charge = timeout.Charge(worker)
        self._most, self._looks = most * timeout.TICKS, 0.0

    def too_long(self) -> bool:
        """Called at every look."""
        self._looks += self._charge.of_tick()
        return self._looks >= self._most


class Remote:
    """A function in a host, by its number. ``keeps``: what of its result stays there."""

    def __init__(self, host: "Host", which: int, keeps: Keeps) -> None:
        self._host, self._which, self._keeps = host, which, keeps

    @property
    def about(self) -> tuple[int, Keeps]:
        """Which it is, and what stays there."""
        return self._which, self._keeps

    def __call__(self, *given: Any, **named: Any) -> Any:
        """The call, in the host."""
        return self._host.call(self._which, given, named, self._keeps)


@dataclass(frozen=True, eq=False)
class Got:
    """What a call has returned, and what dicts that it was given hold now, by their places."""

    returned: Any
    dicts: Sequence[tuple[int | str, Mapping[str, Any]]]


class Host:
    """A ``Place``: a host during one task."""

    def __init__(self, process: HostProcess, functions: Sequence[Any]) -> None:
        self.process = process
        self._numbers = {id(function): number for number, function in enumerate(functions)}
        self._made: dict[Any, tuple[Remote, ...]] = {}
        self._mirrors = Mirrors(*process.arenas)
        self._poll = select.poll()
        for file in (process.reading, process.hearing):
            self._poll.register(file, select.POLLIN)
        self._has_begun = False
        self._seconds, self._is_elsewhere = timeout.ANSWER, False
        self._worker: int | None = None
        self._watch: HostWatch | None = None
        self._replies: list[Any] | None = None
        # A call that is to follow the next one; and the answer to one that has followed the last.
        self._ahead: tuple[Remote, tuple[Any, ...]] | None = None
        self._came: tuple[int, tuple[Any, ...], Any] | None = None

    # ---- Functions.

    def made(self, recipe: Passes) -> tuple[Remote, ...]:
        """The recipe's functions there, the same each time; of those with which the host was started."""
        functions = [self._numbers[id(function)] for function in recipe.functions]
        data = pickled((recipe.make, recipe.given))
        key = data, *functions
        if key not in self._made:
            numbers = self._asked("make", data, functions)
            self._made[key] = tuple(
                Remote(self, n, keep) for n, keep in zip(numbers, recipe.keeps, strict=True)
            )
        return self._made[key]

    def call(self, which: int, given: Sequence[Any], named: Mapping[str, Any], keeps: Keeps) -> Any:
        """A call of a function; raises InvalidAnswer, TimedOut, Unsupported or LostProcess."""
        if self._replies is not None:
            return self._mirrors.got(self._replies.pop(0))
        ahead, self._ahead = self._ahead, None
        if self._came is not None:
            (expected, rest, answer), self._came = self._came, None
            if expected == which and all(map(is_, rest, given[1:])):
                return self._returned(answer, given, named)
        self._mirrors.sent.clear()
        told = [self._told(which, given, named, keeps)]
        if ahead is not None:
            remote, rest = ahead
            which_next, keeps_next = remote.about
            _, arguments, *others = self._told(which_next, rest, {}, keeps_next)
            told.append((which_next, [BEFORE, *arguments], *others))
        how = self._seconds, self._watch and self._watch.what, self._is_elsewhere
        answers, raised, found = self._asked("calls", told, *how)
        self._note(found)
        if raised is not None and len(answers) in (0, len(told)):
            answers = answers[: len(told) - 1]
        got = [self._got(answer) for answer in answers]
        if ahead is not None and (len(got) > 1 or (got and raised)):
            self._came = which_next, rest, got[1] if len(got) > 1 else raised
        return self._returned(got[0] if got else raised, given, named)

    def ahead(self, function: Any, *rest: Any) -> None:
        """The next call will be followed by one of this function, of what it leaves and these arguments."""
        self._ahead = (function, rest) if isinstance(function, Remote) else None

    def _told(
        self, which: int, given: Sequence[Any], named: Mapping[str, Any], keeps: Keeps
    ) -> tuple[Any, ...]:
        tell = self._mirrors.tell
        return (
            which,
            [tell(each) for each in given],
            {name: tell(each) for name, each in named.items()},
            keeps,
        )

    def _got(self, answer: tuple[Any, Any]) -> Got:
        """The values of an answer, in the place of its trees."""
        tree, dicts = answer
        return Got(self._mirrors.got(tree), [(place, self._mirrors.got(now)) for place, now in dicts])

    def _returned(self, answer: Any, given: Sequence[Any], named: Mapping[str, Any]) -> Any:
        """What was returned, with changes of dicts made; raises what was raised."""
        if not isinstance(answer, Got):
            kind, words = answer
            raise RAISED[kind](words)
        for place, now in answer.dicts:
            changed = given[place] if isinstance(place, int) else named[place]
            changed.clear()
            changed.update(now)
        return answer.returned

    # ---- As every place.

    def run(
        self,
        call: Callable[[Given], Returned],
        given: Given,
        read: Callable[[Returned], Read],
        seconds: float,
        around: AbstractContextManager[None] = NOTHING,
    ) -> Read:
        """Calls an adapter; each call of its functions may take so many seconds."""
        before, self._seconds = self._seconds, seconds
        try:
            with np.errstate(all="ignore"), around:
                return read(call(given))
        except Unsendable:
            raise
        except Exception as error:
            raise raised(error) from error
        finally:
            self._seconds = before

    def belongings(self) -> "HostWatch":
        """What is changed in the host."""
        return HostWatch(self, "belongings")

    def libraries(self) -> "HostWatch":
        """What is called in the host."""
        return HostWatch(self, "libraries")

    def elsewhere(self, call: Callable[[Given], Returned]) -> Callable[[Given], Returned]:
        """In a thread of the host."""

        def called(given: Given) -> Returned:
            self._is_elsewhere = True
            try:
                return call(given)
            finally:
                self._is_elsewhere = False

        return called

    def look(self) -> None:
        """Asks for what has changed."""
        if self._has_begun:
            self._mirrors.update(*self._asked("look"))

    @contextmanager
    def counted(self) -> Iterator[None]:
        """As ``leaks.counted``, there."""
        self._asked("count", True)
        try:
            yield
        finally:
            self._asked("count", False)

    def reading(self, calls: int) -> Reading:
        """What the host holds."""
        held = self._asked("read", calls)
        return Reading(calls, held)

    def repeat(self, engine: Any, case: Any, known: list[bytes], most: int, moment: float) -> tuple[int, Any]:
        """As ``Place.repeat``: the calls of an answer are made again there, without a message for each."""
        self._asked("mark")
        answer = engine.answer(case)
        if not same(answer, known):
            return 1, answer
        how = self._seconds, self._watch and self._watch.what
        made, trees, raised, found = self._asked("again", most - 1, moment, *how)
        self._note(found)
        if raised is not None:
            raise RAISED[raised[0]](raised[1])
        if trees is None:
            return 1 + made, None
        self._replies = trees
        try:
            return 1 + made, engine.answer(case)
        finally:
            self._replies = None

    def watch(self, watch: "HostWatch | None") -> None:
        """From now on what calls do is told to it."""
        self._watch = watch

    def _note(self, found: Sequence[str]) -> None:
        if self._watch is not None:
            self._watch.found += [each for each in found if each not in self._watch.found]

    # ---- Messages.

    def end(self) -> None:
        """Ends the task; raises LostProcess for what it leaves behind."""
        if self._has_begun:
            with suppress(BrokenPipeError):
                send(self.process.writing, ("end", [], []))
            lost = self._heard()
            if lost is not None:
                raise LostProcess(lost)

    def _asked(self, kind: str, *given: Any) -> Any:
        """The answer to a message."""
        if not self._has_begun:
            self._begin()
        with suppress(BrokenPipeError):
            send(self.process.writing, (kind, *self._mirrors.dropped(), *given))
        return self._received()

    def _begin(self) -> None:
        self._has_begun = True
        with suppress(BrokenPipeError):
            send(self.process.writing, ("begin",))
        worker = self._received(LOADS)
        # In a sandbox it has another number than here.
        self._worker = None if self.process.sandbox else worker

    def _received(self, most: int = SILENT) -> Any:
        """The next message of the task; raises LostProcess if there is none.

        It is waited for ``most`` times an answer's limit.
        """
        silence = Silence(self._worker, most)
        while not (ready := [file for file, _ in self._poll.poll(silence.tick)]):
            if silence.too_long():
                raise LostProcess(f"did not return within {most * timeout.ANSWER:g} s, nor hear an alarm")
        if self.process.hearing not in ready:
            with suppress(EOFError):
                return plain(receive(self.process.reading))
        raise LostProcess(self._heard() or "ended its task")

    def _heard(self) -> str | None:
        """How the task has ended; raises Unsendable if it could not begin."""
        try:
            heard = plain(receive(self.process.hearing))
        except EOFError:
            return "ended the process that runs it"
        except NoMessage as other:
            # Of the system, or of the interpreter, at its start.
            said = other.args[0].decode("utf-8", "replace").strip().splitlines()
            raise Unsendable(f"engine: {said[-1]}, needed a process of its own that starts") from None
        if isinstance(heard, list):
            raise Unsendable(f"engine: {heard[0]}, needed functions that load in a process of their own")
        return heard if heard is None else str(heard)


RAISED: Mapping[str, type[Exception]] = {"late": TimedOut, "invalid": InvalidAnswer, "declined": Unsupported}


class HostWatch(AbstractContextManager[None]):
    """What calls in a host do beside their answers; ``what`` of it, as ``server.WATCHES`` have it."""

    def __init__(self, host: Host, what: str) -> None:
        self.what, self.found = what, list[str]()
        self._host = host

    def __enter__(self) -> None:
        self._host.watch(self)

    def __exit__(self, *raised: object) -> None:
        self._host.watch(None)
