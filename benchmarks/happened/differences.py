"""Central differences in plain NumPy: what calls a bug of the collection wrong without the verifier."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from benchmarks.happened.bug import Bug
from benchmarks.happened.called import CalledBug

# The step, directions a block, and how far a derivative along one may be off, of what it is made of.
STEP, DIRECTIONS, OFF = 1e-5, 4, 1e-5

Array = Any


def _once(engine: CalledBug, cotangents: list[Array]) -> list[Array]:
    return engine.backward(engine.point, cotangents)


def _twice(engine: CalledBug, cotangents: list[Array]) -> list[Array]:
    engine.backward(engine.point, cotangents)
    return engine.backward(engine.point, cotangents)


def _turned(engine: CalledBug, cotangents: list[Array]) -> list[Array]:
    return engine.backward(engine.point, [np.asfortranarray(each) for each in cotangents])


def _no_final(engine: CalledBug, cotangents: list[Array]) -> list[Array]:
    for each in cotangents[1:]:
        each[...] = 0
    return engine.backward(engine.point, cotangents)


# How an engine is called: what it gives back then is compared.
CALLS: dict[str, Callable[[CalledBug, list[Array]], list[Array]]] = {
    "once": _once,
    "twice": _twice,
    "turned": _turned,
    "no final cotangents": _no_final,
}


class Tangents:
    """Spikes for differences: around the point of the first forward, each moves along its declared slope."""

    def __init__(self, module: Any, steps: int) -> None:
        self.module, self.steps, self.spike = module, steps, module.spike
        self.points: list[Array] = []
        self.calls = 0

    def __call__(self, a: Array) -> Array:
        if len(self.points) < self.steps:
            self.points.append(a)
        at = self.points[self.calls % self.steps]
        self.calls += 1
        return self.spike(at) + self.module.slope(at) * (a - at)


@contextmanager
def smooth(engine: CalledBug) -> Iterator[None]:
    """An engine that spikes has tangents in the place of its spikes; any other is as it is."""
    module: Any = engine.module
    if not hasattr(module, "spike"):
        yield
        return
    module.spike = Tangents(module, engine.bug.steps)
    try:
        yield
    finally:
        module.spike = module.spike.spike


def wrong_blocks(bug: Bug, wrong: bool = True) -> list[str]:
    """The blocks whose gradients are off along some direction; of the right twin there is none."""
    engine = CalledBug(bug, wrong, bug.records, bug.steps, shown=True)
    with smooth(engine):
        return _wrong_blocks(engine)


def _wrong_blocks(engine: CalledBug) -> list[str]:
    bug = engine.bug
    rng = np.random.default_rng(1)
    weights = [rng.standard_normal(np.shape(each)) for each in engine.forward(*engine.point)]
    gradients = CALLS[bug.call](engine, weights)

    def loss(arrays: list[Array]) -> float:
        pairs = zip(weights, engine.forward(*arrays), strict=True)
        return float(sum(np.sum(w * o) for w, o in pairs))

    found = []
    for number, (name, gradient) in enumerate(zip(engine.names, gradients, strict=True)):
        for _ in range(DIRECTIONS):
            along = rng.standard_normal(engine.point[number].shape)
            ends = []
            for sign in (1, -1):
                moved = list(engine.point)
                moved[number] = moved[number] + sign * STEP * along
                ends.append(loss(moved))
            want, terms = (ends[0] - ends[1]) / (2 * STEP), gradient * along
            if not abs(np.sum(terms) - want) <= OFF * (abs(want) + np.abs(terms).sum() + 1e-3):
                found.append(name)
                break
    return found
