"""Blocks of records: each record is in one, and no number depends on which."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from rnn import GRU, LSTM, RNN, Chunked, CompiledLoops, Full, Vanilla, Window
from rnn.compiled import blocks, products
from rnn.compiled.blocks import LEAST, MOST, TILE
from tests.rnn.gradients import blocks as gradient_blocks


@pytest.mark.parametrize("threads", [1, 2, 3, 8])
def test_each_record_is_in_one_block(threads):
    """None is larger than the most, all but the last end where a tile may, and most threads have one."""
    for records in (16, 17, 31, 32, 33, 63, 64, 65, 100, 129, 256, 1000):
        found = blocks.blocks(records, threads)
        assert [n for lo, hi in found for n in range(lo, hi)] == list(range(records))
        assert max(hi - lo for lo, hi in found) <= MOST + TILE
        assert all(hi % TILE == 0 for _, hi in found[:-1])
        assert 2 * len(found) >= min(threads, records // LEAST)


CELLS = [Vanilla(3, 40), LSTM(3, 40), GRU(3, 40)]


@pytest.mark.parametrize(
    ("cell", "truncation", "dtype"),
    [
        (CELLS[0], Full(), np.float32),
        (CELLS[0], Window(2), np.float64),
        (CELLS[1], Chunked(3), np.float32),
        (CELLS[1], Full(), np.float64),
        (CELLS[2], Window(2), np.float32),
        (CELLS[2], Chunked(3), np.float64),
    ],
)
def test_the_recursion_has_the_same_bits_in_any_blocks_by_any_number_of_threads(
    monkeypatch, cell, truncation, dtype
):
    """Loss, outputs, and what goes back to each record alone; records that end early as well."""
    net, rng, N, T = RNN(cell, 2, loops=CompiledLoops()), np.random.default_rng(0), 70, 7
    params = net.init(rng, dtype)
    xs, targets = rng.standard_normal((N, T, 3)).astype(dtype), rng.standard_normal((N, T, 2)).astype(dtype)
    lengths = rng.integers(1, T, N, endpoint=True)
    # With products that are made in this thread, whose sums are over all records.
    monkeypatch.setattr(products, "left_to_blas", lambda work: True)
    found = []
    for most, threads in ((1000, 1), (8, 1), (20, 2), (64, 3)):
        monkeypatch.setattr(blocks, "MOST", most)
        monkeypatch.setattr(blocks, "threads_for", lambda work, threads=threads: threads)
        outputs = net.forward(params, xs, lengths=lengths)
        value, grads = net.loss_and_gradients(params, xs, targets, truncation=truncation)
        _, ragged = net.loss_and_gradients(params, xs, targets, truncation=truncation, lengths=lengths)
        arrays = (outputs.outputs, *outputs.state, grads.xs, *grads.state, ragged.xs, *ragged.params)
        found.append([np.asarray(value).tobytes(), *(array.tobytes() for array in arrays)])
    assert all(each == found[0] for each in found[1:])


@pytest.mark.parametrize("cell", CELLS, ids=lambda cell: type(cell).__name__)
def test_calls_by_several_threads_at_once_are_as_each_alone(monkeypatch, cell):
    """Each with threads of its own, in a workspace of its own or in none."""
    net, rng, N, T = RNN(cell, 2, loops=CompiledLoops()), np.random.default_rng(0), 70, 40
    params = net.init(rng)
    problems = [(rng.standard_normal((N, T, 3)), rng.standard_normal((N, T, 2))) for _ in range(4)]
    monkeypatch.setattr(blocks, "threads_for", lambda work: 3)
    monkeypatch.setattr(products, "left_to_blas", lambda work: False)
    monkeypatch.setattr(products, "threads_for", lambda work: 3)

    def call(number, workspace=None):
        value, grads = net.loss_and_gradients(params, *problems[number], workspace=workspace)
        return [np.asarray(value).tobytes(), *(block.tobytes() for block in gradient_blocks(grads))]

    alone = [call(number) for number in range(4)]

    def often(number):
        workspace = net.workspace(N, T)
        return [call(number, each) for each in (workspace, None) * 5]

    with ThreadPoolExecutor(4) as pool:
        for number, found in enumerate(pool.map(often, range(4))):
            assert all(each == alone[number] for each in found)
