"""The way back of a short call at once, beside the same way part by part."""

from dataclasses import replace
from itertools import cycle, product

import numpy as np
import pytest

from rnn import LSTM, RNN, Checkpoints, Chunked, CompiledLoops, Full, Tail, Vanilla, Window
from rnn.compiled import at_once
from tests.rnn.gradients import blocks

TRUNCATIONS = (Full(), Window(0), Window(3), Chunked(4), Chunked(2, 5), Chunked(4, 2), Tail(3), Tail(0))


class PartByPart(CompiledLoops):
    """Compiled loops that never go back at once."""

    def back_from_outputs(self, *given):
        return None


@pytest.fixture
def tried(monkeypatch):
    """What was said of each call: was it short?"""
    answers, is_short = [], at_once.is_short

    def kept(*given):
        answers.append(is_short(*given))
        return answers[-1]

    monkeypatch.setattr(at_once, "is_short", kept)
    return answers


def drawn(cell, shape, dtype=np.float64, outputs=3):
    """A network of the cell, and what a call of (N, T, D) takes: losses on every step."""
    rng, net = np.random.default_rng(0), RNN(cell, outputs, loops=CompiledLoops())
    params = net.init(rng, dtype)
    params = params._make((block + rng.normal(size=block.shape) / 4).astype(dtype) for block in params)
    N, T, _ = shape
    xs, targets = (rng.normal(size=each).astype(dtype) for each in (shape, (N, T, outputs)))
    return net, params, xs, targets, tuple(rng.normal(size=(N, cell.units)).astype(dtype) for _ in cell.state)


def assert_the_same(net, *given, **options):
    """By either way, to the rounding of sums in another order; the loss to the bit, and no other memory."""
    value, got = net.loss_and_gradients(*given, **options)
    want_value, want = replace(net, loops=PartByPart()).loss_and_gradients(*given, **options)
    assert value == want_value
    for a, b in zip(blocks(got), blocks(want), strict=True):
        assert (a.shape, a.dtype) == (b.shape, b.dtype)
        assert np.abs(a - b).max() <= 100 * np.finfo(a.dtype).eps * max(1e-3, np.abs(b).max())


@pytest.mark.parametrize("cell", [Vanilla, LSTM])
@pytest.mark.parametrize(
    ("truncation", "dtype"), [*zip(TRUNCATIONS, cycle([np.float32, np.float64]), strict=False)], ids=str
)
def test_it_is_the_way_part_by_part(tried, cell, truncation, dtype):
    """Under every truncation, of a loss on the last step and on every one, with checkpoints."""
    net, params, xs, targets, h0 = drawn(cell(2, 5), (3, 9, 2), dtype)
    for wanted in (targets, targets[:, -1], targets[:, :, ::-1]):
        for checkpoints in (None, Checkpoints(4)):
            assert_the_same(net, params, xs, wanted, h0, truncation, checkpoints)
    assert any(tried) == (truncation != Tail(0))


SHAPES = [(1, 1, 1), (1, 50, 1), (15, 3, 40), (16, 3, 2), (15, 100, 2)]


@pytest.mark.parametrize(
    ("shape", "units", "cell"),
    [(*each, (Vanilla, LSTM)[place % 2]) for place, each in enumerate(product(SHAPES, (1, 16, 33)))],
)
def test_it_is_so_at_every_size(tried, cell, shape, units):
    """From one number on, of more than a panel's columns, many steps of many records, and up to so many
    records as are no longer few.
    """
    assert_the_same(*drawn(cell(shape[2], units), shape))
    assert tried == [shape[0] < 16]


def test_what_is_large_goes_part_by_part(tried, monkeypatch):
    """A product over all steps, of da or of do; and a segment that a border cuts, or that has no route."""
    given = drawn(Vanilla(2, 5), (3, 9, 2))
    for short, expected in ((3 * 9 * 5 * 8, True), (3 * 9 * 5 * 8 - 1, False)):
        monkeypatch.setattr(at_once, "SHORT", short)
        assert_the_same(*given)
        assert tried.pop() == expected
    many = drawn(Vanilla(2, 5), (3, 9, 2), outputs=6)
    monkeypatch.setattr(at_once, "SHORT", 3 * 9 * 6 * 8 - 1)
    assert_the_same(*many)
    assert not tried.pop()
    assert_the_same(*given, Full(), Checkpoints(4))
    assert_the_same(*given, Tail(0))
    assert not any(tried)
