"""What became of the mutants, as text for the terminal and as JSON."""

from typing import Any

from benchmarks.evidence.mutants.judging import Result
from benchmarks.evidence.mutants.run import MutantsResult


def summary(result: MutantsResult) -> str:
    """Killed of all, by which properties, and by name whoever should not be there."""
    shares = " · ".join(f"{name} {count}" for name, count in result.by_property.most_common())
    lines = [
        f"Mutants: {result.killed} of {result.total} wrong engines caught, each by the property it names",
        f"by property: {shares or 'none'}",
        f"{len(result.equivalents)} edits that are no fault, {len(result.accused)} accused",
        f"{result.seconds:.1f} s",
    ]
    for one in result.survivors:
        others = ", ".join(one.caught) or "nothing"
        lines.append(f"SURVIVED {one.fault.caught_by}: {one.fault.name} (caught by {others})")
    for one in result.misplaced:
        lines.append(f"MISPLACED {one.fault.place}: {one.fault.name} (found at {one.place})")
    for one in result.accused:
        lines.append(f"ACCUSED by {', '.join(one.caught)}: {one.fault.name}")
    return "\n".join(lines)


def story(one: Result) -> str:
    """One mutant: what happened, the wrong line beside the right one, and its example as a program."""
    mutant, example = one.fault, one.example
    lines = [mutant.name, f"{mutant.story} ({mutant.source})", mutant.beside()]
    if example is None:
        return "\n".join([*lines, "caught by nothing"])
    lines.append(f"caught by {', '.join(one.caught)}")
    if one.diagnosis is not None:
        lines.append(f"diagnosis: {one.diagnosis}")
    return "\n".join([*lines, f"# {example.failure}", example.code()])


def as_json(result: MutantsResult) -> dict[str, Any]:
    """The whole result as JSON values."""
    return {
        "total": result.total,
        "killed": result.killed,
        "survivors": [one.fault.name for one in result.survivors],
        "misplaced": [one.fault.name for one in result.misplaced],
        "equivalent": len(result.equivalents),
        "accused": [one.fault.name for one in result.accused],
        "seconds": round(result.seconds, 3),
        "catalogue": [_mutant_json(one) for one in result.results],
    }


def _mutant_json(one: Result) -> dict[str, Any]:
    mutant, example = one.fault, one.example
    return {
        "name": mutant.name,
        "story": mutant.story,
        "source": mutant.source,
        "edits": mutant.beside(),
        "names": mutant.caught_by,
        "caught_by": list(one.caught),
        "failure": None if example is None else example.failure,
        "example": None if example is None else example.code(),
        "diagnosis": None if one.diagnosis is None else str(one.diagnosis),
    }
