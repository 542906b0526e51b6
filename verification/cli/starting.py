"""What every command needs first: its libraries, this project's ``rnn``, and no folder left behind.

And what is said of one whose process was lost (``verification.processes.apart``).
"""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rnn.console.command_line import FAILED, complain, refuse, require
from rnn.console.places import Places
from verification.cli.refusing import told_as_json
from verification.processes.apart import LostCommand
from verification.processes.namesakes import ours
from verification.processes.supervisor import exit_code_in_words

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


def lost(program: str, child: LostCommand) -> int:
    """Says how the process of a command was lost; a refusal if that was while a user's file was imported."""
    how = exit_code_in_words(child.code)
    told = child.importing
    if told is None:
        complain(program, f"its process ended with {how} before there was a result")
        return FAILED
    if child.late:
        why = f"its import had not ended after {told['seconds']:g} s, needed a file whose import ends"
    else:
        why = f"its import ended the process with {how}, needed a file that can be imported"
    folder, place = (None if told[name] is None else Path(told[name]) for name in ("folder", "json"))
    with told_as_json(Places(folder, (), place)):
        refuse(told["program"], f"{told['file']}: {why}")
