"""Is what was refuted wrong, and what was verified right? Two sources answer, apart from the verifier.

    python -m benchmarks.field_study.confirm --sources DIR [NAME ...]

Differences of the engine's own forward, and PyTorch's autograd of the equations in float64, an adapter's own
``by_torch`` or those that are written out here, on one case of numbers between −1 and 1 and of three steps.
For each block the largest entry, the engine's error, and the difference of the two sources. Without a name
all that was refuted. Kept in confirmations.json. Needs PyTorch.
"""

import argparse
import os
import sys
import warnings
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.field_study.places import keep, read
from benchmarks.field_study.wrapped import WrappedLayer, wrapped
from verification.models import gru_reset_before

# The error of the method is of the order of the step⁴, that of rounding of its inverse.
STEP, STEP_IN_SINGLE_PRECISION = 1e-3, 1 / 32


def by_differences(engine: WrappedLayer, cotangents: list[np.ndarray]) -> list[np.ndarray]:
    """Gradients by central differences at two steps, extrapolated."""
    whole = STEP if engine.case.dtype == np.float64 else STEP_IN_SINGLE_PRECISION

    def loss(arrays: list[np.ndarray]) -> float:
        pairs = zip(cotangents, engine.forward(*arrays), strict=True)
        return sum(float(np.sum(np.asarray(d, float) * np.asarray(o, float))) for d, o in pairs)

    found = []
    for number, array in enumerate(engine.point):
        gradient = np.zeros(array.shape)
        for index in np.ndindex(array.shape):
            slopes = []
            for step in (whole, whole / 2):
                losses = []
                for sign in (1, -1):
                    moved = [each.copy() for each in engine.point]
                    moved[number][index] += sign * step
                    losses.append(loss(moved))
                slopes.append((losses[0] - losses[1]) / (2 * step))
            gradient[index] = (4 * slopes[1] - slopes[0]) / 3
        found.append(gradient)
    return found


def stepped(p: dict[str, Any], x: Any, h: Any, c: Any, sigmoid: Any, z_keeps: bool) -> tuple[Any, Any]:
    """h and c after a step; of a GRU the reset comes before the product, and z weighs the candidate, or h."""
    import torch

    a = x @ p["U"].T + p.get("b", 0)
    if c is not None:
        i, f, g, o = (a + h @ p["W"].T).chunk(4, dim=1)
        c = sigmoid(f) * c + sigmoid(i) * torch.tanh(g)
        return sigmoid(o) * torch.tanh(c), c
    if len(p["U"]) == h.shape[1]:
        return torch.tanh(a + h @ p["W"].T), None
    (r, z, n), (W_r, W_z, W_n) = a.chunk(3, dim=1), p["W"].chunk(3)
    r, z = sigmoid(r + h @ W_r.T), sigmoid(z + h @ W_z.T)
    z = 1 - z if z_keeps else z
    return (1 - z) * h + z * torch.tanh(n + (r * h) @ W_n.T), None


def by_torch(engine: WrappedLayer, cotangents: list[np.ndarray], sigmoid: Any) -> list[np.ndarray]:
    """Gradients by PyTorch, of the equations of a vanilla network, an LSTM or a GRU written out once more."""
    import torch

    case = engine.case
    p = {name: torch.tensor(np.asarray(a, float), requires_grad=True) for name, a in case.blocks.items()}
    h, c, outputs = p["h0"], p.get("c0"), []
    z_keeps = case.model.name == gru_reset_before.name
    for t in range(case.steps):
        h, c = stepped(p, p["xs"][:, t], h, c, sigmoid, z_keeps)
        outputs.append(h)
    states = torch.stack(outputs, dim=1)
    if "V" in p:
        logits = states @ p["V"].T + p.get("c", 0)
        objective: Any = case.objective
        targets = torch.tensor(objective.targets)
        if objective.last:
            logits = logits[:, -1:]
        if "characters" in case.model.name:
            wanted = targets.argmax(dim=2).flatten()
            value = torch.nn.functional.cross_entropy(logits.flatten(0, 1), wanted, reduction="sum")
        else:
            value = ((logits - targets) ** 2).sum() / 2
    else:
        final = [h] if c is None else [h, c]
        # Of an engine that claims no final states there is the outputs' cotangent alone.
        pairs = zip(cotangents, [states, *final][: len(cotangents)], strict=True)
        value = sum((torch.tensor(np.asarray(d, float)) * o).sum() for d, o in pairs)
    found = torch.autograd.grad(value, [p[name] for name in engine.names])
    return [d.numpy() for d in found]


def errors_of(name: str) -> dict[str, dict[str, float]]:
    """For each block of an engine: its largest entry, its error, and the difference of the two sources."""
    import torch

    engine = wrapped(name, steps=3)
    rng = np.random.default_rng(1)
    outputs = engine.forward(*engine.point)
    # A loss is differentiated itself.
    cotangents = [np.ones(())] if outputs[0].ndim == 0 else [rng.standard_normal(o.shape) for o in outputs]
    cotangents = [d.astype(engine.case.dtype) for d in cotangents]
    got = engine.backward(engine.point, cotangents)

    def clipped(a: Any) -> Any:
        return torch.clip(torch.sigmoid(a), 1e-4, 1 - 1e-4)

    sigmoid = clipped if name == "neuralnetlib_lstm" else torch.sigmoid
    if engine.by_torch is not None:
        own = engine.by_torch(engine.case.blocks, cotangents)
        torchs = [own[name] for name in engine.names]
    else:
        torchs = by_torch(engine, cotangents, sigmoid)
    return compared(engine, got, by_differences(engine, cotangents), torchs)


def compared(
    engine: WrappedLayer,
    got: list[np.ndarray],
    differences: list[np.ndarray],
    torchs: list[np.ndarray],
) -> dict[str, dict[str, float]]:
    """For each block its largest entry, its error, and the difference of the two sources."""
    return {
        block: {
            "largest": float(np.max(np.abs(by_torch))),
            "error": float(np.max(np.abs(mine - by_torch))),
            "difference": float(np.max(np.abs(by_difference - by_torch))),
        }
        for block, mine, by_difference, by_torch in zip(engine.names, got, differences, torchs, strict=True)
    }


def main(arguments: list[str] | None = None) -> int:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", metavar="NAME")
    parser.add_argument("--sources", type=Path, required=True)
    given = parser.parse_args(arguments)
    results = read("results.json")
    refuted = [name for name, result in results.items() if result["verdict"] == "refuted"]
    unknown = [name for name in given.names if name not in results]
    if unknown or not given.sources.is_dir():
        what = (
            f"NAME: {unknown[0]!r}, needed some of {', '.join(results)}"
            if unknown
            else "--sources: no such folder"
        )
        print(f"confirm.py: {what}", file=sys.stderr)
        return 2
    os.environ["FIELD_SOURCES"] = str(given.sources.resolve())
    warnings.simplefilter("ignore")
    for name in given.names or refuted:
        try:
            said: dict[str, Any] = errors_of(name)
        except ImportError as missing:
            print(f"{name} left out: {missing}")
            continue
        except Exception as error:
            said = {"raised": str(error)}
        keep("confirmations.json", name, said)
        print(name, said, flush=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
