"""Right layers are not refuted, case by case, in every model and number type, however they are written.

A case is a problem before a layer. Each problem is put before the plain layer and, in turn, before three of
the other ways of writing it. FALSE_ALARM_CASES=100000 asks that many of each model, half of them in each of
its types, on all cores; FALSE_ALARM_SEED (0) names others; by default a few.
"""

import os
from collections import Counter
from dataclasses import dataclass, replace
from functools import cache
from itertools import cycle, islice

import numpy as np
import pytest

from tests.layers import FORMED, RIGHT
from tests.layers.chunked.delta_rule import CHUNK
from tests.verification.judging import flushed, otherwise
from verification import Scope, layer, models
from verification.models.case import random_case
from verification.processes.workers import Lost, spread
from verification.properties.findings import findings, truth_of
from verification.properties.truth import Truth
from verification.sampling.drawing import all_drawn
from verification.sampling.draws import cases

# By default each of the ways, fifteen at most, comes before two problems in either type.
CASES = int(os.environ.get("FALSE_ALARM_CASES", "48"))
SEED = os.environ.get("FALSE_ALARM_SEED", "0")

# Before how many layers each problem is put, and so how many problems there are: what is true of one takes
# longer to find than what a layer makes of it.
LAYERS = 4
PROBLEMS = -(-CASES // LAYERS)

# So many are drawn by one process at a time.
PORTION = 200

# What starts processes at every call takes ten times what any other layer does: its turn comes in one round
# of so many.
SELDOM, ROUNDS = "processes", 10


@dataclass(frozen=True)
class Portion:
    """So many problems in one type, ``first``: how many there are before them."""

    dtype: str
    number: int
    size: int
    first: int


def portions(model):
    """All the problems of a model, in turn in its one type and in the other."""
    dtypes = ("complex64", "complex128") if model.complex else ("float32", "float64")
    size = min(PORTION, -(-PROBLEMS // 2))
    return [
        Portion(dtypes[number % 2], number, min(size, PROBLEMS - start), start)
        for number, start in enumerate(range(0, PROBLEMS, size))
    ]


def in_turn(others):
    """The names of the other ways, round by round."""
    often = [name for name in others if name != SELDOM]
    return cycle([*others, *often * (ROUNDS - 1)])


def counted(model, plain, others, portion, seed, tell=lambda told: None):
    """Counts of problems, of informative ones, and of those before each layer; and what was refuted."""
    count, refuted = Counter(), []
    turns = islice(in_turn(others), (LAYERS - 1) * portion.first if others else 0, None)
    for case in all_drawn(cases(model, plain.claim, portion.dtype), seed, portion.size):
        tell(case.sizes)
        # What is true of a case is the same for all that declare no other chunk.
        truth_in = cache(lambda chunk, case=case: Truth(replace(case, chunk=chunk)))
        with np.errstate(all="ignore"):
            for name in ("plain", *islice(turns, LAYERS - 1)):
                engine = plain if name == "plain" else others[name]
                for each in findings(engine, truth_in(engine.claim.chunk)):
                    if each.wrong is not None:
                        refuted.append((name, case.sizes, each.property, each.part, each.wrong))
                count[name] += 1
        count["problems"] += 1
        count["informative"] += truth_in(None).informative(plain.claim.blocks)
    return count, refuted


@pytest.mark.slow
@pytest.mark.parametrize(("model", "module"), RIGHT, ids=[model.name for model, _ in RIGHT])
def test_a_right_layer_is_never_refuted(model, module):
    """By no property; nearly all problems are informative, and no way of writing it is left out."""
    # A delta rule in chunks says so: the roundings of its form are larger where numbers cancel.
    said = {"chunks of products": Scope(chunk=CHUNK)} if model.in_chunks else {}
    ways = otherwise.ways_of(model, module).items()
    others = {name: layer(*each, model=model, scope=said.get(name)) for name, each in ways}
    plain, total = layer(module.forward, module.backward, model=model), Counter()

    def work(portion, worker):
        seed = f"{SEED} {model.name} {portion.dtype} {portion.number}"
        return counted(model, plain, others, portion, seed, worker.tell)

    for outcome in spread(work, portions(model)):
        assert not isinstance(outcome, Lost), outcome
        count, refuted = outcome
        assert not refuted, refuted[0]
        total += count
    print(model.name, dict(total))
    assert total["informative"] > 0.8 * total["problems"]
    assert set(total) == {"problems", "informative", "plain", *others}
    assert total.total() - total["problems"] - total["informative"] >= CASES


@pytest.mark.slow
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize(("model", "module"), FORMED, ids=[model.name for model, _ in FORMED])
def test_a_right_layer_by_suffix_sums_is_never_refuted(model, module, dtype):
    """Whose gate's gradient is made by them, as it declares."""
    engine = layer(module.forward, module.backward, model=model, forms=module.FORMS)
    portion = Portion(dtype, 0, -(-PROBLEMS // 2), 0)
    count, refuted = counted(engine.model, engine, {}, portion, f"{SEED} {model.name} {dtype}")
    assert not refuted, refuted[0]
    assert count["informative"] > 0.8 * count["problems"]


@pytest.mark.slow
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_who_takes_denormal_numbers_for_zero_is_never_refuted(dtype):
    """In any property, by gradients that are next to nothing, or have parts that are."""
    engine, lost = layer(flushed.forward, flushed.backward, model=models.linear), 0
    least = int(-np.log10(float(np.finfo(dtype).tiny)))
    for seed in range(24):
        rng = np.random.default_rng(seed)
        sizes = {"H": int(rng.integers(1, 5)), "D": int(rng.integers(1, 5))}
        # Beyond nine records or steps a truth is replayed.
        case = random_case(
            models.linear, rng, sizes, int(rng.integers(1, 13)), int(rng.integers(1, 18)), dtype
        )
        by = {name: 10.0 ** -rng.uniform(0, 0.6 * least * rng.integers(2)) for name in case.blocks}
        by["lam"] = 10.0 ** -rng.uniform(0, 0.2 * least)
        blocks = {name: (array * by[name]).astype(dtype) for name, array in case.blocks.items()}
        quiet = 10.0 ** -rng.uniform(0, 0.98 * least)
        objective = case.objective.replaced(lambda a, quiet=quiet: (a * quiet).astype(dtype))
        truth = truth_of(replace(case, blocks=blocks, objective=objective))
        assert [each.wrong for each in findings(engine, truth) if each.wrong] == []
        lost += any(0 < each.size < np.finfo(dtype).tiny for each in truth.blocks.values())
    assert lost
