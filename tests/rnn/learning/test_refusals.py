"""What training's numbers may not be: blocks, classes, probabilities, schedules and how long to wait."""

from functools import partial
from math import inf, nan

import numpy as np

from rnn.learning.blocks import as_vector, check_params, check_update, checked_block
from rnn.learning.classes import check_class_weight
from rnn.learning.dropout import checked_dropout
from rnn.learning.schedules import Constant, Cosine, StepDecay, Warmup
from rnn.learning.stopping import EarlyStopping
from tests.rnn.refusals import Pair, of, of_each, refuse, table


class Odd:
    """A schedule that gives no number."""

    def rate_at(self, done, updates):
        """None that is finite."""
        return nan


ONES = Pair(np.ones((2, 2)), np.ones(3))
WRONG = Pair(ONES.M, np.full(3, nan))
LARGE = (np.broadcast_to(np.float64(1), (2**13, 2**13)),) * 2**14
SPANS = "needed the number of updates that Cosine has to span$"


@table(
    (lambda: as_vector(ONES, (ONES.M, None)), TypeError, "grads.v: NoneType, needed a NumPy array$"),
    (lambda: as_vector(ONES, 3), TypeError, "grads: int, needed a tuple of arrays, as params$"),
    # As views of one number gradients take no memory, side by side they do.
    (lambda: as_vector(LARGE, LARGE), MemoryError, "grads: blocks, needed smaller ones: it does not fit in"),
    *of(
        lambda block: checked_block("g", block),
        (np.broadcast_to(1.0, 2**59), MemoryError, f"g: shape ({2**59},), needed a smaller one: it does"),
        ([[1.0], []], TypeError, "g: list, needed a NumPy array$"),
        (np.ones(1, np.float16), TypeError, "g: dtype float16, needed float32, float64 or longdouble$"),
        (np.ones((1, 1)).view(np.matrix), TypeError, "g: matrix, needed a NumPy array$"),
        (np.ma.ones(1), TypeError, "g: a masked array, needed one without a mask, as its filled() is$"),
    ),
    *of(
        check_params,
        ([ONES.M], TypeError, "params: list, needed a NamedTuple of arrays$"),
        (Pair(np.ones(2), None), TypeError, "params.v: NoneType, needed a NumPy array$"),
        ((np.ones(2), np.ones(2, "f4")), TypeError, "params.1: dtype float32, needed float64, as the first"),
    ),
    # What an update left: a block before a vector of the state, and what was given is to blame first.
    *of(
        lambda given: check_update(*given),
        *(
            (
                (ONES, (), Pair(ONES.M, np.array([1, bad, 1])), (np.full(7, bad),)),
                FloatingPointError,
                f"params.v: {bad} at (1,), needed finite numbers; ",
            )
            for bad in (nan, inf, -inf)
        ),
        ((WRONG, (np.full(7, inf),), WRONG, ()), ValueError, "params.v: nan at (0,), needed finite numbers$"),
    ),
    *of(
        lambda weights: check_class_weight(weights, range(3)),
        ("even", TypeError, "class_weight: 'even', needed None, 'balanced', or a dict by class"),
        ({3: 1.0}, ValueError, "class_weight: 3 as a class, needed one of 0, 1, 2"),
        ({0: -1.0}, ValueError, "class_weight: -1.0 for 0, needed at least 0"),
        ({0: inf}, ValueError, "class_weight: inf for 0, needed at least 0"),
        ({0: "2"}, TypeError, "class_weight: '2', needed a number"),
    ),
    *of(
        lambda dropout: checked_dropout(dropout, [3], "p"),
        *((p, ValueError, f"p: {p}, needed at least 0 and below 1$") for p in (-0.1, 1, 1.0, 2.5, nan, inf)),
        ("x", TypeError, "p: 'x', needed a number"),
    ),
    (lambda: checked_dropout(0.5, []), ValueError, "dropout: 0.5, needed 0 with one layer: it is of what"),
    *of_each(
        [
            lambda at, each=each: each.rate_at(*at)
            for each in (Cosine(1), StepDecay(1, 3), Warmup(Constant(1), 3))
        ],
        ((-1, 5), ValueError, "done: -1, needed"),
        ((0, 0), ValueError, "updates: 0, needed at least 1"),
    ),
    *of(
        lambda total: Warmup(Constant(0.1), 5).rate_at(0, total),
        *(
            (total, ValueError, f"updates: {total}, needed more than the 5 of Warmup.updates$")
            for total in (1, 4, 5)
        ),
    ),
    (lambda: Warmup(Odd(), 5).rate_at(7, 8), ValueError, "Warmup.schedule.rate_at(2, 3): nan, needed a"),
    (lambda: Warmup(Cosine(0.1), 5).rate_at(0, None), ValueError, f"updates: None, {SPANS}"),
    *of(
        lambda given: StepDecay(*given),
        ((0, 1), ValueError, "StepDecay.rate: 0, needed a finite number above 0"),
        ((1, 0), ValueError, "StepDecay.step_size: 0, needed at least 1"),
        ((1, 1, "1"), TypeError, "StepDecay.gamma: '1', needed a number"),
        ((1, 1, 1.01), ValueError, "StepDecay.gamma: 1.01, needed at most 1"),
    ),
    (partial(Warmup, 0.1, 5), TypeError, "Warmup.schedule: 0.1, needed a schedule, as Constant(0.001)"),
    (partial(Warmup, Constant(1), 0), ValueError, "Warmup.updates: 0, needed at least 1"),
    *of(
        lambda given: EarlyStopping(**given),
        ({"n_iter_no_change": 0}, ValueError, "EarlyStopping.n_iter_no_change: 0, needed at least 1"),
        ({"tol": "0"}, TypeError, "EarlyStopping.tol: '0', needed a number"),
        ({"tol": -1e-9}, ValueError, "EarlyStopping.tol: -1e-09, needed a finite number of at least 0"),
    ),
)
def test_what_is_no_such_argument_is_refused(call, error, said):
    """By its name, with what was given and what is needed."""
    refuse(call, error, said)
