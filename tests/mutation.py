"""Every survivor of the mutation-testing tool is explained here, or is a hole in tests/rnn: `make mutation`.

mutmut changes rnn/ in ten thousand small ways and runs tests/rnn on each. Some changes make the same
program. Those are told apart by the function that is changed and by what then stands in it; the reason is
beside them. What mutmut passes over: code outside of functions, and functions with a decorator.
"""

import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator

EXPLAINED: dict[str, dict[str, tuple[str, ...]]] = {
    "Of no index, or of a single one, any start and any step select the same.": {
        "rnn.through_time.routes._as_slice": ("or (1,)", "if rest else 2"),
    },
    "What a sweep collects after its last step goes nowhere.": {
        "rnn.through_time.ways._reaching": ("depth >= 0",),
        "rnn.through_time.routes._single": ("max(sweep.seed, start)",),
    },
    "An equal view, made anew.": {
        "rnn.through_time.routes.SingleSweep.steps_back": ("(each is das.array) and False",),
        "rnn.through_time.routes._last": ("(count == length) and False",),
    },
    "What steps yield is unused, so it makes no difference whether it is kept.": {
        "rnn.cells.cell.run": ("maxlen=None", "deque(steps, )", "maxlen=1"),
        "rnn.through_time.bptt.go_back": ("maxlen=None", "often), )", "maxlen=1"),
    },
    "NumPy takes every negative size for the one that is to be found.": {
        "rnn.cells.gru.GRU.project": ("inputs.reshape(-2,", "gates.reshape(-2,"),
        "rnn.cells.gru.GRU.project_back": ("das.reshape(-2,", "len(rows), -2)"),
        "rnn.cells.gru.GRU.steps_back": ("factor.reshape(-2,", "da.reshape(-2,"),
        "rnn.cells.lstm.LSTM.project_back": ("das.reshape(-2,", "len(da), -2)"),
        "rnn.cells.lstm.LSTM.steps_back": ("factor.reshape(-2,", "da.reshape(-2,"),
        "rnn.cells.vanilla.Vanilla.project_back": ("len(da), -2)", "das.reshape(-2, units)"),
        "rnn.calls.loss_terms.LossTerms.states": ("states.reshape(-2,",),
        "rnn.network.RNN._losses": ("do.reshape(-2,",),
        "rnn.network.RNN.forward": ("len(xs), -2)", "hs.reshape(-2,"),
        "rnn.through_time.routes._rows_at": ("reshape(-2,",),
        "rnn.through_time.routes.BatchedSweeps.steps_back": ("reshape(-2,", "records, -2)"),
        "rnn.learning.batches.of_losses": ("weights.reshape(-2,",),
        "rnn.learning.batches._factors": ("len(targets), -2)",),
        "rnn.data.windows": ("len(series), -2)",),
    },
    "Lengths that are equal by construction, or after a check, need no other.": {
        "rnn.calls.arguments.checked_params": ("given, strict=None)", "given, )", "given, strict=False)"),
        "rnn.common.arrays._fits": ("axes, strict=None)", "axes, )", "axes, strict=False)"),
        "rnn.learning.blocks.check_params": ("params, strict=None)", "params, )", "params, strict=False)"),
        "rnn.learning.blocks.as_vector": ("grads, strict=None)", "grads, )", "grads, strict=False)"),
        "rnn.learning.blocks._named": ("params, strict=None)", "params, )", "params, strict=False)"),
        "rnn.optimisers._checked_start": ("params, strict=None)", "params, )", "params, strict=False)"),
        "rnn.training._standings": ("params, strict=None)", "params, )", "params, strict=False)"),
        "rnn.through_time.routes.BatchedSweeps.steps_back": (
            "active), strict=None)",
            "active), )",
            "active), strict=False)",
        ),
        "rnn.cells.vanilla.Vanilla.forward": ("hs, strict=None)", "hs, )", "hs, strict=False)"),
        "rnn.cells.lstm.LSTM.forward": ("views, strict=None)", "views, )", "views, strict=False)"),
        "rnn.cells.gru.GRU.forward": ("views, strict=None)", "views, )", "views, strict=False)"),
        "rnn.cells.cell.carved": ("shapes, strict=None)", "shapes, )", "shapes, strict=False)"),
        "rnn.calls.gradients.check_gradients": ("state, strict=None)", "state, )", "state, strict=False)"),
        "rnn.layer.Layer.forward": ("final, strict=None)", "final, )", "final, strict=False)"),
        "rnn.interchange.to_torch": ("c), strict=", "c), )", "recurrent), strict=", "recurrent), )"),
        "rnn.through_time.recurrence.Several.states": ("parts, strict=", "parts, )"),
        "rnn.through_time.recurrence.Finals.beside": ("arrays, strict=", "arrays, )"),
        "rnn.through_time.recomputed._sum": ("other, strict=", "other, )"),
        "rnn.network.RNN._would_pass": ("shapes, strict=", "shapes, )"),
        "rnn.through_time.ways._two_way": (
            *("(answers), strict=None)", "(answers), )", "(answers), strict=False)"),
        ),
        "rnn.calls.states.checked_state": ("shapes, strict=", "shapes, )"),
        "rnn.calls.arguments._checked_masks": ("widths, strict=", "widths, )"),
        "rnn.storage.save": ("params, strict=None)", "params, )", "params, strict=False)"),
    },
    "None is as good as False or 0, and False is the default.": {
        "rnn.optimisers.Adam.update": ("self, None, params",),
        "rnn.through_time.routes.SingleSweep.steps_back": ("cotangents, strict=None)", "cotangents, )"),
        "rnn.through_time.routes.BatchedSweeps.steps_back": ("cotangents, strict=None)", "cotangents, )"),
        "rnn.cells.vanilla.Vanilla.steps_back": ("dhs, strict=None)", "dhs, )"),
        "rnn.cells.lstm.LSTM.steps_back": ("dcs, strict=None)", "dcs, )"),
        "rnn.cells.gru.GRU.steps_back": ("dhs, strict=None)", "dhs, )"),
        "rnn.storage._as_json": ("allow_nan=None",),
        "rnn.storage._checked_path": ("known = None",),
        "rnn.layer.Layer.backward": ("steps, None, self",),
    },
    "What is set is set again before it is read.": {
        "rnn.through_time.bptt.unroll": ("(active is None) and False",),
        "rnn.cells.gru.GRU.project": ("M[H, : 3 * H]",),
        "rnn.cells.gru.GRU.tape": ("constant_columns(rows, None)", "constant_columns(inputs, None)"),
        "rnn.cells.lstm.LSTM.project": ("slice(0, None)", "slice(0, 3 * H)"),
        "rnn.cells.lstm.LSTM.tape": ("constant_columns(rows, None)",),
        "rnn.cells.vanilla.Vanilla.tape": ("constant_columns(rows, None)",),
    },
    "Both directions are of one cell.": {
        "rnn.through_time.bidirectional.Bidirectional.unroll": ("own = self._parts[1]",),
        "rnn.through_time.bidirectional.Bidirectional.back": ("self._parts[1].units",),
    },
    "In another layout the same numbers.": {
        "rnn.through_time.stack.Stack.unroll": ("order=None", "swapaxes(0, 1), )", 'order="c"'),
        "rnn.through_time.stack.Stack.back": ("order=None", "mask, )", 'order="c"'),
    },
    "Records of one length may stand in any order.": {
        "rnn.calls.lengths.checked_lengths": ("kind=None", "argsort(-array, )"),
    },
    "A slice of the same columns.": {
        "rnn.cells.lstm.LSTM.project": (
            *("slice(None, 2 * H)", "o = slice(2 * H)", "slice(3 * H, None)", "slice(3 * H, 5 * H)"),
        ),
    },
    "A shortcut, beside which the long way comes to the same.": {
        "rnn.common.arrays.all_finite": (
            "array.size < PART",
            *("max(2, PART", "PART / len"),
            "soon = None",
            "array.size < SMALL",
        ),
        "rnn.common.arrays.checked": (
            *("np.ndarray) and False", "type(None) is", "shape == axes and shape in", "size >= SMALL"),
        ),
        "rnn.learning.blocks.as_vector": ("(all_finite(g)) and False",),
        "rnn.learning.blocks.check_update": ("finite = None", "(finite) and False"),
        "rnn.calls.gradients._finite": (
            *("joint = None", "params[1].base"),
            *("swapaxes(1, 1)", "swapaxes(0, 2)"),
        ),
        "rnn.calls.gradients.check_gradients": ("hasobject and _finite",),
        "rnn.interchange._shape_of": ("== 1) or True",),
        "rnn.loops.CompiledLoops.back_from_outputs": ("type(None) not in", "found = None"),
        "rnn.network.RNN._back": ("found = None",),
        "rnn.through_time.recurrence.Single.back_from_outputs": ("back_from_outputs(None,",),
        "rnn.through_time.recurrence.after_zeros": ("(steps) or True",),
        "rnn.through_time.routes._segments": ("every > steps",),
        "rnn.common.arrays.plain": (
            "order=None",
            "(array.flags.carray) and False",
            "np.array(array, )",
            'order="c"',
        ),
    },
    "Steps behind a record's end, if they are made as well, change nothing.": {
        "rnn.through_time.bptt.NumPyLoops.forward": ("(active is None) or True",),
        "rnn.through_time.bptt.unroll": ("xs, state, None)",),
        "rnn.through_time.recurrence.Single.unroll": ("state, tape, None, loops",),
        "rnn.loops.CompiledLoops.forward": ("(active is None) or True", "xs, state, None)"),
        "rnn.through_time.recurrence.Inputs.part": ("+            None,", "None if (self.active is None) or"),
        "rnn.through_time.bidirectional.Bidirectional.unroll": ("Inputs(reverse, None)", "Inputs(reverse, )"),
        "rnn.through_time.ways.turned": ("steps <= lengths",),
    },
    "Two ways to one sum or product, of which one takes less time.": {
        "rnn.optimisers.ClipNorm.into": ("SMALL <= square",),
        "rnn.losses._squared_error": ("<= SMALL) and False", "<= SMALL) or True", "size < SMALL"),
        "rnn.loops.CompiledLoops.of_rows": ("len(rows) / M.size", "< BLAS_ALONE"),
        "rnn.loops.CompiledLoops.over_rows": ("shape[1] / b.size", "b.size < BLAS_ALONE"),
        "rnn.through_time.recurrence.sweeps_at_once": ("max(2, MAX_CARRY_BYTES",),
        "rnn.through_time.ways.of_reaches": ("reaches=tuple(reaches), )",),
        "rnn.network.RNN._back": ("(len(do) == 1) and False",),
        "rnn.cells.cell.matrix_and_product": ("width % 3",),
        "rnn.common.products.matrix_product": ("forc or b",),
        "rnn.common.products._gains": ("SMALL_MATRIX or dtype", "== 0 or rows"),
        "rnn.through_time.spans.Spans.of": ("stops + firsts",),
        "rnn.common.products.aligned_copy": ("REPAYING and not", "rows <= REPAYING", "or _gains("),
        "rnn.through_time.bptt.NumPyLoops.back": ("route.depth / len(carry[0])",),
    },
    "Where zeros are set, whatever stood there, and one step of them more.": {
        "rnn.through_time.ways.turned": ("- 1 - steps, 1)",),
        "rnn.through_time.routes.segment_of": ("default=stop - 2",),
    },
    "Any number of zeros shows which numbers a function gives.": {
        "rnn.activations.check_exact": ("np.empty(1, FRACTIONS)", "zeros((2,)"),
    },
    "A type of number that is looked at once more.": {
        "rnn.calls.arguments.checked_call": tuple(
            f'{given}, ("N", "T", own.inputs), {dtype})'
            for given in ('"xs", array', "without_padding(array, ends)")
            for dtype in ("None", "")
        ),
    },
    "What is not read.": {
        "rnn.layer.Layer.backward": ("check_gradients(1,",),
        "rnn.cells.cell.constant_columns": ("first:-1] = 1",),
        "rnn.loops.CompiledLoops.local_derivatives": ("local_derivatives(None,",),
        "rnn.calls.loss_terms.loss_terms": ("weights, None, None)", "weights, None, )"),
        "rnn.calls.loss_terms.LossTerms.part": ("+            None,", "+            )"),
        "rnn.optimisers._checked_start": ("checked_progress(1,",),
        "rnn.learning.batches.validated_by": ("data), None)",),
        "rnn.learning.classes.class_factors": ("counts, 2.0)",),
        "rnn.learning.stopping.EarlyStopping.ends": ("default=None",),
        "rnn.through_time.stack.Stack.kept_tape": ("_parts), None)",),
        "rnn.through_time.recomputed.Recomputed.back": ("own.stop + first_loss",),
        "rnn.network.RNN._as_given": ("weights, None, None)", "xs.shape[2])"),
    },
    "Another of what is refused, found, or taken alike.": {
        "rnn.common.checks.offers": ("getattr(value, name, )",),
        "rnn.interchange.from_torch": ("rows / units]",),
        "rnn.interchange._elsewhere": ('rsplit(".", )', 'rsplit(".", 2)'),
        "rnn.interchange._cell": ("given[3].given",),
        "rnn.storage._from_json": ('value = ""',),
        "rnn.storage.save": ('order="c"',),
        "rnn.training._as_floats": ("XXiufXX", "np.result_type(None, array"),
        "rnn.calls.lengths.checked_lengths": ("XXiuXX", 'kind="STABLE"'),
        "rnn.common.arrays.check_size": ("np.empty(array.shape, None)",),
        "rnn.common.arrays._is_masked": ("depth >= 0", "depth + 1"),
        "rnn.losses.ClassLoss.checked_targets": ("XXiuXX", "copy=None", "np.intp, )", "copy=True"),
        "rnn.through_time.rounds._round": ("np.zeros(stop, None)", "np.zeros(stop, )"),
        "rnn.through_time.rounds._both_ways": ("np.zeros(steps, None)", "np.zeros(steps, )"),
    },
    "None is as empty as (), and the first segment has no carry to go on with.": {
        "rnn.through_time.bptt.bptt": ("initial: Arrays = None",),
        "rnn.network.RNN._sum": ("total: Arrays = None", "carry: Arrays = None"),
        "rnn.through_time.bidirectional.BothEnds._ways": ("reaches=None",),
        "rnn.through_time.ways.ways_of": ("reaches=None",),
    },
    "What NumPy infers, or does by default, is what was asked for.": {
        "rnn.losses._cross_entropies": ("np.newaxis], )",),
        "rnn.losses._exponentials": ("(e, place, )",),
        "rnn.common.arrays.zeros": ("Fraction(0), dtype=None)", "Fraction(0), )"),
        "rnn.through_time.spans.Spans.of": ("np.array(sweeps, None)", "np.array(sweeps, )"),
        "rnn.learning.batches.learnt_from": ("astype(None)",),
        "rnn.data.sine_wave": ("arange(steps, dtype=None)", "arange(steps, ))"),
    },
    "A sign is its own inverse.": {"rnn.cells.initial.orthogonal": ("Q / np.sign",)},
    "Every block of one set of parameters has the same type, or is refused.": {
        "rnn.optimisers._without_averages": ("params[1].dtype",),
        "rnn.generation.free_run": ("params[1].dtype",),
        "rnn.training.by_epoch": ("params[1].dtype",),
        "rnn.interchange.to_torch": ("_readout(width, None,",),
        "rnn.loops.CompiledLoops.all_finite": ("arrays[1].dtype",),
        "rnn.calls.arguments.checked_call": ("params[1].dtype",),
    },
}

