"""Every weakening of the verifier is noticed by its quick tests, or explained here: `make mutation`.

What says *verified* can be loosened and go on saying so. Here verification/ is weakened in every way that
this file knows, one at a time: each bound of a comparison is widened 10, 1e3 and 1e9 times, and made a
hundredth; each limit is moved; each property is silenced, off for every engine, or for large cases; each part
that it looks at is found right; each yes-or-no answer is always the one; each entry of the contract and each
exclusion is off; where cases are counted each rule always holds, or never, or by half, or from one more or
less on. The ways are found in the syntax tree, so that new code has them by itself; what the tree does not
tell is written down here.

A test that fails notices a weakening, and so does an import of the weaker module that raises. If pytest
ends in any other way, or the same tests fail without the weakening, that is an error and no notice.

    python tests/weakened.py [--only PATTERN] [--near] [--kinds KIND,…] [--list] [--jobs N]
"""

import argparse
import ast
import gc
import os
import re
import signal
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import redirect_stdout, suppress
from dataclasses import dataclass, replace
from importlib import import_module
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.util import spec_from_loader
from itertools import chain
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pytest

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

# The rooms that judge, from the ground up, after what says how long an engine may take.
PLACES = (
    *("processes/timeout.py", "processes/hosts.py"),
    *(f"{room}/**/*.py" for room in ("models", "sampling", "truth", "properties", "judging")),
)

# The files that count, wait and decide: there every rule is weakened.
RULED = (
    *("tally", "judgement", "contract", "model_subject", "plan", "sampled", "standing", "run", "trial"),
    *("findings", "truth"),
)

# By file, limits that are not moved, for no verdict depends on them.
HARMLESS: dict[str, dict[str, tuple[str, ...]]] = {
    "How much one process does at a time, and in which order: all of it is done.": {
        "judging/plan": ("(FIXED_BLOCK, SLOW_BLOCK)", "CALLS", "(OPENING, EARLY)"),
        "judging/run": ("BLOCK",),
        "judging/training": ("BLOCK",),
        "judging/sampled": ("(SECONDS, MOST)", "(FIRST, SHARE)"),
    },
    "How long something is looked for that makes an explanation shorter, and how much is reported.": {
        "judging/shrinking": ("SECONDS", "TRIED"),
        "judging/sampled": ("NAMED",),
        "judging/remarks": ("SHOWN",),
        "properties/calling": ("RAISED",),
        "properties/remarks": ("(CLIPS, NEAR)",),
        "judging/function_subject": ("PICTURED",),
    },
    "How much is computed at a time, by which of two ways that come to the same, and by which noises.": {
        "truth/replay_batch": ("TRACED", "KEPT", "OWN", "(MADE, MADE_BY_STEP)", "DENSE"),
        "truth/rounding": ("(POOL, STRIDE)", "MIXED"),
    },
    "Whether a step is one that a way takes: what is alike is so to roundings, and what is not by itself.": {
        "truth/complex_step": ("SCALES", "AGREEMENT"),
        "truth/backward_rounding": ("LARGE",),
        "truth/soundness": ("DIFFERENCE", "AGREEMENT", "EXACTNESS", "DOMAIN"),
    },
    "How many rows are tried for one that meets most or costs least, and how rows are distinguished.": {
        "sampling/covering": ("CANDIDATES",),
        "sampling/gaps": ("ROWS", "TRIES"),
    },
    "What a function moves at 45: those that are known are far from it, on either side.": {
        "sampling/exclusions": ("STILL",),
    },
    "How long calls in a row may take, which are reported if fewer; and what is said of what is wrong.": {
        "properties/in_a_row": ("SECONDS", "(MOST, ROUND)", "(SEEN, SEEN_LATER)"),
        "properties/calling": ("MOMENT",),
        "properties/interleaved": ("CLOSE",),
    },
    "What nobody reads.": {
        "models/lstm": ("STARTS",),
    },
    "How much is kept, and by how many bytes it is seen that it is whole.": {
        "judging/keeping": ("MOST", "CHECKSUM"),
        "truth/memo": ("(SMALL, CASES)",),
    },
}

