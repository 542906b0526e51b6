"""The factors of a designed sample and their levels, filled in for a model and a claim.

Sizes come in classes, whose numbers are powers of two and their neighbours. What is said of *matrices*,
*vectors*, *inputs* and *states* is about all blocks of that use, for a model's blocks are opaque.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import TypeAlias

from verification.models.model import PARAMETERS, Block, Model, Use
from verification.models.truncation import TruncationRule
from verification.sampling.claim import FEW, FEW_STEPS, Claim, span_in_words
from verification.sampling.covering import Level

Span: TypeAlias = tuple[int, int]

CLASSES: tuple[Span, ...] = ((1, 1), (2, 4), (5, 17), (18, 65), (66, 129))

# For each class, the numbers that meet every level of every other factor.
NUMBERS = (1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 64, 65, 127, 128, 129)

# A number of steps beyond the classes, which meets every level of every other factor, in pairs alone.
LONG_STEPS = 512

# The most records, and the largest size of each dimension, in Fractions.
MOST_IN_FRACTIONS = 2

ORDINARY, TINY, LARGE, OVERFLOWING = "ordinary", "tiny", "one large", "one that overflows"

# No condition of ``verification.sampling.conditions``: of what is zero, what has a cotangent, a pattern.
NO_BLOCK, EVERYWHERE, RANDOM = "no block", "everywhere", "random"

# What a loss is multiplied by, and whose it is.
UNWEIGHTED, OF_RECORDS, OF_STEPS = "none", "of records", "of steps"
OF_MODEL, OF_CLASSES = "the model's", "of classes"

# What is meant by tiny, and by large: of matrices and vectors, of inputs, of states.
SMALL_NUMBER = 1e-4
LARGE_WEIGHT, LARGE_INPUT, LARGE_STATE = 45.0, 9.0, 6.0

# By kind of truncation, its levels and the least T that each needs.
TRUNCATIONS: Mapping[str, Mapping[str, int]] = {
    "Full": {"Full": 1},
    "Window": {"Window(0)": 1, "Window, k < T": 2, "Window, k ≥ T": 1},
    "Chunked": {
        "Chunked, one chunk": 1,
        "Chunked, ragged, k2 = k1": 3,
        "Chunked, ragged, k2 > k1": 3,
        "Chunked, ragged, k2 < k1": 3,
    },
    "Tail": {"Tail, k < T": 2, "Tail, k ≥ T": 1},
}

# What has a cotangent, or a loss; of who declines that of a final state the outputs alone.
OUTPUTS = "outputs"
LOSSES: Mapping[str, tuple[str, ...]] = {
    "cotangents": (OUTPUTS, "final state", "outputs and final state"),
    "last": ("last step",),
    "every": ("every step",),
}

# After how many steps a state is kept, and the least T that it needs.
CHECKPOINTS: Mapping[str, int] = {"none": 1, "1": 1, "2": 3, "half": 5, "T - 1": 3, "T": 1}

# All arrays in C order, or each in a way of its own.
MIXED, IN_C_ORDER = "mixed", "C order"

# Layouts of all arrays, or of one alone; of what repeats one is chosen already.
USUAL = (
    *("Fortran order", "backwards", "repeated", "read-only"),
    *("Fortran order, one alone", "backwards, one alone"),
)
ALONE: Mapping[str, str] = {
    f"{layout}, one alone": layout for layout in ("Fortran order", "backwards", "read-only")
}


def table(model: Model, claim: Claim) -> dict[str, tuple[Level, ...]]:
    """The factors and their levels, cheapest first."""
    readout, few = needs_readout(claim), FEW if claim.compiled else None
    losses = LOSSES if claim.ends else {**LOSSES, "cotangents": (OUTPUTS,)}
    factors: dict[str, tuple[Level, ...]] = {
        "truncation": tuple(level for truncation in claim.truncations for level in _levels(truncation)),
        **{f"function {role}": names for role, names in claim.functions.items()},
        "type": claim.dtypes,
        "losses": tuple(level for kind in claim.losses for level in losses[kind]),
        "T": classes(claim.steps, FEW_STEPS if claim.compiled else None),
        "N": classes(claim.records, few),
    }
    for name in dimensions(model, readout):
        named = claim.sizes.get(name)
        each = classes((1, most_of(model, name)), few) if named is None else tuple((n, n) for n in named)
        factors[f"size {name}"] = each
    if matrices(model, readout):
        factors["matrices"] = (ORDINARY, TINY, LARGE)
    if vectors(model):
        factors["vectors"] = (ORDINARY, TINY, LARGE)
    factors["inputs"] = (ORDINARY, TINY, LARGE) if numbers_given(model) else (ORDINARY,)
    factors["states"] = ("zero", ORDINARY, LARGE) if claim.free else ("zero",)
    # Factors whose other levels are conditions, which are met in pairs alone.
    factors |= {"zero": (NO_BLOCK,), "pattern of inputs": (RANDOM,)}
    if matrices(model, readout) or vectors(model):
        factors["pattern of weights"] = (RANDOM,)
    if "cotangents" in claim.losses:
        factors["cotangents"] = (EVERYWHERE,)
    factors["layout"] = (MIXED, *USUAL)
    if claim.lengths:
        factors["lengths"] = ("alike", "of their own")
    if claim.chunks:
        factors["chunk"] = claim.chunks
    if claim.weights:
        factors["weights"] = (UNWEIGHTED, OF_RECORDS, OF_STEPS)
    if claim.classes:
        factors["loss"] = (OF_MODEL, OF_CLASSES)
    if claim.checkpoints:
        factors["checkpoints"] = tuple(CHECKPOINTS)
    if claim.workspace:
        factors["workspace"] = (False, True)
    return factors


def _levels(truncation: str | TruncationRule) -> tuple[str | TruncationRule, ...]:
    return tuple(TRUNCATIONS[truncation]) if isinstance(truncation, str) else (truncation,)


def classes(span: Span, few: Sequence[int] | None = None) -> tuple[Span, ...]:
    """The classes of sizes within a least and a most, or these few; the span itself where none is within."""
    least, most = span
    spans = CLASSES if few is None else [(n, n) for n in few]
    inner = [(max(low, least), min(high, most)) for low, high in spans]
    return tuple((low, high) for low, high in inner if low <= high) or (span,)


def numbers(span: Span) -> tuple[int, ...]:
    """The numbers of a class."""
    low, high = span
    return tuple(n for n in NUMBERS if low <= n <= high) or (low, high)


def needs_readout(claim: Claim) -> bool:
    """Has a case of this claim READOUT blocks?"""
    return has_readout(claim.losses)


def has_readout(losses: tuple[str, ...]) -> bool:
    """Has a case with losses of these kinds?"""
    return losses != ("cotangents",)


@lru_cache(maxsize=64)
def dimensions(model: Model, readout: bool) -> tuple[str, ...]:
    """The names of the dimensions of what a case has."""
    uses = (Use.STEP, Use.INPUT, Use.STATE, *((Use.READOUT,) if readout else ()))
    return model.dimensions_of(*uses)


def most_of(model: Model, name: str) -> int:
    """The largest size of a dimension in the designed sample."""
    designed = model.designed.get(name, CLASSES[-1][1])
    return min(designed, model.most.get(name, designed))


def within(claim: Claim, name: str, size: int) -> int:
    """The size of N, of T or of a dimension, or the nearest that is claimed."""
    if name in ("N", "T"):
        low, high = claim.records if name == "N" else claim.steps
        return max(low, min(size, high))
    named = claim.sizes.get(name, ())
    if named:
        return max((n for n in named if n <= size), default=named[0])
    return min(size, claim.most.get(name, size))


def parameters(readout: bool) -> tuple[Use, ...]:
    """The uses of what the records of a case share."""
    return PARAMETERS if readout else (Use.STEP,)


def matrices(model: Model, readout: bool) -> tuple[Block, ...]:
    """The blocks of several axes that are used at every step, or in the readout."""
    return tuple(block for block in model.of(*parameters(readout)) if len(block.axes) > 1)


def numbers_given(model: Model) -> tuple[Block, ...]:
    """The inputs that are any numbers, or those of a domain, and not whole ones."""
    return tuple(block for block in model.of(Use.INPUT) if block.below is None)


def vectors(model: Model) -> tuple[Block, ...]:
    """The blocks of one axis that are used at every step."""
    return tuple(block for block in model.of(Use.STEP) if len(block.axes) == 1)


def sizes_of(levels: Mapping[str, Level]) -> dict[str, Span]:
    """The classes of N, T and the dimensions, by name."""
    named = {name.removeprefix("size "): level for name, level in levels.items() if name.startswith("size ")}
    return {name: levels[name] for name in ("N", "T") if name in levels} | named


def in_words(levels: Sequence[tuple[str, Level]]) -> str:
    """Some levels in a line."""
    return ", ".join(
        f"{name} {span_in_words(level) if isinstance(level, tuple) else level}" for name, level in levels
    )
