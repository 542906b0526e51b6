"""``python -m rnn COMMAND``: learn a series or a text, and forecast, evaluate, inspect or continue it."""

import sys

from rnn.console.command_line import program, require, run

PROGRAM = program(__package__)


def main() -> int:
    """Run the command; what it needs is imported only when it is known to be there."""
    require(PROGRAM, "app", "platformdirs", "threadpoolctl")
    require(PROGRAM, "storage", "safetensors")
    require(PROGRAM, "plots", "matplotlib")
    from rnn.app import commands

    return commands.main()


def script() -> int:
    """The same as a console script."""
    return run(PROGRAM, main)


if __name__ == "__main__":
    sys.exit(script())
