"""The one place where an engine is sent to what judges it.

An adapter's engine says what is judged, by its method ``subject``. A plain function ``Problem -> Gradients``
is checked on all of the vanilla model, unless a model or a scope is given.
"""

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from math import inf
from pathlib import Path
from typing import Any, Protocol

from rnn.console.progress import Progress, Show, on_terminal
from verification.adapters.problem import Engine
from verification.adapters.rnn.scoping import scoped
from verification.judging.arguments import checked_count, refuse
from verification.judging.judgement import Judgement
from verification.judging.keeping import folder_of_user, trim
from verification.judging.model_subject import OfModel
from verification.judging.profile import QUICK, Profile
from verification.judging.run import Progress as Shown
from verification.judging.run import Subject, judge
from verification.judging.standing import Milestone, Reached, Refutation
from verification.models.model import Model
from verification.processes.sandbox import check_sandbox
from verification.sampling.scope import Scope
from verification.sampling.secret import secret_of

# Where this environment variable says anything, truths are neither kept nor read.
NO_CACHE = "VERIFIED_RNN_NO_CACHE"

# Seconds of a case, from runs on two cores that other work shared: of it only the proportions matter
# (``rnn.console.progress``).
CASE = 0.13

# Rows of the designed sample of the vanilla model, in proportion to its drawn cases.
DESIGNED = 640

# The one part of a judgement's progress.
CASES = "cases"


class Adapter(Protocol):
    """What an adapter returned."""

    def subject(self, model: Model | None = None, scope: Scope | None = None) -> Subject:
        """What is judged, within a scope that may be narrower than its own."""


def verify(
    engine: Adapter | Engine | Callable[[Any], Any],
    profile: Profile = QUICK,
    *,
    model: Model | None = None,
    scope: Scope | None = None,
    seed: int = 0,
    progress: Shown | None = None,
    cache: bool = True,
    seconds: float | None = None,
    reached: Reached | None = None,
    calls: str | Path | None = None,
    sandbox: bool = False,
    secret: bytes | None = None,
) -> Judgement:
    """Verify an adapter's engine within its scope, or any function ``Problem -> Gradients`` in full.

    ``scope`` narrows what an adapter's engine claims; with it, or with a ``model``, a plain function is
    checked within that scope and against that model. ``progress`` is called with the number of cases done and
    their total; without it, a terminal shows in one line how much is left, and a pipe or a notebook shows
    nothing. ``reached`` is called with each ``Milestone``, the number of cases by which all single levels,
    pairs or triples of the sample were met, and with the ``Refutation`` of an engine that is wrong.
    ``cache``: whether reference values are kept in the user's cache and read from there; they never are if
    the environment variable VERIFIED_RNN_NO_CACHE is set. ``seconds``: after so many the run ends, when the
    cases that are running are done. ``calls``: a folder with calls of a training run that
    ``verification.watch`` has kept, which are checked in addition to the cases. ``sandbox``: whether the
    engine's process is in a sandbox, by bubblewrap, which has to be installed. ``secret``: at least 16 bytes
    from which the cases come as well, so that an engine cannot know them; their reference values are not
    kept. If the platform can fork, the cases run on all of its cores.

    The result has a ``verdict``: "verified", "refuted" or "not exercised". If not all triples were met,
    because of ``seconds`` or the profile's strength, it is "verified to pairs" or "verified to singles". It
    depends neither on the cache nor on the number of cores, except for what ``seconds`` cuts off. If a call
    of the engine takes more than 4 ms, less is checked on each case, and ``not_checked`` says so. A run that
    is interrupted raises ``Interrupted``, a KeyboardInterrupt whose ``judgement`` is of the cases that were
    run.

    Raises TypeError or ValueError for an invalid argument, before any work, and ValueError for a scope that
    is wider than the engine's, a folder without calls of this layer, or a sandbox that cannot be made.
    """
    refuse("engine", engine, of_an_adapter(engine) or callable(engine), "a function Problem -> Gradients")
    refuse("profile", profile, hasattr(profile, "strength"), "a Profile such as verification.QUICK")
    refuse("progress", progress, progress is None or callable(progress), "a function of two numbers, or None")
    refuse("reached", reached, reached is None or callable(reached), "a function of a Milestone, or None")
    refuse("seconds", seconds, seconds is None or _is_positive(seconds), "a number above 0, or None")
    seed = checked_count("seed", seed)
    refuse("sandbox", sandbox, isinstance(sandbox, bool), "True or False")
    refuse("secret", secret, secret is None or isinstance(secret, bytes), "bytes, or None")
    hidden = None if secret is None else secret_of(secret)
    if sandbox:
        check_sandbox()
    subject = subject_of(engine, model, scope)
    kept = truths_kept(subject if calls is None else with_calls(subject, calls), cache and hidden is None)
    with kept as subject, _shown(profile, progress, reached) as (show, notify):
        further: Any = {"seconds": seconds, "reached": notify, "sandbox": sandbox, "secret": hidden}
        return judge(subject, profile, seed, show, **further)