# By file, what no kind tells: what stands there once, and what is put in its place.
BY_HAND: dict[str, tuple[tuple[str, str], ...]] = {
    "properties/padding.py": (("there.any()", "(abs(there) > 1e-3).any()"),),
    "properties/conduct.py": (
        ("np.array_equal(array, before[name])", "np.allclose(array, before[name], atol=1e-3)"),
        (
            "np.array_equal(part, kept[name], equal_nan=True)",
            "np.allclose(part, kept[name], atol=1e-3, equal_nan=True)",
        ),
        ('"Fortran order", ', ""),
        ('"a gap after each number", ', ""),
        (', "backwards"', ""),
        ("1 if trial.truth.large else WAYS", "0 if trial.truth.large else WAYS"),
        ("yield from agreement(run_case(engine, truth.case), truth)", "yield from ()"),
    ),
    "properties/variants.py": (
        ("in equivalents_of(case):", "in equivalents_of(case)[:1]:"),
        ("in recomputed(case) if claim.checkpoints else ()", "in ()"),
    ),
    "properties/in_a_row.py": (("= 1000", "= 800"),),
    "properties/interleaved.py": (
        ('yield from _in_turn(trial, first, "a backward after another forward")', "yield from ()"),
        ('yield from _in_turn(trial, again, "a backward after another call")', "yield from ()"),
    ),
    "properties/additivity.py": (
        ("array.real > 0", "array.real == array.real"),
        ("rng.choice((0.1, 0.5))", "2"),
        ("array.ndim + 3", "array.ndim"),
    ),
    "properties/truth.py": (
        (
            "return self.expectations.determined",
            "return self.expectations.determined and all(e.determined for e in self.blocks.values())",
        ),
        (
            "        return self.expectations.determined",
            "        return self.expectations.determined and all("
            "(abs(array) < 4).all() for array in self.case.blocks.values())",
        ),
    ),
    "judging/tally.py": (("int(evidence)", "1"),),
    "judging/model_subject.py": (("+= row.evidence", "+= row.cases"),),
    "judging/run.py": (
        ("*declined, *subject.missing(tally), *unmet", "*subject.missing(tally), *unmet"),
        ("*declined, *subject.missing(tally), *unmet", "*declined, *unmet"),
        ("*declined, *subject.missing(tally), *unmet", "*declined, *subject.missing(tally)"),
    ),
}

# The two tables, that of functions, and the seconds after which what never ends has been noticed.
TABLES = PROPERTIES, OF_FUNCTIONS, RULES = (
    "tests/verification/properties/test_pinned.py",
    "tests/verification/properties/test_of_function.py",
    "tests/verification/judging/test_rules.py",
)
SECONDS = 600

OPTIONS = (
    *("-x", "-q", "--tb=line", "--assert=plain", "-m", "not slow"),
    *("-p", "no:cacheprovider", "-p", "no:xdist", "-p", "no:unraisableexception", "-p", "no:threadexception"),
    # A fork lacks the thread of a caller's own, and would wait for it.
    *("-p", "no:faulthandler"),
)

