"""Truncation as the frameworks know it: the state detached here and there in one long run.

Full, Chunked(k) and Tail(k) are of this kind, and so is every truncation if the last step alone has a loss. A
window with a loss on every step is not: each loss would need the state detached somewhere else.
"""

from typing import NamedTuple

from rnn import Chunked, Full, Tail, Truncation


class DetachedSegment(NamedTuple):
    """The steps from ``start`` to before ``stop``, entered with a detached state unless ``start`` is 0.

    ``learns``: whether a loss reaches any of its steps. If not, its states are constants, to the readout too.
    """

    start: int
    stop: int
    learns: bool


def segments(truncation: Truncation, steps: int, first_loss: int) -> tuple[DetachedSegment, ...] | None:
    """The segments of a sequence, or None where detaching states cannot express the truncation.

    >>> segments(Chunked(3), steps=5, first_loss=0)
    (DetachedSegment(start=0, stop=3, learns=True), DetachedSegment(start=3, stop=5, learns=True))
    >>> segments(Tail(2), steps=5, first_loss=0)
    (DetachedSegment(start=0, stop=3, learns=False), DetachedSegment(start=3, stop=5, learns=True))
    """
    match truncation:
        case Chunked(k, k2) if first_loss == 0 and k2 in (None, k):
            return tuple(DetachedSegment(a, min(a + k, steps), True) for a in range(0, steps, k))
        case Full() | Tail():
            return _in_two(truncation.first(steps - 1, steps), steps)
        case _ if first_loss == steps - 1:
            return _in_two(truncation.first(steps - 1, steps), steps)
    return None


def _in_two(first: int, steps: int) -> tuple[DetachedSegment, ...]:
    both = (DetachedSegment(0, first, False), DetachedSegment(first, steps, True))
    return tuple(segment for segment in both if segment.start < segment.stop)
