"""An engine in a process of its own: what it knows, what it is told, and how it is lost."""

import gc
import itertools
import os
import signal
import sys
import threading
import time
from functools import lru_cache, partial
from pathlib import Path

import numpy as np
import pytest

from tests.living import LINUX, gone, lives, when
from tests.verification.processes.hosting import hosted, hosts_of, remote
from verification.processes import timeout
from verification.processes.guarding import NOTHING
from verification.processes.hosts import SHIPPED, Remote, Silence
from verification.processes.in_file import in_file
from verification.processes.invalid import InvalidAnswer, LostProcess, TimedOut, Unsupported
from verification.processes.sending import Unsendable

pytestmark = [
    pytest.mark.usefixtures("nobody_is_left_behind"),
    pytest.mark.skipif(not hasattr(os, "fork"), reason="each task is a fork"),
]

ONE = np.arange(3.0)


def twice(array):
    """An engine."""
    return 2 * array


def run(host, call, given=None, seconds=10.0, around=NOTHING):
    """A call of an adapter's, there."""
    return host.run(call, given, lambda returned: returned, seconds, around)


# ---- What is in its memory.


def modules():
    return sorted(sys.modules)


def types():
    return sorted({f"{type(each).__module__}.{type(each).__name__}" for each in gc.get_objects()})


def known():
    arguments = Path("/proc/self/cmdline").read_text() if sys.platform == "linux" else ""
    return [arguments, *os.environ.values()], sorted(vars(sys.modules["__main__"]))


def test_no_module_of_ours_is_known_there():
    """Nor autograd, nor a case, nor a model, by any object that the collector of garbage finds."""
    with hosted(modules, types) as host:
        found, kinds = remote(host, modules)(), remote(host, types)()
    assert not [
        name for name in found if name.partition(".")[0] in ("verification", "rnn", "autograd", "hypothesis")
    ]
    assert "numpy" in found
    ours = {kind.rpartition(".")[0] for kind in kinds if kind.startswith("verification.")}
    assert ours <= {f"verification.{name}" for name in SHIPPED}
    assert not [kind for kind in kinds if kind.endswith(("Case", "Model", "Truth", "Claim"))]


def test_it_looks_like_any_program():
    """Its arguments and its environment do not name this project, and its main module is empty."""
    with hosted(known) as host:
        texts, names = remote(host, known)()
    assert not [text for text in texts if "verification" in text and text not in os.environ.values()]
    assert names == []


class Doubled:
    """A class of this file, which imports this project."""

    factor = 2


def uses_this_file():
    return Doubled.factor, "verification" in sys.modules


def test_a_file_that_imports_this_project_does_not_bring_it():
    """Its functions and classes are sent by value."""
    with hosted(uses_this_file) as host:
        assert remote(host, uses_this_file)() == (2, False)


# ---- Functions.


CACHE: dict[str, int] = {}


def puts(name):
    CACHE[name] = len(CACHE) + 1


def counts():
    return dict(CACHE)


def test_functions_share_what_their_module_has():
    """As a forward and a backward that use one cache; each task begins with it as it was loaded."""
    with hosts_of(puts, counts) as hosts:
        for _ in range(2):
            host = hosts.take()
            remote(host, puts)("a")
            remote(host, puts)("b")
            assert remote(host, counts)() == {"a": 1, "b": 2}
            host.end()
            hosts.give(host, lost=False)
    assert not CACHE


def test_a_closure_and_a_method_are_sent():
    """And what is partly applied."""
    factor = 3

    class Layer:
        def __init__(self, factor):
            self.factor = factor

        def forward(self, array):
            return self.factor * array

    functions = lambda array: factor * array, Layer(4).forward, partial(np.multiply, 5)
    with hosted(*functions) as host:
        assert [remote(host, each)(ONE)[1] for each in functions] == [3, 4, 5]


