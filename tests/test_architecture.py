"""The shape of the house: imports flow one way, rnn/ needs NumPy alone, tests mirror sources.

Imports are read from the source text, so one inside a function that never runs counts as well.
"""

import ast
import importlib.util
import os
import sys
from collections import Counter
from collections.abc import Iterable, Mapping
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from string import ascii_lowercase

import pytest

import rnn
import verification
from tests.programs import ROOT, python
from verification.models import SHIPPED

# What a room may import beside the standard library.
MAY_IMPORT = {
    # A type checker's own library is imported for it alone.
    "rnn": {"numpy", "rnn", "typing_extensions"},
    # What needs an extra is a room of its own, and nothing that needs none imports it.
    "rnn/storage": {"numpy", "rnn", "safetensors"},
    "rnn/onnx": {"numpy", "onnx", "rnn"},
    "rnn/app": {"matplotlib", "numpy", "pandas", "platformdirs", "rnn", "statsmodels", "threadpoolctl"},
    "rnn/sklearn": {"numpy", "rnn", "sklearn"},
    "rnn/compiled": {
        *("llvmlite", "numba", "numpy"),
        *("rnn.activations", "rnn.cells", "rnn.common", "rnn.compiled", "rnn.through_time"),
    },
    # Cells know nothing of time, the recursion through time nothing of losses, and what a call takes and
    # returns nothing of the networks that are called.
    "rnn/common": {"numpy", "rnn.common", "typing_extensions"},
    "rnn/cells": {"numpy", "rnn.activations", "rnn.cells", "rnn.common"},
    "rnn/through_time": {"numpy", "rnn.cells", "rnn.common", "rnn.through_time", "rnn.truncation"},
    "rnn/calls": {
        *("numpy", "rnn.calls", "rnn.cells", "rnn.common", "rnn.losses", "rnn.through_time"),
        "rnn.truncation",
    },
    # Forms of numbers know no network; batches of records are checked as such.
    "rnn/learning": {"numpy", "rnn.common", "rnn.data", "rnn.learning", "rnn.losses"},
    # What the commands of all packages share.
    "rnn/console": {"rnn.common", "rnn.console"},
    "verification": {
        *("anyio", "autograd", "cloudpickle", "distributed", "hypothesis", "jinja2", "markupsafe"),
        *("matplotlib", "mcp", "ml_dtypes", "numpy", "platformdirs", "pytest", "rnn", "threadpoolctl"),
        "verification",
    },
    "verification/text": set(),
    "verification/models": {"autograd", "ml_dtypes", "numpy", "verification.models"},
    "verification/sampling": {
        *("hypothesis", "numpy", "verification.models", "verification.sampling", "verification.text"),
    },
    "verification/truth": {"autograd", "numpy", "verification.models", "verification.truth"},
    "verification/processes": {
        *("autograd", "cloudpickle", "numpy", "threadpoolctl", "verification.processes"),
        "verification.text",
    },
}

# The rooms of verification/, from the ground up: none imports one above it. A case knows no truth, a
# truth no engine, an engine no verdict; and what is about ``rnn`` stands on what is about any model.
STAIRS = (
    *("text", "models", "sampling", "truth", "processes", "properties", "diagnosis", "judging"),
    *("adapters", "torch", "jax", "adapters/rnn", "judge", "report", "cli/campaign", "cli"),
)

# The rooms of any model: they know no ``rnn``, for a user's folder may hold one of its own.
ROOMS = STAIRS[: STAIRS.index("adapters/rnn")]


def sources(room: str) -> list[Path]:
    """The Python files of a room, a folder or a module, but for those of a room within it."""
    inner = [ROOT / "verification" / each for each in STAIRS if f"verification/{each}".startswith(f"{room}/")]
    inner = [each for each in inner if room != "verification"]
    files = sorted([*ROOT.glob(f"{room}.py"), *ROOT.glob(f"{room}/**/*.py")])
    return [file for file in files if not any(file.is_relative_to(each) for each in inner)]


def imports(source: str, package: str) -> set[str]:
    """The absolute dotted names that a module of the package imports."""
    names = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = importlib.util.resolve_name("." * node.level + (node.module or ""), package)
            names |= {f"{base}.{alias.name}" for alias in node.names}
    return names


def imports_of(room: str) -> list[tuple[str, str]]:
    """Every (file, imported name) of a room; a room without files would prove nothing."""
    files = [file.relative_to(ROOT) for file in sources(room)]
    assert files, f"{room} holds no Python file"
    return [
        (str(file), name)
        for file in files
        for name in sorted(imports((ROOT / file).read_text("utf-8"), ".".join(file.parts[:-1])))
    ]


