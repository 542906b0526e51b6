"""What every command needs first: its libraries, this project's ``rnn``, and no folder left behind."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

from rnn.console.command_line import require
from verification.processes.namesakes import ours

# The libraries of the extra.
LIBRARIES = ("numpy", "autograd", "hypothesis", "cloudpickle", "jinja2", "platformdirs", "threadpoolctl")


@contextmanager
def started(program: str) -> Iterator[None]:
    """Checks that the libraries of ``program``'s commands are installed, and makes them importable."""
    require(program, "verification", *LIBRARIES)
    require(program, "plots", "matplotlib")
    with ours(), tempfile.TemporaryDirectory(prefix="verified-rnn-") as folder:
        from hypothesis.configuration import set_hypothesis_home_dir

        # Hypothesis would write its database to the current folder.
        set_hypothesis_home_dir(folder)
        yield
