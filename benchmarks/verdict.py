"""``python -m benchmarks.verdict``: what a verdict takes, part by part, and what quicker checkers see.

The engine is a plain LSTM layer, forty lines of NumPy. It is verified with no truth kept, with an empty cache
and with the one that this has filled, in turn; then the parts of the work are done in this process, one after
another. Then the wrong LSTM layers of tests/layers/faults are judged, each in a process of its own, with
imports, sentence and example. Beside the verifier stand gradcheck, its fast mode, check_grads and central
differences, each at its defaults on one small case; one whose package is missing is left out, by name.
"""

import importlib
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from resource import RUSAGE_CHILDREN, RUSAGE_SELF, getrusage
from typing import Any

from benchmarks.field_study.checkers import by_check_grads, by_differences, by_gradcheck
from benchmarks.field_study.wrapped import WrappedLayer, at_a_point
from benchmarks.machine import machine, versions
from benchmarks.tables import table
from rnn.console.command_line import EXIT_CODES, Parser, program, run
from rnn.console.files import write_text
from rnn.console.places import Places
from verification import layer, models
from verification.judging.judgement import Judgement
from verification.judging.keeping import trim
from verification.judging.model_subject import OfModel
from verification.judging.profile import QUICK, Profile
from verification.judging.run import CaseBlock, judge
from verification.sampling.scope import Scope

PROGRAM = f"{program(__package__)}.verdict"

# A run that takes seconds.
FEW = (
    Profile("few", cases=6, exact_cases=0, strength=1),
    Scope(records=(1, 3), steps=(1, 4), dtypes=("float64",), sizes={"H": (2, 3), "D": (2, 3)}),
)

FIRST = "verdict, first"

CHECKERS: dict[str, Callable[[WrappedLayer], str]] = {
    "gradcheck": by_gradcheck,
    "gradcheck, fast": partial(by_gradcheck, fast=True),
    "check_grads": by_check_grads,
    "central differences": by_differences,
}

# Judges one wrong layer from nothing, as a user's file would.
REFUTED = 3
ONE = f"""
import sys
from benchmarks.verdict import wrong_layers
from verification import verify
judgement = verify(wrong_layers()[sys.argv[1]]())
print(judgement)
sys.exit({REFUTED} if judgement.verdict == "refuted" else 0)
"""


@dataclass(frozen=True)
class Spent:
    """What took how long: seconds of the clock and of processors, each the median of some rounds."""

    what: str
    clock: float
    processor: float


@dataclass(frozen=True)
class Check:
    """What a checker takes for the right layer, and for wrong ones in the median and at most, in seconds of
    the clock, and how many of these it calls wrong."""

    what: str
    right: float
    wrong: float
    most: float
    noticed: int
    given: int


def main(given: Sequence[str] | None = None) -> int:
    """Measure, print, and write the results."""
    parser = Parser(prog=PROGRAM, description=__doc__.partition("\n")[0], epilog=EXIT_CODES)
    parser.add_argument("--rounds", type=int, default=3, metavar="R", help="of which the median counts")
    parser.add_argument("--quick", action="store_true", help="fewer designed cases, and one wrong layer")
    parser.add_argument("--json", type=Path, metavar="PATH", help="where the result goes")
    flags = parser.parse_args(given)
    if flags.rounds < 1:
        parser.error(f"--rounds: {flags.rounds}, needed 1 or more")
    try:
        Places(None, (), flags.json).check()
    except (OSError, ValueError) as error:
        parser.error(str(error))
    profile, scope = FEW if flags.quick else (QUICK, None)
    parts = measured(profile, scope, flags.rounds)
    checks = [*checked(flags.quick, next(each.clock for each in parts if each.what == FIRST))]
    print(f"{machine()['processor']}, {machine()['cores']} cores\n")
    print(table(["what", "seconds", "of processors"], [row(each) for each in parts]), end="\n\n")
    print(table(["checker", "right", "wrong", "most", "noticed", "of"], [row(each) for each in checks]))
    if flags.json is not None:
        found = {"parts": [*map(asdict, parts)], "checkers": [*map(asdict, checks)]}
        write_text(flags.json, json.dumps({"machine": machine(), **versions(), **found}, indent=1) + "\n")
    return 0


def row(each: Spent | Check) -> list[str]:
    """A line of a table."""
    return [f"{value:.2f}" if isinstance(value, float) else f"{value}" for value in asdict(each).values()]


def measured(profile: Profile, scope: Scope | None, rounds: int) -> list[Spent]:
    """The verdict and its parts; the rounds take turns."""
    taken: dict[str, list[tuple[float, float]]] = {}
    for _ in range(rounds):
        for what, clock, processor in one_round(profile, scope):
            taken.setdefault(what, []).append((clock, processor))
    return [
        Spent(what, *(statistics.median(each) for each in zip(*times, strict=True)))
        for what, times in taken.items()
    ]


