"""How small a fault is seen: planted errors of every size, before this suite and before its peers.

A fault is ε · G[t, s]: one lag of one block of a right gradient, wrong by ε of itself. It is planted in an
engine, so whoever checks that engine meets the same fault, on whatever problem. The
problems are untruncated, since no peer has a truncated gradient to compare with, in float64, with every
activation, at every scale of the suite; each is given one fault, in a block and at a lag drawn among the
entries that are not zero. The loss t is one of those that ``lag_by_lag`` checks.

Only determined entries count (``verification.models.tolerance``): where the case does not fix the truth to
1e-9, a checker can be right or wrong by luck. And a checker counts only where it accepts the right engine:
one that accuses right and wrong alike has seen nothing. How often it does stands beside the curve.

Two more figures belong to the same claim: how often the suite accuses the right engine (``false_alarms``),
and how far from the truth the hand derivation and autograd are, at working precision (``accuracy``).
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, TypeAlias

import autograd
import autograd.numpy as anp
import numpy as np

from benchmarks.evidence.checkers import Checker, checkers
from benchmarks.tasks import each as every
from rnn.common.arrays import Array
from rnn.console.files import write
from verification.adapters.given import Gradients, Problem
from verification.adapters.problem import Engine, parts_of, problem_of
from verification.adapters.rnn.larger import vanilla_case
from verification.adapters.rnn.manual import manual
from verification.adapters.rnn.scoping import as_rnn
from verification.models import vanilla
from verification.models.case import Case
from verification.models.functions import Arithmetic, Namespace
from verification.models.model import Use
from verification.models.tolerance import DETERMINED, HAS_WIDER, SAFETY, WIDER
from verification.models.truncation import KINDS, Standard
from verification.properties.findings import findings, truth_of
from verification.properties.property import Finding
from verification.properties.truth import Truth
from verification.properties.unfolding import Unfolded
from verification.sampling.drawing import all_drawn
from verification.sampling.draws import cases as drawn
from verification.text import percent
from verification.truth import replay

# Two sizes a decade, from 1e-12 to 1e-1.
SIZES = tuple(float(f"{10 ** (half / 2):.2e}") for half in range(-24, -1))

# The size at which everything determined must be caught.
PROMISED = 1e-8

FLOAT64 = np.dtype(np.float64)

# The properties that must never accuse the right engine, however odd the problem.
TOLERANT = ("autograd", "lags", "lag by lag")

# Problems that one process looks at.
BLOCK = 30

# Weights on which a gradient lives, vanishes, and saturates or explodes.
SCALES = (1.0, 0.5, 0.1, 3.0, 10.0)

ACTIVATIONS = tuple(function.name for function in vanilla.choices("activation"))

BLOCKS = tuple(block.name for block in vanilla.blocks)

Progress: TypeAlias = Callable[[int, int], object]

# The longest sequence of the problems of the curve, and the largest N, D, H and K.
LONG = 64
WIDE = 4


# Faults.


@dataclass(frozen=True)
class LagFault:
    """A lag of a block: the part of the loss at step t that enters by the use at step s.

    V and c have one use a loss, and h0 one in all: s is 0 there and means nothing.
    """

    block: str
    t: int
    s: int

    def part(self, case: Case) -> Array:
        """G[t, s] by autograd of one loss by a copy of the block that one step alone uses, in the wider type.

        A table of all lags of an unfolded problem would be too large.
        """
        wide = case.astype(WIDER[case.dtype])
        model, f = wide.model, Namespace(wide.chosen, Arithmetic())
        data = wide.objective.data(self.t, wide.steps)

        def loss(own: Any) -> Any:
            late = {**wide.blocks, self.block: own}
            state: Any = (late["h0"],)
            for s in range(self.t + 1):
                here = late if s == self.s else wide.blocks
                state = model.advance(f, model.named(here, Use.STEP), {"xs": here["xs"][:, s]}, state)
            readout = model.named(late, Use.READOUT)
            return anp.sum(wide.objective.term(model, f, readout, data, state))

        with np.errstate(over="ignore"):
            part: Array = autograd.grad(loss)(wide.blocks[self.block])
        return part


def planted(fault: LagFault, engine: Engine = manual) -> Callable[[float], Engine]:
    """From ε to ``engine`` with ε · G[t, s] added to the fault's block.

    All sizes share the answers to the problems that they meet, so that a second size costs next to nothing.
    """
    known: dict[tuple[Any, ...], tuple[Gradients, Array]] = {}

    def parts(problem: Problem) -> tuple[Gradients, Array]:
        arrays = {"xs": problem.xs, "targets": problem.targets, "h0": problem.h0}
        case = vanilla_case({**problem.params, **arrays}, problem.activation)
        key = tuple((a.shape, a.tobytes()) for a in (*case.blocks.values(), problem.targets))
        if key not in known:
            with np.errstate(all="ignore"):
                known[key] = engine(problem), fault.part(case)
        return known[key]

    def of(size: float) -> Engine:
        def wrong(problem: Problem) -> Gradients:
            answer, part = parts(problem)
            blocks = blocks_of(answer)
            blocks[fault.block] = (blocks[fault.block] + size * part).astype(problem.dtype)
            params = {name: blocks[name] for name in problem.params}
            return Gradients(answer.outputs, answer.value, params, blocks["xs"], (blocks["h0"],))

        return wrong

    return of


def blocks_of(answer: Gradients) -> dict[str, Array]:
    """The gradient of each block, by name."""
    return parts_of(vanilla, answer)[1]


# Entries of the lag table: which are not zero, and which of these the case determines.


@dataclass(frozen=True, eq=False)
class Entries:
    """By loss and step of use, (L, T) or (L, 1): is G[t, s] of a block not zero, and is it determined?"""

    nonzero: Array
    determined: Array


def entries(case: Case) -> dict[str, Entries]:
    """The entries of every block, each judged by its own size."""
    lags = Unfolded(case)
    table = lags.table
    usable = HAS_WIDER and table.determined
    found = {}
    for name in BLOCKS:
        nonzero, determined = [], []
        for loss, t in enumerate(table.case.losses):
            parts = lags.parts(loss, name)
            size = _largest(parts.want)
            reached = np.arange(len(parts.want)) <= t
            nonzero.append((size != 0) & reached)
            determined.append(nonzero[-1] & (parts.bound <= DETERMINED[case.dtype] * size))
        found[name] = Entries(np.array(nonzero), np.array(determined) & usable)
    return found


def _largest(parts: Array) -> Array:
    """By step of use, the largest absolute entry; NaN if one is."""
    largest: Array = np.abs(parts).reshape(len(parts), -1).max(axis=1)
    return largest


def draw_fault(
    case: Case, found: Mapping[str, Entries], rng: np.random.Generator
) -> tuple[LagFault, bool] | None:
    """A fault among the nonzero entries of the losses that are checked, and whether it is determined."""
    first_loss, losses = case.losses[0], len(case.losses)
    # As ``lag_by_lag`` does.
    checked = sorted({0, losses // 2, losses - 1})
    blocks = [name for name in BLOCKS if found[name].nonzero[checked].any()]
    if not blocks:
        return None
    block = blocks[rng.integers(len(blocks))]
    places = [(loss, int(s)) for loss in checked for s in np.flatnonzero(found[block].nonzero[loss])]
    loss, s = places[rng.integers(len(places))]
    return LagFault(block, first_loss + loss, s), bool(found[block].determined[loss, s])


# What is measured.


@dataclass(frozen=True)
class DetectionCurve:
    """What one checker caught: of each size, among the ``judged`` faults.

    ``judged``: determined faults on whose problem it accepts the right engine. ``accused``: those on which it
    accuses the right engine, and is no judge. ``missed``: by block, the faults of size ``PROMISED`` that it
    did not catch.
    """

    name: str
    version: str
    judged: int
    accused: int
    caught: tuple[int, ...]
    missed: Mapping[str, int]

    @property
    def shares(self) -> tuple[float | None, ...]:
        """The share caught, by size; None where nothing was judged."""
        return tuple(n / self.judged if self.judged else None for n in self.caught)


@dataclass(frozen=True)
class DeterminedShare:
    """Of the entries that are not zero with one activation, how many the cases determine."""

    activation: str
    nonzero: int
    determined: int


@dataclass(frozen=True)
class Accuracy:
    """How far one computation is from the truth in one type, over ``blocks`` determined blocks.

    Both as (median, 99th percentile, largest): ``units`` in units of Y + u A, ``relative`` to the largest
    entry of the block.
    """

    who: str
    dtype: str
    blocks: int
    units: tuple[float, float, float]
    relative: tuple[float, float, float]


@dataclass(frozen=True)
class Alarms:
    """How often the right engine was accused: ``decided`` judgements on ``cases`` problems."""

    cases: int
    decided: int
    failures: int
    example: str | None


@dataclass(frozen=True)
class Detection:
    """The whole measurement. ``undetermined``: planted faults that the case does not determine."""

    seed: int
    cases: int
    planted: int
    undetermined: int
    sizes: tuple[float, ...]
    curves: tuple[DetectionCurve, ...]
    absent: tuple[str, ...]
    shares: tuple[DeterminedShare, ...]
    accuracy: tuple[Accuracy, ...] = ()
    alarms: Alarms | None = None

    @property
    def determined(self) -> float | None:
        """The share of the entries that are not zero that the cases determine, all activations pooled."""
        nonzero = sum(share.nonzero for share in self.shares)
        return sum(share.determined for share in self.shares) / nonzero if nonzero else None


def problems(cases: int, seed: int, dtypes: Sequence[str], truncations: Sequence[str]) -> Iterator[Case]:
    """``cases`` problems of normal numbers at several scales, the same for a seed.

    Drawn evenly and each by itself, as a share needs it: Hypothesis looks for faults, repeats what has
    served, and draws anew whenever the code changes.
    """
    for number in range(cases):
        rng = np.random.default_rng((seed, number))

        def normal(*shape: int, scale: float = 1.0, rng: np.random.Generator = rng) -> Array:
            return np.asarray(scale * rng.standard_normal(shape))

        T = int(rng.integers(1, 1 + rng.choice((6, 12, LONG), p=(54 / 64, 7 / 64, 3 / 64))))
        N, D, H, K = rng.integers(1, 1 + (WIDE if T <= 12 else 2), 4)
        scale = float(rng.choice(SCALES))
        shapes = {"U": (H, D), "W": (H, H), "b": (H,), "V": (K, H), "c": (K,)}
        activation = str(rng.choice(ACTIVATIONS))
        arrays = {name: normal(*shape, scale=scale) for name, shape in shapes.items()}
        arrays["xs"] = normal(N, T, D)
        arrays["targets"] = normal(N, T, K) if rng.integers(2) else normal(N, K)
        arrays["h0"] = normal(N, H, scale=float(rng.integers(2)))
        truncation = _truncation(str(rng.choice(truncations)), T, rng)
        yield vanilla_case(arrays, activation, truncation).astype(str(rng.choice(dtypes)))


def _truncation(truncation: str, steps: int, rng: np.random.Generator) -> Standard:
    """The truncation, with k from 0 to beyond T."""
    k, k1 = int(rng.integers(steps + 3)), int(rng.integers(1, steps + 3))
    numbers = {"Full": (), "Window": (k,), "Tail": (k,), "Chunked": (k1, k)}
    return Standard(truncation, numbers[truncation])


def curve(
    cases: int,
    seed: int = 0,
    progress: Progress | None = None,
    judges: Sequence[Checker] | None = None,
) -> Detection:
    """The detection curve over ``cases`` problems, by default of this suite and of the installed peers."""
    judges, absent = checkers() if judges is None else (judges, ())
    nonzero, determined, counts = Counter[str](), Counter[str](), Counter[str]()
    accused, caught = Counter[str](), Counter[tuple[str, float]]()
    missed: dict[str, Counter[str]] = {judge.name: Counter() for judge in judges}
    for done, case in enumerate(problems(cases, seed, [FLOAT64.name], ["Full"]), start=1):
        found, activation = entries(case), case.functions["activation"]
        nonzero[activation] += sum(int(e.nonzero.sum()) for e in found.values())
        determined[activation] += sum(int(e.determined.sum()) for e in found.values())
        chosen = draw_fault(case, found, np.random.default_rng((seed, done, 1)))
        if chosen is not None:
            fault, is_determined = chosen
            counts["determined" if is_determined else "undetermined"] += 1
            for judge in judges if is_determined else ():
                sizes = _caught(judge, case, fault)
                if sizes is None:
                    accused[judge.name] += 1
                    continue
                caught.update((judge.name, size) for size in sizes)
                missed[judge.name][fault.block] += PROMISED not in sizes
        if progress is not None:
            progress(done, cases)
    return Detection(
        seed=seed,
        cases=cases,
        planted=counts.total(),
        undetermined=counts["undetermined"],
        sizes=SIZES,
        curves=tuple(
            DetectionCurve(
                name=judge.name,
                version=judge.version,
                judged=counts["determined"] - accused[judge.name],
                accused=accused[judge.name],
                caught=tuple(caught[judge.name, size] for size in SIZES),
                missed=dict(+missed[judge.name]),
            )
            for judge in judges
        ),
        absent=absent,
        shares=tuple(DeterminedShare(name, nonzero[name], determined[name]) for name in ACTIVATIONS),
    )


def _caught(judge: Checker, case: Case, fault: LagFault) -> list[float] | None:
    """The sizes at which the judge accuses; None if it accuses the right engine."""
    engine = planted(fault)
    if judge.accuses(engine(0.0), case, fault.block):
        return None
    return [size for size in SIZES if judge.accuses(engine(size), case, fault.block)]


def false_alarms(
    cases: int, seed: int = 0, progress: Progress | None = None, engine: Engine = manual
) -> Alarms:
    """How often the properties that have a tolerance accuse ``engine``, which is right.

    Both float types, every truncation, weights at scales up to 10, on ``cases`` drawn problems; spread over
    the cores.
    """
    judged = as_rnn(engine)

    def look(start: int) -> tuple[int, Finding | None, Case | None, int]:
        decided, size, wrong = 0, min(BLOCK, cases - start), []
        for case in all_drawn(drawn(vanilla, judged.claim), f"{seed} {start}", size):
            for finding in findings(judged, truth_of(case), TOLERANT):
                decided += 1
                if finding.wrong is not None:
                    wrong.append((finding, case))
        return decided, *(wrong[0] if wrong else (None, None)), len(wrong)

    done, decided, failures, example = 0, 0, 0, None
    starts = range(0, cases, BLOCK)
    for start, (count, finding, case, wrong) in zip(starts, every(look, starts), strict=True):
        done, decided, failures = min(cases, start + BLOCK), decided + count, failures + wrong
        if finding is not None and case is not None and example is None:
            wrong_so = f"# {finding.property} {finding.part}: {finding.wrong}\n"
            example = f"{wrong_so}{judged.code(case)}"
        if progress is not None:
            progress(done, cases)
    return Alarms(cases, decided, failures, example)


def accuracy(cases: int, seed: int = 0, progress: Progress | None = None) -> tuple[Accuracy, ...]:
    """The errors of the hand derivation and of autograd, both at working precision, against the truth."""
    errors: dict[tuple[str, str], list[tuple[float, float]]] = {
        (who, dtype.name): [] for dtype in WIDER for who in _COMPUTATIONS
    }
    both = [dtype.name for dtype in WIDER]
    for done, case in enumerate(problems(cases, seed, both, tuple(KINDS)), start=1):
        truth = Truth(case)
        if truth.determined:
            for who, gradient in _COMPUTATIONS.items():
                errors[who, case.dtype.name] += _errors(case, truth, gradient)
        if progress is not None:
            progress(done, cases)
    return tuple(
        Accuracy(who, dtype, len(found), *(_spread(column) for column in np.array(found).T))
        for (who, dtype), found in errors.items()
        if found
    )


_COMPUTATIONS: dict[str, Callable[[Case], Mapping[str, Array]]] = {
    "by hand": lambda case: blocks_of(manual(problem_of(case))),
    "autograd": lambda case: replay.gradient(case, case.dtype),
}


def _errors(
    case: Case, truth: Truth, gradient: Callable[[Case], Mapping[str, Array]]
) -> list[tuple[float, float]]:
    """The error of each determined block that is not zero: in units of Y + u A, and relative."""
    with np.errstate(all="ignore"):
        blocks = gradient(case)
    found = []
    for name, expected in truth.blocks.items():
        if expected.size > 0 and expected.determined:
            error = float(np.max(np.abs(blocks[name] - expected.truth)))
            found.append((error / (expected.bound / SAFETY), error / expected.size))
    return found


def _spread(numbers: Array) -> tuple[float, float, float]:
    return float(np.median(numbers)), float(np.quantile(numbers, 0.99)), float(np.max(numbers))


# Rendering.


def as_json(detection: Detection) -> dict[str, Any]:
    """The measurement as JSON values."""
    curves = [asdict(curve) | {"shares": curve.shares} for curve in detection.curves]
    return asdict(detection) | {"determined": detection.determined, "curves": curves}


def as_text(detection: Detection) -> str:
    """The measurement as tables for the terminal."""
    return "\n".join(_lines(detection))


def _lines(detection: Detection) -> Iterator[str]:
    yield (
        f"Relative errors planted in one lag of one block: {detection.planted} faults on {detection.cases} "
        f"problems, seed {detection.seed};"
    )
    yield f"{detection.undetermined} undetermined and counted no further. Share caught, by size:"
    yield ""
    for curve in detection.curves:
        yield f"  {_letter(detection, curve)}  {_title(curve)}"
    yield ""
    yield f"{'size':>22}" + "".join(f"{_letter(detection, curve):>9}" for curve in detection.curves)
    for i, size in enumerate(detection.sizes):
        if i % 2 == 0:
            cells = [shown(curve.shares[i]) for curve in detection.curves]
            yield f"{size:>22.0e}" + "".join(f"{cell:>9}" for cell in cells)
    yield f"{'faults judged':>22}" + "".join(f"{curve.judged:>9}" for curve in detection.curves)
    yield f"{'right engine accused':>22}" + "".join(f"{curve.accused:>9}" for curve in detection.curves)
    for curve in detection.curves[:1]:
        blocks = ", ".join(f"{block} {n}" for block, n in curve.missed.items()) or "none"
        yield f"Faults of {PROMISED:.0e} that {curve.name} missed, by block: {blocks}"
    if detection.absent:
        yield f"Not installed: {', '.join(detection.absent)} (pip install 'verified-rnn[peers]')"
    yield ""
    yield (
        f"Of the lags that are not zero, {shown(detection.determined)} are determined to "
        f"{DETERMINED[FLOAT64]:.0e}:"
    )
    for share in detection.shares:
        part = share.determined / share.nonzero if share.nonzero else None
        yield f"{share.activation:>22}{shown(part):>9} of {share.nonzero}"
    if detection.accuracy:
        yield ""
        yield "Error against the truth at working precision: median, 99th percentile, largest"
        yield f"{'':22}{'blocks':>9}{'in units of Y + u A':>27}{'relative':>30}"
        for row in detection.accuracy:
            units = "".join(f"{number:>9.2f}" for number in row.units)
            relative = "".join(f"{number:>10.1e}" for number in row.relative)
            yield f"{row.dtype + ', ' + row.who:>22}{row.blocks:>9}{units}{relative}"
    if detection.alarms is not None:
        alarms = detection.alarms
        yield ""
        yield (
            f"False alarms: {alarms.failures} in {alarms.cases} problems ({alarms.decided} judgements of the "
            "right engine)"
        )
        if alarms.example is not None:
            yield alarms.example


def _letter(detection: Detection, curve: DetectionCurve) -> str:
    return "ABCDEFGH"[detection.curves.index(curve)]


def _title(curve: DetectionCurve) -> str:
    return f"{curve.name} {curve.version}".strip()


def shown(share: float | None) -> str:
    """A share in per cent, to a tenth; "none" where nothing was judged."""
    return "none" if share is None else percent(share, 1)


_MARKERS = "osD^vP"


def draw(path: Path, detection: Detection) -> None:
    """Size of error against share caught, a line a checker."""
    from matplotlib.figure import Figure
    from matplotlib.ticker import PercentFormatter

    figure = Figure(figsize=(9, 5), layout="constrained")
    axes = figure.subplots()
    for i, curve in enumerate(detection.curves):
        if curve.judged:
            shares = [share or 0.0 for share in curve.shares]
            axes.semilogx(
                detection.sizes,
                shares,
                color=f"C{i}",
                marker=_MARKERS[i % len(_MARKERS)],
                markersize=5,
                linewidth=2.5 if i == 0 else 1.5,
                label=_title(curve),
                clip_on=False,
                zorder=3 if i == 0 else 2,
            )
    axes.axvline(PROMISED, color="0.4", linewidth=1, linestyle=":")
    axes.text(PROMISED, 0.9, f" what the suite must see: {PROMISED:.0e}".replace("e-0", "e-"))
    axes.set(
        xlim=(detection.sizes[0], detection.sizes[-1]),
        ylim=(0, 1.02),
        xlabel="relative error planted in one lag of one block",
        ylabel="share caught",
        title=f"How small an error is seen; this suite is verified-rnn's\n"
        f"{detection.planted - detection.undetermined} errors planted in {detection.cases} problems: "
        f"T ≤ {LONG}, N, D, H, K ≤ {WIDE}, float64, Full()",
    )
    axes.yaxis.set_major_formatter(PercentFormatter(1))
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(axis="y", color="0.6", alpha=0.3, linewidth=0.7)
    axes.legend(loc="center left", frameon=False, fontsize="small", bbox_to_anchor=(0.0, 0.62))
    write(path, lambda temporary: figure.savefig(temporary, dpi=120))
