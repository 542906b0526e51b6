"""``python -m benchmarks.evidence [COMMAND]``: verify ``rnn`` and measure how far that can be believed.

``verify`` is the command if none is given, as of ``python -m verification``, and measures before the training
what the others do; ``mutants`` shows that the suite catches wrong engines, ``article`` why the published rule
is refuted, ``detection`` how small a fault is seen, ``adversary`` how many faults hide under conditions.
Exit codes: ``rnn.console.command_line``.
"""

import sys

from rnn.console.command_line import program, require, run
from verification.cli.starting import started

PROGRAM = program(__package__)


def main() -> int:
    """Run the command; what it needs is imported only when it is known to be there."""
    require(PROGRAM, "bench", "mpmath")
    with started(PROGRAM):
        from benchmarks.evidence import commands

        return commands.main()


if __name__ == "__main__":
    sys.exit(run(PROGRAM, main))
