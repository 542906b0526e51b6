"""Routes and segments: every sweep goes back once, wherever the sequence is cut."""

import pytest

from rnn.through_time.routes import MIN_BATCH, BatchedSweeps, SingleSweep, segments
from rnn.truncation import Chunked, Full, Window
from tests.rnn.tables import Table


class Moving:
    """A truncation whose answer its user changes."""

    def __init__(self, k):
        self.k = k

    def first(self, t, steps):
        return max(0, t - self.k)


class Subclass(Window):
    """One that says that it equals a window, and answers as its state says."""

    def first(self, t, steps):
        return max(0, t - self.state["k"])


class Unhashable(Moving):
    """One that is no key."""

    __hash__ = None


class Lenient(Moving):
    """One that equals everything, with a window's hash."""

    def __eq__(self, other):
        return True

    def __hash__(self):
        return hash(Window(1))


def subclass(k):
    """A window of 1, that behaves as one of k."""
    truncation = Subclass(1)
    object.__setattr__(truncation, "state", {"k": k})
    return truncation


@pytest.mark.parametrize("make", [Moving, subclass, Unhashable, Lenient])
def test_a_truncation_that_may_change_is_called_anew(make):
    """Its answers of now are what counts, whatever it answered before and whatever it says to equal."""
    truncation = make(1)
    held = truncation.state if isinstance(truncation, Subclass) else vars(truncation)
    for k in (1, 3, 0, 1, 8):
        held["k"] = k
        assert segments(Window(1), 9, 0, 4) == plan(1)
        assert segments(truncation, 9, 0, 4) == plan(k)


def plan(k):
    """The segments of a window, from its table."""
    return segments(Table(tuple(max(0, t - k) for t in range(9))), 9, 0, 4)


def test_our_own_truncations_are_called_once():
    """A plan at hand takes no call of ``first``; any other truncation is called for each of its losses."""
    asked = []

    class Counted(Window):
        def first(self, t, steps):
            asked.append(t)
            return super().first(t, steps)

    class CountedOnce(Counted):
        asked_once = True

    for truncation, times in ((CountedOnce(2), 1), (Counted(2), 2)):
        asked.clear()
        assert segments(truncation, 9, 4, 4) is segments(truncation, 9, 4, 4)
        assert asked == [4, 5, 6, 7, 8] * times


def shown(route):
    """A sweep alone by where it goes, a batch by its size, with how many reach the state h0."""
    alone = isinstance(route, SingleSweep)
    size = (route.start, route.stop) if alone else (BatchedSweeps, route.sweeps, route.depth)
    return *size, len(route.to_h0)


@pytest.mark.parametrize(
    ("truncation", "steps", "first_loss", "batch", "routes", "first", "covers_once"),
    [
        (Full(), 5, 0, 4, [(0, 5, 1)], 0, True),
        # Steps before the earliest that is reached do not count, and steps are counted from there.
        (Window(2), 5, 4, 4, [(0, 3, 0)], 2, True),
        # Chunks are a batch, also where the last of them is shorter, or the first begins late.
        (Chunked(3), 9, 0, MIN_BATCH, [(BatchedSweeps, 3, 3, 1)], 0, True),
        (Chunked(3), 10, 0, MIN_BATCH, [(BatchedSweeps, 4, 3, 1)], 0, True),
        (Chunked(3), 11, 0, MIN_BATCH, [(BatchedSweeps, 4, 3, 1)], 0, True),
        (Chunked(4, 2), 6, 0, MIN_BATCH, [(BatchedSweeps, 2, 2, 0)], 2, True),
        # So many as may go together, and one by one where few may: their own rows are enough.
        (Chunked(2), 35, 0, 16, [(BatchedSweeps, 16, 2, 1), (BatchedSweeps, 2, 2, 0)], 0, True),
        (Chunked(3), 9, 0, MIN_BATCH - 1, [(0, 3, 1), (3, 6, 0), (6, 9, 0)], 0, True),
        (Window(1), 10, 0, 4, [(BatchedSweeps, n, 2, to) for n, to in ((4, 1), (4, 0), (1, 0))], 0, False),
    ],
    ids=str,
)
def test_sweeps_go_alone_or_as_a_batch(truncation, steps, first_loss, batch, routes, first, covers_once):
    """And each step is reached once, or not."""
    (segment,) = segments(truncation, steps, first_loss, batch)
    assert [shown(route) for route in segment.routes] == routes
    assert (segment.first, segment.covers_once) == (first, covers_once)


def test_segments_of_sweeps_that_overlap_have_so_many_losses():
    """They begin with the first step that one of them reaches."""
    found = [(part.start, part.first_loss, part.stop) for part in segments(Window(1), 6, 0, 4, every=2)]
    assert found == [(3, 4, 6), (1, 2, 4), (0, 0, 2)]


def test_evenly_spaced_steps_are_a_slice():
    """The last two steps of each chunk of three."""
    (segment,) = segments(Chunked(3, 2), 9, 0, MIN_BATCH)
    (route,) = segment.routes
    assert route.steps == (slice(1, 10, 3), slice(0, 9, 3))
