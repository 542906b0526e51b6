"""Which libraries that differentiate are called, in a host and not in this process."""

import sys
from types import ModuleType

import pytest

from tests.verification.processes.hosting import hosted, remote
from verification.processes.libraries import DIFFERENTIATE, Libraries
from verification.processes.place import HERE


def calls_autograd(x):
    import autograd

    return autograd.grad(lambda a: a * a)(x)


def imports_autograd(x):
    import autograd

    return 2 * x if autograd else x


def calls_a_model(x):
    from verification.models import vanilla

    return x if vanilla.of is None else x + x


@pytest.mark.parametrize(
    ("function", "names"),
    [(calls_autograd, ["autograd"]), (calls_a_model, ["verification"]), (abs, [])],
)
def test_what_is_called_in_a_host(function, names):
    """The libraries, and this project's own package; what runs an engine is none of it."""
    with hosted(function) as host:
        watch = host.libraries()
        with watch:
            remote(host, function)(3.0)
        remote(host, calls_autograd if function is calls_autograd else function)(3.0)
    assert [name for name in watch.found if name in names] == names
    assert names or watch.found == []


def test_what_is_imported_and_not_called_is_none():
    """Only its import runs, at the first call."""
    with hosted(imports_autograd) as host:
        remote(host, imports_autograd)(3.0)
        with host.libraries() as _:
            pass
        watch = host.libraries()
        with watch:
            remote(host, imports_autograd)(3.0)
    assert watch.found == []


def test_a_module_that_only_has_such_a_name_is_none():
    """Its functions have to be in it."""
    namesake = ModuleType("autograd")
    exec("def f():\n    return 1", vars(namesake))
    watch = Libraries()
    with watch:
        namesake.f()
    assert watch.found == []
    assert sys.getprofile() is None


def test_nothing_is_told_of_this_process():
    """The judge's own calls are among them."""
    watch = HERE.libraries()
    with watch:
        calls_autograd(3.0)
    assert watch.found == []


def test_each_is_noted_once():
    """By its package."""
    watch = Libraries()
    with watch:
        calls_autograd(3.0)
        calls_autograd(4.0)
    assert watch.found == ["autograd"]
    assert {*watch.found} <= {*DIFFERENTIATE}
