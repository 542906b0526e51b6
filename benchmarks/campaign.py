"""``python -m benchmarks.campaign``: how many cases a second a campaign looks at, by its workers.

The engine is the example of docs/judge/command.md. Numbers of workers take turns, so that what else the
machine does falls on all of them.
``--out docs/judge`` writes the picture, and the table of campaign.md anew.
"""

import argparse
import json
import re
import statistics
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.charts import DPI, WIDTH
from benchmarks.machine import cores, machine, versions
from rnn.console.command_line import EXIT_CODES, Parser, program, run
from rnn.console.files import deliver, write, write_text
from rnn.console.places import Places
from rnn.console.progress import Progress
from verification.cli.campaign.blocks import CASES, SeededBlock
from verification.cli.campaign.looking import on_processes
from verification.judge import subject_of
from verification.judging.run import Subject
from verification.processes.loading import engine_at

PROGRAM = f"{program(__package__)}.campaign"
PICTURE, PAGE = "campaign.png", "campaign.md"
EXAMPLE = Path(__file__).parents[1] / "docs" / "judge" / "command.md"

# Blocks that each worker looks at in a round, and rounds: half a minute for each round of each number.
BLOCKS, ROUNDS = 8, 5

# The profile of the campaign on the page, and the assumed cost of an hour of a core, in dollars.
MANY, PRICE = 10**9, 0.05

# Where the page's table is.
TABLE = re.compile(r"(<!-- measured -->\n).*?(<!-- end -->)", re.DOTALL)


def main(given: Sequence[str] | None = None) -> int:
    """Measure, print, and write the results."""
    parser = Parser(prog=PROGRAM, description=__doc__.partition("\n")[0], epilog=EXIT_CODES)
    parser.add_argument(
        "--workers", type=int, default=cores(), metavar="K", help="1 to K (default: the cores)"
    )
    parser.add_argument("--blocks", type=int, default=BLOCKS, metavar="B", help="of a worker in a round")
    parser.add_argument("--rounds", type=int, default=ROUNDS, metavar="R", help="of which the median counts")
    parser.add_argument("--out", type=Path, metavar="DIR", help=f"the folder for {PICTURE}, and of {PAGE}")
    parser.add_argument("--json", type=Path, metavar="PATH", help="where the result goes")
    flags = parser.parse_args(given)
    for name in ("workers", "blocks", "rounds"):
        if getattr(flags, name) < 1:
            parser.error(f"--{name}: {getattr(flags, name)}, needed 1 or more")
    places = Places(flags.out, (PICTURE, PAGE) if flags.out else (), flags.json)
    try:
        places.check()
        places.make()
    except OSError as error:
        parser.error(f"{error.filename}: {error.strerror}, needed a place to write to")
    except ValueError as error:
        parser.error(str(error))
    found = measured(flags)
    print(as_text(found))
    files = {flags.json: partial(_save, found)} if flags.json else {}
    if flags.out:
        files |= {flags.out / PICTURE: partial(draw, found), flags.out / PAGE: partial(_rewrite, found)}
    for path in deliver(files):
        print(f"Written: {path}", file=sys.stderr)
    return 0


def measured(flags: argparse.Namespace) -> dict[str, Any]:
    """Cases a second of each number of workers, round by round, and what they were measured on."""
    numbers = range(1, flags.workers + 1)
    rates: dict[int, list[float]] = {number: [] for number in numbers}
    progress = Progress({"rounds": 1.0})
    with tempfile.TemporaryDirectory() as folder, progress.part("rounds") as show:
        subject = _example(Path(folder))
        for turn in range(flags.rounds):
            for number in numbers:
                rates[number].append(rate(subject, number, flags.blocks))
                show(turn * flags.workers + number, flags.rounds * flags.workers)
    shown = {str(number): [round(each, 2) for each in rates[number]] for number in numbers}
    return {"machine": machine(), "versions": versions(), "cases a block": CASES, "cases a second": shown}


