"""Cases for every cell of ``rnn`` beside the designed sample, each named after its purpose.

They are checked like any case, with numbers that round. A layer, which has cotangents of outputs and of the
final states in place of a loss, is drawn by the first rows of a design of its own. Some cases have what is no
factor of a design: a number of checkpoints that the engine chooses; truncations of the user's own. The others
take paths of compiled loops that few sizes take: work for several threads, in more parts than threads; rows
and columns that leave a part of a tile; a sweep that goes alone where others have been to its steps;
functions far out. Their types have fast products, so the truth takes little time.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import lru_cache, partial

import numpy as np

from verification.adapters.layer import CAPABILITIES
from verification.models.case import Case, Cotangents, random_case
from verification.models.model import Model, Use
from verification.models.truncation import FULL, KINDS, Tabled, TruncationRule, chunks, tail, window
from verification.models.weighted import counts_from_end
from verification.properties.engine import FixedCase
from verification.sampling.design import Design
from verification.sampling.numbering import Row
from verification.sampling.resolving import resolved
from verification.sampling.sample import in_floats
from verification.sampling.scope import Scope

# A layer that is told its functions and how far a loss may reach.
AS_LAYER = replace(CAPABILITIES, functions=True, truncations=True, chunks=False)

# N, T, D, H and K of a small case, and the units of a level below the one on top.
SMALL = {"N": 3, "T": 5, "D": 2, "H": 4, "K": 3, "H_l0": 3}


# What has cotangents of a last state: its arrays but the last, as h of an LSTM, and the last, as c.
LAST = ("last state", "its last array")

# Rows of a layer's design, of those for pairs: by so many every level is met, and many of the pairs.
ROWS = 120


def of_every_cell(model: Model) -> tuple[FixedCase, ...]:
    """The cases of a model."""
    return tuple(FixedCase(None, name, partial(_made, model, name)) for name in (*CASES, *DRAWN))


@lru_cache(maxsize=1024)
def _made(model: Model, name: str) -> Case:
    """Computed once for all engines."""
    return {**CASES, **DRAWN}[name](model)


@lru_cache(maxsize=8)
def _designed(model: Model) -> tuple[Design, tuple[Row, ...]]:
    """The design of a layer of every function, truncation and length, and its first rows."""
    functions = {role: tuple(each.name for each in model.choices(role)) for role in model.functions}
    scope = Scope(functions=functions, truncations=tuple(KINDS), lengths=True)
    design = in_floats(model, resolved(scope, model, AS_LAYER))
    return design, design.rows(2)[:ROWS]


def drawn_layer(model: Model, number: int) -> Case:
    """The case of a row. What stands behind the layer has a gradient of zero.

    With records that end early ``rnn`` refuses a truncation that counts from the end of those.
    """
    design, rows = _designed(model)
    rng = np.random.default_rng(number)
    case = design.make(rows[number], rng)
    behind = {
        block.name: rng.uniform(-1, 1, block.shape({**case.sizes, "K": 1})).astype(case.dtype)
        for block in model.of(Use.READOUT)
    }
    refused = case.lengths is not None and counts_from_end(case.truncation, case.steps, case.lengths)
    return replace(case, blocks={**case.blocks, **behind}, lengths=None if refused else case.lengths)


def network(
    model: Model,
    truncation: TruncationRule = FULL,
    *,
    losses: str = "every",
    dtype: str = "float64",
    checkpoints: int | None = None,
    functions: Mapping[str, str] | None = None,
    sizes: Mapping[str, int] | None = None,
) -> Case:
    """A case of a loss, always the same for the same arguments; ``sizes``: where they are not ``SMALL``."""
    named = {**SMALL, **(sizes or {})}
    records, steps = named.pop("N"), named.pop("T")
    rng = np.random.default_rng(0)
    case = random_case(model, rng, named, records, steps, np.dtype(dtype), functions, losses)
    return replace(case, truncation=truncation, checkpoints=checkpoints)


def as_layer(
    model: Model,
    truncation: TruncationRule = FULL,
    *,
    of: tuple[str, ...] = ("outputs", *LAST),
    lengths: tuple[int, ...] | None = None,
    dtype: str = "float64",
    sizes: Mapping[str, int] | None = None,
) -> Case:
    """A case of cotangents; ``of``: what has some. What stands behind the layer has a gradient of zero."""
    case, rng = network(model, truncation, dtype=dtype, sizes=sizes), np.random.default_rng(1)
    records, steps, units = len(case.state[0]), case.steps, {**SMALL, **(sizes or {})}["H"]
    outputs, *state = (
        rng.uniform(-1, 1, shape).astype(dtype) * (name in of)
        for name, shape in (
            ("outputs", (records, steps, units)),
            *((LAST[0], array.shape) for array in case.state[:-1]),
            (LAST[1], case.state[-1].shape),
        )
    )
    return replace(case, objective=Cotangents(outputs, tuple(state)), lengths=lengths)


def without_state(model: Model) -> Case:
    """A layer that is given no initial state, as most are called: it is zero, of two records."""
    case = as_layer(model, sizes={"N": 2})
    zeros = {block.name: 0 * case.blocks[block.name] for block in model.of(Use.STATE)}
    return replace(case, blocks={**case.blocks, **zeros})


def for_threads(model: Model, records: int, multiplications: int) -> dict[str, int]:
    """The sizes of a case of so many records, whose steps make so much work.

    Two threads are repaid by 12 million multiplications in single precision (``rnn.compiled.sharing``).
    """
    W = next(block for block in model.of(Use.STEP) if block.name.startswith("W"))
    units = 64 if W.parts else 128
    each = records * int(np.prod(W.shape(dict.fromkeys(W.dimensions, units))))
    return {"N": records, "T": -(-multiplications // each), "D": 1, "H": units, "K": 1, "H_l0": units}


def of_threads(model: Model) -> Case:
    """Of 200 records, which make four parts, and as many steps as make work for two threads, back as well."""
    case = network(model, losses="last", dtype="float32", sizes=for_threads(model, 200, 40_000_000))
    # On one side of all outputs, so that records do not cancel one another.
    return replace(case, objective=case.objective.replaced(lambda targets: targets + 3))


def far_out(model: Model, bias: float, functions: Mapping[str, str]) -> Case:
    """All pre-activations are beyond so much, and so is a state that adds up; ``functions``: by role.

    Every other unit is below 0: its gates are nearly closed.
    """
    chosen = {role: functions[role] for role in model.functions}
    case = network(model, functions=chosen, sizes={"T": 2, "H": 2})
    blocks = dict(case.blocks)
    for block in (*model.of(Use.STEP), *model.of(Use.STATE)[1:]):
        if len(block.axes) == 1:
            given = blocks[block.name]
            blocks[block.name] = np.resize([1, -1], given.shape) * bias * (1 + np.abs(given))
    return replace(case, blocks=blocks)


# Those that tend to their limits as 1 / |a|, and those that do so as exp(−|a|).
SLOW = {"activation": "softsign", "gate": "rational_gate", "candidate": "softsign", "output": "softsign"}
FAST = {"activation": "tanh", "gate": "sigmoid", "candidate": "tanh", "output": "tanh"}


def layer_of_threads(model: Model) -> Case:
    """Just enough work; of records and steps neither of which two threads share alike."""
    sizes = for_threads(model, 51, 14_000_000)
    return as_layer(model, dtype="float32", sizes={**sizes, "T": sizes["T"] | 1})


# By their numbers.
DRAWN: dict[str, Callable[[Model], Case]] = {
    f"a drawn layer, row {number}": partial(drawn_layer, number=number) for number in range(ROWS)
}

CASES: dict[str, Callable[[Model], Case]] = {
    "a layer": as_layer,
    "a layer without an initial state": without_state,
    "a layer of one step": partial(as_layer, sizes={"T": 1}),
    "a layer of one step, of the last state alone": partial(as_layer, of=LAST, sizes={"T": 1}),
    "a layer of one step, of more records than a block": partial(as_layer, sizes={"N": 70, "T": 1}),
    "a layer of work for two threads": layer_of_threads,
    "a layer whose rows leave a part of a tile": partial(as_layer, sizes={"N": 11, "T": 2, "H": 46}),
    "a layer of few rows and several panels": partial(as_layer, sizes={"N": 7, "T": 2, "H": 40}),
    "a layer of one row and several panels": partial(as_layer, sizes={"N": 1, "T": 2, "H": 50}),
    "a layer in float32": partial(as_layer, dtype="float32"),
    "a layer, of outputs alone": partial(as_layer, of=("outputs",)),
    "a layer, of the last state alone": partial(as_layer, of=LAST),
    "a layer, of the last state's last array alone": partial(as_layer, of=LAST[1:]),
    "a layer under a window": partial(as_layer, truncation=window(1)),
    "a layer under chunks": partial(as_layer, truncation=chunks(2, 2)),
    "a layer under chunks that overlap": partial(as_layer, truncation=chunks(2, 3)),
    "a layer, of a tail": partial(as_layer, truncation=tail(2)),
    "a layer whose records end early": partial(as_layer, lengths=(2, 5, 4)),
    "a layer under a window, whose records end early": partial(
        as_layer, truncation=window(2), lengths=(1, 3, 5)
    ),
    "a layer of more records than a block": partial(as_layer, sizes={"N": 70, "T": 3}),
    "a layer of more records than a block, which end early": partial(
        as_layer, lengths=(3, 1, 2, 3, 2) * 14, sizes={"N": 70, "T": 3}
    ),
    "segments of the engine's own length": partial(network, checkpoints=0, sizes={"T": 40}),
    "segments of the engine's own length, a loss on the last step": partial(
        network, losses="last", checkpoints=0, sizes={"T": 33}
    ),
    "segments of the engine's own length, and sweeps that overlap": partial(
        network, truncation=window(3), checkpoints=0, sizes={"T": 40}
    ),
    "losses that reach back in any order": partial(network, truncation=Tabled((0, 1, 0, 9, 2))),
    "a truncation of one's own, a loss on the last step": partial(
        network, truncation=Tabled((0, 0, 0, 0, 2)), losses="last"
    ),
    "a truncation of one's own in segments, a loss on the last step": partial(
        network, truncation=Tabled((0, 0, 0, 0, 1)), losses="last", checkpoints=2
    ),
    "work for several threads, in more parts than those": of_threads,
    "a sweep alone, after others that came to its steps": partial(
        network, truncation=window(2), dtype="float32", sizes={"N": 64, "T": 19, "H": 32}
    ),
    "functions far out": partial(far_out, bias=150.0, functions=SLOW),
    "functions far out, of exp": partial(far_out, bias=4.0, functions=FAST),
}