def one_round(profile: Profile, scope: Scope | None) -> Iterator[tuple[str, float, float]]:
    """Each thing that is measured, in seconds of the clock and of processors."""
    subject = OfModel(right_layer(scope))
    with tempfile.TemporaryDirectory() as folder:
        kept = subject.keeping(Path(folder))
        runs = {"verdict, nothing kept": subject, FIRST: kept, "verdict, again": kept}
        for what, judged in runs.items():
            yield what, *timed(partial(_verified, judged, profile))
        yield "of it: size limit", *timed(partial(trim, Path(folder)))
        blocks: list[CaseBlock] = []
        yield "of it: designed cases", *timed(lambda: blocks.extend(_blocks(subject, profile)))
        for what, judged in {"truths, made": subject, "truths, read": kept}.items():
            cases = [*map(judged.cases, blocks)]
            yield f"of it: {what}", *timed(partial(_all, cases))
        run_cases = [case for block in blocks for case in kept.cases(block)]
        yield "of it: engine and properties", *timed(lambda: [subject.tally(case) for case in run_cases])
        calls: list[tuple[float, float]] = []
        watched = OfModel(right_layer(scope, lambda call: partial(_watched, call, calls)))
        for case in run_cases:
            watched.tally(case)
        yield "of that: the engine alone", sum(clock for clock, _ in calls), sum(each for _, each in calls)


def right_layer(scope: Scope | None = None, wrapped: Callable[[Any], Any] = lambda call: call) -> Any:
    """The plain LSTM layer into which faults are planted; ``wrapped``: its forward and its backward."""
    plain = importlib.import_module("tests.layers.lstm")
    return layer(wrapped(plain.forward), wrapped(plain.backward), model=models.lstm, scope=scope)


def _watched(call: Callable[..., Any], calls: list[tuple[float, float]], *given: Any) -> Any:
    """What a call answers; its time is added to ``calls``."""
    answers: list[Any] = []
    calls.append(timed(lambda: answers.append(call(*given))))
    return answers[0]


def wrong_layers() -> dict[str, Callable[[], Any]]:
    """What makes each wrong LSTM layer, by its story: a user's file has one engine."""
    faults = importlib.import_module("tests.layers.faults")

    def wrong(fault: Any) -> Any:
        made = faults.planted(fault)
        return layer(made.forward, made.backward, model=models.lstm, scope=faults.scope_of(fault))

    of_lstm = (fault for fault in faults.FAULTS if fault.cell == models.lstm.name)
    return {fault.name: partial(wrong, fault) for fault in of_lstm}


def checked(quick: bool, first: float) -> Iterator[Check]:
    """The verifier, whose first verdict on the right layer took so long, and those beside it."""
    wrong = dict([*wrong_layers().items()][: 1 if quick else None])
    yield of_times("verify", first, [timed_call(partial(_judged, story)) for story in wrong])
    right, layers = right_layer(), [make() for make in wrong.values()]
    for what, check in CHECKERS.items():
        try:
            # The first call imports and compiles.
            _said(check, right)
        except ImportError as missing:
            print(f"{what}: left out, for {missing.name} is missing", file=sys.stderr)
            continue
        seconds, is_wrong = timed_call(partial(_said, check, right))
        if is_wrong:
            raise RuntimeError(f"{what}: the right layer is called wrong")
        yield of_times(what, seconds, [timed_call(partial(_said, check, each)) for each in layers])


def of_times(what: str, right: float, wrong: Sequence[tuple[float, bool]]) -> Check:
    """Seconds for the right layer, and for each wrong one with whether that was noticed."""
    times = [seconds for seconds, _ in wrong]
    noticed = sum(is_wrong for _, is_wrong in wrong)
    return Check(what, right, statistics.median(times), max(times), noticed, len(wrong))


def timed_call(call: Callable[[], bool]) -> tuple[float, bool]:
    """Seconds of the clock, and what was answered."""
    began = time.perf_counter()
    answer = call()
    return time.perf_counter() - began, answer


def _judged(story: str) -> bool:
    """Is a wrong layer refuted, in a process of its own?"""
    return subprocess.run([sys.executable, "-c", ONE, story], stdout=subprocess.DEVNULL).returncode == REFUTED


def _said(check: Callable[[WrappedLayer], str], engine: Any) -> bool:
    """Is a layer called wrong, or does the checker end by what it raises?"""
    try:
        return bool(check(at_a_point(engine)))
    except ImportError:
        raise
    except Exception:
        return True


def _verified(subject: OfModel, profile: Profile) -> Judgement:
    found = judge(subject, profile)
    if found.verdict == "refuted":
        raise RuntimeError(f"{found}")
    return found


def _blocks(subject: OfModel, profile: Profile) -> list[CaseBlock]:
    return list(subject.blocks(subject.samples(profile), profile, 0))


def _all(cases: Sequence[Iterator[object]]) -> None:
    for each in cases:
        for _ in each:
            pass


def timed(work: Callable[[], object]) -> tuple[float, float]:
    """Seconds of the clock, and of processors, children's as well."""
    clock, processor = time.perf_counter(), _processor()
    work()
    return time.perf_counter() - clock, _processor() - processor


def _processor() -> float:
    each = (getrusage(who) for who in (RUSAGE_SELF, RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in each)


if __name__ == "__main__":
    sys.exit(run(PROGRAM, main))
