"""Processes of this machine as a backend: one or four come to the same, and one may be killed."""

import os
import signal
from contextlib import contextmanager

import pytest

from tests.campaigns import WRONG_SQUARE, subject_in
from verification.campaign.blocks import Block
from verification.campaign.looking import looked_at
from verification.campaign.processes import processes
from verification.campaign.spreading import spread

BLOCKS = [Block(0, index, 8) for index in range(5)]


@pytest.mark.slow
@pytest.mark.parametrize("count", [1, 3])
def test_every_block_comes_once(tmp_path, count):
    """Whoever is killed meanwhile, and it is the same record as this process makes."""
    subject, job, identity = subject_in(tmp_path, WRONG_SQUARE)
    gathered, found, killed = [], {}, []

    @contextmanager
    def gather():
        """The backend, whose processes a test can find."""
        with processes(job, identity, count) as backend:
            gathered.append(backend)
            yield backend

    for block, record in spread(gather, BLOCKS):
        assert block not in found
        found[block] = record.to_json()
        living = [pid for pid in gathered[-1].pool.pids if pid not in killed]
        if len(killed) < 2 and living:
            killed.append(living[0])
            os.kill(living[0], signal.SIGKILL)
    assert found == {block: looked_at(subject, block).to_json() for block in BLOCKS}
    assert len(killed) == 2