# Weakenings that make no difference, as ``Weakening.said`` names them, by the reason: each is one of its kind
# in its place, and stands for no other.
EXPLAINED: dict[str, tuple[str, ...]] = {
    "The form is checked before any property, and makes no call by itself.": (
        "properties/property.py: FORM: a property silent: lambda trial: iter(()) → (lambda trial: iter(()))",
        "properties/property.py: FORM: a property of no large case: True → (False)",
    ),
    "A table and replays tell one truth, and bounds of one size; a large case's table takes long.": (
        "properties/truth.py: _expectations: a rule: is_large(case) → (True)",
        "properties/truth.py: _expectations: a rule: is_large(case) → (False)",
    ),
    "The search for a smaller function's case goes elsewhere; what it keeps is wrong, and no larger.": (
        "judging/shrinking.py: smallest_of.fails: an answer: False → (True)",
    ),
    "A truth or a row that is not kept is made again.": (
        "models/identity.py: _is_known: an answer: True → (False)",
        "models/identity.py: _is_of_known: an answer: True → (False)",
        "judging/model_subject.py: OfModel.samples: a rule: self.shelf is None → (True)",
    ),
    "Two ways to one norm, of which one takes no square that may be none.": (
        "truth/sums.py: SMALL: a limit: 1e-100 → (10 * 1e-100)",
        "truth/sums.py: SMALL: a limit: 1e-100 → (1e-100 / 10)",
    ),
    "What an adapter hands over are cotangents or targets, and all cases of a claim are of one kind.": (
        "judging/contract.py: _losses.by_final_state: half a rule: isinstance(case.objective, Cotangents) "
        "and not case.objective.outputs.any() → (not case.objective.outputs.any())",
        "judging/contract.py: _losses.on: half a rule: isinstance(case.objective, Targets) and "
        "case.objective.last is last → (case.objective.last is last)",
    ),
    "More is drawn: layouts of a case, and a row in which there is nothing to change.": (
        "properties/conduct.py: WAYS: a limit: 6 → (10 * 6)",
        "sampling/switches.py: _has: an answer: bool(_read(model) or _linear_states(model)) → (True)",
    ),
    "What is kept is found again, and is the same.": (
        "judging/sampled.py: Sample._tuples: a rule: i not in self._possible → (True)",
    ),
    "Of what is met wholly no level is reported.": (
        "judging/sampled.py: Sample.least_met: a rule: not reached.share.whole → (True)",
    ),
    "A forward that is coarse is looked for elsewhere: the case that shows it is judged, and no other.": (
        "properties/remarks.py: LOOKED_AT: a limit: 200 → (10 * 200)",
        "properties/remarks.py: LOOKED_AT: a limit: 200 → (max(1, 200 // 10))",
        "properties/remarks.py: SIZES: a limit: 1e-12 → (10 * 1e-12)",
        "properties/remarks.py: SIZES: a limit: 1e-12 → (1e-12 / 10)",
        "properties/remarks.py: SIZES: a limit: 1.0 → (10 * 1.0)",
        "properties/remarks.py: SIZES: a limit: 1.0 → (1.0 / 10)",
        "properties/remarks.py: SIZES: a limit: 20.0 → (10 * 20.0)",
        "properties/remarks.py: SIZES: a limit: 20.0 → (20.0 / 10)",
    ),
    "A quick look, which saves a truth where it says no.": (
        "properties/remarks.py: _may_be_wrong: an answer: any(np.any(np.abs(got[name] - due[name]) > "
        "most * np.abs(due[name])) for name in got) → (True)",
        "properties/remarks.py: _may_be_wrong: an answer: False → (True)",
    ),
    "How large a block is: all of it is run.": (
        "judging/plan.py: Plan._portions.work: half a rule: row.turns or () → (())",
    ),
    "A second round of changes finds a simpler case; that of the first fails as well.": (
        "judging/shrinking.py: _Search._go_on: an answer: self.case is not before → (False)",
    ),
    "Each row of a plan names what is checked on it.": (
        "judging/plan.py: Plan._portions.work: half a rule: row.turns or () → (row.turns)",
    ),
    "How an engine is lost, or fails, is reported.": (
        'judging/tally.py: tally_of: half a rule: finding.wrong or "" → (finding.wrong)',
        'judging/model_subject.py: example_of: half a rule: finding.wrong or "" → (finding.wrong)',
        'judging/run.py: _example: half a rule: finding.wrong or "" → (finding.wrong)',
    ),
    "A clock does not stand still from one look to the next, nor tell a limit to the last digit.": (
        "judging/run.py: Watch.is_over: a border: time.monotonic() >= self.until → "
        "(time.monotonic() > self.until)",
        "judging/run.py: _look: a border: time.monotonic() >= until → (time.monotonic() > until)",
        "judging/plan.py: Plan.is_slow: a border: self.pace > SLOW → (self.pace >= SLOW)",
    ),
    "No processor that these tests run on has been set to take denormal numbers for zero.": (
        "judging/keeping.py: flushes: an answer: bool(np.float64(np.finfo(np.float64).tiny) / 2 == 0) → "
        "(False)",
    ),
}


@dataclass(frozen=True)
class Weakening:
    """What stands in a file, and what is put in its place."""

    kind: str
    file: Path
    line: int
    place: str
    right: str
    wrong: str
    source: str

    def __str__(self) -> str:
        return f"{self.file.relative_to(ROOT)}:{self.line}: {self._what}"

    @property
    def said(self) -> str:
        """Which it is, wherever its lines stand in the file."""
        return f"{self.file.relative_to(ROOT / 'verification').as_posix()}: {self._what}"

    @property
    def _what(self) -> str:
        return f"{self.place}: {self.kind}: {self.right} → {self.wrong}"

    @property
    def undone(self) -> "Weakening":
        """The file as it is, beside the same tests."""
        source = self.file.read_text(encoding="utf-8")
        return replace(self, place="nothing", right="", wrong="", source=source)

    @property
    def room(self) -> str:
        """Where it is."""
        return self.file.relative_to(ROOT).parts[1]

    @property
    def module(self) -> str:
        """The name of the module that is weakened."""
        return ".".join(self.file.relative_to(ROOT).with_suffix("").parts)

    @property
    def neighbour(self) -> Path:
        """Its own tests."""
        return ROOT / "tests" / self.file.relative_to(ROOT).with_name(f"test_{self.file.name}")


# An expression, and by kind what is put in its place.
Change = tuple[str, ast.expr, str]


