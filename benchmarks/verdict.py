"""``python -m benchmarks.verdict``: where the time of a verdict goes, beside checkers that ask one case.

The engine is the LSTM layer of ``rnn``. It is verified with no truth kept, with an empty cache and with the
one that this has filled, in turn. Then the parts of the work are done in this process, one after another:
what is designed, the truths, what is asked of the engine. Beside them stand two checks of one small case:
autograd's ``check_grads`` of the model's step, and differences of the engine's own forward.
"""

import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from resource import RUSAGE_CHILDREN, RUSAGE_SELF, getrusage

import numpy as np
from autograd.test_util import check_grads

from benchmarks.machine import machine, versions
from benchmarks.tables import table
from rnn.console.command_line import EXIT_CODES, Parser, program, run
from rnn.console.files import write_text
from verification import models
from verification.adapters.rnn.cells import layer_of
from verification.judging.judgement import Judgement
from verification.judging.keeping import trim
from verification.judging.model_subject import OfModel
from verification.judging.profile import QUICK, Profile
from verification.judging.run import Block, judge
from verification.models.case import Case, Cotangents, random_case
from verification.models.functions import Arithmetic, Namespace
from verification.models.model import Named, Use
from verification.sampling.scope import Scope

PROGRAM = f"{program(__package__)}.verdict"

# Of a small case: records, steps, and each of the model's dimensions.
RECORDS, STEPS, SIZE = 2, 4, 3

# A run that takes seconds.
FEW = (
    Profile("few", cases=6, exact_cases=0, strength=1),
    Scope(records=(1, 3), steps=(1, 4), dtypes=("float64",)),
)

# The step of a difference.
STEP = 1e-6


@dataclass(frozen=True)
class Spent:
    """What took how long: seconds of the clock and of processors, each the median of some rounds."""

    what: str
    clock: float
    processor: float


def main(given: Sequence[str] | None = None) -> int:
    """Measure, tell, and write what was asked for."""
    parser = Parser(prog=PROGRAM, description=__doc__.partition("\n")[0], epilog=EXIT_CODES)
    parser.add_argument("--rounds", type=int, default=3, metavar="R", help="of which the median counts")
    parser.add_argument("--quick", action="store_true", help="fewer designed cases")
    parser.add_argument("--json", type=Path, metavar="PATH", help="where the result goes")
    asked = parser.parse_args(given)
    if asked.rounds < 1:
        parser.error(f"--rounds: {asked.rounds}, needed 1 or more")
    profile, scope = FEW if asked.quick else (QUICK, None)
    found = measured(profile, scope, asked.rounds)
    lines = [[each.what, f"{each.clock:.2f}", f"{each.processor:.2f}"] for each in found]
    head = ["what", "seconds", "of processors"]
    print(f"{machine()['processor']}, {machine()['cores']} cores\n\n{table(head, lines)}")
    if asked.json is not None:
        result = {"machine": machine(), **versions(), "rows": [asdict(each) for each in found]}
        write_text(asked.json, json.dumps(result, indent=1) + "\n")
    return 0


def measured(profile: Profile, scope: Scope | None, rounds: int) -> list[Spent]:
    """The verdict, its parts, and the checks of one case; the rounds take turns."""
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
    subject = OfModel(layer_of("lstm", {}, scope))
    with tempfile.TemporaryDirectory() as folder:
        kept = subject.keeping(Path(folder))
        runs = {"verdict, nothing kept": subject, "verdict, first": kept, "verdict, again": kept}
        for what, judged in runs.items():
            yield what, *timed(partial(_verified, judged, profile))
        yield "of it: size limit", *timed(partial(trim, Path(folder)))
        blocks: list[Block] = []
        yield "of it: designed cases", *timed(lambda: blocks.extend(_blocks(subject, profile)))
        for what, judged in {"truths, made": subject, "truths, read": kept}.items():
            cases = [*map(judged.cases, blocks)]
            yield f"of it: {what}", *timed(partial(_all, cases))
        asked = [case for block in blocks for case in kept.cases(block)]
        yield "of it: engine and properties", *timed(lambda: [subject.tally(case) for case in asked])
    case = small_case()
    yield "check_grads, one case", *timed(partial(_check_grads, case))
    yield "differences of the engine, one case", *timed(partial(_differences, subject, case))


def _verified(subject: OfModel, profile: Profile) -> Judgement:
    found = judge(subject, profile)
    if found.verdict == "refuted":
        raise RuntimeError(f"{found}")
    return found


def _blocks(subject: OfModel, profile: Profile) -> list[Block]:
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


def small_case() -> Case:
    """A case as one would write by hand to check a layer."""
    sizes = dict.fromkeys(models.lstm.dimensions, SIZE)
    return random_case(models.lstm, np.random.default_rng(0), sizes, RECORDS, STEPS)


def _check_grads(case: Case) -> None:
    """autograd's own check of the model's forward: its derivative against differences along directions."""
    model, f = case.model, Namespace(case.chosen, Arithmetic())

    def loss(blocks: dict[str, np.ndarray]) -> object:
        p = Named({block.name: blocks[block.name] for block in model.of(Use.STEP)})
        state = tuple(blocks[block.name] for block in model.of(Use.STATE))
        total = 0.0
        for t in range(case.steps):
            inputs = {block.name: blocks[block.name][:, t] for block in model.of(Use.INPUT)}
            state = model.advance(f, p, inputs, state)
            total = total + (case.objective.data(t, case.steps)["outputs"] * state[0]).sum()
        return total

    check_grads(loss, modes=["rev"], order=1)(dict(case.blocks))


def _differences(subject: OfModel, case: Case) -> None:
    """Every entry's central difference of the engine's own forward, as ``gradcheck`` has it."""
    objective = case.objective
    assert isinstance(objective, Cotangents)  # as made

    def loss(blocks: dict[str, np.ndarray]) -> float:
        forward, _ = subject.engine.answer(Case(case.model, blocks, objective))
        finals = [array for name, array in forward.items() if name.startswith("final")]
        total = np.sum(objective.outputs * forward["outputs"])
        return float(total + sum(np.sum(d * h) for d, h in zip(objective.state, finals, strict=True)))

    _, gradients = subject.engine.answer(case)
    for name, (gradient, *_) in gradients.items():
        for index in np.ndindex(gradient.shape):
            around = []
            for sign in (1, -1):
                moved = {key: array.copy() for key, array in case.blocks.items()}
                moved[name][index] += sign * STEP
                around.append(loss(moved))
            difference = (around[0] - around[1]) / (2 * STEP)
            if abs(difference - gradient[index]) > STEP:
                raise RuntimeError(f"{name}{index}: {gradient[index]}, and differences say {difference}")


if __name__ == "__main__":
    sys.exit(run(PROGRAM, main))