def _is_positive(seconds: object) -> bool:
    return isinstance(seconds, int | float) and not isinstance(seconds, bool) and 0 < seconds < inf


@contextmanager
def _shown(
    profile: Profile, progress: Shown | None, reached: Reached | None
) -> Iterator[tuple[Shown | None, Reached | None]]:
    """The functions to call with cases and milestones: the caller's, those of a terminal, or none."""
    if progress is not None or not on_terminal():
        yield progress, reached
        return
    with Progress(expected(profile)).part(CASES) as show:
        yield with_milestones(show, reached)


def with_milestones(show: Show, reached: Reached | None = None) -> tuple[Shown, Reached]:
    """A line of progress with the milestones met, to be called with cases; and a function for milestones."""
    said = [CASES]

    def meet(event: Milestone | Refutation) -> None:
        said.append(f"{event.share.name} met" if isinstance(event, Milestone) else "refuted")
        if reached is not None:
            reached(event)

    return lambda done, total: show(done, total, ", ".join(said)), meet


def expected(profile: Profile) -> Mapping[str, float]:
    """The expected duration: a run is one part, whose progress so far gives the remaining time."""
    return {CASES: CASE * (profile.cases + DESIGNED)}


@contextmanager
def truths_kept(subject: Subject, cache: bool = True) -> Iterator[Subject]:
    """A subject whose truths are read from the user's cache and kept there, within its size."""
    if not cache or os.environ.get(NO_CACHE):
        yield subject
        return
    folder = folder_of_user()
    try:
        yield subject.keeping(folder)
    finally:
        trim(folder)


def of_an_adapter(engine: object) -> bool:
    """Is it what an adapter returned?"""
    return hasattr(engine, "subject")


def subject_of(engine: Any, model: Model | None = None, scope: Scope | None = None) -> Subject:
    """What is judged: of what an adapter returned, or of any function ``Problem -> Gradients``."""
    subject: Subject
    if of_an_adapter(engine):
        subject = engine.subject(model, scope)
    else:
        subject = scoped(engine, scope, model=model).subject()
    return subject


def with_calls(subject: Subject, folder: str | Path) -> Subject:
    """The same, with the calls in a folder; raises ValueError, in one line, for what has none."""
    if not isinstance(subject, OfModel):
        raise ValueError("calls: of a function, needed a layer's, as verification.layer has returned")
    return subject.beside(Path(folder))


def assert_verified(engine: Any, profile: Profile = QUICK, **options: Any) -> None:
    """Raises AssertionError unless the verdict is "verified"; the arguments are those of ``verify``.

    The message has the verdict, the diagnosis and the program of the smallest example. If a run ends after
    ``seconds``, all pairs must have been met.
    """
    __tracebackhide__ = True
    found = verify(engine, profile, **options)
    if not found.holds:
        raise AssertionError(str(found))