def changes(tree: ast.Module, room: str, name: str) -> Iterator[Change]:
    """All of a module."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield from _of_call(node, room)
        elif isinstance(node, ast.FunctionDef):
            yield from _of_function(node, name)
        elif isinstance(node, ast.Yield) and room == "properties":
            yield from _of_yield(node)
        if name in RULED:
            yield from _of_rule(node)
    harmless = {each for of in HARMLESS.values() for each in of.get(f"{room}/{name}", ())}
    for node in tree.body:
        if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
            target = node.targets[0] if isinstance(node, ast.Assign) else node.target
            if ast.unparse(target) not in harmless:
                yield from _of_constant(node.value)


def _of_call(node: ast.Call, room: str) -> Iterator[Change]:
    called = node.func.id if isinstance(node.func, ast.Name) else ""
    named = {keyword.arg: keyword.value for keyword in node.keywords}
    if called == "compare" and len(node.args) == 4:
        yield from (("a bound", node.args[3], f"{by} * ({{}})") for by in ("10", "1e3", "1e9", "0.01"))
    if called == "Property" and len(node.args) > 3:
        yield "a property silent", node.args[3], "lambda trial: iter(())"
        if "applies" in named:
            yield "a property of no engine", named["applies"], "lambda claim: False"
        if "of_large" in named:
            yield "a property of no large case", named["of_large"], "False"
        if "evidence" in named:
            yield "no evidence needed", named["evidence"], "lambda claim: ()"
    if called == "Requirement" and room == "judging":
        yield "an entry met by all", node.args[1], "lambda case: True"
    if called == "Exclusion" and len(node.args) > 2:
        yield "an exclusion off", node.args[2], "lambda row: False"
    if called == "never":
        for together in node.args[1:]:
            if isinstance(together, ast.Starred):
                yield "an exclusion off", together.value, "()"
            else:
                yield "an exclusion off", together, "dict(off=but())"
    if called in ("Expected", "replace", "judged") and room in ("truth", "properties"):
        for name in ("spread", "terms", "lost"):
            if name in named:
                yield "a bound", named[name], "10 * ({})"


def _of_function(node: ast.FunctionDef, name: str) -> Iterator[Change]:
    returns = node.returns.id if isinstance(node.returns, ast.Name) else ""
    found = [each.value for each in ast.walk(node) if isinstance(each, ast.Return) and each.value]
    if returns == "bool":
        for value in found:
            yield from (("an answer", value, answer) for answer in ("True", "False"))
    if name in ("tolerance", "expectation") and returns in ("float", "Array"):
        # A multiple of nothing, or of what is unlimited, is itself.
        for value in (each for each in found if ast.unparse(each) not in ("0.0", "np.inf")):
            yield from (("a bound", value, f"{by} * ({{}})") for by in ("10", "1e3"))


# A comparison, and the one that differs from it at the limit alone.
BORDERS: dict[type[ast.cmpop], ast.cmpop] = {
    ast.Lt: ast.LtE(),
    ast.LtE: ast.Lt(),
    ast.Gt: ast.GtE(),
    ast.GtE: ast.Gt(),
}


def _of_rule(node: ast.AST) -> Iterator[Change]:
    if isinstance(node, ast.If | ast.IfExp):
        # What is imported for types alone is no rule.
        answers = () if ast.unparse(node.test) == "TYPE_CHECKING" else ("True", "False")
        yield from (("a rule", node.test, answer) for answer in answers)
    elif isinstance(node, ast.While):
        yield "a rule", node.test, "False"
    elif isinstance(node, ast.comprehension):
        yield from (("a rule", test, answer) for test in node.ifs for answer in ("True", "False"))
    elif isinstance(node, ast.BoolOp):
        yield from (("half a rule", node, ast.unparse(value)) for value in node.values)
    elif isinstance(node, ast.Compare):
        for i, of in enumerate(node.ops):
            if type(of) in BORDERS:
                ops = [*node.ops[:i], BORDERS[type(of)], *node.ops[i + 1 :]]
                yield "a border", node, ast.unparse(ast.Compare(node.left, ops, node.comparators))


def _of_yield(node: ast.Yield) -> Iterator[Change]:
    value = node.value
    if isinstance(value, ast.Tuple) and len(value.elts) == 3 and not isinstance(value.elts[1], ast.Constant):
        yield "a part found right", value.elts[1], "None"


def _of_constant(value: ast.expr) -> Iterator[Change]:
    """Numbers by themselves, in a tuple or in a table."""
    for each in (value, *getattr(value, "elts", ()), *getattr(value, "values", ())):
        if isinstance(each, ast.Constant) and type(each.value) in (int, float) and each.value:
            yield "a limit", each, "10 * {}"
            if each.value != 1 or isinstance(each.value, float):
                yield "a limit", each, "{} / 10" if isinstance(each.value, float) else "max(1, {} // 10)"


def weakenings() -> list[Weakening]:
    """All, in the order of their files."""
    return [each for file in _files() for each in (*_in_tree(file), *_by_hand(file))]


def _files() -> list[Path]:
    return [file for place in PLACES for file in sorted((ROOT / "verification").glob(place))]


def _in_tree(file: Path) -> Iterator[Weakening]:
    text, starts, known = file.read_bytes(), [0], set()
    for line in text.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    tree = ast.parse(text)
    named = _named(tree)
    for kind, node, wrong in changes(tree, file.parent.name, file.stem):
        start = starts[node.lineno - 1] + node.col_offset
        end = starts[(node.end_lineno or 0) - 1] + (node.end_col_offset or 0)
        right = text[start:end].decode()
        made = f"({wrong.format(right) if '{}' in wrong else wrong})"
        if made.strip("()") == right or (start, end, made) in known:
            continue
        known.add((start, end, made))
        source = (text[:start] + made.encode() + text[end:]).decode()
        place = _place(named, node.lineno)
        yield Weakening(
            kind, file, node.lineno, place, " ".join(right.split()), " ".join(made.split()), source
        )


# The first and the last line of what a name is given to, in the order of the file.
Named = tuple[int, int, str]


def _named(tree: ast.Module) -> list[Named]:
    """The constants of a module, and its classes and functions, those within others as well."""
    found = [
        (each.lineno, each.end_lineno or 0, each.name)
        for each in ast.walk(tree)
        if isinstance(each, ast.ClassDef | ast.FunctionDef)
    ]
    for each in tree.body:
        if isinstance(each, ast.Assign | ast.AnnAssign):
            target = each.targets[0] if isinstance(each, ast.Assign) else each.target
            found.append((each.lineno, each.end_lineno or 0, ast.unparse(target)))
    return sorted(found)


def _place(named: Sequence[Named], line: int) -> str:
    """The names that a line is within."""
    return ".".join(name for first, last, name in named if first <= line <= last)


def _by_hand(file: Path) -> Iterator[Weakening]:
    text = file.read_text(encoding="utf-8")
    for right, wrong in BY_HAND.get(file.relative_to(ROOT / "verification").as_posix(), ()):
        if text.count(right) != 1:
            raise ValueError(f"{file.name}: {right!r} stands there {text.count(right)} times, needed once")
        line = text[: text.index(right)].count("\n") + 1
        place, source = _place(_named(ast.parse(text)), line), text.replace(right, wrong)
        yield Weakening("by hand", file, line, place, right, " ".join(wrong.split()), source)


class WeakerModule(MetaPathFinder, Loader):
    """Imports one module from another text."""

    def __init__(self, weakening: Weakening) -> None:
        self._weakening = weakening

    def find_spec(self, name: str, path: object, target: object = None) -> ModuleSpec | None:
        """Of that module alone."""
        if name != self._weakening.module:
            return None
        return spec_from_loader(name, self, origin=str(self._weakening.file))

    def exec_module(self, module: ModuleType) -> None:
        """Runs the weaker text."""
        module.__file__ = str(self._weakening.file)
        exec(compile(self._weakening.source, module.__file__, "exec"), module.__dict__)


class FailureWatch:
    """A plugin of pytest: which test failed, or why none was run."""

    def __init__(self) -> None:
        self.failed, self.error = "", ""

    def pytest_runtest_logreport(self, report: "pytest.TestReport") -> None:
        """The first that fails."""
        if report.failed:
            self.failed = self.failed or report.nodeid

    def pytest_collectreport(self, report: "pytest.CollectReport") -> None:
        """A file whose tests are not found."""
        if report.failed:
            self.error = f"{report.nodeid}: {report.longreprtext.strip().splitlines()[-1]}"

    def pytest_internalerror(self, excinfo: "pytest.ExceptionInfo[BaseException]") -> None:
        """What pytest itself ran into."""
        self.error = repr(excinfo.value)


@dataclass(frozen=True)
class End:
    """How the tests end beside a weakening."""

    weakening: Weakening
    noticed: str
    error: str

    @property
    def survives(self) -> bool:
        """Did all tests run, and fail in nothing?"""
        return not self.noticed and not self.error

    def __str__(self) -> str:
        how = "survives" if self.survives else f"error: {self.error}"
        if self.noticed:
            how = f"noticed: {self.noticed}"
        return f"{self.weakening}: {how}"


def ends(of: Sequence[Weakening], whole: bool, jobs: int) -> Iterator[End]:
    """How the quick tests end beside each, in a process of its own, so many at a time.

    ``whole``: those of the tables and all of its room.
    """
    left, running = [*of][::-1], dict[int, tuple[Weakening, int, float]]()
    while left or running:
        while left and len(running) < jobs:
            weakening = left.pop()
            process, answer = _begun(weakening, whole)
            running[process] = weakening, answer, time.monotonic() + SECONDS
        time.sleep(0.05)
        for process, (weakening, answer, until) in [*running.items()]:
            done, status = os.waitpid(process, os.WNOHANG)
            if not done and time.monotonic() > until:
                os.kill(process, signal.SIGKILL)
                done, status = os.waitpid(process, 0)
                noticed, error = f"no end in {SECONDS} s", ""
            elif done:
                with os.fdopen(os.dup(answer)) as pipe:
                    noticed, _, error = pipe.read().partition("\n")
                if code := os.waitstatus_to_exitcode(status):
                    noticed, error = "", f"the process ends with {code}"
            if done:
                os.close(answer)
                del running[process]
                yield End(weakening, noticed, error)


def _begun(weakening: Weakening, whole: bool) -> tuple[int, int]:
    """The number of a process, and where it writes what noticed, and below which error kept tests from it."""
    answer, end = os.pipe()
    process = os.fork()
    if not process:
        code = 1
        with suppress(BaseException):
            os.write(end, "\n".join(_run(weakening, whole)).encode())
            code = 0
        os._exit(code)
    os.close(end)
    return process, answer


def _run(weakening: Weakening, whole: bool) -> tuple[str, str]:
    """What notices, and which error keeps tests from being run; those that collect nothing notice nothing."""
    null = os.open(os.environ.get("SHOWN", os.devnull), os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(null, 1)
    os.dup2(null, 2)
    kept = ("", "processor_time", *GROUND[weakening.room])
    for name in [*sys.modules]:
        package, room, *_ = [*name.split("."), ""]
        if package in ("verification", "tests") and room not in kept:
            del sys.modules[name]
            # Or "from tests import cases" finds what was imported before.
            parent, _, own = name.rpartition(".")
            if parent in sys.modules:
                vars(sys.modules[parent]).pop(own, None)
    sys.meta_path.insert(0, WeakerModule(weakening))
    runs = [[str(weakening.neighbour.parent)], [str(ROOT / table) for table in TABLES]]
    if not whole:
        of_claims = (RULES, "claims or exact or evidence or given or takes")
        places = (of_claims,) if weakening.kind in OF_CLAIMS else NEAR.get(weakening.file.stem, ())
        runs = [["-k", rows, str(ROOT / table)] for table, rows in places]
        runs += [[str(weakening.neighbour)]] if weakening.neighbour.exists() else []
    noticed, error = _first_failure(runs)
    raised = _raised(weakening) if error else ""
    return (raised, "") if raised else (noticed, error)


def _raised(weakening: Weakening) -> str:
    """How an import of the module, of its room, or of what runs a judgement fails."""
    for name in (weakening.module, f"verification.{weakening.room}", "verification.judging.run"):
        try:
            import_module(name)
        except Exception as error:
            return f"the import of {name} raises {type(error).__name__}"
    return ""


def _first_failure(runs: Sequence[Sequence[str]]) -> tuple[str, str]:
    """The first test that fails in one run after another, and the last error of a run that failed in none."""
    import pytest

    error = ""
    for each in runs:
        watch = FailureWatch()
        code = int(pytest.main([*OPTIONS, *each], [watch]))
        if watch.failed:
            return watch.failed, ""
        if code == pytest.ExitCode.INTERRUPTED and not watch.error:
            return "the tests are interrupted", ""
        if code == pytest.ExitCode.NO_TESTS_COLLECTED and each[0] == "-k":
            error = f"no such rows: {each[1]}"
        elif code not in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED):
            error = (watch.error or f"pytest ends with {code}").replace("\n", " ")
    return "", error


# From the ground up. Those before a room know nothing of it, and stay as they are.
ROOMS = ("text", "processes", "models", "sampling", "truth", "properties", "diagnosis", "judging")
GROUND = {room: ROOMS[:number] for number, room in enumerate(ROOMS)}

# Which engines a property is checked for, and of what there has to be evidence.
OF_CLAIMS = ("a property of no engine", "no evidence needed")

# Of slow engines, and of calls of a training.
PLAN, TRAINING = (f"tests/verification/judging/test_{name}.py" for name in ("plan", "training"))

# By file, in which tables lies what pins it, and in which rows of them.
NEAR = {
    "gradients": ((PROPERTIES, "forward or autograd or complex"), (RULES, "takes_long or complex")),
    "additivity": ((PROPERTIES, "cotangents"),),
    "cut": ((PROPERTIES, "cut"),),
    "variants": (
        (PROPERTIES, "identities or recomputation or workspace or bits"),
        (RULES, "property_is_checked"),
    ),
    "partial": ((PROPERTIES, "partial"),),
    "unfolding": ((PROPERTIES, "lag"),),
    "per_step": ((PROPERTIES, "lag"), (RULES, "takes_long")),
    "linearity": ((PROPERTIES, "linearity"), (RULES, "powers")),
    "property": ((RULES, "every_row"),),
    "conduct": (
        (PROPERTIES, "inputs or second or reused or names or memory or all_of_it"),
        ("tests/verification/properties/test_conduct.py", "in_part"),
    ),
    "records": ((PROPERTIES, "records"),),
    "units": ((PROPERTIES, "units"),),
    "padding": ((PROPERTIES, "padding"),),
    "interleaved": ((PROPERTIES, "interleaved or backward"),),
    "in_a_row": ((PROPERTIES, "row or thread"),),
    "process": ((PROPERTIES, "process"),),
    "exactness": ((PROPERTIES, "exact or integers or larger or truncations or says_nothing"),),
    "ragged": ((PROPERTIES, "forward or autograd or padding or lose"),),
    "trial": (
        ("tests/verification/properties/test_conduct.py", "another_layout"),
        (PROPERTIES, "form or second or records or row or every_property or reused or memory"),
        (RULES, "zeros or declined or says_something or the_next_property"),
        ("tests/verification/properties/test_remarks.py", "time_is_over"),
    ),
    "remarks": (("tests/verification/properties/test_remarks.py", ""), (PROPERTIES, "settled")),
    "of_function": ((OF_FUNCTIONS, ""),),
    "tolerance": (
        (PROPERTIES, "sharp or lose"),
        (RULES, "says_something"),
        ("tests/verification/truth/test_rounding.py", "fewer_draws"),
    ),
    **dict.fromkeys(("lag_table", "perturbed_replays", "sums"), ((PROPERTIES, "kink or sharp or lose"),)),
    "expectation": (
        (PROPERTIES, "sharp or lose"),
        ("tests/verification/truth/test_lag_table.py", "overflows"),
    ),
    "truth": (
        (RULES, "says_something or any_numbers or zeros or large_beyond or there_before"),
        (PROPERTIES, "kink or exact or integers or says_nothing"),
        ("tests/verification/truth/test_substitute_types.py", "does_not_hold"),
    ),
    "soundness": (("tests/verification/truth/test_in_chunks.py", "on_terms"),),
    "sought": (("tests/verification/judging/test_sought.py", ""),),
    "contract": ((RULES, "has_it_alone or must_be_met or waited_for or cannot_be_zero"),),
    "tally": ((RULES, "counted or first_is_reported or declined or evidence or is_lost"),),
    "judgement": ((RULES, "verdict or zeros or is_counted"),),
    "profile": (("tests/verification/judging/test_judgement.py", ""),),
    "findings": (
        (RULES, "fixed or large or takes or property_is_checked or every_row or there_before"),
        (RULES, "equality or sizes_that"),
        (PROPERTIES, "integers or truncations or form or says_nothing"),
        ("tests/verification/properties/test_ragged.py", ""),
    ),
    "case": ((PROPERTIES, "right_engine"),),
    "axes": (
        ("tests/verification/test_refusals.py", "axes"),
        ("tests/verification/models/test_case.py", "put_out"),
    ),
    "forms": (("tests/verification/test_refusals.py", "forms"),),
    "gated_linear_attention": (("tests/verification/sampling/test_factors.py", "a_most"),),
    "observed": ((PROPERTIES, "kink or sharp"),),
    "replay_batch": (
        (PROPERTIES, "kink or sharp"),
        ("tests/verification/truth/test_steps.py", "traced_anew"),
    ),
    "substitute_types": ((PROPERTIES, "sharp or lose or right_engine"),),
    "timeout": ((RULES, "limits or has_its_time"),),
    "hosts": ((RULES, "limits"),),
    "run": (
        (RULES, "run_goes or run_ends or left_of or refutation or run_again or come_back or one_word"),
        (RULES, "is_declined or must_be_met or not_begun"),
        (PLAN, ""),
    ),
    "sampled": ((RULES, "until_they_tell or one_word"),),
    "model_subject": (
        (RULES, "fractions or fixed or true_is_there or own or packed or example or declined"),
        (RULES, "says_something or must_be_met or evidence or zeros"),
        (TRAINING, "right_layer_s or stale"),
        (PLAN, ""),
        ("tests/verification/judging/test_keeping.py", "held"),
        ("tests/verification/judging/test_sought.py", "declines_every"),
    ),
    "plan": ((RULES, "fractions or fixed"), (PLAN, "")),
    "rounding": ((PROPERTIES, "sharp or lose"),),
    "calling": ((RULES, "large_beyond"),),
    "claim": ((RULES, "property_is_checked"), ("tests/verification/sampling/test_admitting.py", "")),
    "draws": ((RULES, "has_it_alone"), ("tests/verification/sampling/test_at_random.py", "up_to_six")),
    "covering": (("tests/verification/sampling/test_exclusions.py", "cannot_occur"),),
    "conditions": (("tests/verification/sampling/test_contradictions.py", ""),),
    **dict.fromkeys(("patterns", "zeros"), (("tests/verification/models/test_condition.py", ""),)),
    "quiet": (
        ("tests/verification/sampling/test_quiet.py", ""),
        ("tests/verification/sampling/test_switches.py", "called"),
    ),
    "factors": tuple(
        (f"tests/verification/sampling/test_{name}.py", rows)
        for name, rows in (
            ("magnitudes", "tiny or large"),
            ("conditions", "all_of_them"),
            ("numbering", "fewest"),
            ("exclusions", "cannot_occur"),
        )
    ),
}


def is_explained(weakening: Weakening) -> bool:
    """Is it said why it makes no difference?"""
    return any(weakening.said in some for some in EXPLAINED.values())


def main(arguments: list[str] | None = None) -> int:
    """Print every survivor that is not explained, and every error; 1 if there is one."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--only", default="", help="those whose line holds what this regular expression finds"
    )
    parser.add_argument("--near", action="store_true", help="run the nearest tests alone")
    parser.add_argument("--kinds", default="", help="those of these kinds, by commas")
    parser.add_argument("--list", action="store_true", help="show them, and run nothing")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="so many at a time")
    given = parser.parse_args(arguments)
    places = {*TABLES, *(table for near in NEAR.values() for table, _ in near)}
    if absent := sorted(table for table in places if not (ROOT / table).exists()):
        # Or a run of no tests would count as one that fails.
        parser.error(f"no such tests: {', '.join(absent)}")
    if absent := sorted({*NEAR, *RULED}.difference(file.stem for file in _files())):
        parser.error(f"no such files: {', '.join(absent)}")
    kinds, known = {kind for kind in given.kinds.split(",") if kind}, weakenings()
    counts = Counter(each.said for each in known)
    for said in chain(*EXPLAINED.values()):
        if counts[said] != 1:
            parser.error(f"explained: {said}: {counts[said]} such weakenings, needed one")
    chosen = [w for w in known if re.search(given.only, str(w)) and (not kinds or w.kind in kinds)]
    if given.list:
        print(*chosen, sep="\n")
        print(f"{len(chosen)}: {dict(Counter(w.kind for w in chosen))}")
        return 0
    _warm()
    # What lies nearest notices most, and takes a tenth of the time.
    found = [*_shown(chosen, False, given.jobs)]
    if not given.near:
        left = [end.weakening for end in found if not end.noticed]
        found = [*(end for end in found if end.noticed), *_shown(left, True, given.jobs)]
    errors = [end for end in found if end.error]
    survivors = [end.weakening for end in found if end.survives]
    holes = [each for each in survivors if not is_explained(each)]
    print(*errors, *holes, sep="\n")
    print(
        f"{len(chosen)} weakenings: {len(chosen) - len(errors) - len(survivors)} noticed, "
        f"{len(errors)} whose tests did not run, {len(survivors)} survive, "
        f"of which {len(survivors) - len(holes)} are explained"
    )
    return int(bool(holes or errors))


