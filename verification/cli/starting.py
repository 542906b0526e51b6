"""What every command needs before it begins: its libraries, this project's ``rnn``, and a folder to leave."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

from rnn.console.command_line import require
from verification.processes.namesakes import ours

# What the extra brings.
LIBRARIES = ("numpy", "autograd", "hypothesis", "cloudpickle", "jinja2", "platformdirs", "threadpoolctl")


@contextmanager
def started(program: str) -> Iterator[None]:
    """What the commands of ``program`` need is there, and can be imported from now on."""
    require(program, "verification", *LIBRARIES)
    require(program, "plots", "matplotlib")
    with ours(), tempfile.TemporaryDirectory(prefix="verified-rnn-") as folder:
        from hypothesis.configuration import set_hypothesis_home_dir

        # What Hypothesis keeps for itself is not left where a user has called the command.
        set_hypothesis_home_dir(folder)
        yield
