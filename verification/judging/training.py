"""The calls of a training run that are checked beside a run's cases."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from verification.judging.run import CaseBlock
from verification.properties.training import Recorded

# Calls in a block: each may take as long as some hundred drawn cases.
BLOCK = 8

# Files of calls, by the names in ``verification.adapters.calls``.
PATTERN = "call-*.npz"


@dataclass(frozen=True)
class TrainingCalls:
    """Stored calls, by their files with their bytes, and how many of them a layer does not claim.

    ``engine``: the layer. A training run that goes on may remove files meanwhile.
    """

    engine: Any = None
    calls: tuple[tuple[Path, bytes], ...] = ()
    beyond: int = 0

    def blocks(self) -> Iterator[CaseBlock]:
        """All of them, in blocks."""
        numbers = range(len(self.calls))
        for start in numbers[::BLOCK]:
            some = (*numbers[start : start + BLOCK],)
            yield CaseBlock(len(some), calls=some)

    def recorded(self, number: int) -> Recorded:
        """One of them."""
        found: Recorded = self.engine.recorded(*self.calls[number])
        return found

    @property
    def not_checked(self) -> tuple[str, ...]:
        """What was left out, in words."""
        calls = "call" if self.beyond == 1 else "calls"
        return (f"{self.beyond} kept {calls} beyond the scope",) if self.beyond else ()


NO_TRAINING = TrainingCalls()


def training_of(engine: Any, folder: Path) -> TrainingCalls:
    """The calls in a folder that an engine claims; raises ValueError, in one line, for an engine that has
    none.
    """
    if not engine.claim.capabilities.recorded:
        raise ValueError(
            "calls: of a layer alone, needed what verification.layer, verification.torch or verification.jax "
            "has returned"
        )
    if not folder.is_dir():
        raise ValueError(f"calls: {folder}: no such folder, needed one that verification.watch has filled")
    found, beyond = [], 0
    for path in sorted(folder.glob(PATTERN)):
        try:
            data = path.read_bytes()
        except FileNotFoundError:
            continue
        if engine.recorded(path, data) is None:
            beyond += 1
        else:
            found.append((path, data))
    if not found:
        what = f"{beyond} calls, none within the scope" if beyond else "no calls"
        raise ValueError(f"calls: {folder}: {what}, needed some that verification.watch has kept")
    return TrainingCalls(engine, tuple(found), beyond)
