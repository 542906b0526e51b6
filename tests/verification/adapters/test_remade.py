"""How a program makes an engine again, and whole programs, each run as the file that it is."""

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from benchmarks.evidence.mutants.patch import replaced_once
from tests.cases import a_case
from tests.layers import ragged, renamed, scan, steps, vanilla
from tests.programs import python
from verification import Function, Scope, layer, manual, models, scoped, step
from verification.adapters.remade import scope_of
from verification.judging.model_subject import example_of
from verification.judging.shrinking import Shrunk
from verification.models.truncation import Standard, Tabled
from verification.properties.property import Finding

CASE = a_case(models.lstm, 3, 4)
SURROGATE = Function("surrogate", np.tanh, slope=lambda a: 1 / (1 + a * a))


def apply(params, xs, state):
    """What an engine is made of."""


def back(saved, d_outputs, d_state):
    """What else it is made of."""


SCOPES = {
    "nothing": None,
    "all that a layer can": Scope(bits=True, lengths=True, blocks=("U", "W"), records=(2, 5)),
    "one truncation": Scope(truncations=(Standard("Window", (2,)),)),
    "a table": Scope(truncations=(Tabled((0, 1)),)),
    "departures": Scope(departures={"candidate": SURROGATE, "c0": "stop"}),
}


@pytest.mark.parametrize("scope", SCOPES.values(), ids=SCOPES)
def test_an_engine_is_made_again(scope):
    """With the claim by which it is judged, and the model from which it departs."""
    engine = layer(apply, back, model=models.lstm, scope=scope)
    made = {}
    exec(str(engine.code(CASE)), made)
    assert made["engine"].claim == engine.claim
    assert made["engine"].forward is apply
    assert made["engine"].model.functions == engine.model.functions


def test_a_scope_is_said_where_it_decides_how_a_case_is_run():
    """Sizes and number types decide which cases there are."""
    engine = layer(apply, back, model=models.lstm, scope=Scope(dtypes=("float32",), steps=(1, 3)))
    assert scope_of(engine.claim, engine.model) == {}
    assert scope_of(scoped(manual).claim, models.vanilla) == {}
    two = scoped(manual, Scope(truncations=("Full", "Tail")))
    assert scope_of(two.claim, models.vanilla) == {"truncations": ("Full", "Tail")}


STEP = Path(steps.__file__).read_text("utf-8")

# The network with a loss on every step.
PROBLEM = (
    Path(vanilla.__file__).read_text("utf-8")
    + """
from verification import Gradients


def engine(problem):
    V, c = problem.params["V"], problem.params["c"]
    hs, _, saved = forward(problem.params, problem.xs, problem.state)
    outputs = hs @ V.T + c
    r = outputs - problem.targets
    d, d_xs, d_state = backward(saved, r @ V, (0 * problem.h0,))
    d["V"], d["c"] = np.einsum("ntk,nth->kh", r, hs), r.sum(axis=(0, 1))
    return Gradients(outputs, np.sum(r * r) / 2, d, d_xs, d_state)
"""
)


def of_a_user(name):
    """A function that a user's module has under that name, as far as a program can tell."""

    def engine(*given):
        """By the program alone."""

    engine.__module__, engine.__qualname__ = "of_a_user", name
    return engine


BOTH = of_a_user("forward"), of_a_user("backward")
STEPS = of_a_user("vanilla"), of_a_user("vanilla_back")


def fails_and_passes(folder, engine, case, property_, text, right, wrong):
    """The printed program fails by an AssertionError where a line is replaced, and passes where it is not."""
    code = example_of(engine, Shrunk(case, Finding(property_, "U", "off"))).code
    (folder / "example.py").write_text(code, "utf-8")
    for each, returned in ((replaced_once(text, right, wrong, "of_a_user.py"), 1), (text, 0)):
        (folder / "of_a_user.py").write_text(each, "utf-8")
        done = python("example.py", folder=folder, PYTHONDONTWRITEBYTECODE="1")
        assert done.returncode == returned, f"{code}\n{done.stderr}"
        assert (f"AssertionError: {property_} " in done.stderr) == bool(returned)


@pytest.mark.slow
def test_a_layer_s_program(tmp_path):
    """Of other arrays, of which the second bias has another gradient than the first."""
    right = Path(renamed.__file__).read_text("utf-8")
    engine = layer(*BOTH, model=models.lstm, arrays=renamed.ARRAYS)
    fails_and_passes(tmp_path, engine, CASE, "autograd", right, '"b_hh": d_b.copy()', '"b_hh": d_b / 2')


@pytest.mark.slow
def test_a_program_of_records_that_end_early(tmp_path):
    """With blocks that are not all of the model's."""
    right = Path(ragged.__file__).read_text("utf-8")
    scope = Scope(lengths=True, blocks=("U", "W", "b", "xs"))
    engine = layer(*BOTH, model=models.vanilla, scope=scope)
    case = replace(a_case(models.vanilla, 3, 4), lengths=(4, 2, 1))
    edit = "da = np.where(runs, ", "da = np.where(True, "
    fails_and_passes(tmp_path, engine, case, "padding", right, *edit)


def test_a_program_in_fractions(tmp_path):
    """Which shows an error however small it is."""
    case = a_case(models.scan)
    fraction = np.vectorize(lambda number: Fraction(round(8 * number), 4), otypes=[object])
    blocks = {name: fraction(array) for name, array in case.blocks.items()}
    case = replace(case, blocks=blocks, objective=case.objective.replaced(fraction))
    right = "from fractions import Fraction\n" + Path(scan.__file__).read_text("utf-8").replace(".conj()", "")
    engine = layer(*BOTH, model=models.scan, scope=Scope(exact=True))
    edit = "d_x[:, t] = dh\n", "d_x[:, t] = dh + Fraction(1, 10**30)\n"
    fails_and_passes(tmp_path, engine, case, "exact", right, *edit)


@pytest.mark.slow
def test_a_step_s_program(tmp_path):
    """Under a truncation, in arrays that lie otherwise."""
    case = a_case(models.vanilla, 3, 4)
    case = replace(case, truncation=Standard("Window", (1,)), layouts={"U": "Fortran order"})
    edit = 'da @ params["W"]', 'da @ params["W"] * (2 if params["U"].flags.f_contiguous else 1)'
    fails_and_passes(tmp_path, step(*STEPS, model=models.vanilla), case, "lags", STEP, *edit)


@pytest.mark.slow
def test_a_function_of_a_problem_has_a_program(tmp_path):
    scope = Scope(functions={"activation": ("tanh",)}, losses=("every",), checkpoints=True)
    engine = scoped(of_a_user("engine"), model=models.vanilla, scope=scope)
    case = a_case(models.vanilla, 3, 4, losses="every")
    edit = "    return Gradients(", "    d_xs *= -1 if problem.checkpoints else 1\n    return Gradients("
    fails_and_passes(tmp_path, engine, case, "recomputation", PROBLEM, *edit)