def test_a_function_that_caches_is_sent():
    """With an empty cache of the same size."""
    kept = lru_cache(maxsize=5)(lambda number: number + 1)
    kept(1)

    def calls():
        return kept(1), kept(1), *kept.cache_info()

    with hosted(calls) as host:
        assert remote(host, calls)() == (2, 2, 1, 1, 5, 1)


def test_what_cannot_be_sent_is_refused_in_a_line():
    """A generator is where it is."""
    needed = r"^engine: .*, needed functions that can be pickled[^\n]*$"
    with pytest.raises(Unsendable, match=needed), hosted((n for n in "ab").__next__):
        pass


def test_what_is_of_threads_is_made_anew():
    """A lock that is held here is free there."""
    lock, local, again = threading.Lock(), threading.local(), threading.RLock()
    local.value = 3

    def there():
        with again:
            return lock.acquire(timeout=1), hasattr(local, "value")

    with lock, hosted(there) as host:
        assert remote(host, there)() == (True, False)


# ---- Calls.


def forward(array, saved="tape"):
    return array + 1, (), [saved, array]


def backward(saved, d_array):
    return saved[1] * d_array


def test_what_a_forward_saves_stays_there():
    """A second backward of it gives the same."""
    with hosted(forward, backward) as host:
        output, _, saved = remote(host, forward, keeps=2)(ONE)
        back = remote(host, backward)
        assert output.tolist() == [1, 2, 3]
        assert back(saved, ONE).tolist() == back(saved, ONE).tolist() == [0, 1, 4]


def times(array):
    times.calls += 1
    return array, None, times.calls


times.calls = 0


def back_times(saved, d_array):
    times.calls += 10
    return np.array([saved, times.calls])


def test_a_backward_in_the_same_message_is_that_of_the_next_call_alone():
    """It was made with the forward, and is made again for anything else."""
    with hosted(times, back_times) as host:
        there, back = remote(host, times, keeps=2), remote(host, back_times)
        d_array, other = ONE.copy(), ONE.copy()
        host.ahead(back, d_array)
        saved = there(ONE)[2]
        assert back(saved, d_array).tolist() == [1, 11]
        assert back(saved, d_array).tolist() == [1, 21]
        host.ahead(back, d_array)
        saved = there(ONE)[2]
        assert back(saved, other).tolist() == [22, 42]


def raises(kind):
    if kind == "unsupported":
        raise Unsupported("no Fractions")
    if kind == "exit":
        sys.exit(3)
    if kind == "deep":
        return raises(kind)
    if kind == "memory":
        return np.ones(2**40)
    if kind == "recursion":
        sys.setrecursionlimit(50)
    if kind == "dot":
        np.dot = None
    if kind == "sleep":
        time.sleep(60)
    raise KeyError(kind)


@pytest.mark.parametrize(
    ("kind", "error", "words"),
    [
        ("other", InvalidAnswer, "raised KeyError: 'other'"),
        ("unsupported", Unsupported, "no Fractions"),
        ("exit", InvalidAnswer, "raised SystemExit: 3"),
        ("deep", InvalidAnswer, "raised RecursionError"),
        ("memory", InvalidAnswer, "raised numpy._core._exceptions._ArrayMemoryError"),
        ("recursion", InvalidAnswer, "set the recursion limit to 50"),
        ("dot", InvalidAnswer, "replaced numpy.dot"),
        ("sleep", TimedOut, "did not return within 0.2 s"),
    ],
)
def test_what_a_call_raises_is_told(kind, error, words):
    """In the words of a call in this process, and the next call works."""
    with hosted(raises, twice) as host:
        with pytest.raises(error, match=f"^{words}"):
            run(host, remote(host, raises), kind, 0.2)
        assert run(host, remote(host, twice), ONE).tolist() == [0, 2, 4]


def test_an_error_of_the_adapter_is_one_of_the_answer():
    """As of an answer of another form than it expects."""
    with hosted(twice) as host, pytest.raises(InvalidAnswer, match=r"^raised ZeroDivisionError"):
        run(host, lambda given: 1 / 0)


