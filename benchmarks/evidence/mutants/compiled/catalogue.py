"""Wrong lines of the compiled text, each beside the right one, and edits of it that are no fault."""

from pathlib import Path

from benchmarks.evidence.mutants.fault import read

FOLDER = Path(__file__).parent

COMPILED = read(FOLDER / "catalogue.faults")
COMPILED_EQUIVALENT = read(FOLDER / "equivalent.faults")
