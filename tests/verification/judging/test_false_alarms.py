"""Right layers are not refuted, case by case, in every model and number type, however they are written.

Each case is asked of the plain layer and, in turn, of one of the other ways of writing it.
FALSE_ALARM_CASES=100000 asks that many of each model, half of them in each of its types, on all cores;
FALSE_ALARM_SEED (0) names others; by default a few.
"""

import os
from collections import Counter
from dataclasses import dataclass

import numpy as np
import pytest

from tests.layers import RIGHT, otherwise
from verification import layer, models
from verification.asked.draws import cases
from verification.drawing import each_drawn
from verification.judging.findings import findings
from verification.judging.properties import Truth
from verification.workers import spread

CASES = int(os.environ.get("FALSE_ALARM_CASES", "60"))
SEED = os.environ.get("FALSE_ALARM_SEED", "0")

# Of PyTorch's autograd, in which nothing is the verifier's own.
OF_TORCH = max(2, CASES // 20)

# So many are drawn by one process at a time.
PORTION = 200

TORCH = {
    models.vanilla: otherwise.torch_vanilla,
    models.lstm: otherwise.torch_lstm,
    models.gru: otherwise.torch_gru,
}


@dataclass(frozen=True)
class Portion:
    """So many cases in one type; ``first``: which way of writing it is asked of the first of them."""

    dtype: str
    number: int
    size: int
    first: int


def portions(model):
    """All the cases of a model, in turn in its one type and in the other."""
    dtypes = ("complex64", "complex128") if model.complex else ("float32", "float64")
    size = min(PORTION, -(-CASES // 2))
    return [
        Portion(dtypes[number % 2], number, min(size, CASES - start), start)
        for number, start in enumerate(range(0, CASES, size))
    ]


def ways_of(model):
    """The other ways of writing its layer, by name."""
    some = {name: way for name, (way, names) in otherwise.OF_SOME.items() if model.name in names}
    return {**otherwise.EVERY, **some}


def counted(model, plain, others, portion, seed):
    """How many cases there were, how many of them live, how many of each engine; and what was refuted."""
    count, refuted = Counter(), []

    def look(case):
        with np.errstate(all="ignore"):
            truth = Truth(case)
            names = [
                "plain",
                *([list(others)[(portion.first + count["cases"]) % len(others)]] if others else []),
            ]
            for name in names:
                engine = plain if name == "plain" else others[name]
                for each in findings(engine, truth):
                    if each.wrong is not None:
                        refuted.append((name, case.sizes, each.property, each.part, each.wrong))
                count[name] += 1
        count["cases"] += 1
        count["live"] += truth.live(plain.claim.blocks)

    each_drawn(cases(model, plain.claim, portion.dtype), seed, portion.size, look)
    return count, refuted


@pytest.mark.parametrize(("model", "module"), RIGHT, ids=[model.name for model, _ in RIGHT])
def test_a_right_layer_is_never_refuted(model, module):
    """Each case by every property; nearly all of them are live, and no way of writing it is left out."""
    others = {name: layer(*way(module), model=model) for name, way in ways_of(model).items()}
    plain, total = layer(module.forward, module.backward, model=model), Counter()

    def work(portion, channel):
        seed = f"{SEED} {model.name} {portion.dtype} {portion.number}"
        return counted(model, plain, others, portion, seed)

    for count, refuted in spread(work, portions(model)):
        assert not refuted, refuted[0]
        total += count
    print(model.name, dict(total))
    assert total["live"] > 0.8 * total["cases"]
    assert set(total) == {"cases", "live", "plain", *others}


@pytest.mark.parametrize("model", TORCH, ids=lambda model: model.name)
def test_pytorch_s_autograd_is_never_refuted(model):
    """Where it is installed."""
    pytest.importorskip("torch")
    engine = layer(*otherwise.torch_autograd(TORCH[model]), model=model)
    count, refuted = counted(model, engine, {}, Portion(None, 0, OF_TORCH, 0), f"{SEED} {model.name}")
    assert not refuted, refuted[0]
    assert count["cases"]