def within(name: str, packages: Iterable[str]) -> bool:
    """Whether the dotted name is one of the packages or lies inside one."""
    return any(f"{name}.".startswith(f"{package}.") for package in packages)


def foreign_modules(statement: str) -> set[str]:
    """Top-level modules, neither NumPy nor standard nor rnn, in an interpreter fresh but for this.

    -S keeps the .pth files of site-packages from importing anything first. A module without a
    spec came from no file: __main__, and what Cython adds for itself.
    """
    script = (
        f"{statement}\n"
        "import sys\n"
        "for name, module in sys.modules.items():\n"
        "    if getattr(module, '__spec__', None):\n"
        "        print(name.partition('.')[0])\n"
    )
    run = python("-S", "-c", script, PYTHONPATH=os.pathsep.join([str(ROOT), *sys.path]))
    assert run.returncode == 0, run.stderr
    return set(run.stdout.split()) - sys.stdlib_module_names - {"numpy", "rnn"}


@pytest.mark.parametrize(
    "statement",
    [
        "import rnn.through_time.bptt as engine",
        "from rnn.through_time import bptt",
        "from rnn.through_time.bptt import *",
        "from . import bptt",
        "from .bptt import unroll",
        "def later():\n    import rnn.through_time.bptt",
    ],
)
def test_every_form_of_import_is_seen(statement: str) -> None:
    """No form of the statement hides an import from these tests."""
    (name,) = imports(statement, package="rnn.through_time")
    assert within(name, ["rnn.through_time.bptt"])


@pytest.mark.parametrize("room", MAY_IMPORT)
def test_a_room_imports_what_it_may(room: str) -> None:
    """A room imports the standard library and its entry in the table, nothing else."""
    allowed = MAY_IMPORT[room] | sys.stdlib_module_names
    found = [(file, name) for file, name in imports_of(room) if not (room == "rnn" and in_an_extra(file))]
    assert [(file, name) for file, name in found if not within(name, allowed)] == []


# The rooms of rnn that need an extra, and the command, which imports them when it has looked for it.
EXTRAS = ("rnn.storage", "rnn.onnx", "rnn.app", "rnn.sklearn", "rnn.compiled")
COMMAND = "rnn/__main__.py"


def in_an_extra(file: str) -> bool:
    """Is the file in a room of rnn that needs an extra?"""
    return within(file.removesuffix(".py").replace("/", "."), EXTRAS)


def test_what_needs_no_extra_imports_nothing_that_does() -> None:
    """Not even in a function: NumPy is enough for all of it."""
    found = [(file, name) for file, name in imports_of("rnn") if not in_an_extra(file) and file != COMMAND]
    assert [(file, name) for file, name in found if within(name, EXTRAS)] == []


@pytest.mark.parametrize("room", [*ROOMS, "cli/campaign"])
def test_the_rooms_of_any_model_know_no_rnn(room: str) -> None:
    """A user's folder may hold one of its own; a campaign knows how commands write files, and no more."""
    shared = ["rnn.console"] if room == "cli/campaign" else []
    found = [(file, name) for file, name in imports_of(f"verification/{room}") if not within(name, shared)]
    assert [(file, name) for file, name in found if within(name, ["rnn"])] == []


def test_the_protocol_of_agents_is_known_in_one_file() -> None:
    """Who serves none needs neither of its libraries."""
    files = {file for file, name in imports_of("verification") if within(name, ["anyio", "mcp"])}
    assert files == {"verification/cli/serving.py"}


def test_dask_is_known_in_one_file() -> None:
    """Who judges on one machine needs none of it."""
    files = {file for file, name in imports_of("verification") if within(name, ["distributed"])}
    assert files == {"verification/cli/campaign/cluster.py"}


# The modules at the top of rnn/: what users import, by name or from ``rnn`` itself, and what Python wants.
TOP_OF_RNN = {
    *("activations", "data", "generation", "interchange", "layer", "loops", "losses", "network", "onnx"),
    *("optimisers", "sklearn", "storage", "training", "truncation"),
    *("__init__", "__main__"),
}


def test_every_file_of_rnn_has_a_room() -> None:
    """At the top are the modules that users import, and the table says what each room may import."""
    assert {file.stem for file in (ROOT / "rnn").glob("*.py")} == TOP_OF_RNN
    rooms = {path.parent.name for path in (ROOT / "rnn").glob("*/__init__.py")}
    assert {room for room in rooms if f"rnn/{room}" not in MAY_IMPORT} == set()


