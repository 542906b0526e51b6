"""Which layouts a problem is asked in, and that every array has its turns."""

from verification.directed import ordinary
from verification.layouts import LAYOUTS
from verification.patients import patients
from verification.relaid import alone, relaid


def test_all_arrays_are_laid_out_and_then_one_alone():
    """A name for each, and the problem's own arrays are left as they lie."""
    problem = patients()[0].problem
    before = {name: array.strides for name, array in problem.arrays().items()}
    hows = [how for how, _ in relaid(problem)]
    assert hows[:-1] == [f"all {how}" for how in LAYOUTS]
    assert hows[-1] == " alone ".join(alone(problem))
    (_, last) = list(relaid(problem))[-1]
    changed = [name for name, array in last.arrays().items() if array.strides != before[name]]
    assert changed == [alone(problem)[0]]
    assert {name: array.strides for name, array in problem.arrays().items()} == before


def test_xs_alone_has_its_turns_in_every_run():
    """In each layout, among the problems that every run meets."""
    turns = {alone(problem) for problem in ordinary()}
    assert {how for name, how in turns if name == "xs"} == set(LAYOUTS) - {"read-only"}


def test_a_turn_depends_on_no_number():
    """So that a smaller example that only has other numbers is asked the same."""
    problem = patients()[0].problem
    others = problem.replaced(**{name: array * 3 + 1 for name, array in problem.arrays().items()})
    assert alone(others) == alone(problem)
