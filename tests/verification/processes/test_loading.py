"""FILE.py:NAME: an engine, or one line that says what is wrong, by the user's own file and line."""

import mmap
import sys

import pytest

from tests.living import LINUX
from verification.processes.loading import engine_at
from verification.processes.memory import allowed


@pytest.fixture(autouse=True)
def as_it_was(tmp_path, monkeypatch, modules_of_its_own):
    """In a folder of its own; afterwards the path and the loaded modules are what they were."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [*sys.path])


def written(folder, text, name="mine.py"):
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(text, "utf-8")
    return folder / name


def test_a_function_of_a_file(tmp_path):
    """Under its name; its module is that of the file, by which a program can import it."""
    path = written(tmp_path, "def engine(problem):\n    return problem\n")
    assert engine_at(f"{path}:engine")(3) == 3
    assert engine_at("mine.py:engine").__module__.endswith("mine")


def test_the_folder_comes_first_on_the_path(tmp_path):
    """A neighbour is imported, wherever the command is run, and though another module has its name."""
    written(tmp_path / "there", "def engine(problem):\n    return 'theirs'\n", "mutation.py")
    path = written(tmp_path / "there", "from mutation import engine\n")
    assert engine_at(f"{path}:engine")(0) == "theirs"


def test_a_file_may_have_the_name_of_a_module_that_is_loaded(tmp_path):
    """Which stays what it is."""
    kept = sys.modules["json"]
    path = written(tmp_path, "def engine(problem):\n    return 'mine'\n", "json.py")
    assert engine_at(f"{path}:engine")(0) == "mine"
    assert sys.modules["json"] is kept


NEEDED = "needed what an adapter returned, as layer(...), or a function Problem -> Gradients"
NAMES = "_hidden = second = first = print\nnumber = 3\n\n\nclass Kind:\n    pass\n"

# What goes wrong in a file is reported by its line: its own error, and none of our traceback.
BROKEN = {
    "a name": ("import math\n\nmath.pi\nnowhere\n", "line 4: NameError: name 'nowhere' is not defined"),
    "syntax": ("x = 1\ny = = 2\n", "line 2: SyntaxError: invalid syntax"),
    "a module": ("import no_such_module_at_all\n", "line 1: ModuleNotFoundError: No module named 'no_such"),
    "a way out": ("raise SystemExit(0)\n", "line 1: SystemExit: 0"),
    "lines": ("raise ValueError('one\\ntwo')\n", "line 1: ValueError: one two"),
    "inside of a library": (
        "import numpy as np\n\n\nnp.zeros(-1)\n",
        "line 4: ValueError: negative dimensions",
    ),
    "a scope": (
        "from verification import Scope, layer\nfrom verification.models import lstm\n\n"
        "net = layer(print, print, model=lstm, scope=Scope(steps=(1, 1)))\n",
        "line 4: ValueError: scope: steps: (1, 1), needed a most of 2 or more",
    ),
    "a model": (
        "from verification import Block, Model, Use, layer\n"
        "blocks = Block('x', ('H',), Use.INPUT), Block('h', ('H',), Use.STATE)\n"
        "net = layer(print, print, model=Model('odd', blocks, step=lambda f, p, x, h: h[:, :0]))\n",
        "line 3: ValueError: model odd: ",
    ),
}

# By the name given, the files that there are, and what is said.
REFUSED = {
    **{
        target: ({}, f"{target!r}, needed FILE.py:NAME")
        for target in ("mine.py", ":engine", "mine.py:", ":", "")
    },
    "none.py:engine": ({}, "none.py: no such file, needed FILE.py:NAME"),
    ".:engine": ({}, ".: a folder, needed FILE.py:NAME"),
    "mine.txt:engine": (
        {"mine.txt": "engine = print"},
        "mine.txt: a file of another kind, needed FILE.py:NAME",
    ),
    "mine.py:third": ({"mine.py": NAMES}, "mine.py: no 'third' there, needed one of first, second"),
    "empty.py:third": ({"empty.py": ""}, "empty.py: no 'third' there, needed one of its own names"),
    "mine.py:three": ({"mine.py": "three = 3\n"}, f"mine.py:three: 3, {NEEDED}"),
    "mine.py:kind": (
        {"mine.py": "kind = print.__class__\n"},
        f"mine.py:kind: <class 'builtin_function_or_method'>, {NEEDED}",
    ),
    "mine.py:none": ({"mine.py": "none = None\n"}, f"mine.py:none: None, {NEEDED}"),
    **{f"mine.py:{name}": ({"mine.py": text}, f"mine.py, {words}") for name, (text, words) in BROKEN.items()},
    "mine.py:net": (
        {"other.py": "\n1 / 0\n", "mine.py": "import other\n"},
        "other.py, line 2: ZeroDivisionError: division by zero",
    ),
    "null.py:net": ({"null.py": "\0"}, "SyntaxError: source code"),
}


@pytest.mark.parametrize("target", REFUSED)
def test_what_is_no_engine_is_refused_in_a_line(tmp_path, target):
    """By the user's own file and line."""
    files, words = REFUSED[target]
    for name, text in files.items():
        written(tmp_path, text, name)
    with pytest.raises(ValueError) as refused:  # noqa: PT011
        engine_at(target)
    assert words in str(refused.value)
    assert "\n" not in str(refused.value)


@LINUX
def test_memory_is_bounded_as_that_of_a_call(tmp_path):
    """More than it is an error of the file, with its line; afterwards there is as much as before."""
    size = allowed() + 2**20
    written(tmp_path, f"import mmap\n\nmmap.mmap(-1, {size}, flags=mmap.MAP_PRIVATE)\n")
    with pytest.raises(ValueError, match=r"^mine.py, line 3: OSError: \[Errno 12\] Cannot allocate memory$"):
        engine_at("mine.py:net")
    mmap.mmap(-1, size, flags=mmap.MAP_PRIVATE).close()


def test_ctrl_c_is_the_users_own(tmp_path):
    """It ends the command, as anywhere."""
    written(tmp_path, "raise KeyboardInterrupt\n")
    with pytest.raises(KeyboardInterrupt):
        engine_at("mine.py:net")
