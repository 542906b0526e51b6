"""Statements by which a program has an engine's parts: run as they are printed, from wherever they come."""

from dataclasses import replace

import pytest

from tests.programs import python
from verification import models
from verification.adapters.importing import imported
from verification.models.variants import gru_two_biases

own = replace(models.linear, name="own")
named = (lambda: lambda saved: None)()

# What a user writes: the statements are printed only where it is run, as a run of the verifier would be.
TEXT = """
from dataclasses import replace

from verification import models

own = replace(models.linear, name="own")
COUNT = []


def forward(params, xs, state):
    COUNT.append(0)


def backward(saved, d_outputs, d_state):
    return COUNT


"""
PRINTED = """
from verification.adapters.importing import imported

if __name__ in ("__main__", "judged"):
    print(imported(backward=backward, forward=forward, model=own))
"""
# What has to hold in a program that has the three: they are of one module, which was run once.
HELD = "forward(0, 0, 0)\nassert (backward(0, 0, 0), model.name) == ([0], 'own')\n"


def run(folder, *call):
    """What Python prints, called in a folder."""
    done = python(*call, folder=folder)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def held(folder, statements):
    """Run the statements in a folder, and see what they have made."""
    assert "from __main__" not in statements
    (folder / "failing.py").write_text(statements + HELD, "utf-8")
    run(folder, "failing.py")


@pytest.mark.parametrize("name", ["mine.py", "my-layer.py", "class.py", "queue.py", "__main__.py"])
def test_of_a_script(tmp_path, name):
    """Also where a statement cannot import by its name, and where another module has that."""
    (tmp_path / name).write_text(TEXT + PRINTED, "utf-8")
    statements = run(tmp_path, name)
    assert ("from mine import forward\n" in statements) is (name == "mine.py")
    held(tmp_path, statements)
    # It is beside the program, or has said where it is.
    if name == "my-layer.py":
        (tmp_path / "elsewhere").mkdir()
        held(tmp_path / "elsewhere", statements)


def test_of_a_module_that_is_run(tmp_path):
    """By the name that it is run by."""
    (tmp_path / "pack").mkdir()
    (tmp_path / "pack" / "__init__.py").write_text("", "utf-8")
    for name in ("mine", "__main__"):
        (tmp_path / "pack" / f"{name}.py").write_text(TEXT + PRINTED, "utf-8")
    statements = run(tmp_path, "-m", "pack.mine")
    assert "from pack.mine import own as model\n" in statements
    held(tmp_path, statements)
    statements = run(tmp_path, "-m", "pack")
    assert "from pack.__main__ import forward\n" in statements
    held(tmp_path, statements)


@pytest.mark.parametrize("name", ["mine.py", "queue.py", "my-layer.py"])
def test_of_a_file_that_the_command_is_given(tmp_path, name):
    """As it loads it, from another folder."""
    folder = tmp_path / "theirs"
    folder.mkdir()
    (folder / name).write_text(TEXT, "utf-8")
    program = (
        "from verification.processes.loading import engine_at\n"
        "from verification.adapters.importing import imported\n"
        "import queue\n"
        f"module = vars(__import__('sys').modules[engine_at('theirs/{name}:forward').__module__])\n"
        "print(imported(**{n: module[m] for n, m in dict(backward='backward', forward='forward', model='own')"
        ".items()}))\n"
    )
    held(folder, run(tmp_path, "-c", program))


def test_of_a_prompt(tmp_path):
    """There is no file, so the program says what to put where."""
    statements = run(tmp_path, "-c", TEXT + PRINTED)
    assert statements == (
        "from engine import backward  # define it in engine.py, beside this program\n"
        "from engine import forward  # define it in engine.py, beside this program\n"
        "from engine import model  # define it in engine.py, beside this program\n\n"
    )
    (tmp_path / "engine.py").write_text(TEXT + "model = own\n", "utf-8")
    held(tmp_path, statements)


def test_what_has_another_name_in_its_module_is_imported_by_that():
    """A function that another has returned, a model; and what no module has is to be defined."""
    assert imported(forward=named) == f"from {__name__} import named as forward\n"
    for model, line in (
        (own, f"from {__name__} import own as model\n"),
        (gru_two_biases, "from verification.models.variants import gru_two_biases as model\n"),
        (models.gru, "from verification.models import gru as model\n"),
    ):
        assert imported(model=model) == line
    defined = "from engine import forward  # define it in engine.py, beside this program\n"
    for nowhere in (lambda saved: None, replace(own), test_of_a_prompt.__get__(0)):
        assert imported(forward=nowhere) == defined


def test_a_name_that_is_another_thing_s_by_now_is_not_imported():
    """As where a decorator's result has taken it."""

    def imported(**things):
        """Says that it is of this module."""

    imported.__qualname__ = "imported"
    assert "define it in engine.py" in globals()["imported"](backward=imported)


def test_what_says_that_it_is_of_a_module_which_is_not_there_is_taken_at_its_word():
    """As of a program that was sent to another process."""

    def forward():
        """Of another module, as Python sees it."""

    forward.__module__, forward.__qualname__ = "of_no_module_here", "forward"
    assert imported(forward=forward) == "from of_no_module_here import forward\n"
    for module, name in (
        ("of_no_module_here", "make.<locals>.forward"),
        ("of_no_module_here", "Net.forward"),
        ("<run_path>", "forward"),
    ):
        forward.__module__, forward.__qualname__ = module, name
        assert "define it in engine.py" in imported(forward=forward)
