"""How long do several layers, and both directions, take beside ``nn.LSTM`` and the same in JAX?

Two LSTMs one above the other, one LSTM in both directions, and two levels in both: the full gradient, by
every block, of a loss on every step. PyTorch's is ``num_layers=2`` and ``bidirectional=True``; in JAX each
level and direction is a ``lax.scan``, one after another, compiled as one function.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from benchmarks.contenders import CONTENDERS, Prepare, Ready, manual
from benchmarks.contenders.steps import STEPS
from benchmarks.measure import compete, for_each_number_of_threads, in_words
from benchmarks.options import Options
from benchmarks.results import Timing
from benchmarks.shapes import CallShape
from benchmarks.tables import grouped, ratio, table
from benchmarks.task import CELLS, DTYPES, Task, weights_of
from rnn import LSTM, RNN, Bidirectional, Stack
from rnn.common.arrays import Array
from rnn.through_time.naming import initial_named
from rnn.through_time.recurrence import recurrence

NAME = "layers"
LEVEL = "lstm"

SHAPES = (CallShape(50, 1, 1, 16), CallShape(50, 20, 8, 64), CallShape(100, 32, 64, 128))
QUICK_SHAPES = SHAPES[:2]


@dataclass(frozen=True)
class LayerKind:
    """How many levels there are, and whether each goes in both directions."""

    levels: int
    both: bool

    def cell(self, D: int, H: int) -> Any:
        """The same in ``rnn``."""
        widths = [D, *(H * (1 + self.both),) * (self.levels - 1)]
        made = [Bidirectional(LSTM(width, H)) if self.both else LSTM(width, H) for width in widths]
        return Stack(*made) if self.levels > 1 else made[0]

    def places(self) -> list[tuple[str, str, bool]]:
        """Of each cell, in the order of weights, what names end in here and in PyTorch; is it reverse?"""
        found = []
        for level in range(self.levels):
            for reverse in (False, True) if self.both else (False,):
                way = "_reverse" * reverse
                found.append((f"_l{level}{way}" if self.levels > 1 else way, f"_l{level}{way}", reverse))
        return found


KINDS = {
    "lstm, 2 layers": LayerKind(2, False),
    "lstm, both directions": LayerKind(1, True),
    "lstm, 2 layers in both directions": LayerKind(2, True),
}


@dataclass(frozen=True, eq=False)
class LayersTask(Task):
    """A task of several cells, whose name in ``KINDS`` is ``cell``; a loss on every step, no truncation."""

    @property
    def net(self) -> RNN:
        """As in ``Task``."""
        return RNN(KINDS[self.cell].cell(self.shape.D, self.shape.H), outputs=len(self.params.c))

    def initial(self) -> dict[str, Array]:
        """As in ``Task``: h0_l0, c0_l0 and so on."""
        names = (initial_named(name, "0") for name in self.net.cell.state)
        return dict(zip(names, self.state, strict=True))


def drawn(shape: CallShape, dtype: str, name: str) -> LayersTask:
    """A task of that shape, healthy on every level as one of an LSTM is (``benchmarks.task``)."""
    kind, cell = CELLS[LEVEL], recurrence("cell", KINDS[name].cell(shape.D, shape.H))
    T, N, D = shape.T, shape.N, shape.D
    rng, size = np.random.default_rng(0), kind.size(T)
    weights = [
        block for each in cell.cells for block in weights_of(rng, each, np.array(kind.held) * np.log(T), size)
    ]
    V, c = rng.standard_normal((1, cell.units)) / np.sqrt(cell.units), rng.standard_normal(1)
    state = [rng.standard_normal((N, width)) * np.sqrt(size / 2) for width in cell.widths]
    xs, targets = rng.standard_normal((N, T, D)) * size, rng.standard_normal((N, T, 1))
    params = cell.params(*(block.astype(dtype) for block in (*weights, V, c)))
    of_type = tuple(array.astype(dtype) for array in state)
    return LayersTask(params, xs.astype(dtype), targets.astype(dtype), of_type, cell=name)


def of_torch(task: Task) -> Ready:
    """``nn.LSTM`` with the task's weights in its first bias, the second zero and not learned."""
    import torch

    kind, shape = KINDS[task.cell], task.shape
    tensors = {name: torch.from_numpy(array.copy()) for name, array in task.arrays().items()}
    module = torch.nn.LSTM(
        *(shape.D, shape.H, kind.levels),
        batch_first=True,
        bidirectional=kind.both,
        dtype=tensors["xs"].dtype,
    )
    theirs = dict(module.named_parameters())
    leaves: dict[str, Any] = {}
    with torch.no_grad():
        for here, there, _ in kind.places():
            for letter, name in (("U", "weight_ih"), ("W", "weight_hh"), ("b", "bias_ih")):
                leaves[f"{letter}{here}"] = theirs[f"{name}{there}"]
                leaves[f"{letter}{here}"].copy_(tensors[f"{letter}{here}"])
            theirs[f"bias_hh{there}"].zero_().requires_grad_(False)
    others = {name: tensors[name].requires_grad_() for name in ("V", "c", "xs", *task.initial())}
    leaves |= others
    h0, c0 = ([others[name] for name in task.initial() if name[0] == letter] for letter in "hc")
    targets, by = torch.from_numpy(task.targets), list(leaves.values())

    def run() -> Sequence[Any]:
        outputs, _ = module(others["xs"], (torch.stack(h0), torch.stack(c0)))
        read = torch.nn.functional.linear(outputs, others["V"], others["c"])
        grads: Sequence[Any] = torch.autograd.grad((read - targets).square().sum() / 2, by)
        return grads

    return Ready(run, lambda grads: {name: g.numpy() for name, g in zip(leaves, grads, strict=True)})