def test_every_file_of_verification_has_a_room() -> None:
    """Beside the rooms, twelve at most, there is what Python wants at the top and no more."""
    held = {file for room in STAIRS for file in sources(f"verification/{room}")}
    loose = {file.name for file in sources("verification") if file not in held}
    assert loose == {"__init__.py", "__main__.py"}
    assert len([path for path in (ROOT / "verification").iterdir() if (path / "__init__.py").exists()]) <= 12


@pytest.mark.parametrize("step", STAIRS)
def test_verification_climbs_one_way(step: str) -> None:
    """No room imports one above it: no truth a property, no property a verdict."""
    own, *above = (f"verification.{room.replace('/', '.')}" for room in STAIRS[STAIRS.index(step) :])
    found = [(file, name) for file, name in imports_of(f"verification/{step}") if not within(name, [own])]
    assert [(file, name) for file, name in found if within(name, above)] == []


# What names a block may be called by: all of the shipped models', but for those that are words of their own
# or the name of an argument that all layers have, small letters, an order in memory, and control characters.
NO_NAMES = {*ascii_lowercase, "xs", "C", "C0"}
BLOCK_NAMES = {block.name for model in SHIPPED for block in model.blocks} - NO_NAMES

# Who knows blocks by name: models, the adapters of a library, which say what its parameters are, the adapter
# of ``rnn`` and its form of a problem.
NAMING = {
    "models": "every file",
    "torch": "modules.py",
    "jax": "modules.py",
    "adapters/rnn": "the adapter, its problems, and the form of both",
}


