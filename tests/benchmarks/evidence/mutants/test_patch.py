"""A private copy of rnn with some lines replaced."""

import shutil
import sys

import numpy as np
import pytest

import rnn
import rnn.through_time.bptt
from benchmarks.evidence.mutants import patch
from benchmarks.evidence.mutants.fault import Edit, Fault
from benchmarks.evidence.mutants.patch import StaleMutant, engine, package, texts
from verification.adapters.given import Problem
from verification.adapters.rnn.manual import manual

DH_PREV = "product(da, W, dh)"
UNTRANSPOSED = Edit("cells.vanilla", DH_PREV, "product(da, W.T, dh)")


def a_mutant(*edits):
    """A mutant of these edits."""
    return Fault("of a test", "What happened.", "this test", edits, "lags")


def a_problem(W):
    """One record, two steps, two units, the identity; a loss on the last step."""
    ones = {"U": np.ones((2, 1)), "b": np.ones(2), "V": np.array([[1.0, 2.0]]), "c": np.zeros(1)}
    params = ones | {"W": np.array(W)}
    return Problem(
        {"activation": "identity"}, params, np.ones((1, 2, 1)), (np.ones((1, 2)),), np.zeros((1, 1))
    )


def test_the_copy_has_the_wrong_line_and_the_package_the_right_one():
    """With an asymmetric W the two differ, with a symmetric one they do not."""
    wrong = engine(a_mutant(UNTRANSPOSED))
    asymmetric, symmetric = a_problem([[1.0, 2.0], [0.0, 1.0]]), a_problem([[1.0, 2.0], [2.0, 1.0]])
    assert not np.array_equal(wrong(asymmetric).state, manual(asymmetric).state)
    np.testing.assert_array_equal(wrong(asymmetric).params["V"], manual(asymmetric).params["V"])
    np.testing.assert_array_equal(wrong(symmetric).state, manual(symmetric).state)


def test_edits_of_one_module_and_of_several_add_up():
    """Two edits in one file and one in another are all there."""
    copy = package(
        a_mutant(
            Edit("truncation", "max(0, t - self.k)", "17"),
            Edit("truncation", "max(0, steps - self.k)", "18"),
            Edit("through_time.bptt", "MAX_CARRY_BYTES = 128 * 1024", "MAX_CARRY_BYTES = 19"),
        )
    )
    assert (copy.Window(1).first(5, 9), copy.Tail(1).first(5, 9)) == (17, 18)
    assert copy.through_time.recurrence.bptt.__globals__["MAX_CARRY_BYTES"] == 19
    assert rnn.through_time.bptt.MAX_CARRY_BYTES == 128 * 1024
    assert copy.Window is not rnn.Window


@pytest.mark.parametrize("wrong", ["pass", "nonsense ="], ids=["loads", "does not load"])
def test_the_interpreter_is_left_as_it_was(wrong):
    """Every module is the very object that it was, and so are the finders, even if the copy does not load."""
    modules, finders = dict(sys.modules), list(sys.meta_path)
    try:
        package(a_mutant(Edit("cells.vanilla", DH_PREV, wrong)))
    except SyntaxError:
        assert wrong != "pass"
    assert sys.modules.keys() == modules.keys()
    assert all(sys.modules[name] is module for name, module in modules.items())
    assert sys.meta_path == finders


@pytest.mark.parametrize(("right", "times"), [("no such line", 0), ("dh", "\\d+")])
def test_a_right_text_that_does_not_stand_once_is_refused(right, times):
    """A change of the engine disarms no mutant in silence: the message names it, the text and the file."""
    message = f"'of a test': '{right}' stands {times} times in rnn/cells/vanilla.py, needed once"
    with pytest.raises(ValueError, match=message):
        texts(a_mutant(Edit("cells.vanilla", right, "pass")))


@pytest.mark.parametrize("wrong", ["nowhere", "(nowhere for _ in ())", "(lambda: [nowhere for _ in ()])()"])
def test_a_wrong_text_with_a_name_that_is_not_there_is_refused(wrong):
    """It would raise NameError, and be caught by every property for that: the message has name and file."""
    message = r"'of a test': 'nowhere' is no name in rnn/cells/vanilla\.py"
    with pytest.raises(StaleMutant, match=message):
        package(a_mutant(Edit("cells.vanilla", DH_PREV, wrong)))


def test_a_name_that_another_edit_brings_is_there():
    """As is one of Python's own."""
    brings = Edit("cells.vanilla", "import product_by", "import product_by, dot")
    copy = package(a_mutant(brings, Edit("cells.vanilla", DH_PREV, f"(dot, print)\n            {DH_PREV}")))
    assert {"dot", "print"} <= set(copy.Vanilla.steps_back.__code__.co_names)


def test_an_edit_of_what_the_engine_does_not_load_is_refused(tmp_path, monkeypatch):
    """A file of rnn that no gradient goes through cannot be what is wrong."""
    folder = shutil.copytree(patch.FOLDER, tmp_path / "rnn")
    (folder / "idle.py").write_text("import numpy as np\n", "utf-8")
    monkeypatch.setattr(patch, "FOLDER", folder)
    idle = a_mutant(Edit("idle", "import numpy as np", "import numpy"))
    with pytest.raises(ValueError, match=r"rnn\.idle is not a part of the engine"):
        package(idle)


def test_it_does_not_count_as_coverage_of_the_package():
    """The copy's code has a file name of its own, in edited modules and in others."""
    copy = package(a_mutant(UNTRANSPOSED))
    assert copy.Vanilla.steps_back.__code__.co_filename == "<of a test>/rnn/cells/vanilla.py"
    assert copy.RNN.predict.__code__.co_filename == "<a copy>/rnn/network.py"
