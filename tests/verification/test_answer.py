"""Whatever an engine does in a call is a refutation that says so, soon, and the rest of a run goes on.

The forms that an answer can be wrong in are in ``test_trial.py``; here is what harms whoever asks.
"""

import builtins
import multiprocessing
import os
import random
import signal
import subprocess
import sys
import traceback
import warnings
from dataclasses import replace

import numpy as np
import pytest

import rnn
from verification import suite, timeout, verify
from verification.answer import InvalidAnswer, TimedOut, ask
from verification.engine import manual
from verification.patients import in_fractions, patients
from verification.problem import Gradients, Unsupported
from verification.properties import PROPERTIES, nothing
from verification.suite import Profile
from verification.surroundings import Surroundings

LAGS = [replace(check, fixed=nothing) for check in PROPERTIES if check.name == "lags"]
A_PROBLEM = patients()[0].problem
MIB = 2**20


@pytest.fixture(autouse=True)
def nothing_is_shrunk(monkeypatch):
    """The first example will do."""
    monkeypatch.setattr(suite, "smallest", lambda *asked: None)


@pytest.fixture
def short_timeout(monkeypatch):
    """An answer may take a fifth of a second."""
    monkeypatch.setattr(timeout, "ANSWER", 0.2)


def loops():
    """Never returns."""
    while True:
        pass


def does(something):
    """The right engine, which does something beside."""

    def engine(problem):
        answer = manual(problem)
        something()
        return answer

    return engine


def raises(error):
    """An engine that raises."""

    def engine(problem):
        raise error

    return engine


def of_class(kind):
    """The right answer, as an object of another class."""

    def engine(problem):
        answer = object.__new__(kind)
        answer.__dict__.update(manual(problem).named())
        return answer

    return engine


class Hanging(Gradients):
    """Gradients of which one never comes."""

    W = property(lambda self: loops())


class Raising(Gradients):
    """Gradients of which one is an exception."""

    W = property(lambda self: 1 / 0)


class Posing:
    """What says that it is Gradients."""

    __class__ = property(lambda self: Gradients)


class Mute(Exception):
    """An exception without a text."""

    def __str__(self):
        raise RuntimeError("no text")


class Endless(Exception):
    """An exception whose text never ends."""

    def __str__(self):
        return loops()


class MuteUnsupported(Unsupported):
    """One that cannot say what is not supported."""

    def __str__(self):
        raise RuntimeError("no text")


def lowers_the_limit():
    """Leaves some twenty calls."""
    sys.setrecursionlimit(len(traceback.extract_stack()) + 20)


def recurses(problem):
    """Takes what is left of them."""
    lowers_the_limit()
    return recurses_on()


def recurses_on():
    """Never returns, of its own."""
    return recurses_on() + 1


def lowest_limit(problem):
    """Leaves no call to anyone at its own depth."""
    for limit in range(1, 10_000):
        try:
            sys.setrecursionlimit(limit)
        except RecursionError:
            continue
        return manual


# Each with how the sentence about it begins.
HARMFUL = {
    "an attribute hangs": (of_class(Hanging), "did not return within 0.2 s"),
    "an attribute raises": (
        of_class(Raising),
        "returned Gradients whose W raised ZeroDivisionError: division",
    ),
    "the class lies": (lambda problem: Posing(), f"returned an object of type {__name__}.Posing, needed"),
    "another's Gradients": (
        lambda problem: rnn.network.Gradients(*rnn.network.Gradients._fields),
        "returned an object of type rnn.network.Gradients, needed verification.Gradients",
    ),
    "a low recursion limit": (does(lowers_the_limit), "set the recursion limit to "),
    "the lowest": (lowest_limit, "set the recursion limit to "),
    "a low one, and used": (recurses, "set the recursion limit to "),
    "another len": (does(lambda: setattr(builtins, "len", lambda *a: 0)), "replaced builtins.len"),
    "another isinstance": (
        does(lambda: setattr(builtins, "isinstance", lambda *a: True)),
        "replaced builtins.isinstance",
    ),
    "another BaseException": (
        does(lambda: setattr(builtins, "BaseException", 5)),
        "replaced builtins.BaseException",
    ),
    "no getattr": (does(lambda: delattr(builtins, "getattr")), "deleted builtins.getattr"),
    "another dot": (does(lambda: setattr(np, "dot", lambda *a, **k: 0)), "replaced numpy.dot"),
    "another asarray": (does(lambda: setattr(np, "asarray", None)), "replaced numpy.asarray"),
    "a text that raises": (raises(Mute()), f"raised {__name__}.Mute"),
    "a text that hangs": (raises(Endless()), "did not return within 0.2 s"),
    "a text of 50 MB": (raises(ValueError("\0\x1b[2J…" * 10_000_000)), "raised ValueError: \\x00\\x1b[2J"),
    "Unsupported without a text": (raises(MuteUnsupported()), f"raised {__name__}.MuteUnsupported"),
    "an interruption of its own": (raises(KeyboardInterrupt("ha")), "raised KeyboardInterrupt: ha"),
    "the verifier's timeout": (raises(timeout.CallTimeout()), "did not return within 0.2 s"),
    "a fork": (does(os.fork), "forked, and the copy of its process returned as well"),
    "4 GiB": (
        does(lambda: np.ones(4096 * MIB, np.uint8)),
        "raised numpy._core._exceptions._ArrayMemoryError",
    ),
    "4 GiB of bytes": (does(lambda: bytearray(4096 * MIB)), "raised MemoryError"),
}