# A change that crashes the interpreter, or that never ends, is noticed as well.
NOTICED = ("killed", "timeout", "segfault", "caught by type check")


def verdicts() -> dict[str, str]:
    """What became of every change, by its name."""
    rows = (line.strip().rpartition(": ") for line in _mutmut("results", "--all", "true").splitlines())
    return {name: verdict for name, _, verdict in rows if name}


def changed(name: str) -> str:
    """The lines that stand in place of the right ones."""
    rows = _mutmut("show", name).splitlines()
    return "\n".join(row for row in rows if row.startswith("+") and not row.startswith("+++"))


def function_of(name: str) -> str:
    """The function that is changed: mutmut calls a change of rnn.m.f rnn.m.x_f__mutmut_1, of C.f xǁCǁf."""
    module, _, mangled = name.rpartition(".")
    return f"{module}.{re.sub('^x_|__mutmut_[0-9]+$', '', mangled).removeprefix('xǁ').replace('ǁ', '.')}"


def explanations(name: str, wrong: str) -> Iterator[tuple[str, str]]:
    """The function and the fragment of each explanation of a change that makes the same program."""
    function = function_of(name)
    for functions in EXPLAINED.values():
        for fragment in functions.get(function, ()):
            if fragment in wrong:
                yield function, fragment


def main() -> int:
    """Print every survivor that is not explained, and what explains none; 1 if there is such a survivor."""
    found = verdicts()
    survivors = {name: changed(name) for name, verdict in found.items() if verdict not in NOTICED}
    used = {name: list(explanations(name, wrong)) for name, wrong in survivors.items()}
    holes = [name for name in survivors if not used[name]]
    for name in holes:
        print(f"{name}: {found[name]}\n{survivors[name]}")
    every = {
        (function, fragment)
        for functions in EXPLAINED.values()
        for function, fragments in functions.items()
        for fragment in fragments
    }
    for function, fragment in sorted(every.difference(*used.values())):
        print(f"explained, but no survivor: {fragment!r} in {function}")
    counts = ", ".join(f"{count} {verdict}" for verdict, count in Counter(found.values()).most_common())
    print(f"{len(found)} changes: {counts}; {len(holes)} survivors are not explained")
    return int(bool(holes) or not found)


def _mutmut(*arguments: str) -> str:
    command = [sys.executable, "-m", "mutmut", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


if __name__ == "__main__":
    sys.exit(main())
