"""Engines that are wrong beside the numbers of one call, and right ones that look like them.

Each is a right LSTM layer that does something besides. What changes answers, or what belongs to its caller,
is refuted and named; what leaks is a remark with its rate.
"""

import mmap
import os
import random
import sys
import threading
from collections import OrderedDict
from functools import cache

import numpy as np
import pytest

from tests.layers import lstm
from verification import Profile, Scope, layer, models, verify

pytestmark = pytest.mark.slow

SHORT = Profile("short", cases=12, exact_cases=0, strength=1)
SMALL = Scope(records=(1, 3), steps=(1, 4), sizes={"D": (2, 3), "H": (2, 3)}, dtypes=("float64",))
LEGACY = np.random.mtrand
PRIVATE = (mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS,) if sys.platform == "linux" else ()


def before(work):
    """It does something before each forward."""

    def forward(params, xs, state):
        work(params, xs)
        return lstm.forward(params, xs, state)

    return forward, lstm.backward


def after(work):
    """It does something after each backward."""

    def backward(saved, d_outputs, d_state):
        found = lstm.backward(saved, d_outputs, d_state)
        work(saved)
        return found

    return lstm.forward, backward


def one_order():
    """It is right only if the parameters come in one order."""

    def forward(params, xs, state):
        return lstm.forward(dict(zip(("U", "W", "b"), params.values(), strict=True)), xs, state)

    return forward, lstm.backward


def takes():
    """It takes a name out of the caller's dict."""

    def forward(params, xs, state):
        return lstm.forward({"b": params.pop("b"), **params}, xs, state)

    return forward, lstm.backward


def in_one_thread():
    """Tapes are in a thread's own memory."""
    own = threading.local()

    def forward(params, xs, state):
        *found, saved = lstm.forward(params, xs, state)
        tapes = vars(own).setdefault("tapes", [])
        tapes.append(saved)
        return *found, len(tapes) - 1

    def backward(saved, d_outputs, d_state):
        return lstm.backward(own.tapes[saved], d_outputs, d_state)

    return forward, backward


def wrong_at(which):
    """Twice the bias at calls with such a number."""
    made = [0]

    def backward(saved, d_outputs, d_state):
        made[0] += 1
        d_params, *others = lstm.backward(saved, d_outputs, d_state)
        return {**d_params, "b": d_params["b"] * (1 + which(made[0]))}, *others

    return lstm.forward, backward


def keeping(most):
    """It keeps tapes, the last so many, with pages: what was freed of a heap would hide what it keeps."""
    kept = OrderedDict()

    def work(saved):
        kept[next(reversed(kept), 0) + 1] = saved, mmap.mmap(-1, 2 * mmap.PAGESIZE, *PRIVATE)
        while len(kept) > most:
            kept.popitem(last=False)

    return after(work)


def starting(ends):
    """It starts a thread at each call."""
    end, quick = threading.Event(), threading.Event()
    quick.set()
    return before(
        lambda params, xs: threading.Thread(target=(quick if ends else end).wait, daemon=True).start()
    )


def opening(kept):
    """It opens a file at each call."""
    return before(lambda params, xs: kept.append(open(os.devnull)))


def closing():
    """It opens a file at each call, and closes it."""

    def work(params, xs):
        with open(os.devnull):
            pass

    return before(work)


def once(work):
    """It does something at its first call alone."""
    done = []
    return before(lambda params, xs: done or (work(), done.append(1)))


def warming_up():
    """It starts threads, opens files and fills a cache when it is first called."""
    end, kept = threading.Event(), {}

    def work():
        kept["files"] = [open(os.devnull) for _ in range(20)]  # noqa: SIM115
        for _ in range(4):
            threading.Thread(target=end.wait, daemon=True).start()

    forward, backward = once(work)
    work = cache(lambda shape: np.zeros(shape))

    def caching(params, xs, state):
        work(xs.shape)
        return forward(params, xs, state)

    return caching, backward


