"""What is kept of the collection: bugs.json, results.json, the tables of docs/happened.md and its picture."""

import json
import statistics
from pathlib import Path
from typing import Any

from benchmarks.field_study.outcomes import outcome
from benchmarks.happened import BUGS, Bug
from benchmarks.happened.checking import CASES, SMALL
from benchmarks.happened.left_out import LEFT_OUT
from benchmarks.tables import filled
from rnn.console.files import write_text

HERE = Path(__file__).parent
RESULTS, DESCRIBED = HERE / "results.json", HERE / "bugs.json"
PAGE, PICTURE = HERE.parents[1] / "docs" / "happened.md", HERE.parents[1] / "docs" / "happened.png"

CHECKERS = ("gradcheck", "gradcheck, fast", "check_grads", "central differences")
COLUMNS = ("the verifier", *CHECKERS)


def kept() -> dict[str, Any]:
    """The results, {} where there are none."""
    found: dict[str, Any] = json.loads(RESULTS.read_text("utf-8")) if RESULTS.exists() else {}
    return found


def described() -> str:
    """bugs.json: what each of them is."""
    return json.dumps([each.described() for each in BUGS], indent=1, ensure_ascii=False) + "\n"


def write(results: dict[str, Any]) -> None:
    """All of it; results of bugs that are no longer there are dropped, and a sentence is read again."""
    bugs = {each.name: results["bugs"][each.name] for each in BUGS if each.name in results["bugs"]}
    for each in BUGS:
        if each.name in bugs:
            bugs[each.name]["named"] = each.is_named(bugs[each.name]["sentence"])
    results = {**results, "bugs": bugs}
    write_text(RESULTS, json.dumps(results, indent=1, ensure_ascii=False) + "\n")
    write_text(DESCRIBED, described())
    write_text(PAGE, with_tables(PAGE.read_text("utf-8"), results))
    drawn(results)


def with_tables(page: str, results: dict[str, Any]) -> str:
    """The page with the tables that the results make."""
    parts = {
        "bugs": bugs_table(),
        "said": said_table(results),
        "counts": counts(results),
        "tests": own_tests(),
        "left out": left_out(),
    }
    return filled(page, parts)


def bugs_table() -> str:
    """What each of them is."""
    lines = [
        "| bug | family | what was wrong | when it shows | date, and how long it was there |",
        "|---|---|---|---|---|",
    ]
    for each in BUGS:
        when = f"{each.date}; {each.lived}" if each.lived else each.date
        lines.append(
            f"| [{each.name}]({each.url}) | {each.fault.family} | {each.fault.story} | {each.condition} "
            f"| {when} |"
        )
    return "\n".join(lines)


def own_tests() -> str:
    """What the projects' own tests checked, where that can be read."""
    return "\n".join(f"- {each.name}: {each.tested}." for each in BUGS if each.tested)


def said_table(results: dict[str, Any]) -> str:
    """What was said of it: ours, and each checker on its two cases."""
    lines = [
        f"| bug | verifier | strength | sentence names it | {' | '.join(CHECKERS)} |",
        f"|{'---|' * (4 + len(CHECKERS))}",
    ]
    for each in BUGS:
        if each.name not in results["bugs"]:
            continue
        said = results["bugs"][each.name]
        named = "yes" if said["named"] else "no"
        others = (", ".join(word(results, each, name, case) for case in CASES) for name in CHECKERS)
        cells = (each.name, f"{said['verdict']}, {said['seconds']:.1f} s", said["strength"], named, *others)
        lines.append(f"| {' | '.join(map(str, cells))} |")
    return "\n".join(lines)


NO_TELLING = "no telling"


def word(results: dict[str, Any], each: Bug, checker: str, case: str) -> str:
    """The meaning of a checker's result: if it calls the right twin wrong as well, it shows nothing."""
    says = results["bugs"][each.name]["checkers"][checker][case]
    of_twin = results["twins"][each.module.__name__][checker][case]
    return "missed" if says == "right" else NO_TELLING if of_twin != "right" else "caught"


def counts(results: dict[str, Any]) -> str:
    """How many of what."""
    said = [*results["bugs"].values()]
    if not said:
        return "Not yet run."
    seconds = [each["seconds"] for each in said]
    refuted, named = (
        sum(each[what] == yes for each in said) for what, yes in (("verdict", "refuted"), ("named", True))
    )
    first = sum(each["strength"] == 1 for each in said)
    lines = [
        f"- Of {len(said)} bugs the verifier refutes {refuted}, in the median after "
        f"{statistics.median(seconds):.1f} s of processor time, at most {max(seconds):.0f} s; {first} by the "
        f"cases of single levels alone. Of {named} its sentence names the cause or the condition."
    ]
    words = {
        (name, case): {
            each.name: word(results, each, name, case) for each in BUGS if each.name in results["bugs"]
        }
        for name in CHECKERS
        for case in CASES
    }
    for name in CHECKERS:
        small, other = ([*words[name, case].values()].count("caught") for case in CASES)
        false = [
            module.rpartition(".")[2]
            for module, by in results["twins"].items()
            if any(by[name][case] != "right" for case in CASES)
        ]
        lines.append(
            f"- {name} catches {small} on the small case, {other} on the documented one"
            + (f"; it calls right twins wrong as well: {', '.join(false)}." if false else ".")
        )
    names = [*results["bugs"]]
    every = sum(all(words[name, SMALL][each] == "caught" for name in CHECKERS) for each in names)
    none = [each for each in names if all(by[each] == "missed" for by in words.values())]
    lines.append(f"- All four others catch {every} on the small case; none catches {', '.join(none)}.")
    return "\n".join(lines)


def left_out() -> str:
    """What is not in the collection, and why."""
    lines = ["| source | what was wrong | why it is not here |", "|---|---|---|"]
    return "\n".join([*lines, *(f"| {source} | {what} | {why} |" for source, what, why in LEFT_OUT)])


def drawn(results: dict[str, Any]) -> None:
    """The picture: bugs by checkers, each checker on the better of its two cases."""
    from benchmarks.field_study import chart

    rows = []
    for each in BUGS:
        if each.name not in results["bugs"]:
            continue
        said = results["bugs"][each.name]
        cells = [(outcome(False, "wrong" if said["verdict"] == "refuted" else "right"), "")]
        for name in CHECKERS:
            by_case = {case: word(results, each, name, case) for case in CASES}
            some = [case for case in CASES if by_case[case] == "caught"]
            silent = NO_TELLING in by_case.values()
            beside = some[0] if len(some) == 1 else ""
            cells.append(("caught" if some else NO_TELLING if silent else "missed", beside))
        rows.append((f"{each.name}, {each.fault.family}", cells))
    chart.drawn(PICTURE, COLUMNS, rows)
