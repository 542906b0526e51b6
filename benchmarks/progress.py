"""The remaining part of a whole run, shown by the process that is working."""

import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass

from rnn.console.progress import duration, width

# What the questions take, in seconds; only the proportions matter. A quick run: as `make bench ARGS=--quick`
# told for each, on two cores that other work shared. A full run: what the rounds behind
# docs/benchmarks/results.json took by its milliseconds, 44 of its 55 minutes; and for memory, which has 31
# processes there and ten here, three times as long as here. Both were taken when against_autodiff had the
# vanilla cell alone, so its seconds are scaled by its rows: 256 for 104, and 25 for 17.
# Those of crossover and layers are the budgets of their rows.
FULL = {
    "against_autodiff": 3850.0,
    "floor": 433.0,
    "crossover": 1200.0,
    "layers": 400.0,
    "growth": 181.0,
    "truncation": 47.0,
    "memory": 90.0,
    "denormals": 30.0,
    "article_training": 353.0,
}
QUICK = {
    "against_autodiff": 84.0,
    "floor": 45.0,
    "crossover": 20.0,
    "layers": 60.0,
    "growth": 48.0,
    "truncation": 9.0,
    "memory": 29.0,
    "denormals": 9.0,
    "article_training": 65.0,
}


@dataclass(frozen=True)
class RunPart:
    """The stretch of a run from one share of it to another; the run began at ``started``, in seconds.

    Seconds are those of the system's clock, which all processes have in common.
    """

    first: float
    last: float
    started: float

    @classmethod
    def whole(cls) -> "RunPart":
        """A run that begins now."""
        return cls(0.0, 1.0, time.time())

    def divided(self, parts: Mapping[str, float]) -> dict[str, "RunPart"]:
        """A stretch for each part, in their order, as long as they are expected to take."""
        in_all, done, found = sum(parts.values()), 0.0, {}
        for name, seconds in parts.items():
            found[name] = RunPart(self._at(done / in_all), self._at((done + seconds) / in_all), self.started)
            done += seconds
        return found

    def _at(self, share: float) -> float:
        """The share of the run at a share of the stretch."""
        return self.first + share * (self.last - self.first)

    def show(self, done: int, total: int, what: str) -> None:
        """``what`` begins, so much of the stretch is done: in a terminal in place, else at each quarter."""
        share = self._at(done / total)
        passed = time.time() - self.started
        left = f", about {duration(passed * (1 - share) / share)} left" if share > 0 else ""
        line = f"{int(100 * share)} % done{left}: {what}"
        if sys.stderr.isatty():
            print(f"\r{line[: width()]:{width()}}", end="", file=sys.stderr, flush=True)
        elif int(4 * share) > int(4 * self._at(max(0, done - 1) / total)):
            print(line, file=sys.stderr, flush=True)


def erase() -> None:
    """Clear the line that is written in place, so that something else can be written."""
    if sys.stderr.isatty():
        print(f"\r{'':{width()}}\r", end="", file=sys.stderr, flush=True)
