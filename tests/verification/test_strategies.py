"""What the strategies draw in a few hundred draws, and what failures shrink to."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, find, given, seed, settings
from hypothesis import strategies as st

from rnn import Chunked, Full, Tail, Window
from rnn.arrays import FRACTIONS
from verification.oracles.exact import RATIONAL
from verification.problem import Problem
from verification.strategies import (
    NUMBERS,
    POLICIES,
    SCALES,
    SIMPLEST_FIRST,
    exact_problems,
    integer_problems,
    normal_numbers,
    problems,
    steps,
    truncations,
    whole_numbers,
)

QUIETLY = settings(database=None, deadline=None, suppress_health_check=list(HealthCheck))


def draws(strategy, number, block=0):
    """So many draws from the strategy, always the same for the same block."""
    drawn = []

    @seed(block)
    @settings(QUIETLY, max_examples=number, phases=[Phase.generate])
    @given(strategy)
    def keep(value):
        drawn.append(value)

    keep()
    return drawn


def simplest(strategy, fails=lambda value: True):
    """What a failure shrinks to."""
    return find(strategy, fails, settings=settings(QUIETLY, derandomize=True, max_examples=200))


@pytest.fixture(scope="module")
def drawn():
    """Problems as the suite draws them."""
    return [problem for block in range(4) for problem in draws(problems(), 100, block)]


@st.composite
def truncated(draw, policy):
    """A length, and a truncation of the kind that is drawn for it."""
    T = draw(st.integers(1, 8))
    return draw(truncations(T, policy)), T


def sizes(problem):
    """N, T, D, H, K."""
    (N, T, D), (K, H) = problem.xs.shape, problem.params["V"].shape
    return N, T, D, H, K


def test_shapes_fit(drawn):
    """Every array of every problem is of the shape that its dimensions ask for, and of one dtype."""
    for problem in drawn:
        N, T, D, H, K = sizes(problem)
        shapes = {name: array.shape for name, array in problem.arrays().items()}
        assert shapes.pop("targets") in ((N, K), (N, T, K))
        assert shapes == {
            **{"U": (H, D), "W": (H, H), "b": (H,), "V": (K, H), "c": (K,)},
            **{"xs": (N, T, D), "h0": (N, H)},
        }
        assert {array.dtype for array in problem.arrays().values()} == {problem.dtype}
        assert all(np.all(np.isfinite(array)) for array in problem.arrays().values())


def test_every_policy_dtype_and_activation_is_drawn(drawn):
    """Every activation, and both dtypes under every policy."""
    assert {problem.activation for problem in drawn} == set(SIMPLEST_FIRST)
    pairs = {(problem.policy[0], problem.dtype.name) for problem in drawn}
    assert pairs == {(policy, dtype) for policy in POLICIES for dtype in ("float32", "float64")}


@pytest.mark.parametrize("kind", ["Window", "Tail"])
def test_numbers_go_from_none_to_beyond_the_sequence(kind):
    """k = 0, k within the sequence, and k beyond T."""
    ks = [(truncation.k, T) for block in range(3) for truncation, T in draws(truncated(kind), 100, block)]
    assert any(k == 0 for k, T in ks)
    assert any(0 < k < T - 1 for k, T in ks)
    assert any(k > T for k, T in ks)


def test_chunks_of_every_kind_are_drawn():
    """Ragged and even, one and many, beyond T; k2 not given, 0, below, equal to and above k1."""
    drawn = [pair for block in range(6) for pair in draws(truncated("Chunked"), 100, block)]
    chunks = [(truncation.k1, truncation.k2, T) for truncation, T in drawn]
    kinds = {
        "one step": lambda k1, k2, T: k1 == 1 < T,
        "many": lambda k1, k2, T: 1 < k1 < T and T % k1 == 0,
        "ragged": lambda k1, k2, T: k1 < T and T % k1 > 0,
        "beyond": lambda k1, k2, T: k1 > T,
        "k2 not given": lambda k1, k2, T: k2 is None,
        "k2 = 0": lambda k1, k2, T: k2 == 0,
        "k2 < k1": lambda k1, k2, T: k2 is not None and 0 < k2 < k1,
        "k2 = k1": lambda k1, k2, T: k2 == k1,
        "k2 > k1": lambda k1, k2, T: k2 is not None and k2 > k1,
    }
    assert [name for name, met in kinds.items() if not any(met(*chunk) for chunk in chunks)] == []


def test_every_dimension_is_one_and_more(drawn):
    """Each of N, T, D, H, K is 1 in some problem and larger in others; D and H differ."""
    for values in zip(*map(sizes, drawn), strict=True):
        assert min(values) == 1
        assert len(set(values)) > 2
    assert any(D != H for _, _, D, H, _ in map(sizes, drawn))


def test_most_sequences_are_short_and_some_are_long():
    """A long sequence is drawn, and is rare, for its lag table is dear."""
    lengths = [T for block in range(12) for T in draws(steps(), 100, block)]
    assert max(lengths) > 12
    assert max(lengths) <= 100
    assert sum(T > 12 for T in lengths) < len(lengths) / 10
    assert sum(T > 6 for T in lengths) > len(lengths) / 50


def test_losses_stand_on_the_last_step_or_on_all(drawn):
    """Both kinds of targets, under every policy."""
    kinds = {(problem.policy[0], problem.targets.ndim) for problem in drawn}
    assert kinds == {(policy, ndim) for policy in POLICIES for ndim in (2, 3)}


def test_the_initial_state_is_zero_and_not(drawn):
    """Both occur, under every policy."""
    kinds = {(problem.policy[0], bool(problem.h0.any())) for problem in drawn}
    assert kinds == {(policy, zero) for policy in POLICIES for zero in (True, False)}


def test_numbers_are_whole_and_not(drawn):
    """Small integers in some problems; in others numbers of every bit, at small and at large scales."""
    whole = [all(np.all(a == np.round(a)) for a in p.arrays().values()) for p in drawn]
    assert 0 < sum(whole) < len(drawn)
    largest = [np.abs(p.params["W"]).max() for p, integers in zip(drawn, whole, strict=True) if not integers]
    assert min(largest) < 0.2
    assert max(largest) > 10
    assert any(not np.array_equal(p.params["W"], p.params["W"].T) for p in drawn)


def test_a_failure_shrinks_to_ones():
    """One record, one step, one input, one unit, one output, the identity, no truncation, every number 1."""
    problem = simplest(problems(numbers=whole_numbers()))
    assert sizes(problem) == (1, 1, 1, 1, 1)
    assert (problem.activation, problem.truncation, problem.dtype) == ("identity", Full(), np.float64)
    assert all(np.all(array == 1) for array in problem.arrays().values())


def test_a_failure_of_long_sequences_shrinks_to_the_shortest():
    """What fails from three steps and two units on is shown on those, and the rest is as simple as can be."""
    short = problems(numbers=whole_numbers(), most_steps=12)
    problem = simplest(short, lambda p: p.steps >= 3 and p.h0.shape[1] >= 2)
    assert sizes(problem) == (1, 3, 1, 2, 1)
    assert (problem.activation, problem.truncation) == ("identity", Full())
    assert all(np.all(array == 1) for array in problem.arrays().values())


def test_a_failure_that_needs_a_normal_number_shrinks_in_size():
    """Where no whole number fails the numbers stay as they were drawn, and the rest is as small as can be."""
    problem = simplest(problems(), lambda p: p.h0.shape[1] >= 2 and np.any(p.xs != np.round(p.xs)))
    assert sizes(problem) == (1, 1, 1, 2, 1)
    assert (problem.activation, problem.truncation) == ("identity", Full())


def test_one_number_shrinks_by_itself():
    """An entry that must be negative does not make the others so."""
    problem = simplest(problems(numbers=whole_numbers()), lambda p: p.params["W"][0, 0] < 0)
    assert {name: array.tolist() for name, array in problem.params.items()} == {
        **{"U": [[1]], "W": [[-1]], "b": [1], "V": [[1]], "c": [1]}
    }


@pytest.mark.parametrize("policy", POLICIES)
def test_a_policy_can_be_asked_for(policy):
    """All draws are of it, and a failure shrinks to its smallest number."""
    assert {problem.policy[0] for problem in draws(problems(policy=policy), 20)} == {policy}
    smallest = {"Full": Full(), "Window": Window(0), "Tail": Tail(0), "Chunked": Chunked(1)}
    assert simplest(problems(policy=policy), lambda p: len(p.xs) >= 2).truncation == smallest[policy]


def test_activations_lengths_and_numbers_can_be_asked_for():
    """Each argument fixes what it names."""
    drawn = draws(problems(activations=("relu",), most_steps=2, numbers=whole_numbers()), 50)
    assert {problem.activation for problem in drawn} == {"relu"}
    assert {problem.steps for problem in drawn} == {1, 2}
    assert all(np.all(array == np.round(array)) for p in drawn for array in p.arrays().values())


def test_steps_and_truncations_of_their_own():
    """steps stays within its most; a truncation may go two beyond the steps that it is drawn for."""
    assert set(draws(steps(2), 50)) == {1, 2}
    assert max(draws(steps(20), 300)) <= 20
    ks = {t.k for t in draws(truncations(3, "Window"), 100)}
    assert ks == set(range(6))


def test_whole_numbers_ignore_the_scale():
    """From −3 to 3 whatever the scale, and zero at scale 0."""
    made = draws(whole_numbers().map(lambda fill: [fill((2, 3), scale) for scale in (*SCALES, 0.0)]), 60)
    numbers = {int(x) for *arrays, _ in made for array in arrays for x in array.flat}
    assert numbers == set(range(-3, 4))
    assert not any(zero.any() for *_, zero in made)


def test_normal_numbers_scale():
    """A fill of scale 10 is ten times as large as one of scale 1, and one of scale 0 is zero."""
    for fill in draws(normal_numbers(), 10):
        assert 2 < np.std(fill((500,), 10.0)) / np.std(fill((500,), 1.0)) < 50
        assert not fill((2, 2), 0.0).any()


def test_both_ways_to_fill_are_drawn():
    """NUMBERS draws fills of either kind."""
    made = draws(NUMBERS.map(lambda fill: fill((3,), 0.5)), 60)
    whole = [bool(np.all(array == np.round(array))) for array in made]
    assert 0 < sum(whole) < len(whole)


def test_exact_problems_are_of_fractions():
    """Every number is a Fraction, with an activation that keeps it rational, under every policy."""
    drawn = draws(exact_problems(), 100)
    assert {problem.activation for problem in drawn} == set(RATIONAL)
    assert {problem.policy[0] for problem in drawn} == set(POLICIES)
    assert {problem.targets.ndim for problem in drawn} == {2, 3}
    for problem in drawn:
        assert {array.dtype for array in problem.arrays().values()} == {FRACTIONS}
        assert all(isinstance(x, Fraction) for array in problem.arrays().values() for x in array.flat)
    assert any(x.denominator > 1 for problem in drawn for x in problem.xs.flat)


def test_exact_problems_shrink_to_ones():
    """The smallest is one of ones, with the identity and no truncation."""
    problem = simplest(exact_problems())
    assert sizes(problem) == (1, 1, 1, 1, 1)
    assert (problem.activation, problem.truncation) == ("identity", Full())
    assert all(np.all(array == 1) for array in problem.arrays().values())


def test_integer_problems_are_of_integers_in_floating_point():
    """relu and identity, both dtypes, every policy, and nothing that is not whole."""
    drawn = draws(integer_problems(), 100)
    assert {problem.activation for problem in drawn} == {"relu", "identity"}
    assert {problem.policy[0] for problem in drawn} == set(POLICIES)
    assert {problem.dtype.name for problem in drawn} == {"float32", "float64"}
    assert all(np.all(array == np.round(array)) for p in drawn for array in p.arrays().values())


@pytest.mark.parametrize("strategy", [problems, exact_problems, integer_problems])
def test_every_deck_takes_a_policy_and_a_length(strategy):
    """What a property's deck is called with: each of them takes ``policy`` and ``most_steps``."""
    for problem in draws(strategy(policy="Tail", most_steps=2), 20):
        assert isinstance(problem, Problem)
        assert problem.policy[0] == "Tail"
        assert problem.steps <= 2
