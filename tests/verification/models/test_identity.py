"""A model's digest tells it from every other, in whatever process, and there is none where it could not."""

import importlib.util
import random
import sys
from dataclasses import replace
from functools import partial
from types import ModuleType

import autograd.numpy as np
import pytest
from autograd.extend import defvjp, primitive

from tests.programs import python
from verification import models
from verification.models import SHIPPED
from verification.models.departures import departed
from verification.models.functions import Function
from verification.models.identity import Unidentified, identity_of
from verification.models.model import Block, Model, Use

BLOCKS = (Block("w", ("H",), Use.STEP), Block("xs", ("H",), Use.INPUT), Block("h0", ("H",), Use.STATE))

FACTOR = 2.0


def model(step, **more):
    return Model("own", BLOCKS, step, **more)


def by_global(f, p, x, h):
    """One that uses a number of its module."""
    return FACTOR * p.w * h + x


def helped(f, p, x, h):
    """One that uses a function of its module."""
    return scaled(p.w * h) + x


def scaled(a):
    return 3 * a


def closing_over(factor):
    return lambda f, p, x, h: factor * p.w * h + x


def doubling(slope):
    """A step with a primitive of its own, which says its slope."""
    twice = primitive(lambda a: 2 * a)
    defvjp(twice, lambda y, a: lambda g: slope * g)
    return lambda f, p, x, h: twice(p.w * h) + x


def steps():
    """Steps that all compute something else."""
    yield from (by_global, helped, closing_over(1.0), closing_over(2.0))
    yield lambda f, p, x, h: p.w * h + x
    yield lambda f, p, x, h: p.w * h - x
    yield lambda f, p, x, h: p.w * h + 1.5 * x
    yield lambda f, p, x, h: np.tanh(p.w * h) + x
    yield lambda f, p, x, h: np.sinh(p.w * h) + x
    yield doubling(2.0)
    yield doubling(3.0)
    for number in (1, 2):
        yield partial(lambda factor, f, p, x, h: factor * p.w * h + x, float(number))
        yield lambda f, p, x, h, own=slice(number): p.w[own] * h + x


def test_models_that_differ_have_digests_that_do():
    """By a constant, a name, a block, a function that plays a role, a departure, or a loss."""
    step = closing_over(1.0)
    slopes = [Function("gate", np.tanh, slope=slope) for slope in (lambda a: 0 * a, lambda a: 0 * a + 1)]
    some = [
        *SHIPPED,
        *map(model, steps()),
        *(departed(models.lstm, {name: "stop"}) for name in ("h0", "c0")),
        *(departed(models.lstm, {"gate": slope}) for slope in slopes),
        replace(model(step), complex=True),
        replace(model(step), loss=lambda f, o, y: np.sum(o - y, axis=-1)),
        replace(model(step), blocks=(*BLOCKS, Block("v", ("H",), Use.STEP))),
        *(model(step, functions={"gate": (Function("own", f),)}) for f in (np.tanh, np.sinh, np.cosh)),
        *(model(step, functions={"gate": (name,)}) for name in ("tanh", "sigmoid")),
    ]
    found = [identity_of(each) for each in some]
    assert len(set(found)) == len(found)


def test_a_global_counts(monkeypatch):
    """A number or a function of its module may change while the step does not."""
    before = [identity_of(model(step)) for step in (by_global, helped)]
    monkeypatch.setitem(globals(), "FACTOR", 2.5)
    monkeypatch.setitem(globals(), "scaled", lambda a: 4 * a)
    after = [identity_of(model(step)) for step in (by_global, helped)]
    assert not {*before} & {*after}


def test_another_process_says_the_same():
    """Whatever its hashes are seeded with."""
    program = (
        "from verification.models import SHIPPED\n"
        "from verification.models.identity import identity_of\n"
        "from tests.verification.models.test_identity import by_global, model\n"
        "print(*map(identity_of, [*SHIPPED, model(by_global)]))\n"
    )
    result = python("-c", program, PYTHONHASHSEED="12").stdout
    assert result.split() == [*map(identity_of, [*SHIPPED, model(by_global)])]


class SteppingLoss:
    """An object that is called."""

    def __call__(self, f, p, x, h):
        return p.w * h + x


def reading(f, p, x, h):
    return p.w * h + x + len(open("/dev/null").read())


def importing(f, p, x, h):
    import math

    return p.w * h + x + math.pi


def naming_nothing(f, p, x, h):
    """One whose module lacks what it names."""
    return p.w * h + missing  # noqa: F821


MINE, OWN = ModuleType("mine"), np.frompyfunc(lambda a: 2 * a, 1, 1)


def naming_a_module(f, p, x, h):
    """One that reads a module of a user's."""
    return p.w * h + MINE.factor * x


def calling_a_ufunc(f, p, x, h):
    """One whose array function is a user's."""
    return p.w * h + OWN(x)


def drawing(generator):
    """One that draws from a generator, whose state is not in its code."""
    return lambda f, p, x, h: p.w * h + x + generator.random()


UNKNOWN = {
    "an object": SteppingLoss(),
    "a method": SteppingLoss().__call__,
    "a file": reading,
    "an import": importing,
    "a name of nothing": naming_nothing,
    "an object within": partial(SteppingLoss(), 1),
    "a module": naming_a_module,
    "a ufunc": calling_a_ufunc,
    "a generator": drawing(random.Random(0)),
}


@pytest.mark.parametrize("step", UNKNOWN.values(), ids=UNKNOWN)
def test_what_cannot_be_followed_has_no_digest(step):
    """A digest would be the same after it has changed."""
    with pytest.raises(Unidentified):
        identity_of(model(step))


@pytest.mark.parametrize("told", [True, False])
def test_a_users_module_of_a_name_of_pythons_is_followed(tmp_path, monkeypatch, told):
    """Its file may change, and the name says nothing then; nor does a module that no file is told of."""
    found = []
    for factor in (1.0, 2.0):
        (tmp_path / "colorsys.py").write_text(f"def step(f, p, x, h):\n    return {factor} * p.w * h + x\n")
        spec = importlib.util.spec_from_file_location("colorsys", tmp_path / "colorsys.py")
        users = importlib.util.module_from_spec(spec)
        users.__spec__ = spec if told else None
        monkeypatch.setitem(sys.modules, "colorsys", users)
        exec(compile((tmp_path / "colorsys.py").read_text(), "colorsys.py", "exec"), vars(users))
        found.append(identity_of(model(users.step)))
    assert found[0] != found[1]
