"""The cells of ``rnn`` by either loops, each in a network with a squared error, claiming everything."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import ModuleType

import rnn
from rnn.console.command_line import missing
from rnn.loops import LIBRARIES, compiled_module, installed
from verification.adapters.function import FunctionAdapter
from verification.adapters.layer import LayerAdapter, layer
from verification.adapters.rnn import engine
from verification.adapters.rnn.both_directions import LEVELS, both_directions
from verification.adapters.rnn.cell import OF_CELLS, CellEngine, as_cell
from verification.adapters.rnn.engine import JudgedCell, Kinds, passes_of
from verification.judging.profile import Profile
from verification.models import gru, lstm, stack, vanilla
from verification.models.model import Model, Use
from verification.sampling.scope import Scope

# By the name on the command line: the loops' class in ``rnn``.
LOOPS = {"numpy": "NumPyLoops", "compiled": "CompiledLoops"}

# By the model's name: the cell, and the model that it is judged by, whose roles are the cell's functions.
CELLS: dict[str, tuple[str, Model]] = {
    "vanilla": ("Vanilla", vanilla),
    "lstm": ("LSTM", lstm),
    "gru": ("GRU", gru),
}

# The same of several cells at once: the classes of a stack's levels, the lowest first. They are judged one
# by one, and not in a report: what is new in them is no cell. Digits of Fractions multiply level by level.
STACKS: dict[str, tuple[tuple[str, ...], Model]] = {
    "stack": (("LSTM", "GRU"), stack),
}

OF_STACKS = replace(OF_CELLS, exact=False)

# All that can be named.
RECURRENCES: dict[str, tuple[Kinds, Model]] = {**CELLS, **STACKS}

# Two levels, each in both directions, which are judged as a function.
BIDIRECTIONAL = "bidirectional"

# The cell whose engine the commands may be given another of.
VANILLA = "vanilla"

# The profile of every cell but the first, by that of the run, if several are judged and the profile is not
# complete: in the thorough one, all triples instead of all quadruples.
BESIDE_OTHERS: Mapping[str, Profile] = {
    "thorough": Profile("thorough, by triples", cases=4_000, exact_cases=1_000, strength=3),
}

# The part of a cell's claim that ``python -m rnn train`` uses. In up to 9 steps a window, a chunk and a tail
# are parts of the whole; units, inputs and outputs are as many as in any run.
OF_TRAINING = Scope(
    dtypes=("float32", "float64"),
    states="zero",
    records=(1, 17),
    steps=(1, 9),
    exact=False,
    bits=False,
    checkpoints=False,
    lengths=False,
    weights=False,
)

# The scope by the name on the command line, None for the whole claim.
SCOPES: dict[str, Scope | None] = {"all": None, "training": OF_TRAINING}


def judged_by(name: str, loops: str) -> CellEngine | FunctionAdapter:
    """What is judged under a name on the command line; ValueError as of ``cell_engine``."""
    if name != BIDIRECTIONAL:
        return cell_engine(name, loops)
    check_loops(loops)
    for kind, _ in LEVELS if loops == "compiled" else ():
        compile_loops(kind.lower())
    return both_directions(LOOPS[loops])


def cell_engine(name: str, loops: str) -> CellEngine:
    """A cell by its model's name and the loops by theirs; ValueError without the extra that these need."""
    check_loops(loops)
    made = network_of(name, LOOPS[loops])
    if loops != "compiled":
        return made
    compile_loops(name)
    return made if compiled_module("sharing").processors() > 1 else without_threads(made)


# What compiled loops leave unchecked on a machine with one processor.
ONE_PROCESSOR = "threads, for this process has one processor"


def without_threads(engine: CellEngine) -> CellEngine:
    """The same, with threads declared as unchecked."""
    capabilities = engine.claim.capabilities
    without = replace(capabilities, cannot=(*capabilities.cannot, ONE_PROCESSOR))
    return replace(engine, claim=replace(engine.claim, capabilities=without))


def check_loops(loops: str) -> None:
    """ValueError without the extra that loops of this name need."""
    if loops == "compiled" and not installed():
        raise ValueError(f"--loops compiled: {missing(LIBRARIES[0], 'compiled')}")


def compile_loops(name: str, dtypes: Sequence[str] = ("float32", "float64")) -> None:
    """Have the compiled loops of a cell made here, and kept on disk for other processes."""
    kind, model = RECURRENCES[name]
    engine.compile_loops(rnn, kind, _shapes(model), dtypes)


def _shapes(model: Model) -> dict[str, tuple[int, ...]]:
    """Of a small cell's parameters."""
    sizes = dict.fromkeys(model.dimensions, 2)
    return {block.name: block.shape(sizes) for block in model.of(Use.STEP)}


def network_of(
    name: str, loops: str = "NumPyLoops", scope: Scope | None = None, package: ModuleType = rnn
) -> CellEngine:
    """A cell of ``rnn``, or of a copy of it, by the loops of that name, with the scope that it claims."""
    kind, model = RECURRENCES[name]
    scope = scope or (OF_STACKS if name in STACKS else OF_CELLS)
    compiled = _shapes(model) if loops == LOOPS["compiled"] else None
    return as_cell(JudgedCell(package, kind, loops, compiled), model, scope)


def layer_of(
    name: str,
    functions: Mapping[str, str],
    scope: Scope | None = None,
    package: ModuleType = rnn,
    loops: str = "NumPyLoops",
) -> LayerAdapter:
    """A cell of ``rnn``, or of a copy of it, as a layer with its full gradient, by the loops of that name."""
    kind, model = RECURRENCES[name]
    return layer(*passes_of(package, kind, loops, functions), model=model, scope=scope)
