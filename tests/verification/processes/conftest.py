"""What tests of modules share."""

import sys
from pathlib import Path

import pytest


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