def test_changed_dicts_are_changed_here():
    """A name that is taken out, a new one, and another array in the place of one."""

    def changes(params, other):
        params["new"] = params.pop("old")
        params["b"] = params["b"] + 1

    with hosted(changes) as host:
        given, kept = {"old": ONE, "a": ONE.copy(), "b": ONE}, {"a": ONE}
        old, a = given["old"], given["a"]
        remote(host, changes)(given, other=kept)
    assert given["new"] is old
    assert given["a"] is a
    assert given["b"].tolist() == [1, 2, 3]
    assert kept["a"] is ONE


def test_it_can_be_in_another_thread():
    """For the calls of one adapter's call."""

    def thread():
        return threading.current_thread() is threading.main_thread()

    with hosted(thread) as host:
        there = remote(host, thread)
        assert [there(), host.elsewhere(lambda given: there())(None), there()] == [True, False, True]


def test_changes_of_the_process_are_told():
    """Of the calls within the block alone; the caller's own process is as it was."""

    def moves(folder):
        os.chdir(folder)

    here = Path.cwd()
    with hosted(moves) as host:
        changes = host.belongings()
        run(host, remote(host, moves), "/", around=changes)
        run(host, remote(host, moves), "/usr")
        assert changes.found == [f"changed the working folder to {os.sep}"]
    assert Path.cwd() == here


def test_leaks_are_read_there():
    """Files that it opens are not this process's."""
    files = []

    def opens():
        files.append(os.open(os.devnull, os.O_RDONLY))

    with hosted(opens) as host, host.counted():
        before = host.reading(0).held["files"]
        for _ in range(3):
            remote(host, opens)()
        assert host.reading(3).held["files"] == before + 3


def steady(array):
    steady.calls += 1
    return array + (steady.calls >= 40), None, steady.calls


steady.calls = 0


def steadily(saved, d_array):
    return saved * 0 + d_array


def test_calls_are_repeated_there_until_one_differs():
    """And the answer that does is the last."""

    class Repeated:
        def __init__(self, host):
            self._forward, self._back = remote(host, steady, keeps=2), remote(host, steadily)

        def answer(self, case):
            output, _, saved = self._forward(case)
            return output, self._back(saved, case)

    with hosted(steady, steadily) as host:
        engine, known = Repeated(host), list[bytes]()
        assert host.repeat(engine, ONE, known, 10, 60.0) == (10, None)
        assert host.repeat(engine, ONE, known, 10, 60.0) == (10, None)
        made, (output, _) = host.repeat(engine, ONE, known, 100, 60.0)
        assert (made, output.tolist()) == (20, [1, 2, 3])
        made, (output, _) = host.repeat(engine, ONE, known, 100, 60.0)
        assert (made, output.tolist()) == (1, [1, 2, 3])


def test_the_time_of_repeated_calls_is_limited():
    """A moment, and at least once."""
    with hosted(steady, steadily) as host:
        forward = remote(host, steady, keeps=2)

        class Slow:
            def answer(self, case):
                return forward(case)[0]

        made, _ = host.repeat(Slow(), ONE, [], 10**9, 0.05)
        assert made > 1


def test_a_usual_call_keeps_no_array_and_no_object():
    """On either side, after a thousand."""
    with hosted(forward, backward, types) as host:
        there, back = remote(host, forward, keeps=2), remote(host, backward)
        for _ in range(2):
            # The first calls fill what has some size.
            before = host.reading(0).held["objects"]
            for _ in range(500):
                _, _, saved = there(np.ones(2000))
                back(saved, np.ones(2000))
            del saved
            host.look()
        assert len(host._mirrors._arrays) == 0
        assert host.reading(0).held["objects"] - before < 250


# ---- How it is lost.


