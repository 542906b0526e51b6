"""What tests of modules share, and those of processes."""

import sys
from pathlib import Path

import pytest

from tests.living import children


@pytest.fixture
def modules_of_its_own(tmp_path):
    """Afterwards the modules that a test wrote are gone, and those that it replaced are back.

    What was first loaded meanwhile stays: some libraries can be loaded but once in a process.
    """
    before = dict(sys.modules)
    yield
    for name in {*sys.modules} - before.keys():
        file = getattr(sys.modules[name], "__file__", None)
        if file is None or Path(file).is_relative_to(tmp_path):
            del sys.modules[name]
    sys.modules.update(before)


@pytest.fixture
def nobody_is_left_behind():
    """Every process that was started has ended."""
    before = children()
    yield
    assert children() <= before
