"""``python -m verification [COMMAND]``: verify the gradients, and train on the sine only if they hold.

``verify`` is the command if none is given; ``judge`` judges an engine in a file of yours, ``campaign`` on as
many cases as you like; ``cell`` judges a cell of ``rnn`` by either loops; ``mutants`` shows that the suite
catches wrong engines, ``article`` why the published rule is refuted, ``detection`` how small a fault is seen,
``adversary`` how many faults hide under conditions.
Exit codes: ``rnn.console.command_line``.
"""

import sys
import tempfile

from verification.processes.namesakes import ours

with ours():
    from rnn.console.command_line import program, require, run

PROGRAM = program(__package__)

# What the extra brings.
LIBRARIES = ("numpy", "autograd", "hypothesis", "mpmath", "cloudpickle", "platformdirs")


def main() -> int:
    """Run the command; what it needs is imported only when it is known to be there."""
    require(PROGRAM, "verification", *LIBRARIES)
    require(PROGRAM, "plots", "matplotlib")
    with ours(), tempfile.TemporaryDirectory(prefix="verified-rnn-") as folder:
        from hypothesis.configuration import set_hypothesis_home_dir

        from verification.cli import commands

        # What Hypothesis keeps for itself is not left where a user has called the command.
        set_hypothesis_home_dir(folder)
        return commands.main()


if __name__ == "__main__":
    sys.exit(run(PROGRAM, main))