def of_jax(task: Task) -> Ready:
    """A scan for each level and direction, differentiated and compiled as one function."""
    import jax
    import jax.numpy as jnp

    configure: Callable[[str, bool], None] = jax.config.update
    configure("jax_enable_x64", True)
    done: Callable[[Any], Any] = jax.block_until_ready
    kind, initial = KINDS[task.cell], list(task.initial())

    def loss(leaves: dict[str, Any], targets: Any) -> Any:
        read, ways, starts = leaves["xs"].swapaxes(0, 1), [], iter(initial)
        for here, _, reverse in kind.places():
            own = {letter: leaves[f"{letter}{here}"] for letter in ("U", "W", "b")}
            after = STEPS[LEVEL](jnp, jax.nn.sigmoid, own)
            start = tuple(leaves[name] for name in (next(starts), next(starts)))

            def step(state: Any, p: Any, after: Any = after) -> Any:
                state = after(p, state)
                return state, state[0]

            ways.append(jax.lax.scan(step, start, read @ own["U"].T + own["b"], reverse=reverse)[1])
            if reverse or not kind.both:
                read, ways = jnp.concatenate(ways, axis=2), []
        outputs = read.swapaxes(0, 1) @ leaves["V"].T + leaves["c"]
        return jnp.square(outputs - targets).sum() / 2

    leaves = {name: jnp.asarray(array) for name, array in task.arrays().items()}
    targets = jnp.asarray(task.targets)
    gradient = jax.jit(jax.grad(loss)).lower(leaves, targets).compile()
    return Ready(
        lambda: done(gradient(leaves, targets)),
        lambda grads: {name: np.asarray(grad) for name, grad in grads.items()},
    )


PREPARED: Mapping[str, Prepare] = {"manual": manual.prepare, "torch": of_torch, "jax": of_jax}


def rows(options: Options) -> list[Timing]:
    """Each number of threads in a process of its own."""
    return for_each_number_of_threads(NAME, options)


def in_process(options: dict[str, Any], threads: int) -> list[dict[str, Any]]:
    """The rows for this process's number of threads."""
    chosen = Options.from_json(options)
    prepared = {name: each for name, each in PREPARED.items() if name in ("manual", *chosen.contenders)}
    shapes = QUICK_SHAPES if chosen.quick else SHAPES
    plan = [(name, dtype, shape) for name in KINDS for dtype in DTYPES for shape in shapes]
    found = []
    for number, (name, dtype, shape) in enumerate(plan):
        task = drawn(shape, dtype, name)
        chosen.stretch.show(number, len(plan), f"{NAME}, {in_words(task, threads)}")
        found += compete(NAME, task, prepared, threads, chosen.effort, data="healthy")
    return [row.to_json() for row in found]


def report(found: list[Timing]) -> str:
    """A table of what is measured by contender, for each type and number of threads."""
    parts = ["A library's time over ours (times), of several layers and both directions"]
    for (dtype, threads), group in grouped(found, lambda row: (row.dtype, row.threads)).items():
        names = [name for name in PREPARED if any(row.contender == name for row in group)]
        at = {(row.cell, row.T, row.N, row.D, row.H, row.contender): ratio(row) for row in group}
        cases = dict.fromkeys(key[:-1] for key in at)
        lines = [
            [case[0], *map(str, case[1:]), *(at.get((*case, name), "") for name in names)] for case in cases
        ]
        head = ["", "T", "N", "D", "H", *(CONTENDERS[name].label for name in names)]
        title = f"{dtype}, {threads} thread{'s' * (threads > 1)}"
        parts.append(f"{title}\n\n{table(head, lines)}")
    return "\n\n".join(parts)
