"""One verify for whatever can be judged."""

import io
import re
import sys

import numpy as np
import pytest

import verification
from tests.layers import scan
from tests.promises import SHORT
from verification import Scope, assert_verified, layer, models, verify
from verification.judging.standing import Milestone
from verification.sampling.ordering import Share
from verification.sampling.secret import secret_of

RIGHT = layer(scan.forward, scan.backward, model=models.scan, scope=Scope(records=(1, 4), steps=(1, 6)))


def closed():
    """A stream that is."""
    stream = io.StringIO()
    stream.close()
    return stream


def progress_shown(monkeypatch, capsys, stream=None, **options):
    """What is on standard error after half of the cases are done, and then all."""
    seen = []

    def judged(subject, profile, seed, progress, *, reached, **further):
        for done in (10, 20) if progress else ():
            progress(done, 20)
            if reached:
                reached(Milestone(Share(1, 4, 4), done, 0.5))
            seen.append(capsys.readouterr().err)
        return seed

    monkeypatch.setattr("verification.judge.judge", judged)
    if stream is not None:
        monkeypatch.setattr(sys, "stderr", stream)
    assert verify(RIGHT, SHORT, cache=False, seed=3, **options) == 3
    return "".join(seen)


def test_on_a_terminal_progress_is_shown_and_cleared(monkeypatch, capsys):
    """By itself: a line that is written over."""
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    found = progress_shown(monkeypatch, capsys)
    assert re.search(r"\r50 % done, about \d+ s left: cases *\r", found)
    assert "left: cases, singles met" in found
    assert capsys.readouterr().err.endswith(" \r")


@pytest.mark.parametrize("stream", [None, io.StringIO(), closed()], ids=["pipe", "notebook", "closed"])
def test_elsewhere_none_is(monkeypatch, capsys, stream):
    """Nor where there is no standard error to write to."""
    assert progress_shown(monkeypatch, capsys, stream) == ""
    assert capsys.readouterr().err == ""


def test_a_progress_of_the_caller_s_own_is_the_only_one(monkeypatch, capsys):
    """On a terminal too: one that does nothing keeps it quiet."""
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    counted = []
    assert progress_shown(monkeypatch, capsys, progress=lambda *counts: counted.append(counts)) == ""
    assert counted == [(10, 20), (20, 20)]


@pytest.mark.slow
def test_in_a_test_a_right_layer_passes():
    """And says nothing; what is said of a wrong one, tests/test_command_pages.py sees in JUnit's file."""
    assert assert_verified(RIGHT, SHORT, model=models.scan) is None


@pytest.mark.slow
def test_in_a_test_an_engine_of_problems_fails_with_what_is_missing():
    """What an engine says that it does not do proves nothing for it."""

    def declines(problem):
        if problem.dtype == np.float32:
            raise verification.Unsupported("single precision")
        return verification.manual(problem)

    small = {"records": (1, 2), "steps": (1, 4), "sizes": {"D": (1, 2), "H": (1, 2), "K": (1, 2)}}
    scope = Scope(functions={"activation": ("tanh",)}, truncations=("Full",), **small)
    with pytest.raises(AssertionError, match=r"not exercised: \d+ cases declined: single precision, "):
        assert_verified(declines, SHORT, scope=scope)


@pytest.mark.slow
def test_a_secret_makes_other_cases_and_keeps_none_of_them(tmp_path, monkeypatch):
    """The report has its name, by which its holder repeats the run; nothing of it is in the cache."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    secret = b"sixteen bytes or"
    found = verify(RIGHT, SHORT, secret=secret)
    assert (found.word, found.seed) == ("verified", 0)
    assert found.secret == secret_of(secret).name
    assert found.repeated_by == f"--seed 0 --secret FILE, whose name is {found.secret}"
    assert not [*tmp_path.rglob("*.truth")]
    without = verify(RIGHT, SHORT)
    assert (without.secret, without.repeated_by) == ("", "")
    assert [*tmp_path.rglob("*.truth")]
