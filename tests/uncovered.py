"""Every line of rnn/ that computes, and that no judgement of a cell executes, is explained: `make uncovered`.

`python -m verification cell` runs designed, drawn and fixed cases of a cell, by either loops. Here each of
these cases is run once under coverage: what the properties run beside it are further calls of the same
functions. A line that no case executes could be wrong in a cell that is verified. A line is named by its
function and a fragment of its text; the reason is beside them. Statements that end in a refusal compute
nothing. Compiled functions run as machine code, in which no line can be seen: faults show that they are
checked, those of `python -m benchmarks.evidence mutants --loops compiled` and of
tests/verification/adapters/rnn/test_of_cells.py.
"""

import ast
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from itertools import chain, product
from pathlib import Path
from typing import Any

import coverage
import numpy as np

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "rnn"

# What makes no gradient: commands, files, other formats, and training, which takes gradients as they are.
APART = {
    *("__main__", "app", "console", "data", "generation", "interchange", "learning", "onnx", "optimisers"),
    *("sklearn", "storage", "training"),
}

# What marks a function that has no lines which can be seen: a decorator, or the end of its first line.
MACHINE_CODE = {"compiled", "inlined"}
MARK = "# compiled"

EXPLAINED: dict[str, dict[str, tuple[str, ...]]] = {
    "What a message says, or what a reader is shown.": {
        "rnn.activations.Activation.__repr__": ("return",),
        "rnn.calls.lengths._kind": ("return",),
        "rnn.common.arrays._in_brackets": ("return",),
        "rnn.common.arrays._no_mask": ("return",),
        "rnn.common.arrays._not_finite": ("index = ", "return"),
        "rnn.common.checks.kind_of": ("return",),
        "rnn.common.checks.shown": ("return kind_of",),
        "rnn.common.representation._shown": ("return repr(value.name)",),
        "rnn.layer.Saved.__repr__": ("return",),
        "rnn.losses.Loss.__repr__": ("return",),
        "rnn.through_time.workspace.Size.__str__": ("return",),
    },
    "Looks for what is to be refused, and changes nothing.": {
        "rnn.calls.arguments.checked_call": ('array = checked("xs", array,',),
        "rnn.calls.arguments.checked_params": ("given = ()",),
        "rnn.calls.lengths.checked_with_ends": ("array = checked(",),
        "rnn.calls.gradients.check_gradients": ("check_result(", "for name, block", "names = "),
        "rnn.common.arrays._fits": ("return False",),
        "rnn.common.arrays._is_masked": ("any(_is_masked",),
        "rnn.common.arrays._is_mapped": ("base: Any = ", "while ", "base = ", "return"),
        "rnn.common.arrays.all_finite": ("rows = ", "return all("),
        "rnn.common.arrays.check_size": ("with in_memory", "np.empty("),
        "rnn.common.arrays.refuse_mask": ("if _is_masked",),
        "rnn.common.checks.checked_by_name": ("if ", "for key", "return"),
        "rnn.common.checks.checked_number": ("kind = ", "if not issubclass", "try:", "return float"),
        "rnn.common.checks.check_encodable": ("try:", "text.encode()"),
        "rnn.common.checks.checked_flag": ("if not isinstance", "return"),
        "rnn.common.checks.offers": ("return False",),
        "rnn.network.RNN._would_pass": ("return False",),
        "rnn.network.check_network": ("if not isinstance",),
    },
    "The forward of ``predict`` at one step of each record, beside which a test has it.": {
        "rnn.network.RNN.predict_last": ("call = ", "hs, ends = ", "outputs = ", "check_result(", "return"),
    },
    "What a training reads of a network, to draw masks for it.": {
        "rnn.network.RNN.handed_up": ("return",),
    },
    "Which loops there are, and what they are called: a judgement names those that it judges.": {
        "rnn.loops.usual_loops": ("return",),
        "rnn.loops.checked_loops": ("return usual_loops",),
        "rnn.loops.name_of": ("return",),
    },
    "The same sum as of a call whose arguments are checked, for callers that have checked them.": {
        "rnn.network.RNN.loss_and_gradients_of_checked": (
            *("state = ", "call = ", "terms = ", "return self._sum"),
        ),
    },
    "The state of a cell, given or read as an array in place of a tuple of one.": {
        "rnn.calls.gradients.Gradients.h0": ("return",),
        "rnn.calls.states.checked_state": ("return (checked(",),
    },
    "Runs when a loop is compiled, and not where it is found on disk; faults of it are among the mutants.": {
        "rnn.compiled.options._Telling.on_start": ("",),
        "rnn.compiled.tiles._loop": ("",),
        "rnn.compiled.tiles._tile": ("",),
        "rnn.compiled.tiles._loop.write": ("",),
        "rnn.compiled.tiles._loop.write.in_all_lanes": ("",),
        "rnn.compiled.tiles._loop.write.row": ("",),
        "rnn.compiled.tiles._loop.write.stride": ("",),
        "rnn.compiled.tiles._loop.write.vector_at": ("",),
    },
    "How loops are compiled and kept, by however many processors, and not what they compute.": {
        "rnn.common.compiling.on_compiling": ("_WAITING", "try:", "yield"),
        "rnn.common.compiling.notify_of_compiling": ("_WAITING",),
        "rnn.compiled.options._kept": ("unlink",),
        "rnn.compiled.sharing.processors": ("return int(asked)",),
    },
    "A copy, of a workspace or of what puts cells together, is a new one.": {
        "rnn.through_time.bidirectional.Bidirectional.__reduce__": ("return",),
        "rnn.through_time.bidirectional.BothEnds.__reduce__": ("return",),
        "rnn.through_time.naming._blocks_of.Blocks.__reduce__": ("return",),
        "rnn.through_time.naming._remade": ("return",),
        "rnn.through_time.stack.Stack.__reduce__": ("return",),
        "rnn.through_time.workspace.Workspace.__reduce__": ("return",),
    },
    "Both directions are judged as a layer; in networks and in workspaces they are beside autograd, loss by "
    "loss, in tests/rnn/through_time/test_bidirectional.py.": {
        "rnn.network.RNN._sum": ("whole = ", "two_way(truncation", "if every is", "own.replaced"),
        "rnn.through_time.bidirectional.Bidirectional.kept_tape": ("ahead, back", "return"),
        "rnn.through_time.rounds.rounds_of": ("return (Round(segment, segment),)",),
        "rnn.through_time.stack._from": ("every", "return every"),
        "rnn.through_time.ways.turned": ("return array[::-1]",),
    },
    "Both directions by checkpoints are compared with those that keep all, in Fractions and to the bit, in "
    "tests/rnn/through_time/test_recomputed.py.": {
        **{
            f"rnn.through_time.recomputed.{name}": ("",)
            for name in (
                *("Recomputed.unroll", "Recomputed.outputs", "Recomputed.back", "Recomputed._state_before"),
                *("Recomputed._last", "recomputed", "_sum"),
            )
        },
        "rnn.through_time.recurrence.Single.replaced": ("return",),
        "rnn.through_time.recurrence.Several.replaced": ("",),
    },
}


