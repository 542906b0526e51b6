"""``python -m verification [COMMAND]``: verify the gradients, and train on the sine only if they hold.

``verify`` is the command if none is given; ``judge`` judges an engine in a file of yours, ``campaign`` on as
many cases as you like; ``cell`` judges a cell of ``rnn`` by either loops. What shows that the verifier can
fail, ``python -m benchmarks.evidence``, is run from a checkout. Exit codes: ``rnn.console.command_line``.
"""

import sys
from functools import partial

from verification.processes.namesakes import ours

with ours():
    from rnn.console.command_line import program, run
    from verification.cli.starting import lost, started
    from verification.processes.apart import NOBODY, Telling, apart

PROGRAM = program(__package__)

# The commands that import a file of the user's.
OF_FILES = ("judge", "campaign")


def main(telling: Telling) -> int:
    """Run the command; what it needs is imported only when it is known to be there."""
    with started(PROGRAM):
        from verification.cli import commands

        return commands.main(telling=telling)


def run_apart() -> int:
    """The exit code, which code of a user's file cannot change."""
    if sys.argv[1:2] not in [[each] for each in OF_FILES]:
        return run(PROGRAM, partial(main, NOBODY))
    ended = apart(lambda telling: run(PROGRAM, partial(main, telling)))
    return ended if isinstance(ended, int) else run(PROGRAM, partial(lost, PROGRAM, ended))


if __name__ == "__main__":
    sys.exit(run_apart())