REFUTED = {
    "one order": (one_order, "order of names", "with parameters in the order "),
    "takes a name": (takes, "form", "forward takes 'b' out of params"),
    "adds a name": (lambda: before(lambda p, xs: p.update(t=xs)), "form", "forward puts 't' into params"),
    "another array": (
        lambda: before(lambda p, xs: p.update(W=p["W"].copy())),
        "form",
        "forward puts another array in the place of params['W']",
    ),
    "read-only": (
        lambda: before(lambda p, xs: p["W"].setflags(write=False)),
        "inputs stay",
        "W is made read-only",
    ),
    "NumPy's seed": (
        lambda: before(lambda p, xs: LEGACY.seed(0)),
        "process stays",
        "a call seeded NumPy's random generator",
    ),
    "Python's seed": (
        lambda: after(lambda saved: random.seed(0)),
        "process stays",
        "a call seeded Python's random generator",
    ),
    "a seed at first": (
        lambda: once(lambda: LEGACY.seed(0)),
        "process stays",
        "a call seeded NumPy's random generator",
    ),
    "no warnings": (
        lambda: before(lambda p, xs: np.seterr(all="ignore")),
        "process stays",
        "a call changed NumPy's handling of errors (divide='ignore', ",
    ),
    "errstate is not left": (
        lambda: before(lambda p, xs: np.errstate(over="ignore").__enter__()),
        "process stays",
        "a call changed NumPy's handling of errors (over='ignore')",
    ),
    "another folder": (
        lambda: before(lambda p, xs: os.chdir("/")),
        "process stays",
        "a call changed the working folder to /",
    ),
    "the environment": (
        lambda: before(lambda p, xs: os.environ.update(PATH="/bin")),
        "process stays",
        "a call changed PATH in the environment",
    ),
    "a thread's own tape": (
        in_one_thread,
        "another thread",
        "a backward in another thread than its forward: ",
    ),
    "after 4,000 calls": (lambda: wrong_at(lambda n: n > 4000), "calls in a row", "at call 3,"),
    "at call 4,500": (lambda: wrong_at(lambda n: n == 4500), "calls in a row", "at call 4,"),
    "after 18,000 calls": (lambda: wrong_at(lambda n: n > 18_000), "calls in a row", "at call 17,"),
}


@pytest.mark.parametrize(("made", "property_", "says"), REFUTED.values(), ids=REFUTED)
def test_what_changes_answers_or_is_the_callers_is_refuted_and_named(made, property_, says):
    """By its property, and in the first sentence."""
    found = verify(layer(*made(), model=models.lstm, scope=SMALL), SHORT)
    assert found.verdict == "refuted"
    assert found.example.property == property_, found.example
    assert found.example.failure.startswith(says), found.example.failure
    assert says.lower() in found.diagnosis.sentence.lower()
    assert found.diagnosis.stage == ("form" if property_ == "form" else "conduct")


LEAKING = {
    "every tape": (lambda: keeping(10**9), " objects of Python and "),
    "files": (lambda: opening([]), "each call leaves behind 1 open file"),
    "threads": (lambda: starting(False), "each call leaves behind 1 thread"),
}


@pytest.mark.skipif(sys.platform != "linux", reason="files and threads are counted there")
@pytest.mark.parametrize(("made", "says"), LEAKING.values(), ids=LEAKING)
def test_what_leaks_is_a_remark_with_its_rate(made, says):
    """Its answers are right."""
    found = verify(layer(*made(), model=models.lstm, scope=SMALL), SHORT)
    assert not found.is_refuted, found
    (remark,) = found.remarks
    assert says in remark
    assert remark.endswith(" calls in a row")


HOME = os.getcwd()


def within(params, xs):
    """Errors are raised for a while."""
    with np.errstate(all="raise"):
        np.exp(0 * xs)


RIGHT = {
    "the plain one": lambda: (lstm.forward, lstm.backward),
    "the last 300 tapes": lambda: keeping(300),
    "threads that end": lambda: starting(True),
    "files that are closed": closing,
    "a warm-up": warming_up,
    "numbers that are drawn": lambda: before(lambda p, xs: (LEGACY.random_sample(700), random.random())),
    "errors of its own": lambda: before(within),
    "the folder and back": lambda: before(lambda p, xs: (os.chdir("/"), os.chdir(HOME))),
}


@pytest.mark.parametrize("made", RIGHT.values(), ids=RIGHT)
def test_a_right_engine_is_verified_without_a_remark(made):
    """Whatever it keeps to an end, opens and closes, or draws."""
    found = verify(layer(*made(), model=models.lstm, scope=SMALL), SHORT)
    assert not found.is_refuted, found
    assert found.remarks == ()