def leaves():
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        if os.fork() == 0:
            os.setsid()
            os.write(writing, b"x")
            time.sleep(30)
        os._exit(0)
    os.waitpid(child, 0)
    os.read(reading, 1)


def to_parent(number):
    os.kill(os.getppid(), number)
    time.sleep(5)


def copy_is_late():
    """Its call has returned by then, and its task is done."""
    if os.fork() == 0:
        time.sleep(0.1)


def copy_raises():
    if os.fork() == 0:
        raise ValueError("of the copy")
    time.sleep(0.2)


TERMINATED = r"ended its process with exit code -15 \(SIGTERM\)"
CRASHED = r"ended its process with exit code -11 \(SIGSEGV\)"
LOST = {
    "exits": (lambda: os._exit(3), "ended its process with exit code 3"),
    "crashes": (lambda: os.kill(os.getpid(), signal.SIGSEGV), CRASHED),
    "signals": (lambda: to_parent(signal.SIGTERM), "sent SIGTERM to the process that judges it"),
    "kills": (lambda: to_parent(signal.SIGKILL), "ended the process that judges it"),
    "forks": (lambda: os.fork() and None, "forked, and the copy of its process returned as well"),
    "forks late": (copy_is_late, "forked, and the copy of its process returned as well"),
    "copies raise": (copy_raises, "forked, and the copy of its process returned as well"),
    "kills its group": (lambda: os.killpg(0, signal.SIGTERM), TERMINATED),
    "leaves": (leaves, "left 1 process running in the background"),
}


CRASH, _ = LOST["crashes"]


def to_the_end(host, function):
    """A call, and the end of its task."""
    remote(host, function)()
    host.end()


def test_a_silence_is_too_long_after_so_many_looks(monkeypatch):
    """Each as long as a part of an answer's limit, in which the process has not waited for a processor."""
    monkeypatch.setattr(timeout.Charge, "of_tick", lambda charge: 0.5)
    silence = Silence(None, 3)
    assert silence.tick == 1000 * timeout.ANSWER / timeout.TICKS
    assert [silence.too_long() for _ in range(60)] == [False] * 59 + [True]


def deaf():
    """Compiled code that does not return, and looks at no alarm."""
    sum(itertools.repeat(0))


def test_a_call_that_hears_no_alarm_is_given_up(monkeypatch):
    """After three times what an answer may take; many calls, none of them long, may take theirs."""
    monkeypatch.setattr(timeout, "ANSWER", 0.1)
    with hosts_of(deaf, time.sleep) as hosts:
        host = hosts.take()
        for _ in range(12):
            remote(host, time.sleep)(0.05)
        with pytest.raises(LostProcess, match=r"^did not return within 0\.3 s, nor hear an alarm$"):
            remote(host, deaf)()
        hosts.give(host, lost=True)


def test_a_copy_that_does_not_return_is_its_own():
    """Whoever forks to work in two processes, and ends one, does what may be done."""

    def forks(number):
        child = os.fork()
        if child == 0:
            os._exit(0)
        os.waitpid(child, 0)
        return number

    with hosted(forks) as host:
        assert [remote(host, forks)(number) for number in (1, 2)] == [1, 2]


@LINUX
@pytest.mark.parametrize("how", LOST)
def test_how_a_process_is_lost_is_told(how):
    """At the call or at the end of the task; and nothing of it is left."""
    call, words = LOST[how]
    pids = []
    with hosts_of(call, os.getpid) as hosts:
        host = hosts.take()
        pids.append(remote(host, os.getpid)())
        with pytest.raises(LostProcess, match=f"^{words}"):
            to_the_end(host, call)
        hosts.give(host, lost=True)
        assert gone(pids)
        host = hosts.take()
        assert remote(host, os.getpid)() not in pids
        host.end()
        hosts.give(host, lost=False)


COUNTED: list[int] = []


def counted():
    COUNTED.append(0)
    return len(COUNTED)


