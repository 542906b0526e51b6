"""FILE.py:NAME: an engine, or one line that says what is wrong, by the user's own file and line."""

import sys

import pytest

from verification.processes.loading import engine_at


@pytest.fixture(autouse=True)
def as_it_was(tmp_path, monkeypatch, modules_of_its_own):
    """In a folder of its own; afterwards the path and the loaded modules are what they were."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [*sys.path])


def written(folder, text, name="mine.py"):
    """A user's file."""
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(text, "utf-8")
    return folder / name


def refusal(target):
    """The one line."""
    with pytest.raises(ValueError) as refused:  # noqa: PT011
        engine_at(str(target))
    told = str(refused.value)
    assert "\n" not in told
    return told


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


@pytest.mark.parametrize("target", ["mine.py", ":engine", "mine.py:", ":", ""])
def test_without_file_and_name_nothing_is_run(target):
    """What is needed is told."""
    assert refusal(target) == f"{target!r}, needed FILE.py:NAME"


def test_no_such_file(tmp_path):
    """Nor a folder, nor a file that is none of Python's."""
    assert refusal("none.py:engine") == "none.py: no such file, needed FILE.py:NAME"
    assert refusal(f"{tmp_path}:engine") == f"{tmp_path}: a folder, needed FILE.py:NAME"
    path = written(tmp_path, "engine = print", "mine.txt")
    assert refusal(f"{path}:engine") == f"{path}: a file of another kind, needed FILE.py:NAME"


def test_no_such_name(tmp_path):
    """Those that there are, are told."""
    written(tmp_path, "_hidden = second = first = print\nnumber = 3\n\n\nclass Kind:\n    pass\n")
    assert refusal("mine.py:third") == "mine.py: no 'third' there, needed one of first, second"
    written(tmp_path, "", "empty.py")
    assert refusal("empty.py:third") == "empty.py: no 'third' there, needed one of its own names"


@pytest.mark.parametrize(
    ("value", "told"),
    [("3", "3"), ("print.__class__", "<class 'builtin_function_or_method'>"), ("None", "None")],
)
def test_what_is_no_engine(tmp_path, value, told):
    """A number, a class, or nothing."""
    written(tmp_path, f"net = {value}\n")
    needed = "needed what an adapter returned, as layer(...), or a function Problem -> Gradients"
    assert refusal("mine.py:net") == f"mine.py:net: {told}, {needed}"


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
        "line 4: ValueError: scope: steps: (1, 1), needed at least 2 steps at most",
    ),
    "a model": (
        "from verification import Block, Model, Use, layer\n"
        "blocks = Block('x', ('H',), Use.INPUT), Block('h', ('H',), Use.STATE)\n"
        "net = layer(print, print, model=Model('odd', blocks, step=lambda f, p, x, h: h[:, :0]))\n",
        "line 3: ValueError: model odd: ",
    ),
}


@pytest.mark.parametrize("name", BROKEN)
def test_what_goes_wrong_in_the_file_is_told_by_its_line(tmp_path, name):
    """Its own error, and none of our traceback."""
    text, words = BROKEN[name]
    written(tmp_path, text)
    assert refusal("mine.py:net").startswith(f"mine.py, {words}")


def test_what_goes_wrong_in_a_neighbour_is_told_by_its_file(tmp_path):
    """That is where to look."""
    neighbour = written(tmp_path, "\n1 / 0\n", "other.py")
    written(tmp_path, "import other\n")
    assert refusal("mine.py:net") == f"{neighbour.resolve()}, line 2: ZeroDivisionError: division by zero"


def test_what_cannot_be_read(tmp_path):
    """No line is at fault."""
    (tmp_path / "mine.py").write_bytes(b"\0")
    assert refusal("mine.py:net").startswith("mine.py")
    assert "SyntaxError: source code" in refusal("mine.py:net")


def test_ctrl_c_is_the_users_own(tmp_path):
    """It ends the command, as anywhere."""
    written(tmp_path, "raise KeyboardInterrupt\n")
    with pytest.raises(KeyboardInterrupt):
        engine_at("mine.py:net")
