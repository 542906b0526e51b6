"""What became of the mutants, as text for the terminal and as JSON."""

from typing import Any

from verification.evidence.mutants.deck import Kill
from verification.evidence.mutants.run import MutantsResult


def summary(result: MutantsResult) -> str:
    """Killed of all, by which properties, and by name whoever should not be there."""
    shares = " · ".join(f"{name} {count}" for name, count in result.by_property.most_common())
    lines = [
        f"Mutants: {result.killed} of {result.total} wrong engines caught, each by the property it names",
        f"by property: {shares or 'none'}",
        f"{len(result.equivalents)} edits that are no fault, {len(result.accused)} accused",
        f"{result.seconds:.1f} s",
    ]
    for kill in result.survivors:
        others = ", ".join(kill.caught) or "nothing"
        lines.append(f"SURVIVED {kill.mutant.caught_by}: {kill.mutant.name} (caught by {others})")
    for kill in result.accused:
        lines.append(f"ACCUSED by {', '.join(kill.caught)}: {kill.mutant.name}")
    return "\n".join(lines)


def story(kill: Kill) -> str:
    """One mutant: what happened, the wrong line beside the right one, and its example as a program."""
    mutant, example = kill.mutant, kill.example
    lines = [mutant.name, f"{mutant.story} ({mutant.source})", mutant.beside()]
    if example is None:
        return "\n".join([*lines, "caught by nothing"])
    lines.append(f"caught by {', '.join(kill.caught)}")
    if kill.diagnosis is not None:
        lines.append(f"diagnosis: {kill.diagnosis}")
    return "\n".join([*lines, f"# {example.failure}", example.code()])


def as_json(result: MutantsResult) -> dict[str, Any]:
    """The whole result as JSON values."""
    return {
        "total": result.total,
        "killed": result.killed,
        "survivors": [kill.mutant.name for kill in result.survivors],
        "equivalent": len(result.equivalents),
        "accused": [kill.mutant.name for kill in result.accused],
        "seconds": round(result.seconds, 3),
        "catalogue": [_mutant_json(kill) for kill in result.kills],
    }


def _mutant_json(kill: Kill) -> dict[str, Any]:
    mutant, example = kill.mutant, kill.example
    return {
        "name": mutant.name,
        "story": mutant.story,
        "source": mutant.source,
        "edits": mutant.beside(),
        "names": mutant.caught_by,
        "caught_by": list(kill.caught),
        "failure": None if example is None else example.failure,
        "example": None if example is None else example.code(),
        "diagnosis": None if kill.diagnosis is None else str(kill.diagnosis),
    }
