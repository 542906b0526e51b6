"""Spreading: every block comes back once, whatever fails, or it is told that nothing will come of one."""

from concurrent.futures import Future
from contextlib import contextmanager

import pytest

from verification.campaign.blocks import Block
from verification.campaign.kept import Interrupted, Refused
from verification.campaign.record import Record
from verification.campaign.spreading import TRIES, BackendLost, GaveUp, spread

BLOCKS = [Block(0, index) for index in range(10)]


class Backend:
    """A backend that does what a script says of each block that is handed out: a record or a fault."""

    def __init__(self, script, room=3):
        self.script, self.room = script, room
        self.out = []
        self.gathered = self.left = 0

    @contextmanager
    def __call__(self):
        self.gathered += 1
        try:
            yield self
        finally:
            self.left += 1

    def submit(self, block):
        """A future that is done."""
        self.out.append(block.index)
        what = self.script(block, self.out.count(block.index))
        if isinstance(what, BackendLost) and not what.args:
            raise what
        future = Future()
        if isinstance(what, Exception):
            future.set_exception(what)
        else:
            future.set_result(what)
        return future


def come(backend):
    """What comes back."""
    return [(block.index, record.cases) for block, record in spread(backend, iter(BLOCKS))]


def right(block, time):
    """What a block comes to."""
    return Record(cases=block.index)


def test_every_block_comes_back_once():
    """And no more are out than there is room for."""
    backend = Backend(right)
    assert sorted(come(backend)) == [(index, index) for index in range(10)]
    assert backend.out == list(range(10))
    assert (backend.gathered, backend.left) == (1, 1)


def test_a_block_that_is_interrupted_is_handed_out_again():
    """As often as it takes, up to a limit, by which it is told that it is in vain."""

    def script(block, time):
        return Interrupted("gone") if block.index % 3 == 0 and time < TRIES else right(block, time)

    backend = Backend(script)
    assert sorted(come(backend)) == [(index, index) for index in range(10)]
    assert backend.out.count(3) == TRIES
    always = Backend(lambda block, time: Interrupted("gone") if block.index == 4 else right(block, time))
    with pytest.raises(GaveUp, match=f"block 4 was handed out {TRIES} times in vain, .* because gone"):
        come(always)
    assert always.left == 1


@pytest.mark.parametrize("at_once", [True, False])
def test_a_crowd_that_is_lost_is_gathered_again(at_once):
    """With all that it had; what has come back before is not asked for again."""
    lost = BackendLost() if at_once else BackendLost("lost")

    def script(block, time):
        return lost if block.index in (4, 9) and time == 1 else right(block, time)

    backend = Backend(script)
    assert sorted(come(backend)) == [(index, index) for index in range(10)]
    assert backend.gathered == backend.left == 3
    assert backend.out.count(0) == 1


def test_what_is_wrong_for_good_is_raised():
    """A worker of another version, say; the backend is left in order."""
    backend = Backend(lambda block, time: Refused("numpy 1, needed 2"))
    with pytest.raises(Refused, match="needed 2"):
        come(backend)
    assert backend.left == 1


def test_who_has_enough_leaves_the_crowd():
    """The rest is not handed out."""
    backend = Backend(right)
    coming = spread(backend, iter(BLOCKS))
    next(coming)
    coming.close()
    assert backend.left == 1
    assert len(backend.out) < len(BLOCKS)