@dataclass(frozen=True)
class UncoveredLine:
    """A line that nothing has executed, the function in which it stands, and its place."""

    function: str
    text: str
    place: str


def main() -> int:
    """Print every line that is not explained, and what explains none; 1 if there is such a line."""
    lines, seen = uncovered()
    used = {line: list(explanations(line)) for line in lines}
    holes = [line for line in lines if not used[line]]
    for line in holes:
        print(f"{line.place}: {line.text}\n    in {line.function}, executed for no cell")
    for function, fragment in idle(lines):
        print(f"explained, but not among them: {fragment!r} in {function}")
    print(f"{len(lines)} of {seen} lines are executed for no cell; {len(holes)} of them are not explained")
    return int(bool(holes) or not seen)


def uncovered(apart: int = 1) -> tuple[list[UncoveredLine], int]:
    """The lines that compute and that no case executes, and how many lines there are.

    ``apart``: of so many designed cases one is run.
    """
    measured = coverage.Coverage(data_file=None, config_file=False, source=[str(PACKAGE)])
    answer_all(apart, measured.collect)
    lines, count = [], 0
    for path in sorted(PACKAGE.rglob("*.py")):
        if path.relative_to(PACKAGE).with_suffix("").parts[0] in APART:
            continue
        _, statements, _, missing, _ = measured.analysis2(str(path))
        text = path.read_text("utf-8")
        computing = functions_of(text, ".".join(path.relative_to(ROOT).with_suffix("").parts))
        count += len(computing.keys() & {*statements})
        texts = text.splitlines()
        for number in missing:
            if number in computing:
                place = f"{path.relative_to(ROOT).as_posix()}:{number}"
                lines.append(UncoveredLine(computing[number], texts[number - 1].strip(), place))
    return lines, count


