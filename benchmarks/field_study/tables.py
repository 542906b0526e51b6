"""The tables of docs/field-study/README.md, made from results.json, checkers.json and own_tests.json.

``python -m benchmarks.field_study.tables`` writes them.
"""

from typing import Any

from benchmarks.field_study.outcomes import CHECKERS, COLUMNS, by_engine, by_own_tests
from benchmarks.field_study.places import PAGES, adapters, read
from benchmarks.tables import filled
from verification.text import percent

PAGE = PAGES / "README.md"

# From the page to the adapters.
LINK = "../../benchmarks/field_study/adapters/{}.py"


def write_tables() -> None:
    """Puts the tables into the page, between their marks."""
    PAGE.write_text(with_tables(PAGE.read_text("utf-8")), "utf-8")


def with_tables(page: str) -> str:
    """The page with the tables that the results make."""
    results = read("results.json")
    parts = {
        "verified": verified_table(results),
        "refuted": refuted_table(results),
        "not runnable": not_runnable_table(results),
        "counts": counts(results),
        "checkers": checkers_table(results, read("checkers.json")),
        "own tests": own_tests_table(results, read("own_tests.json")),
    }
    return filled(page, parts)


# Of an engine that took too long for the whole sample the verdict says what was met by then.
VERIFIED = ("verified", "verified to triples", "verified to pairs", "verified to singles")


def counts(results: dict[str, Any]) -> str:
    """How many of what."""
    by_verdict = {verdict: of(results, verdict) for verdict in (*VERIFIED, "refuted", "not exercised")}
    sources = {source(r["pin"]) for r in results.values()}
    said = ", ".join(f"{len(names)} {verdict}" for verdict, names in by_verdict.items() if names)
    return f"{len(results)} engines of {len(sources)} packages and repositories: {said}."


def source(pin: dict[str, Any]) -> str:
    """The repository or package that is meant."""
    return str(pin.get("repository") or pin["package"].partition("==")[0])


def of(results: dict[str, Any], verdict: str) -> list[str]:
    """The names with that verdict, in their order."""
    return [name for name, result in sorted(results.items()) if result["verdict"] == verdict]


def where(pin: dict[str, Any]) -> str:
    """What was pinned, in a cell."""
    return f"{pin['repository']} at {pin['commit'][:8]}" if "repository" in pin else str(pin["package"])


def row(*cells: Any) -> str:
    """A line of a table."""
    return "| " + " | ".join(str(cell).replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"


def table(head: tuple[str, ...], rows: list[str]) -> str:
    """A table."""
    return "\n".join([row(*head), row(*("---",) * len(head)), *rows])


def linked(name: str, result: dict[str, Any]) -> str:
    """The title, linked to the adapter."""
    return f"[{result['pin']['title']}]({LINK.format(name)})"


SECONDS = "seconds, and of processor time"


def seconds(result: dict[str, Any]) -> str:
    """Of a run, by the clock and on its processors."""
    return f"{result['seconds']:.0f}, {result['cpu_seconds']:.0f}"


def verified_table(results: dict[str, Any]) -> str:
    """What was verified, within which scope, and how far if not wholly."""
    rows = [
        row(linked(name, r), where(r["pin"]), within(r), r["informative"], seconds(r))
        for name, r in sorted(results.items())
        if r["verdict"] in VERIFIED
    ]
    return table(("engine", "pinned", "verified within", "informative cases", SECONDS), rows)


def within(result: dict[str, Any]) -> str:
    """The scope and remarks; of what is verified in part the shares of singles, pairs and triples."""
    said = "; ".join((result["scope"], *(f"remark: {each}" for each in result.get("remarks", ()))))
    if result["verdict"] == "verified":
        return said
    met = ", ".join(f"{name} {percent(share)}" for name, share in result["met"].items())
    return f"{result['verdict']} ({met}): {said}"


def refuted_table(results: dict[str, Any]) -> str:
    """What was refuted, with its diagnosis and its smallest example."""
    rows = []
    for name, r in sorted(results.items()):
        if r["verdict"] == "refuted":
            example = r["example"].splitlines()[0].removeprefix("# ")
            sentence = r["diagnosis"]["sentence"] if r["diagnosis"] else ""
            page = r["pin"].get("page")
            title = linked(name, r) + (f": [page]({page})" if page else "")
            rows.append(row(title, where(r["pin"]), sentence, f"`{example}`", seconds(r)))
    return table(("engine", "pinned", "diagnosis", "smallest example", SECONDS), rows)


def not_runnable_table(results: dict[str, Any]) -> str:
    """What gave no verdict, and why."""
    rows = [
        row(linked(name, r), where(r["pin"]), r["why"])
        for name, r in sorted(results.items())
        if r["verdict"] == "not runnable"
    ]
    found = table(("engine", "pinned", "why not"), rows) + "\n\n" if rows else ""
    waiting = [f"[{name}]({LINK.format(name)})" for name in adapters() if name not in results]
    return f"{found}Adapters that have not been judged, or not to an end: {', '.join(waiting) or 'none'}."


def checkers_table(results: dict[str, Any], checkers: dict[str, Any]) -> str:
    """What other checkers say of the same engines, and the place that they name."""
    rows = []
    for name, cells in by_engine(results, checkers):
        others = []
        for kind, (what, seconds) in zip(CHECKERS, cells[1:], strict=True):
            place = checkers[name][kind]["place"].partition(":")[0]
            others.append(f"{what}, {seconds:.2g} s" + (f": {place}" if place else ""))
        rows.append(row(results[name]["pin"]["title"], f"{cells[0][0]}, {cells[0][1]:.0f} s", *others))
    return table(("engine", *COLUMNS), rows)


def own_tests_table(results: dict[str, Any], own: dict[str, Any]) -> str:
    """What the projects' own tests check of the same engines."""
    rows = [
        row(results[name]["pin"]["title"], *outcomes, asked)
        for name, outcomes, asked in by_own_tests(results, own)
    ]
    return table(("engine", "verification judge", "its own tests", "what they check"), rows)


if __name__ == "__main__":
    write_tables()