def block_names(source: str) -> list[str]:
    """The names of blocks that a module's text holds, as a string or as an attribute."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Constant) and node.value in BLOCK_NAMES:
            found.append(str(node.value))
        elif isinstance(node, ast.Attribute) and node.attr in BLOCK_NAMES:
            found.append(node.attr)
    return found


def test_no_block_is_known_by_its_name() -> None:
    """What a block is used for decides what is made of it: no room but those holds a name of one."""
    knowing = {
        room
        for room in STAIRS
        if any(block_names(file.read_text("utf-8")) for file in sources(f"verification/{room}"))
    }
    assert knowing == set(NAMING)
    for room in ("torch", "jax"):
        files = [
            file.name for file in sources(f"verification/{room}") if block_names(file.read_text("utf-8"))
        ]
        assert files == [NAMING[room]]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("shares['bn'] = 0", ["bn"]),
        ("def f(p):\n    return p.W @ x", ["W"]),
        ("blocks = {'lam': lam}", ["lam"]),
        ("name = block.name\nxs = call(xs)", []),
    ],
)
def test_a_block_known_by_its_name_is_found(text: str, names: list[str]) -> None:
    """As a key, as an attribute; a name that is passed on is none."""
    assert block_names(text) == names


def modules(*rooms: str) -> dict[str, tuple[str, str]]:
    """The text and the package of each module of the rooms, by its dotted name."""
    found = {}
    for file in (file for room in rooms for file in sources(room)):
        *package, stem = file.relative_to(ROOT).with_suffix("").parts
        name = ".".join(package if stem == "__init__" else [*package, stem])
        found[name] = file.read_text("utf-8"), ".".join(package)
    return found


def graph(texts: Mapping[str, tuple[str, str]]) -> dict[str, set[str]]:
    """Which of the modules each one imports, in functions as well; the packages that it lies in aside."""
    found = {}
    for module, (text, package) in texts.items():
        known = set()
        for name in imports(text, package):
            # What is no module is a name in one.
            while name and name not in texts:
                name = name.rpartition(".")[0]
            known.add(name)
        found[module] = known - {"", module}
    return found


def test_a_class_has_a_name_of_its_own() -> None:
    """No two modules define classes of one name, but for those that users import from both packages."""
    files = [file for room in ("rnn", "verification", "benchmarks", "tests") for file in sources(room)]
    names = Counter(name for file in files for name in classes(file.read_text("utf-8")))
    assert {name for name, count in names.items() if count > 1} == {*rnn.__all__} & {*verification.__all__}


def classes(source: str) -> list[str]:
    """The names of the classes that a module defines, those within others and within functions aside."""
    return [node.name for node in ast.parse(source).body if isinstance(node, ast.ClassDef)]


def test_no_two_modules_import_each_other() -> None:
    """Neither directly nor around a corner, nor in a function that imports only when it is called."""
    sorter = TopologicalSorter(graph(modules("rnn", "verification", "benchmarks")))
    assert len([*sorter.static_order()]) > 200


@pytest.mark.parametrize("last", ["from p.a.f import g", "def f():\n    from . import a"])
def test_modules_that_import_each_other_are_found(last: str) -> None:
    """The check above can fail: over one more module, by a name in it or by its own."""
    texts = {
        "p": ("", "p"),
        "p.a": ("from p.b import f", "p"),
        "p.b": ("from . import c", "p"),
        "p.c": (last, "p"),
    }
    with pytest.raises(CycleError):
        TopologicalSorter(graph(texts)).prepare()
    TopologicalSorter(graph({**texts, "p.c": ("import numpy", "p")})).prepare()


def test_rnn_loads_numpy_alone() -> None:
    """In a fresh interpreter, `import rnn` loads NumPy and nothing else that is not standard."""
    assert foreign_modules("import rnn") == set()


def test_a_foreign_module_is_reported() -> None:
    """The check above can fail: a fresh interpreter that imports pytest too is found out."""
    assert "pytest" in foreign_modules("import rnn, pytest")


def holds_a_test(source: str) -> bool:
    """Is one in it: a function, in a class or by itself, or what one that makes tests has returned?"""
    nodes = [*ast.walk(ast.parse(source))]
    names = [node.name for node in nodes if isinstance(node, ast.FunctionDef)]
    names += [
        target.id
        for node in nodes
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    ]
    return any(name.startswith("test_") for name in names)


# What is tested by the rows of one table, or by all that uses it, and by nothing of its own; by folder.
PINNED = {
    "benchmarks/evidence": "durations",
    "benchmarks/evidence/adversary": "call",
    "benchmarks/evidence/adversary/published": "conduct cotangents layouts numbers products sizes switches",
    "benchmarks/evidence/mutants": "text",
    "rnn/app": "beside checkpoint outcome task transformation waiting",
    "rnn/calls": "arguments states",
    "rnn/cells": "initial vanilla",
    "rnn/compiled": "gru lstm steps vanilla",
    "rnn/learning": "blocks",
    "rnn/through_time": "naming recurrence spans ways",
    "verification/adapters": "layout objects",
    "verification/adapters/rnn": "larger manual scoping",
    "verification/cli": "durations",
    "verification/diagnosis": "clipping precision seen_in stages words",
    "verification/jax": "applied cells layers passes watching",
    "verification/judging": "arguments profile tally",
    "verification/models": (
        "arrays axes delta_rule forms gated_linear_attention gated_scan gru gru_reset_before linear lstm "
        "mlstm parts projected_lstm readout scan selective_scan slstm sru vanilla"
    ),
    "verification/processes": "channel modules",
    "verification/properties": (
        "engine exactness findings gradients in_a_row padding partial process property records trial truth "
        "variants"
    ),
    "verification/report": "description",
    "verification/report/pages": "svg",
    "verification/sampling": "patterns scope zeros",
    "verification/torch": "applied layers passes watching",
    "verification/truth": "expectation parts",
}


def test_tests_mirror_sources() -> None:
    """rnn/foo.py has its tests in tests/rnn/test_foo.py, at least one, and `__main__.py` in test_main.py."""
    rooms = ("benchmarks/article", "benchmarks/evidence", "rnn", "verification")
    files = [file.relative_to(ROOT) for room in rooms for file in sources(room)]
    twins = [
        Path("tests") / file.with_name(f"test_{file.stem.strip('_')}.py")
        for file in files
        if file.stem not in ("__init__", "conftest") and not file.stem.startswith("test_")
    ]
    empty = [
        str(twin)
        for twin in twins
        if not ((ROOT / twin).exists() and holds_a_test((ROOT / twin).read_text("utf-8")))
    ]
    pinned = [f"tests/{room}/test_{name}.py" for room, names in PINNED.items() for name in names.split()]
    assert sorted(empty) == sorted(pinned)


@pytest.mark.parametrize(
    ("source", "holds"),
    [
        ("", False),
        ('"""What must hold."""\nimport pytest\n\nCASES = {}\n\n\ndef made():\n    return 1\n', False),
        ("# def test_it(): ...\n", False),
        ("def test_it():\n    assert made()\n", True),
        ("test_each = fits(CATALOGUE)\n", True),
        ("class TestIt:\n    def test_it(self):\n        assert made()\n", True),
    ],
)
def test_a_file_without_a_test_is_found(source: str, holds: bool) -> None:
    """Empty, or with helpers alone."""
    assert holds_a_test(source) is holds
