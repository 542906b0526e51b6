"""What is sent is made again: what has a name by its name, the rest by value."""

import pickle
import subprocess
import sys
import types
from functools import update_wrapper

import autograd.numpy as anp
import numpy as np
import pytest
from autograd import elementwise_grad
from autograd.extend import defvjp, primitive
from hypothesis import strategies as st

from verification import Function
from verification.models.product import rows
from verification.processes.loading import engine_at
from verification.processes.sending import pickled


class WrappedEngine:
    """What a decorator makes of a function, as jax.custom_vjp: its class is called with the function."""

    def __new__(cls, function):
        return object.__new__(cls)

    def __init__(self, function):
        update_wrapper(self, function)
        self.function = function


@pytest.mark.parametrize("module", ["__main__", "nowhere", None])
def test_an_object_that_stands_for_a_function_is_sent_by_value(module):
    """Where no module has it, and though its class wants the function when it is made again."""
    local = WrappedEngine(lambda: 4)
    local.__module__ = module
    made = pickle.loads(pickled(local))
    assert made is not local
    assert made.function() == 4


def test_an_object_that_stands_for_a_function_is_sent_by_its_name(monkeypatch):
    """Where its module has it."""
    local = WrappedEngine(lambda: 4)
    local.__module__, local.__qualname__ = "of_engines", "local"
    module = types.ModuleType("of_engines")
    module.local = local
    monkeypatch.setitem(sys.modules, "of_engines", module)
    assert pickle.loads(pickled(local)) is local


def elsewhere(what, call):
    """What another process of the same path makes of it, as text."""
    program = (
        f"import pickle, sys; sys.path[:] = {sys.path!r}; what = pickle.load(sys.stdin.buffer); print({call})"
    )
    done = subprocess.run([sys.executable, "-c", program], input=pickled(what), capture_output=True)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout.decode().strip()


FILE = """
class Kept:
    def __call__(self):
        return {0!r}


def engine():
    return {0!r}
"""
PLACES = ("a/mine.py", "b/mine.py", "c/queue.py")


@pytest.fixture
def namesakes(tmp_path, monkeypatch, modules_of_its_own):
    """Functions of two files of one name, and of one whose name a module of Python's has taken."""
    monkeypatch.setattr(sys, "path", [*sys.path])
    # Another test's file of this name may be loaded.
    monkeypatch.delitem(sys.modules, "mine", raising=False)
    engines = []
    for place in PLACES:
        file = tmp_path / place
        file.parent.mkdir()
        file.write_text(FILE.format(place), "utf-8")
        engines.append(engine_at(f"{file}:engine"))
    return engines


def test_a_function_of_a_file_is_that_files_elsewhere(namesakes):
    """Though an import of its module's name finds another file, or none; its module and classes as well."""
    for engine, place in zip(namesakes, PLACES, strict=True):
        module = sys.modules[engine.__module__]
        assert elsewhere(engine, "what()") == place
        assert elsewhere((engine, module), "what[1].engine is what[0]") == "True"
        kept = module.Kept
        assert elsewhere((kept(), kept), "type(what[0]) is what[1], what[0]()") == f"True {place}"


def test_a_test_under_import_mode_importlib_is_found_by_its_file():
    """No import finds this module by its name."""
    assert elsewhere(elsewhere, "what.__name__") == "elsewhere"
    assert pickle.loads(pickled(elsewhere)) is elsewhere


def test_a_strategy_of_floats_is_sent():
    """Its functions are compiled, and say that they are of a module that is not there."""
    assert "0.0" in elsewhere(st.floats(0, 0), "what.example()")


def slope(function):
    """As autograd has it, of one array or of two that are the same."""
    return elementwise_grad(lambda a: function(*[a] * COUNTS.get(function, 1)) + 0 * a)(
        np.eye(2) + 1
    ).tolist()


COUNTS = {rows: 2, anp.logaddexp: 2}


@primitive
def doubled(a):
    """Known to autograd by what is said below."""
    return 2 * a


defvjp(doubled, lambda y, a: lambda g: 2 * g)

OF_AUTOGRAD = {
    "of one array": anp.exp,
    "of two": anp.logaddexp,
    "of a matrix": anp.linalg.inv,
    "that has none": anp.floor,
    "this project's": rows,
    "a test's": doubled,
    "in a Function": Function("log1p", anp.log1p),
}


@pytest.mark.parametrize("what", OF_AUTOGRAD.values(), ids=OF_AUTOGRAD)
def test_a_function_of_autograd_keeps_its_derivative(what):
    """Which autograd knows by the function itself, so that another one made of it has none."""
    value = getattr(what, "value", what)
    there = elsewhere((slope, what), "what[0](getattr(what[1], 'value', what[1]))")
    assert there == str(slope(value))


def test_a_primitive_that_no_module_has_is_sent_with_its_derivative():
    """As one of a program's own."""
    tripled = primitive(lambda a: 3 * a)
    defvjp(tripled, lambda y, a: lambda g: 3 * g)
    assert elsewhere((slope, tripled), "what[0](what[1])") == str(slope(tripled))
