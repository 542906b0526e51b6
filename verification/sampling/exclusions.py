"""What is excluded from a designed sample: what cannot occur, what says nothing, what costs too much."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from math import prod

import numpy as np

from verification.models.functions import Function
from verification.models.model import Model, Use
from verification.models.stored import dtype_of, limits
from verification.sampling.claim import Claim
from verification.sampling.conditions import conditions, contradictions
from verification.sampling.covering import Exclusion, Level, Meant, Row, but, fewer, never, these
from verification.sampling.factors import (
    CHECKPOINTS,
    LARGE,
    LARGE_WEIGHT,
    LONG_STEPS,
    OF_CLASSES,
    OF_STEPS,
    OVERFLOWING,
    TRUNCATIONS,
    dimensions,
    needs_readout,
    sizes_of,
    table,
    vectors,
)

# Seconds of a case, estimated below. A size that meets ``LONG_STEPS`` by itself may cost more.
MOST_WORK = 2.0

# And bytes. A step makes some twenty arrays of the size of its states and inputs, and keeps some ten, up to
# ``KEPT``; each is in so many copies of so many bytes (``verification.truth.rounding``).
MOST_MEMORY = 2**30
MADE, KEPT_BY_STEP, KEPT = 20, 10, 2**29
COPIES, FEW_COPIES, UNITS = 9, 5, 16

# Seconds of processor time, fitted to the designed cases of an LSTM and of an mLSTM: what any case takes,
# which is made and run; each step of a tape that is played there and back, however small; and in each copy
# a number of a record's state or input at a step, a product with a number of the blocks that steps share, and
# such a number itself. The truth of double precision is a long double, which has no fast matrix product; of a
# long double the engine has none either.
ANY_CASE, STEP, OWN, PRODUCT, SHARED = 0.02, 6e-4, 8e-8, 4e-10, 6e-9
FACTORS = {"float64": 4.0, "complex128": 4.0, "longdouble": 6.0}

# Bytes of a number in the type of a truth, where not those of double precision.
WIDE = {"float64": 16, "longdouble": 16, "complex64": 16, "complex128": 32}

# What moves less is at rest.
STILL = 1e-6


def rules(model: Model, claim: Claim) -> tuple[Exclusion, ...]:
    """The rules that exclude levels, in the order in which they are tried."""
    factors, sized = table(model, claim), _sized(model, claim)
    least = {name: factors[name][0] for name in sized}
    inner, every = dimensions(model, False), dimensions(model, needs_readout(claim))
    of_outputs = tuple(f"size {name}" for name in every if name not in inner)
    early = {"lengths": but("alike")}
    made = [
        never(
            "more parts than steps",
            *(
                {"T": fewer(needed), "truncation": these(level)}
                for levels in TRUNCATIONS.values()
                for level, needed in levels.items()
            ),
        ),
        never("other lengths of one record", {"N": fewer(2), **early}),
        never("other lengths of too few steps", {"T": fewer(claim.steps[0] + 1), **early}),
        # With a loss on every step each record would be truncated in another way than the others.
        never(
            "ends that a truncation counts from",
            {**early, "truncation": these(*FROM_END), "losses": these("every step")},
        ),
        never("weights of steps without a loss", {"weights": these(OF_STEPS), "losses": these("last step")}),
        # Its loss is 0, whatever the output is.
        never("one class alone", {"loss": these(OF_CLASSES), **dict.fromkeys(of_outputs, fewer(2))}),
        never(
            "checkpoints beyond the steps",
            *({"T": fewer(needed), "checkpoints": these(level)} for level, needed in CHECKPOINTS.items()),
        ),
        never("checkpoints in a workspace", {"checkpoints": but("none"), "workspace": these(True)}),
        # So many steps are a condition themselves, and dear; their numbers are not to be degenerate as well.
        never(
            f"another condition beside {LONG_STEPS} steps",
            *(
                {"T": these((LONG_STEPS, LONG_STEPS)), name: these(*levels)}
                for name, levels in conditions(model, claim).items()
                if name != "T"
            ),
        ),
        *contradictions(model, claim),
        Exclusion(
            "more work than a truth may take",
            (*sized, "truncation", "type"),
            lambda row: _is_too_much(model, claim, row, least),
        ),
    ]
    if vectors(model) and not model.functions:
        made.append(_growing(claim))
    axes = tuple(dict.fromkeys(block.axes[0] for block in vectors(model)))
    if model.functions and axes and all(axis in inner for axis in axes):
        # Every vector has an axis of its own, and so may have one entry alone.
        made.append(_alone(model, claim, tuple(f"size {axis}" for axis in axes)))
    return tuple(made)


def _sized(model: Model, claim: Claim) -> tuple[str, ...]:
    """The factors of sizes: steps, records and dimensions."""
    return ("T", "N", *(f"size {name}" for name in dimensions(model, needs_readout(claim))))


def _is_too_much(model: Model, claim: Claim, row: Row, least: Mapping[str, Level]) -> bool:
    """Does a truth cost more than it may, and more than that of the least sizes, which have to be run?"""
    whole, smallest = {**least, **row}, {**row, **least}
    seconds = work(model, claim, whole)
    if seconds > MOST_WORK and not _alone_in(row, least) and seconds > work(model, claim, smallest):
        return True
    size = memory(model, claim, whole)
    return size > MOST_MEMORY and size > memory(model, claim, smallest)


def too_large(model: Model, claim: Claim) -> Iterator[str]:
    """The sizes that are too large to be combined, in words, though each is run by itself."""
    factors, sized = table(model, claim), _sized(model, claim)
    least = {name: factors[name][0] for name in sized}
    largest = {name: factors[name][-1] for name in sized if name not in ("T", "N")}
    if _is_too_much(model, claim, {**largest, "type": claim.dtypes[-1]}, least):
        sizes = ", ".join(f"{name.removeprefix('size ')} {high}" for name, (_, high) in largest.items())
        most = f"{MOST_WORK:g} s or {MOST_MEMORY / 2**30:g} GiB"
        yield f"sizes whose truth takes more than about {most}, as {sizes}"


def _alone_in(row: Row, least: Mapping[str, Level]) -> bool:
    """Are the steps ``LONG_STEPS``, and one further size beyond its least? Such a pair is run."""
    beyond = [name for name in least if name != "T" and name in row and row[name] != least[name]]
    cheap = _replays(row) == 1 and FACTORS.get(str(row.get("type")), 1.0) == 1.0
    return row.get("T") == (LONG_STEPS, LONG_STEPS) and len(beyond) < 2 and cheap


def _growing(claim: Claim) -> Exclusion:
    """A weight that grows beyond its type, or beyond every one that is claimed."""
    # What a long double holds is what double precision does.
    held = {name: "float64" if name == "longdouble" else name for name in claim.dtypes}
    most = {name: np.log(float(limits(dtype_of(held[name])).max)) for name in held}

    def growing(room: float) -> dict[str, Meant]:
        return {"vectors": these(LARGE), "T": lambda span: bool(span[1] * np.log(LARGE_WEIGHT) > room)}

    return never(
        "a weight that grows beyond the type",
        growing(max(most.values())),
        *({**growing(room), "type": these(name)} for name, room in most.items()),
    )


def _alone(model: Model, claim: Claim, sizes: tuple[str, ...]) -> Exclusion:
    """What a single unit does with a weight of 45."""
    alone = {"vectors": these(LARGE, OVERFLOWING), **dict.fromkeys(sizes, fewer(2))}
    still = {role: [f.name for f in model.choices(role) if _saturated(f)] for role in claim.functions}
    return never(
        "a unit alone, saturated",
        *({**alone, f"function {role}": these(*names)} for role, names in still.items()),
        *(alone for role, names in still.items() if {*claim.functions[role]} <= {*names}),
    )


def _saturated(function: Function) -> bool:
    """Is the function constant at 45?"""
    ahead, behind = (float(function.value(np.array(LARGE_WEIGHT + step))) for step in (0.5, -0.5))
    return abs(ahead - behind) < STILL


def work(model: Model, claim: Claim, row: Mapping[str, Level]) -> float:
    """About how many seconds the largest case of a row takes: truth by a played tape, and properties."""
    return ANY_CASE + STEP * _steps(row) + of_numbers(model, claim, row)


def of_numbers(model: Model, claim: Claim, row: Mapping[str, Level]) -> float:
    """Of that the seconds which its numbers take, and not the steps themselves."""
    sizes, counts = _counted(model, claim, row)
    own = counts.own + counts.output
    seconds = _steps(row) * sizes["N"] * (OWN * own + PRODUCT * counts.shared) + SHARED * counts.shared
    return counts.copies * FACTORS.get(str(row.get("type")), 1.0) * seconds


@dataclass(frozen=True)
class _Counts:
    """How many numbers steps share, a record has at a step, and an output has; and the least of any state."""

    shared: int
    own: int
    output: int
    least: int

    @property
    def copies(self) -> int:
        """How many a truth is made in: few, where every state has many numbers."""
        return FEW_COPIES if self.least >= UNITS else COPIES


def _counted(model: Model, claim: Claim, row: Mapping[str, Level]) -> tuple[dict[str, int], _Counts]:
    """The sizes of the largest case of a row, and what it has of each."""
    sizes = {name: high for name, (_, high) in sizes_of(row).items()}
    of_dimensions = tuple(item for item in sizes.items() if item[0] not in ("N", "T"))
    return sizes, _counts(model, needs_readout(claim), of_dimensions)


@lru_cache(maxsize=4096)
def _counts(model: Model, readout: bool, of: tuple[tuple[str, int], ...]) -> _Counts:
    """Found once for some sizes of the dimensions: a design asks for them thousands of times."""
    sizes = dict(of)
    shared = sum(prod(block.shape(sizes)) for block in model.of(Use.STEP))
    states = [prod(block.shape(sizes)) for block in model.of(Use.STATE)]
    own = sum(states) + sum(prod(block.shape(sizes)) for block in model.of(Use.INPUT))
    # The numbers of one output: what the readout has a size for, and nothing before it.
    before = dimensions(model, False)
    output = prod(sizes[name] for name in dimensions(model, True) if name not in before) if readout else 0
    return _Counts(shared, own, output, min(states))


def _steps(row: Mapping[str, Level]) -> int:
    """How many steps all replays of a row have, about."""
    steps: int = row["T"][1]
    return steps * _replays(row)


def _replays(row: Mapping[str, Level]) -> int:
    return 1 if str(row.get("truncation", "Full")) in ONE_REPLAY else 2


def memory(model: Model, claim: Claim, row: Mapping[str, Level]) -> float:
    """About the bytes that the truth of the largest case of a row takes, without those of its parameters."""
    sizes, counts = _counted(model, claim, row)
    step = counts.copies * WIDE.get(str(row.get("type")), 8) * sizes["N"] * counts.own
    kept = min(KEPT, KEPT_BY_STEP * (sizes["T"] - 1) * step)
    return float(step * (MADE + _replays(row) * (sizes["T"] + 1)) + kept)


def estimate(model: Model, claim: Claim) -> Callable[[Mapping[str, Level]], float]:
    """``work`` of one model and claim, found once of each choice of the levels that it depends on."""
    names = (*_sized(model, claim), "truncation", "type")

    @cache
    def answer(*levels: Level) -> float:
        return work(model, claim, dict(zip(names, levels, strict=True)))

    return lambda row: answer(*(row[name] for name in names))


# Truncations that count from the last step.
FROM_END = ("Tail, k < T", "Chunked, ragged, k2 < k1")

# Where all losses reach back to one step.
ONE_REPLAY = ("Full", "Window, k ≥ T", "Chunked, one chunk", "Tail, k ≥ T")
