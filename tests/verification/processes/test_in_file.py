"""Functions by their file and name."""

import pickle
import sys

import pytest

from verification.processes.in_file import function_in, in_file

pytestmark = pytest.mark.usefixtures("modules_of_its_own")

KERNEL = "import helper\n\n\ndef forward(x):\n    return helper.FACTOR * x\n\n\nclass Layer:\n    size = 3\n"


@pytest.fixture
def kernel(tmp_path, monkeypatch):
    """A file, with one beside it."""
    monkeypatch.setattr(sys, "path", [*sys.path])
    (tmp_path / "of_kernel.py").write_text(KERNEL, "utf-8")
    (tmp_path / "helper.py").write_text("FACTOR = 5\n", "utf-8")
    return tmp_path / "of_kernel.py"


def test_the_file_is_run_when_the_function_is_called(kernel):
    """With its own folder on the path; until then it is not."""
    named = in_file("forward", f"{kernel}:forward")
    assert "of_kernel" not in sys.modules
    assert named(2) == 10
    assert named.target == f"{kernel}:forward"


def test_another_process_gets_the_function_itself(kernel):
    """And a class as well."""
    forward, layer = (in_file("make", f"{kernel}:{name}") for name in ("forward", "Layer"))
    there = pickle.loads(pickle.dumps((forward, layer)))
    assert there[0](1) == 5
    assert there[1].size == 3
    assert function_in(str(kernel), "forward") is there[0]


@pytest.mark.parametrize(
    ("target", "needed"),
    [
        ("{}", "needed a function, or FILE.py:NAME"),
        ("{}:", "needed a function, or FILE.py:NAME"),
        ("{}:1x", "needed a function, or FILE.py:NAME"),
        ("gone.py:forward", "no such file, needed FILE.py:NAME"),
        ("kernel:forward", "needed a function, or FILE.py:NAME"),
    ],
)
def test_another_form_is_refused(kernel, target, needed):
    """In a line that names the argument."""
    with pytest.raises(ValueError, match=rf"^backward: '.*{needed}$"):
        in_file("backward", target.format(kernel))


def test_a_name_that_is_not_there_is_refused(kernel):
    """By whoever imports the file."""
    with pytest.raises(ValueError, match=r"^of_kernel.py: no 'backward' there, needed FILE.py:NAME$"):
        in_file("backward", f"{kernel}:backward")(1)
