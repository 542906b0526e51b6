"""What holds in every test: NumPy raises where it would warn, Hypothesis runs a named profile.

HYPOTHESIS_PROFILE picks the profile; without it, ci where CI is set and dev elsewhere.
"""

import os
import signal
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from hypothesis import settings

# One that is slow says so.
pytest_plugins = ["tests.processor_time"]

# No deadline: how long an example takes says more about the machine than about the code.
settings.register_profile("dev", deadline=None, print_blob=True)
# The same examples on every run, so that a red build is about the change and nothing else.
settings.register_profile("ci", settings.get_profile("dev"), derandomize=True)
settings.register_profile("thorough", settings.get_profile("dev"), max_examples=5_000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE") or ("ci" if os.environ.get("CI") else "dev"))


def pytest_configure(config: pytest.Config) -> None:
    """What is kept in a user's cache goes elsewhere, but for fonts, which take seconds to find anew.

    All processes of a run share it: what is true of a case is made once for all who ask.
    """
    if hasattr(config, "workerinput"):
        return
    import matplotlib

    cache, environment = tempfile.TemporaryDirectory(prefix="verified-rnn-"), pytest.MonkeyPatch()
    config.add_cleanup(cache.cleanup)
    config.add_cleanup(environment.undo)
    (Path(cache.name) / "verified-rnn" / "truths").mkdir(parents=True)
    environment.setenv("MPLCONFIGDIR", matplotlib.get_cachedir())
    environment.setenv("XDG_CACHE_HOME", cache.name)
    # Else Hypothesis keeps constants in whatever folder a test is in when it first asks for them.
    environment.setenv("HYPOTHESIS_STORAGE_DIRECTORY", str(Path(cache.name) / "hypothesis"))
    environment.delenv("VERIFIED_RNN_NO_CACHE", raising=False)


@pytest.fixture(autouse=True, scope="session")
def signals_are_heard() -> Iterator[None]:
    """A run in the background (``nohup``, a shell's ``&``) ignores Ctrl-C; its tests do not."""
    own = {"SIGINT": signal.default_int_handler, "SIGHUP": signal.SIG_DFL}
    numbers = {getattr(signal, name): handler for name, handler in own.items() if hasattr(signal, name)}
    before = {number: signal.signal(number, handler) for number, handler in numbers.items()}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.fixture(autouse=True)
def numpy_raises() -> Iterator[None]:
    """Overflow, division by zero and NaN are errors; a gradient that vanishes may underflow."""
    with np.errstate(over="raise", divide="raise", invalid="raise", under="ignore"):
        yield


@pytest.fixture
def uncertified(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """A cache in which nothing is certified, and what is true of a case is known as in that of all tests."""
    cache, shared = tmp_path_factory.mktemp("cache"), Path(os.environ["XDG_CACHE_HOME"])
    (cache / "verified-rnn").mkdir()
    # Where links are not to be had, it is made again.
    with suppress(OSError):
        (cache / "verified-rnn" / "truths").symlink_to(shared / "verified-rnn" / "truths")
    monkeypatch.setenv("XDG_CACHE_HOME", str(cache))


@pytest.fixture(scope="session")
def certified() -> None:
    """Every cell, and several of them, are verified by either loops, so that no training has them judged."""
    from rnn.app.certificate import BIDIRECTIONAL, STACK, Certificate, engine_digest, keep, versions_of

    for cell, loops in product(("vanilla", "lstm", "gru", STACK, BIDIRECTIONAL), ("numpy", "compiled")):
        found = engine_digest(), versions_of(loops), "quick", 0, "2026-01-01T00:00:00+00:00"
        keep(Certificate(cell, loops, *found, 9, 8, "all", "verified"))