def test_a_process_is_kept_where_a_library_has_threads_of_its_own(monkeypatch):
    """Which has no fork once it has loaded the functions; another takes its place if it is lost."""
    monkeypatch.setattr("verification.processes.hosts.THREADED", ("json",))
    with hosts_of(counted, os.getpid, CRASH) as hosts:
        pids = []
        for number in (1, 2):
            host = hosts.take()
            assert remote(host, counted)() == number
            pids.append(remote(host, os.getpid)())
            host.end()
            hosts.give(host, lost=False)
        assert pids[0] == pids[1]
        host = hosts.take()
        with pytest.raises(LostProcess, match=f"^{CRASHED}"):
            remote(host, CRASH)()
        hosts.give(host, lost=True)
        assert gone(pids)
        host = hosts.take()
        assert remote(host, counted)() == 1
        host.end()
        hosts.give(host, lost=False)


def test_what_a_kept_process_cannot_load_is_refused(monkeypatch, tmp_path):
    """As by another."""
    monkeypatch.setattr("verification.processes.hosts.THREADED", ("json",))
    (tmp_path / "kernel.py").write_text("1 / 0\n", "utf-8")
    kernel = in_file("forward", f"{tmp_path / 'kernel.py'}:forward")
    with pytest.raises(Unsendable, match=r"^engine: ZeroDivisionError"), hosted(kernel) as host:
        remote(host, kernel)()


def test_a_host_ends_with_its_judge():
    """Even one that hears no alarm, whose judge is killed."""
    reading, writing = os.pipe()
    judge = os.fork()
    if judge == 0:
        with hosts_of(deaf, os.getpid) as hosts:
            host = hosts.take()
            os.write(writing, f"{remote(host, os.getpid)()} {host.process._process.pid}".encode())
            remote(host, deaf)()
    processes = [int(each) for each in os.read(reading, 100).split()]
    for end in (reading, writing):
        os.close(end)
    assert all(map(lives, processes))
    os.kill(judge, signal.SIGKILL)
    os.waitpid(judge, 0)
    assert gone(processes)


def test_a_host_that_is_killed_is_lost():
    """By somebody else, in a call or between two."""
    with hosts_of(os.getpid) as hosts:
        host = hosts.take()
        remote(host, os.getpid)()
        os.kill(host.process._process.pid, signal.SIGKILL)
        when(lambda: host.process._process.poll() is not None)
        with pytest.raises(LostProcess, match=r"^ended the process that runs it"):
            to_the_end(host, os.getpid)
        hosts.give(host, lost=True)


def test_what_is_shipped_imports_nothing_else():
    """But the standard library, NumPy, and what was shipped before it; ml_dtypes where a type asks for it."""
    import ast

    import verification

    root, before = Path(verification.__file__).parent, set()
    for name in SHIPPED:
        tree = ast.parse(root.joinpath(*name.split(".")).with_suffix(".py").read_text("utf-8"))
        for node in ast.walk(tree):
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom):
                names = [node.module]
                if node.module == "verification.processes":
                    names = [f"{node.module}.{a.name}" for a in node.names]
            for each in names:
                first = each.partition(".")[0]
                allowed = first in sys.stdlib_module_names or first in ("numpy", "ml_dtypes")
                assert allowed or each in before, (name, each)
        before.add(f"verification.{name}")


def test_a_remote_function_says_which_it_is():
    """By which the next call is known."""
    with hosted(twice, forward) as host:
        made = remote(host, forward, keeps=2)
        assert isinstance(made, Remote)
        # After those with which the host was started.
        assert made.about == (2, 2)
        assert remote(host, forward, keeps=2) is made


def test_the_time_of_a_call_is_that_of_its_block():
    """And before and after it the usual one."""
    with hosted(twice) as host:
        before = host._seconds
        run(host, lambda given: None, None, 0.5)
        assert host._seconds == before == timeout.ANSWER
