"""What other checkers say of the same engines: gradcheck, check_grads and central differences.

    python -m benchmarks.field_study.checkers --sources DIR [NAME ...]

Each at its defaults, on one case of four steps and numbers between −1 and 1, in the interpreter that runs
this; an adapter whose package is not there is left out, by name. An engine with a truncation of its own is
asked for eight steps as well, where that leaves something out. Kept in checkers.json.
"""

import argparse
import importlib
import os
import sys
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.field_study.places import keep, read
from benchmarks.field_study.tables import write_tables
from benchmarks.field_study.wrapped import MORE_STEPS, STEPS, WrappedLayer, truncated, wrapped

# Of the course that made central differences known: this step, this error, and what it calls probably wrong.
STEP, FLOOR, WRONG = 1e-5, 1e-8, 1e-2

Said = dict[str, Any]


def by_gradcheck(engine: WrappedLayer, fast: bool = False) -> str:
    """What torch.autograd.gradcheck finds, "" for nothing; it wraps the engine in a Function.

    ``fast``: along one random direction in place of every entry.
    """
    import torch

    failed = importlib.import_module("torch.autograd.gradcheck").GradcheckError

    class Wrapper(torch.autograd.Function):  # type: ignore[misc]
        @staticmethod
        def forward(ctx: Any, *tensors: Any) -> Any:
            ctx.save_for_backward(*tensors)
            with torch.enable_grad():  # of an engine that is PyTorch's itself
                outputs = engine.forward(*(t.detach().numpy() for t in tensors))
            return tuple(torch.from_numpy(np.array(o)) for o in outputs)

        @staticmethod
        def backward(ctx: Any, *cotangents: Any) -> Any:
            arrays = [t.detach().numpy() for t in ctx.saved_tensors]
            with torch.enable_grad():
                found = engine.backward(arrays, [d.detach().numpy() for d in cotangents])
            return tuple(torch.from_numpy(np.array(d)) for d in found)

    tensors = [torch.from_numpy(array.copy()).requires_grad_() for array in engine.point]
    try:
        torch.autograd.gradcheck(Wrapper.apply, tensors, fast_mode=fast)
    except failed as error:
        (first,) = str(error).strip().splitlines()[:1]
        number = first.partition("with respect to input ")[2].split(",")[0]
        return f"input {number} ({engine.names[int(number)]})" if number.isdigit() else first
    return ""


def by_check_grads(engine: WrappedLayer) -> str:
    """What jax.test_util.check_grads finds in reverse mode, of a custom_vjp that calls the engine."""
    import jax
    from jax.test_util import check_grads

    jax.config.update("jax_enable_x64", True)

    def like(arrays: Any) -> Any:
        return [jax.ShapeDtypeStruct(np.shape(a), np.asarray(a).dtype) for a in arrays]

    outputs = like(engine.forward(*engine.point))

    @jax.custom_vjp  # type: ignore[untyped-decorator]
    def run(*arrays: Any) -> Any:
        return jax.pure_callback(lambda *given: engine.forward(*map(np.asarray, given)), outputs, *arrays)

    def back(arrays: Any, cotangents: Any) -> Any:
        def called(arrays: Any, cotangents: Any) -> Any:
            return engine.backward([*map(np.asarray, arrays)], [*map(np.asarray, cotangents)])

        return tuple(jax.pure_callback(called, like(engine.point), arrays, cotangents))

    run.defvjp(lambda *arrays: (run(*arrays), arrays), back)
    try:
        check_grads(run, tuple(engine.point), order=1, modes=["rev"])
    except AssertionError:
        return "VJP"
    return ""


def by_differences(engine: WrappedLayer) -> str:
    """The block and the entry that central differences call wrong, of outputs with random weights."""
    rng, point = np.random.default_rng(1), engine.point
    weights = [rng.standard_normal(np.shape(o)) for o in engine.forward(*point)]

    def loss(arrays: list[np.ndarray]) -> float:
        pairs = zip(weights, engine.forward(*arrays), strict=True)
        return sum(float(np.sum(w * o)) for w, o in pairs)

    dtype = point[0].dtype
    found = engine.backward(point, [w.astype(dtype) for w in weights])
    for number, name in enumerate(engine.names):
        for index in np.ndindex(point[number].shape):
            losses = []
            for sign in (1, -1):
                moved = [array.copy() for array in point]
                moved[number][index] += sign * STEP
                losses.append(loss(moved))
            numerical = (losses[0] - losses[1]) / (2 * STEP)
            got = float(found[number][index])
            if abs(got - numerical) / max(FLOOR, abs(got) + abs(numerical)) > WRONG:
                return f"{name}{list(index)}"
    return ""


CHECKERS: dict[str, Callable[[WrappedLayer], str]] = {
    "gradcheck": by_gradcheck,
    "check_grads": by_check_grads,
    "central differences": by_differences,
}


def results_of(name: str, steps: int = STEPS) -> dict[str, Said]:
    """The result of every checker for an adapter's engine, on so many steps."""
    said: dict[str, Said] = {}
    for kind, check in CHECKERS.items():
        started = time.process_time()
        try:
            place = check(wrapped(name, steps))
        except Exception as error:
            line = (str(error).strip().splitlines() or [""])[0][:120]
            said[kind] = {"says": "raised", "place": f"{type(error).__name__}: {line}"}
        else:
            said[kind] = {"says": "wrong" if place else "right", "place": place}
        said[kind]["seconds"] = round(time.process_time() - started, 3)
    return said


def main(arguments: list[str] | None = None) -> int:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", metavar="NAME")
    parser.add_argument("--sources", type=Path, required=True)
    given = parser.parse_args(arguments)
    if not given.sources.is_dir():
        print(f"checkers.py: --sources: {given.sources}: no such folder", file=sys.stderr)
        return 2
    os.environ["FIELD_SOURCES"] = str(given.sources.resolve())
    warnings.simplefilter("ignore")
    studied = read("results.json")
    unknown = [name for name in given.names if name not in studied]
    if unknown:
        print(f"checkers.py: NAME: {unknown[0]!r}, needed some of {', '.join(studied)}", file=sys.stderr)
        return 2
    for name in given.names or studied:
        try:
            engine = wrapped(name).engine
        except ImportError as missing:
            print(f"{name} left out: {missing}")
            continue
        said: dict[str, Any] = results_of(name)
        if truncated(engine):
            said["more steps"] = results_of(name, MORE_STEPS)
        keep("checkers.json", name, said)
        print(
            name,
            *(f"{kind}: {said[kind]['says']} {said[kind]['place']}" for kind in CHECKERS),
            sep="; ",
            flush=True,
        )
    write_tables()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
