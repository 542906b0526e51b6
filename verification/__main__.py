"""``python -m verification [COMMAND]``: verify the gradients, and train on the sine only if they hold.

``verify`` is the command if none is given; ``judge`` judges an engine in a file of yours, ``campaign`` on as
many cases as you like; ``cell`` judges a cell of ``rnn`` by either loops. What shows that the verifier can
fail, ``python -m benchmarks.evidence``, is run from a checkout. Exit codes: ``rnn.console.command_line``.
"""

import sys

from verification.processes.namesakes import ours

with ours():
    from rnn.console.command_line import program, run
    from verification.cli.starting import started

PROGRAM = program(__package__)


def main() -> int:
    """Run the command; what it needs is imported only when it is known to be there."""
    with started(PROGRAM):
        from verification.cli import commands

        return commands.main()


if __name__ == "__main__":
    sys.exit(run(PROGRAM, main))