@pytest.mark.parametrize("name", HARMFUL)
def test_what_harms_is_refuted_by_name(short_timeout, name):
    """In a few printable lines; nothing else is said of any row."""
    engine, message = HARMFUL[name]
    verification = verify(engine, Profile("few", cases=6, exact_cases=0), properties=LAGS)
    assert verification.verdict == "refuted"
    failures = {row.example.failure for row in verification.rows if row.example is not None}
    for failure in failures:
        assert failure.startswith(message)
        assert len(failure) < 1000
        assert failure.replace("\n", "").isprintable()


def leaks(kept=[]):  # noqa: B006
    """Keeps more with every call."""
    kept.append(np.empty(256 * MIB, np.uint8))


def test_memory_that_is_never_given_back_is_refuted():
    """Though no single call takes too much of it."""
    verification = verify(does(leaks), Profile("few", cases=15, exact_cases=0), properties=LAGS)
    failures = {row.example.failure for row in verification.rows if row.example is not None}
    assert failures
    assert all("MemoryError" in failure for failure in failures)


def writes_everywhere():
    """Into every descriptor but those of the tests' own captures, which are not this engine's to spoil."""
    for descriptor in range(65):
        try:
            os.write(descriptor, b"\0\xff junk\n" * 100)
        except OSError:
            continue


def starts_a_pool(pools=[]):  # noqa: B006
    """Works in processes of its own."""
    if not pools:
        pools.append(multiprocessing.get_context("fork").Pool(1))
    assert pools[0].map(abs, [-1]) == [1]


HARMLESS = {
    "closes every descriptor": lambda: os.closerange(0, 5000),
    "prints": lambda: print("\0 junk", flush=True),
    "has NumPy raise": lambda: np.seterr(all="raise"),
    "has warnings raise": lambda: warnings.simplefilter("error"),
    "ignores the alarm": lambda: signal.signal(signal.SIGALRM, signal.SIG_IGN),
    "ignores Ctrl-C": lambda: signal.signal(signal.SIGINT, signal.SIG_IGN),
    "goes elsewhere": lambda: os.chdir("/"),
    "seeds": lambda: (random.seed(0), np.random.seed(0)),  # noqa: NPY002
    "raises the recursion limit": lambda: sys.setrecursionlimit(10**6),
    "starts a program": lambda: subprocess.run([sys.executable, "-c", ""], check=True),
    "starts a pool": starts_a_pool,
    "takes 100 MiB": lambda: np.ones(100 * MIB, np.uint8),
}


@pytest.mark.parametrize("name", HARMLESS)
def test_what_harms_nobody_is_not_refuted(name):
    """The answer is right, and that is what counts."""
    verification = verify(does(HARMLESS[name]), Profile("few", cases=2, exact_cases=0), properties=LAGS)
    assert verification.cases == 2
    assert not any(row.failures for row in verification.rows)


def test_what_is_written_to_every_descriptor_reaches_nobody():
    """Neither the output of the program that asks, nor its judgement."""
    program = (
        "from tests.verification.test_answer import LAGS, does, writes_everywhere\n"
        "from verification import verify\n"
        "from verification.suite import Profile\n"
        "verification = verify(does(writes_everywhere), Profile('few', 4, 0), properties=LAGS)\n"
        "print(verification.cases, sum(row.failures for row in verification.rows))\n"
    )
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert (run.stdout, run.stderr) == ("4 0\n", "")


def test_a_long_unsupported_is_cut():
    """It is no refutation, and its text is no book."""
    verification = verify(raises(Unsupported("y\n" * 10**7)), Profile("few", 4, 0), properties=LAGS)
    assert verification.declined == {"y\ny\ny\n…": 4}
    assert verification.verdict == "not exercised"


def test_where_ctrl_c_is_heard_it_ends_the_verifier():
    """Here it is, for this is no worker."""
    with pytest.raises(KeyboardInterrupt):
        ask(raises(KeyboardInterrupt()), A_PROBLEM, Surroundings())


def test_what_was_replaced_is_put_back_for_whoever_asks():
    """Also where the engine raises, or does not return in time."""
    length = len
    with pytest.raises(InvalidAnswer, match=r"^replaced builtins\.len$"):
        ask(does(lambda: setattr(builtins, "len", None)), A_PROBLEM, Surroundings())
    assert builtins.len is length


def test_a_timeout_is_told_before_a_change(short_timeout):
    """It is no longer asked then."""

    def engine(problem):
        builtins.len = None
        loops()

    length = len
    with pytest.raises(TimedOut):
        ask(engine, A_PROBLEM, Surroundings())
    assert builtins.len is length


def test_an_array_that_is_given_another_shape_later_is_not_seen_so():
    """The answer has array objects of its own, in the engine's memory."""
    kept = []

    def engine(problem):
        kept.append(manual(problem))
        return kept[-1]

    answer = ask(engine, A_PROBLEM, Surroundings())
    with warnings.catch_warnings():
        # NumPy 2.5 deprecates what engines of others may do all the same.
        warnings.simplefilter("ignore", DeprecationWarning)
        kept[0].b.shape = (1, kept[0].b.size)
    assert answer.b.ndim == 1
    kept[0].b[:] = 7
    assert np.all(answer.b == 7)


def test_every_number_of_an_exact_answer_is_a_fraction():
    """An object of any other class could do anything when it is compared."""

    class Number:
        def __eq__(self, other):
            return loops()

        __hash__ = None

    def engine(problem):
        answer = manual(problem)
        answer.b[0] = Number()
        return answer

    with pytest.raises(
        InvalidAnswer, match=r"^b holds an object of type .*Number at \(0,\), needed a Fraction$"
    ):
        ask(engine, in_fractions(), Surroundings())
