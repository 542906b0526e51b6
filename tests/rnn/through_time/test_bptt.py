"""The two time loops against plain ones: one loss, one step and one record at a time, in Fractions."""

from dataclasses import dataclass
from fractions import Fraction
from functools import partial

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

import rnn.through_time.bptt
from rnn.activations import identity, relu, softsign
from rnn.cells import Vanilla
from rnn.cells.cell import Weights
from rnn.common.arrays import FLOATS
from rnn.through_time.bptt import bptt, unroll
from rnn.through_time.routes import MIN_BATCH, segments
from rnn.truncation import Chunked, Full, Tail, Window
from tests.rnn.fractions import as_fractions
from tests.rnn.tables import Table

# f′(a) of each activation, from a and not from the output.
SLOPES = {"relu": lambda a: int(a > 0), "softsign": lambda a: 1 / (1 + abs(a)) ** 2, "identity": lambda a: 1}


@dataclass(frozen=True)
class BpttCase:
    """A cell's weights, what goes in, and the cotangents of the states of the last steps."""

    weights: Weights
    xs: np.ndarray
    h0: np.ndarray
    dhs: np.ndarray

    def parts(self, cell, truncation, batch=100, every=None):
        """das, dh0 and the earliest step of each segment, latest first, by the carry of the one before."""
        steps, losses = self.xs.shape[1], len(self.dhs)
        states = unroll(cell, self.weights, self.xs, (self.h0,)).states
        found, carry = [], ()
        for segment in segments(truncation, steps, steps - losses, batch, every):
            start, stop = segment.start, segment.stop
            tape = unroll(cell, self.weights, self.xs[:, start:stop], (states[start],))
            own = self.dhs[max(0, segment.first_loss - steps + losses) : max(0, stop - steps + losses)]
            das, (dh0,), carry = bptt(cell, self.weights, tape, (own,), segment, carry)
            found.append((das, dh0, segment.first))
        assert carry == ()
        return found

    def textbook(self, f, truncation):
        """The same for every step: each loss goes back alone, from its step to the first it may reach."""
        U, W, b = self.weights
        records, steps, _ = self.xs.shape
        das = as_fractions(np.zeros((steps, records, len(b)), int))
        dh0 = 0 * das[0]
        for n in range(records):
            pre, h = [], self.h0[n]
            for x in self.xs[n]:
                pre.append(U @ x + W @ h + b)
                h = np.empty_like(h)
                f.value(pre[-1].copy(), h)
            for t, dh in enumerate(self.dhs[:, n], start=steps - len(self.dhs)):
                first = truncation.first(t, steps)
                for s in range(t, first - 1, -1):
                    da = dh * np.array([SLOPES[f.name](a) for a in pre[s]])
                    das[s, n] += da
                    dh = da @ W
                if first == 0:
                    dh0[n] += dh
        return das, dh0


def made_by(draw, records, steps, inputs, units, losses):
    """A case of Fractions, from whole numbers by ``draw(*shape)``."""
    shapes = ((units, inputs), (units, units), (units,), (records, steps, inputs), (records, units))
    U, W, b, *given = (as_fractions(draw(*shape)) for shape in (*shapes, (losses, records, units)))
    return BpttCase(Weights(U, W, b), *given)


def case(records=2, steps=8, inputs=1, units=2, losses=None):
    """A case of small integers, drawn at random, none of them 0."""
    draw = partial(np.random.default_rng(0).choice, [-2, -1, 1, 2])
    return made_by(lambda *shape: draw(shape), records, steps, inputs, units, losses or steps)


def assert_is_the_textbook(inside, f, truncation, batch=100, every=None):
    """The sums of all segments are the plain loops', every da and dh0, and are Fractions."""
    want_das, want_dh0 = inside.textbook(f, truncation)
    das, dh0 = 0 * want_das, 0 * want_dh0
    cell = Vanilla(inside.xs.shape[2], len(inside.weights.U), f)
    for part, part_of_dh0, first in inside.parts(cell, truncation, batch, every):
        das[first : first + len(part)] += part
        dh0 += part_of_dh0
    assert das.tolist() == want_das.tolist()
    assert dh0.tolist() == want_dh0.tolist()
    assert {type(entry) for entry in (*das.flat, *dh0.flat)} == {Fraction}


def counting(units):
    """A linear cell, and the list of the rows that each of its steps back moves."""
    moved = []

    class Counting(Vanilla):
        def steps_back(self, W, carry, derivatives, das):
            for da, _ in zip(das, super().steps_back(W, carry, derivatives, das), strict=True):
                moved.append(len(da))
                yield

    return Counting(1, units, identity), moved


@st.composite
def cases(draw):
    """A case of any small shape, with a truncation out of a table for it."""
    records, inputs, units = (draw(st.integers(1, 2)) for _ in range(3))
    steps = draw(st.integers(1, 6))
    losses = draw(st.integers(1, steps))

    def array(*shape):
        return draw(npst.arrays(np.int8, shape, elements=st.integers(-2, 2)))

    inside = made_by(array, records, steps, inputs, units, losses)
    counts = st.integers(0, steps + 1)
    ours = st.builds(Chunked, counts.map(lambda k: k + 1), st.none() | counts)
    ours |= st.just(Full()) | st.builds(Window, counts) | st.builds(Tail, counts)
    tables = st.tuples(*[st.integers(0, steps)] * steps).map(Table)
    return inside, draw(ours | tables)