def answer_all(apart: int, traced: Callable[[], AbstractContextManager[None]]) -> None:
    """Every cell, a stack and both directions answer the cases of a judgement, by either loops.

    Lines are ``traced`` as these are imported and made, and in their calls; where cases are designed it would
    take several times as long.
    """
    with traced():
        from verification.adapters.rnn.cells import BIDIRECTIONAL, LOOPS, RECURRENCES, cell_engine, judged_by
    from verification.judging.profile import Profile
    from verification.properties.calling import run_case
    from verification.sampling.drawing import all_drawn
    from verification.sampling.draws import cases

    # Pairs of levels: triples are other cases of the same lines.
    profile = Profile("uncovered", cases=30, strength=2)
    for name in RECURRENCES:
        with traced():
            engines = [cell_engine(name, loops) for loops in LOOPS]
        # Which rows are designed is no matter of the loops.
        first, *_ = engines
        samples = first.subject().samples(profile)
        rows = chain.from_iterable(product([sample.design], sample.rows[::apart]) for sample in samples)
        designed = (design.make(row, np.random.default_rng(0)) for design, row in rows)
        drawn = all_drawn(cases(first.model, first.claim), 0, profile.cases)
        made = [*designed, *(each.make() for each in first.fixed), *drawn]
        with traced():
            for engine, case in product(engines, made):
                run_case(engine, case)
    for loops in LOOPS:
        with traced():
            both: Any = judged_by(BIDIRECTIONAL, loops)
            for arguments in all_drawn(both.arguments, 0, profile.cases):
                outputs, saved = both.forward(*arguments)
                both.backward(saved, *(np.ones_like(each) for each in outputs))


def functions_of(text: str, module: str) -> dict[int, str]:
    """The function of a module in which each line stands that computes something, by its number."""
    found: dict[int, str] = {}
    lines = text.splitlines()

    def visit(suite: list[ast.stmt], name: str, inside: bool) -> None:
        refuses = any(isinstance(node, ast.Raise) for node in suite[-1:])
        for node in suite:
            if isinstance(node, ast.FunctionDef | ast.ClassDef):
                decorators = {getattr(each, "id", "") for each in node.decorator_list}
                if not MACHINE_CODE & decorators and not lines[node.lineno - 1].endswith(MARK):
                    visit(node.body, f"{name}.{node.name}", inside or isinstance(node, ast.FunctionDef))
                continue
            if inside and not refuses:
                found[node.lineno] = name
            for inner in suites(node):
                visit(inner, name, inside)

    visit(ast.parse(text).body, module, False)
    return found


def suites(node: ast.stmt) -> Iterator[list[ast.stmt]]:
    """The statements that stand below one, as of an `if` and of its `else`."""
    for name in ("body", "orelse", "finalbody"):
        if getattr(node, name, None):
            yield getattr(node, name)
    for handler in getattr(node, "handlers", ()):
        yield handler.body


def explanations(line: UncoveredLine) -> Iterator[tuple[str, str]]:
    """The function and the fragment of each explanation of a line."""
    for functions in EXPLAINED.values():
        for fragment in functions.get(line.function, ()):
            if fragment in line.text:
                yield line.function, fragment


def idle(lines: Sequence[UncoveredLine]) -> list[tuple[str, str]]:
    """What explains none of the lines."""
    every = {
        (function, fragment)
        for functions in EXPLAINED.values()
        for function, fragments in functions.items()
        for fragment in fragments
    }
    return sorted(every.difference(*(explanations(line) for line in lines)))


if __name__ == "__main__":
    sys.exit(main())
