"""What belongs to the caller beside arrays is compared, and put back."""

import os
import random

import numpy as np
import pytest

from verification.processes.belongings import Belongings

LEGACY = np.random.mtrand


def left_by(work):
    """What is told of a call."""
    belongings = Belongings()
    with belongings:
        work()
    return belongings.found


def now():
    """What is compared."""
    numpy, python = LEGACY.get_state(), random.getstate()
    return os.getcwd(), dict(os.environ), np.geterr(), np.geterrcall(), numpy[1].tobytes(), numpy[2], python


@pytest.fixture(autouse=True)
def begun(monkeypatch):
    """Seeds and a variable that the caller has set; all is put back."""
    numpy, python, folder = LEGACY.get_state(), random.getstate(), os.getcwd()
    monkeypatch.setenv("HERE", "1")
    LEGACY.seed(3)
    random.seed(3)
    with np.errstate():
        yield
    LEGACY.set_state(numpy)
    random.setstate(python)
    os.chdir(folder)


CHANGES = {
    "changed the working folder to /": lambda: os.chdir("/"),
    "changed HERE in the environment": lambda: os.environ.update(HERE="2"),
    "deleted HERE from the environment": lambda: os.environ.pop("HERE"),
    "changed NumPy's handling of errors (over='raise')": lambda: np.seterr(over="raise"),
    "changed NumPy's handling of errors (divide='ignore')": lambda: np.errstate(divide="ignore").__enter__(),
    "changed NumPy's handling of errors (the function that is called)": lambda: np.seterrcall(print),
    "seeded NumPy's random generator": lambda: LEGACY.seed(4),
    "seeded Python's random generator": lambda: random.seed(4),
}


@pytest.mark.parametrize(("said", "work"), CHANGES.items(), ids=CHANGES)
def test_a_change_is_reported_and_put_back(said, work):
    """In words, and alone."""
    before = now()
    assert left_by(work) == [said]
    assert now() == before
    assert left_by(work) == [said]


@pytest.mark.parametrize("seed", [LEGACY.seed, random.seed], ids=["NumPy", "Python"])
def test_the_seed_that_the_caller_has_set_is_noticed(seed):
    """Though the state is that of before."""
    seed(3)
    (said,) = left_by(lambda: seed(3))
    assert said.startswith("seeded ")


@pytest.mark.parametrize("draws", [1, 700], ids=["of the same words", "of others"])
@pytest.mark.parametrize("whose", ["NumPy", "Python"])
def test_a_state_that_an_engine_brings_back_is_a_seed(whose, draws):
    """As of who draws the same numbers in each call."""
    get, put, draw = {
        "NumPy": (LEGACY.get_state, LEGACY.set_state, LEGACY.random_sample),
        "Python": (random.getstate, random.setstate, random.random),
    }[whose]
    draw()
    earlier = get()
    for _ in range(draws):
        draw()
    assert left_by(lambda: put(earlier)) == [f"seeded {whose}'s random generator"]


HOME = os.getcwd()


def within():
    with np.errstate(all="raise"), np.testing.assert_raises(FloatingPointError):
        np.float64(1) / np.zeros(1)


KEPT = {
    "nothing": lambda: None,
    "a new variable": lambda: os.environ.setdefault("THERE", "1"),
    "numbers of NumPy's": lambda: LEGACY.random_sample(3),
    "many of them": lambda: LEGACY.standard_normal(5000),
    "numbers of Python's": lambda: random.random(),
    "many of those": lambda: [random.random() for _ in range(2000)],
    "its own handling": within,
    "there and back": lambda: (os.chdir("/"), os.chdir(HOME)),
}


@pytest.mark.parametrize("work", KEPT.values(), ids=KEPT)
def test_what_a_right_engine_does_is_none(work, monkeypatch):
    """Drawing numbers is what generators are for; errors of floating point are ignored all the while."""
    monkeypatch.delenv("THERE", raising=False)
    with np.errstate(all="raise"):
        assert left_by(lambda: (work(), np.zeros(1) / np.zeros(1))) == []


def test_numbers_that_were_drawn_are_not_drawn_again():
    """A mask of dropout is another in each call, and the caller's numbers are not an engine's."""
    drawn = []
    for _ in range(2):
        left_by(lambda: drawn.append((LEGACY.random_sample(), random.random())))
    assert drawn[0][0] != drawn[1][0]
    assert drawn[0][1] != drawn[1][1]
    state = now()
    left_by(lambda: None)
    assert now() == state
