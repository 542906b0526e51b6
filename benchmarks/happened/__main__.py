"""``python -m benchmarks.happened``: what the verifier and other checkers say of bugs that happened.

Each wrong engine is judged in the default scope, from nothing. Beside the verifier stand gradcheck, its fast
mode, check_grads and central differences, at their defaults, on a small case and on one as their
documentation suggests; one whose package is missing is left out, by name. --keep writes results.json,
bugs.json, the page's tables and its picture.
"""

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from benchmarks.happened import BUGS, bug
from benchmarks.happened.checking import Said, by_others, by_verifier, installed
from benchmarks.happened.pages import kept, write
from benchmarks.machine import machine, versions
from benchmarks.verdict import CHECKERS
from rnn.console.command_line import EXIT_CODES, Parser, program, run
from rnn.console.files import write_text
from rnn.console.places import Places

PROGRAM = program(__package__)


def main(given: Sequence[str] | None = None) -> int:
    """Check, print, and write the results; returns 1 if one is not refuted."""
    parser = Parser(prog=PROGRAM, description=__doc__.partition("\n")[0], epilog=EXIT_CODES)
    parser.add_argument("names", nargs="*", metavar="NAME", help="some of the bugs; all by default")
    parser.add_argument("--list", action="store_true", help="name them, with what was wrong, and end")
    parser.add_argument("--json", type=Path, metavar="PATH", help="where the result goes")
    parser.add_argument("--keep", action="store_true", help="put the result into the collection and its page")
    options = parser.parse_args(given)
    known = [each.name for each in BUGS]
    for name in options.names:
        if name not in known:
            parser.error(f"NAME: {name!r}, needed one of {', '.join(known)}")
    chosen = [bug(name) for name in options.names or known]
    if options.list:
        for each in chosen:
            print(f"{each.name}: {each.fault.story} ({each.fault.source}, {each.date})")
        return 0
    try:
        Places(None, (), options.json).check()
    except (OSError, ValueError) as error:
        parser.error(str(error))
    checkers = installed()
    missing = [name for name in CHECKERS if name not in checkers]
    if missing and options.keep:
        parser.error(f"--keep: {' and '.join(missing)} not installed, needed all that the page's tables have")
    for name in missing:
        print(f"{name}: left out, for its package is missing", file=sys.stderr)
    found: dict[str, Said] = {}
    # The verifier first: each of its processes is a copy of this one, and dearer with PyTorch and JAX in it.
    for each in chosen:
        found[each.name] = by_verifier(each)
        print(by_verifier_in_words(each.name, found[each.name]), flush=True)
    for each in chosen:
        said = by_others(each, True, checkers)
        found[each.name] = replace(found[each.name], checkers=said)
        print(by_others_in_words(each.name, said), flush=True)
    twins = {each.module.__name__: by_others(each, False, checkers) for each in chosen}
    result: dict[str, Any] = {
        "machine": machine(),
        **versions(),
        "bugs": {name: asdict(said) for name, said in found.items()},
        "twins": twins,
    }
    if options.json is not None:
        write_text(options.json, json.dumps(result, indent=1, ensure_ascii=False) + "\n")
    if options.keep:
        before = kept()
        write({**result, **{name: {**before.get(name, {}), **result[name]} for name in ("bugs", "twins")}})
    return 0 if all(said.verdict == "refuted" for said in found.values()) else 1


def by_verifier_in_words(name: str, said: Said) -> str:
    """A line on one bug."""
    named = "named" if said.named else "not named"
    return f"{name}: {said.verdict} in {said.seconds:.1f} s, strength {said.strength}, {named}"


def by_others_in_words(name: str, said: dict[str, dict[str, str]]) -> str:
    """A line on one bug."""
    return f"{name}: " + "; ".join(f"{checker}: {', '.join(by.values())}" for checker, by in said.items())


if __name__ == "__main__":
    sys.exit(run(PROGRAM, main))
