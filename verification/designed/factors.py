"""A designed sample: fixed problems of any size, in which the levels of any two factors meet.

What is drawn is small and tame. Here sizes go up to 129, numbers from 1e-4 to 45, and arrays lie in every
layout, each of these with each other. Kinds of truncation and activations are one factor, so with either of
them any third meets.
"""

from functools import lru_cache

import numpy as np

from verification.asked.covering import Level, Row, Rule, covering

# k2 = k1 where nothing is said of it.
POLICIES = (
    *("Full", "Window(0)", "Window, k < T", "Window, k ≥ T", "Tail, k < T", "Tail, k ≥ T"),
    *("Chunked, whole", "Chunked, ragged", "Chunked, k2 > k1", "Chunked, k2 < k1"),
)
ACTIVATIONS = ("tanh", "sigmoid", "relu", "softsign", "identity")

# Classes of sizes: 1, few, and around some powers of two.
FEW, SOME, MORE, MANY = (2, 3, 4), (5, 7, 8, 9), (15, 16, 17, 31, 32, 33), (127, 128, 129)

# A row in which nothing new can meet any more has the first level of each: cheap ones come first.
FACTORS: dict[str, tuple[Level, ...]] = {
    "way": tuple((policy, activation) for policy in POLICIES for activation in ACTIVATIONS),
    "dtype": ("float32", "float64", "longdouble"),
    "losses": ("every", "last"),
    "T": ((1,), FEW, SOME, MORE, (63, 64, 65, *MANY)),
    "N": ((1,), FEW, SOME, MORE, MANY),
    "D": ((1,), FEW, (*SOME, 17), (31, 33, 63, 64, 65), MANY),
    "H": ((1,), FEW, SOME, (*MORE, 63, 64, 65), MANY),
    "K": ((1,), FEW, (*SOME, 17), (31, 33, 63, 64, 65), MANY),
    "W": ("ordinary", "tiny", "one of 45"),
    "other": ("ordinary", "an x of 9", "an h0 of 6", "a b of 45"),
    "h0": ("not zero", "zero"),
    "workspace": (False, True),
    "checkpoints": ("none", "1", "half of T", "T - 1", "beyond T"),
    # How all arrays lie in memory, and xs.
    "layout": (
        *(("as made", "as made"), ("in Fortran order", "in Fortran order")),
        *(("as made", how) for how in ("in Fortran order", "backwards", "broadcast")),
    ),
}

# What a truth costs grows with the numbers that are perturbed, anew in every step of every replay.
MOST_WORK = 100_000

# How many steps there are to replay for each of T, at most, where losses stand on every step.
REPLAYED = {"Window(0)": 2, "Window, k < T": 5, "Chunked, k2 > k1": 6}

# Where T is 1 these are other policies.
WITHIN_T = ("Window, k < T", "Tail, k < T", "Chunked, ragged", "Chunked, k2 < k1")


def work(policy: str, T: int, N: int, D: int, H: int, K: int) -> float:
    """What the truth of such a problem costs, in numbers that are perturbed."""
    steps = T * REPLAYED.get(policy, 2)
    return steps * ((N + H) * (D + H) + (N + H) * K / 2 + N * H * (D + H) / 32) / 2


def _too_much(row: Row) -> bool:
    """Of the smallest sizes of each class. Many steps of many units are met by little else."""
    sizes = [row.get(name, (1,))[0] for name in "TNDHK"]
    alone = all(row.get(name, (1,)) == (1,) for name in "NDK") and _way_of(row) in ("", "Full")
    return work(_way_of(row), *sizes) > MOST_WORK and not alone


def _way_of(row: Row) -> str:
    return str(row.get("way", ("", ""))[0])


RULES = (
    Rule("too much work", ("way", *"TNDHK"), _too_much),
    Rule(
        "no k within one step",
        ("way", "T"),
        lambda row: row.get("T") == (1,) and _way_of(row) in WITHIN_T,
    ),
    Rule(
        "checkpoints where every state is kept",
        ("workspace", "checkpoints"),
        lambda row: bool(row.get("workspace")) and row.get("checkpoints", "none") != "none",
    ),
    # A sum of so many terms, rounded in the same way for all that is known, is not determined to 1e-3.
    Rule(
        "thousands of terms in float32",
        ("T", "N", "dtype"),
        lambda row: row.get("dtype") == "float32" and row.get("T", (1,))[0] * row.get("N", (1,))[0] > 1_000,
    ),
    Rule(
        "zeros with a 6 among them",
        ("other", "h0"),
        lambda row: row.get("h0") == "zero" and row.get("other") == "an h0 of 6",
    ),
    Rule(
        "a loop through a weight of 45",
        ("W", "H", "T"),
        lambda row: row.get("W") == "one of 45" and row.get("H") == (1,) and row.get("T", (1,)) != (1,),
    ),
)


@lru_cache(maxsize=1)
def rows() -> tuple[Row, ...]:
    """Rows in which any two levels meet that can; always the same."""
    return tuple(covering(FACTORS, 2, RULES, np.random.default_rng(0)))