def _shown(of: Sequence[Weakening], whole: bool, jobs: int) -> Iterator[End]:
    """How the tests end beside each, shown at once; tests that fail without a weakening show nothing."""

    def beside(weakening: Weakening) -> tuple[object, ...]:
        return (weakening.room,) if whole else (weakening.file, weakening.kind in OF_CLAIMS)

    as_it_is = [each.undone for each in {beside(each): each for each in of}.values()]
    wrong = {beside(end.weakening): end for end in ends(as_it_is, whole, jobs) if not end.survives}
    unknown = [End(each, "", f"without it: {wrong[beside(each)]}") for each in of if beside(each) in wrong]
    for end in chain(unknown, ends([each for each in of if beside(each) not in wrong], whole, jobs)):
        print(end, file=sys.stderr, flush=True)
        yield end


def _warm() -> None:
    """Imports what all need, once for all processes."""
    import matplotlib  # noqa: F401
    import pytest

    import tests.processor_time  # noqa: F401
    from tests.verification.judging import test_rules  # noqa: F401

    with open(os.devnull, "w") as null, redirect_stdout(null):
        pytest.main([*OPTIONS, "--collect-only", str(ROOT / TABLES[0])])
    # What is there by now is shared by all processes, and none looks for garbage in it.
    gc.freeze()


if __name__ == "__main__":
    os.chdir(ROOT)
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    sys.exit(main())
