"""What a checker's word comes to, beside what is true of an engine."""

from typing import Any

CHECKERS = ("gradcheck", "check_grads", "central differences")
COLUMNS = ("verification judge", *CHECKERS)
OUTCOMES = {
    "right": "right, and called right",
    "caught": "wrong, and called wrong",
    "missed": "wrong, and called right",
    "false alarm": "right, and called wrong",
    "not checked": "not checked",
    "no telling": "no telling: the right twin is called wrong as well",
}


def outcome(is_right: bool, says: str) -> str:
    """One of OUTCOMES. An engine that raises is called wrong by whoever asks it."""
    if is_right:
        return "right" if says == "right" else "false alarm"
    return "missed" if says == "right" else "caught"


def by_engine(results: dict[str, Any], checkers: dict[str, Any]) -> list[tuple[str, list[tuple[str, float]]]]:
    """For each engine that all have judged: its name, and each column's outcome and seconds.

    Ours are of processor time, as the machine may have been busy. What is true is the verdict: what was
    verified is right, and what was refuted was found wrong by two sources more
    (``benchmarks.field_study.confirm``).
    """
    rows = []
    for name, said in sorted(checkers.items()):
        if name not in results or results[name]["verdict"] not in ("verified", "refuted"):
            continue
        right = results[name]["verdict"] == "verified"
        ours = ("right" if right else "caught", float(results[name]["cpu_seconds"]))
        others = [(outcome(right, said[kind]["says"]), float(said[kind]["seconds"])) for kind in CHECKERS]
        rows.append((name, [ours, *others]))
    return sorted(rows, key=lambda row: (results[row[0]]["verdict"], row[0]))


def by_own_tests(results: dict[str, Any], own: dict[str, Any]) -> list[tuple[str, tuple[str, str], str]]:
    """For each engine whose own tests were read: its name, our outcome and theirs, and what they ask."""
    rows = []
    for name, said in sorted(own.items()):
        if name in results and results[name]["verdict"] in ("verified", "refuted"):
            right = results[name]["verdict"] == "verified"
            theirs = "not checked" if said["says"] == "nothing" else outcome(right, said["says"])
            rows.append((name, ("right" if right else "caught", theirs), said["asked"]))
    return rows