def _example(folder: Path) -> Subject:
    """The engine of the page, in a file."""
    block = re.search(r"^```python\n(.*?)^```$", EXAMPLE.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    assert block is not None  # the page has an example
    (folder / "decay.py").write_text(block[1], "utf-8")
    return subject_of(engine_at(f"{folder / 'decay.py'}:net"))


def rate(subject: Subject, workers: int, blocks: int) -> float:
    """Cases a second."""
    started = time.perf_counter()
    records = on_processes(subject, workers, (SeededBlock(0, index) for index in range(workers * blocks)))
    cases = sum(record.tally.cases for record in records)
    return cases / (time.perf_counter() - started)


def medians(found: Mapping[str, Any]) -> dict[int, float]:
    """Cases a second by the number of workers."""
    return {int(number): statistics.median(rates) for number, rates in found["cases a second"].items()}


def as_text(found: Mapping[str, Any]) -> str:
    """A line for each number of workers, with what many cases would take."""
    lines = [f"{found['machine']['processor']}, {found['machine']['cores']} cores"]
    for number, each in medians(found).items():
        hours = MANY / each / 3600
        lines.append(
            f"{number} worker{'s' * (number > 1)}: {each:.1f} cases a second; "
            f"{MANY:,} cases: {hours / 24:,.0f} days, {hours * number:,.0f} hours of a worker"
        )
    return "\n".join(lines)


def table(found: Mapping[str, Any]) -> str:
    """The page's table."""
    rows = [
        "| workers | cases a second | days for 10⁹ cases | hours of a core | dollars |",
        "|---|---|---|---|---|",
    ]
    for number, each in medians(found).items():
        days = MANY / each / 86_400
        hours = 24 * days * number
        rows.append(f"| {number} | {each:.1f} | {days:,.0f} | {hours:,.0f} | {hours * PRICE:,.0f} |")
    return "\n".join(rows)


def draw(found: Mapping[str, Any], path: Path) -> None:
    """Cases a second against workers, beside what as many times one worker would do."""
    from matplotlib.figure import Figure

    middle = medians(found)
    numbers = list(middle)
    every = [found["cases a second"][str(number)] for number in numbers]
    below = [middle[number] - min(rates) for number, rates in zip(numbers, every, strict=True)]
    above = [max(rates) - middle[number] for number, rates in zip(numbers, every, strict=True)]
    figure = Figure(figsize=(WIDTH / 1.6, 3.2), layout="constrained")
    ax = figure.subplots()
    ax.plot(
        [0, numbers[-1]], [0, numbers[-1] * middle[1]], color="0.6", linestyle="--", label="in proportion"
    )
    ax.errorbar(
        numbers, list(middle.values()), yerr=[below, above], marker="o", capsize=3, label="median and range"
    )
    ax.set_xticks(numbers)
    ax.set_xlim(0, numbers[-1] + 0.3)
    ax.set_ylim(0, 1.15 * max(map(max, every)))
    ax.set_xlabel("workers, processes of this machine")
    ax.set_ylabel("cases a second")
    ax.set_title(f"A campaign's throughput on {found['machine']['cores']} cores", fontsize="medium")
    ax.grid(color="0.9")
    ax.legend(frameon=False, loc="upper left")
    write(path, lambda temporary: figure.savefig(temporary, dpi=DPI, format="png"))


def _rewrite(found: Mapping[str, Any], path: Path) -> None:
    """The page with its table anew; a page of that alone where there is none."""
    page = path.read_text("utf-8") if path.exists() else "<!-- measured -->\n<!-- end -->\n"
    write_text(path, TABLE.sub(lambda old: f"{old[1]}{table(found)}\n{old[2]}", page))


def _save(found: Mapping[str, Any], path: Path) -> None:
    write_text(path, json.dumps(found, indent=1, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    sys.exit(run(PROGRAM, main))
