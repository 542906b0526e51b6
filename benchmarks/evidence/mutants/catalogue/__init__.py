"""The catalogue: faults that hands have made, as lines of the real engine, and edits that are no fault."""

from pathlib import Path

from benchmarks.evidence.mutants.fault import read

FOLDER = Path(__file__).parent

CATALOGUE = tuple(
    fault
    for name in ("textbook", "windows", "algebra", "plausible", "sizes")
    for fault in read(FOLDER / f"{name}.faults")
)
EQUIVALENT = read(FOLDER / "equivalent.faults")
