"""Ours and a user's ``rnn``, each in an interpreter of its own whose folder holds one."""

import pytest

from tests.programs import python

# A user's rnn, as a file and as a package that has a part of the name of one of ours.
FILE = {"rnn.py": "who = 'mine'\n"}
PACKAGE = {"rnn/__init__.py": "who = 'mine'\n", "rnn/truncation.py": "who = 'mine too'\n"}

FILES = {"a file": FILE, "a package": PACKAGE}


def run(folder, program, files, *flags):
    """What a program prints that is a file in a folder beside these."""
    for name, text in {"mine.py": program, **files}.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text, "utf-8")
    done = python(*flags, "mine.py", folder=folder)
    assert done.stderr == ""
    return done.stdout.split("\n")[:-1]


@pytest.mark.parametrize("files", FILES.values(), ids=FILES)
@pytest.mark.parametrize("first", ["import rnn", "from verification import verify, layer, Problem"])
def test_each_side_has_its_own(tmp_path, files, first):
    """Whoever is imported first, ours by the verifier and theirs by their file, now and later."""
    program = (
        first
        + """
from verification import Problem, manual, verify
import rnn
print(rnn.who)
from verification import Gradients
from verification.adapters.rnn import manual as home
print(home.rnn.__file__ != rnn.__file__, home.rnn.Full.__name__)
def later():
    import rnn
    return rnn.who
print(later())
"""
    )
    mine, others, late = run(tmp_path, program, files)
    assert (mine, late) == ("mine", "mine")
    assert others == "True Full"


@pytest.mark.parametrize("files", FILES.values(), ids=FILES)
def test_values_of_ours_can_be_sent_between_processes(tmp_path, files):
    """Though theirs has our name, and one of our parts' names."""
    program = """import pickle, verification
verification.manual
from verification.adapters.rnn import manual as home
import rnn
truncation = home.rnn.Window(3)
print(pickle.loads(pickle.dumps(truncation)) == truncation, type(truncation).__name__)
"""
    assert run(tmp_path, program, files) == ["True Window"]


def test_a_part_of_theirs_is_theirs(tmp_path):
    """Though ours has one of that name, which is loaded."""
    program = """from verification import Problem
import rnn.truncation
print(rnn.truncation.who)
"""
    assert run(tmp_path, program, PACKAGE) == ["mine too"]


def test_the_adapters_need_none_at_all(tmp_path):
    """Not even ours: theirs may not be importable."""
    program = """import verification.adapters.layer, verification.models
import sys
print([name for name in sys.modules if name.partition(".")[0] == "rnn"])
"""
    assert run(tmp_path, program, {"rnn.py": "raise SystemExit('imported')"}) == ["[]"]


def test_an_error_of_theirs_is_theirs(tmp_path):
    """The name is not taken back from under a module that could not be imported."""
    program = """from verification import Problem
try:
    import rnn
except ValueError as error:
    print(error)
from verification import Gradients, verify
print(Gradients.__name__)
"""
    assert run(tmp_path, program, {"rnn.py": "raise ValueError('theirs')"}) == ["theirs", "Gradients"]
