"""``python -m benchmarks.redraw RESULTS DIR``: the pictures of a file of results, with nothing timed anew.

RESULTS is what ``python -m benchmarks --json`` wrote. The pictures are those of ``--out``.
"""

import sys
from importlib import import_module
from pathlib import Path

from benchmarks.results import read
from rnn.console.command_line import Parser, run

PROGRAM = "python -m benchmarks.redraw"

# The questions that have a picture.
DRAWN = ("against_autodiff", "growth", "memory")


def main(given: list[str] | None = None) -> int:
    """Draw what the file has rows for; returns the exit code."""
    parser = Parser(prog=PROGRAM, description="Draw the pictures of a file of results.")
    parser.add_argument("results", type=Path, help="as written by python -m benchmarks --json")
    parser.add_argument("out", type=Path, help="the folder for the pictures, which must be there")
    flags = parser.parse_args(given)
    try:
        rows = read(flags.results)
    except (OSError, ValueError) as problem:
        parser.error(f"results: {flags.results}: {getattr(problem, 'strerror', None) or problem}")
    if not flags.out.is_dir():
        parser.error(f"out: {flags.out}, needed a folder")
    for name in DRAWN:
        question = import_module(f"benchmarks.{name}")
        if own := [row for row in rows if row.question == question.NAME]:
            question.pictures(own, flags.out)
    return 0


if __name__ == "__main__":
    sys.exit(run(PROGRAM, main))