@given(
    cases(),
    st.sampled_from([relu, softsign, identity]),
    st.integers(1, 7) | st.just(MIN_BATCH),
    st.none() | st.integers(1, 7),
)
def test_any_truncation_is_the_textbook(drawn, f, batch, every):
    """However few sweeps travel together, and segment by segment, each with the carry of the one after it."""
    inside, truncation = drawn
    assert_is_the_textbook(inside, f, truncation, batch, every)


@pytest.mark.parametrize(
    ("truncation", "steps"),
    [(Chunked(1), 41), (Chunked(2, 3), 41), (Window(1), 41), (Chunked(23), 23 + 23 + 12)],
    ids=str,
)
def test_many_sweeps_add_up(truncation, steps):
    """More than may travel together, where so many may that chunks are a batch; a shorter chunk waits."""
    assert_is_the_textbook(case(steps=steps, records=1, units=1), identity, truncation, MIN_BATCH)


@pytest.mark.parametrize("batch", [1, 2, 3])
def test_no_more_travel_together_than_may(batch):
    """A step back moves the rows of ``batch`` sweeps at most, three records each."""
    cell, moved = counting(units=2)
    case(records=3).parts(cell, Window(1), batch)
    assert max(moved) == batch * 3


@pytest.mark.parametrize(
    ("truncation", "losses", "depth"),
    [(Full(), 1, 12), (Window(2), 12, 3), (Chunked(4), 1, 4), (Chunked(4, 6), 12, 6), (Tail(0), 12, 0)],
    ids=str,
)
def test_truncation_shortens_the_recursion(truncation, losses, depth):
    """The backward takes as many steps as the deepest sweep, whatever T, since sweeps travel together."""
    cell, moved = counting(units=2)
    case(steps=12, losses=losses).parts(cell, truncation)
    assert len(moved) == depth


def test_a_tape_that_does_not_fit_in_memory_is_reported_by_what_is_too_large():
    """And whatever else a cell raises is not."""

    class Full(Vanilla):
        """A cell that has no room, or is wrong."""

        error = MemoryError("Unable to allocate 2.00 TiB")

        def tape(self, records, steps, dtype):
            raise self.error

    weights, state = Weights(np.ones((1, 1)), np.ones((1, 1)), np.ones(1)), (np.ones((2, 1)),)
    said = r"^xs: shape \(2, 3, 1\), needed fewer records or steps: it does not fit in memory$"
    with pytest.raises(MemoryError, match=said):
        unroll(Full(1, 1), weights, np.ones((2, 3, 1)), state)
    Full.error = ValueError("its own")
    with pytest.raises(ValueError, match=r"^its own$"):
        unroll(Full(1, 1), weights, np.ones((2, 3, 1)), state)


@pytest.mark.parametrize(
    ("dtype", "halvings", "steps"), [(np.float32, 3, 80), (np.float64, 3, 400), (np.longdouble, 3, 6000)]
)
def test_a_vanished_gradient_is_flushed(dtype, halvings, steps):
    """In a chain that shrinks eightfold a step da is exact, from FLUSH_BELOW on soon 0, never denormal."""
    one = np.ones((1, 1, 1), dtype)
    weights = Weights(one[0], one[0] * dtype(0.5) ** halvings, one[0, 0])
    chain = BpttCase(weights, np.repeat(one, steps, axis=1), one[0], one)
    ((das, dh0, _),) = chain.parts(Vanilla(1, 1, identity), Full())
    das = np.abs(das.ravel()[::-1])
    want = dtype(0.5) ** (halvings * np.arange(steps, dtype=dtype))
    above = want >= rnn.through_time.bptt.FLUSH_BELOW[np.dtype(dtype)]
    assert (das[above] == want[above]).all()
    assert (das[np.count_nonzero(above) + rnn.through_time.bptt.FLUSH_EVERY[np.dtype(dtype)] :] == 0).all()
    assert not ((das > 0) & (das < np.finfo(dtype).tiny)).any()
    assert dh0 == 0


@pytest.mark.parametrize("dtype", FLOATS)
def test_flush_keeps_what_is_not_below(dtype):
    """An entry of just that stays, of either sign; the next smaller number becomes 0, in every array."""
    below = rnn.through_time.bptt.FLUSH_BELOW[dtype]
    kept, lost = below.item(), np.nextafter(below, 0 * below)
    carry = (np.array([kept, lost, 1], dtype), np.array([-lost, -kept, 0], dtype))
    rnn.through_time.bptt.flush(carry, below)
    assert [part.tolist() for part in carry] == [[kept, 0, 1], [0, -kept, 0]]


def test_fractions_do_not_vanish():
    """However small it gets, a Fraction is kept: a thousandth to the power of 200 comes out as that."""
    one = np.full((1, 1, 1), Fraction(1))
    weights = Weights(one[0], one[0] / 1000, one[0, 0])
    chain = BpttCase(weights, np.repeat(one, 200, axis=1), one[0], one)
    ((das, dh0, _),) = chain.parts(Vanilla(1, 1, identity), Full())
    assert das[::-1, 0, 0].tolist() == [Fraction(1, 1000**j) for j in range(200)]
    assert dh0.item() == Fraction(1, 1000**200)
