"""Wrong lines of the compiled text, each beside the right one, and edits of it that are no fault."""

from collections.abc import Iterator

from verification.mutants.compiled.judging import Fault
from verification.mutants.compiled.numbers import DENORMALS, FIFTY_DIGITS, NO_NUMBERS
from verification.mutants.mutant import Edit, Mutant

# By module: what happened; the right line; the wrong one; the property that must see it.
Lines = tuple[tuple[str, str, str, str], ...]

AUTOGRAD, FORWARD, LAGS = "autograd", "forward", "lag by lag"

CARRIED = "product(da[active * N :], W, dh[active * N :])"
DEPTH = "range(stops[-1] - firsts[-1])"

VANILLA: Lines = (
    (
        "the carry takes W transposed",
        CARRIED,
        "product(da[active * N :], np.ascontiguousarray(W.T), dh[active * N :])",
        AUTOGRAD,
    ),
    (
        "the carry is added to what was there, as by a product with a beta of 1",
        CARRIED,
        "dh[active * N :] += np.dot(da[active * N :], W)",
        AUTOGRAD,
    ),
    (
        "the slope is left out",
        "dh[r, j] * slopes[t, n, j]",
        "dh[r, j]",
        AUTOGRAD,
    ),
    (
        "the slope of the step before",
        "tape.states[first + 1 :], slopes",
        "tape.states[first:-1], slopes",
        AUTOGRAD,
    ),
    (
        "a sweep's first loss is not collected",
        "if t >= seeds[sweep]",
        "if t > seeds[sweep]",
        AUTOGRAD,
    ),
    (
        "the last loss's cotangent at every step",
        "dhs[t - first_loss]",
        "dhs[len(dhs) - 1]",
        AUTOGRAD,
    ),
    (
        "a sweep ends a step early",
        DEPTH,
        f"{DEPTH[:-1]} - 1)",
        AUTOGRAD,
    ),
    (
        "sweeps go on beyond where they end",
        "active = first_active(firsts, stops, offset)",
        "active = 0",
        AUTOGRAD,
    ),
    (
        "every sweep has the rows of the first",
        "slice(sweep * N, (sweep + 1) * N)",
        "slice(0, N)",
        AUTOGRAD,
    ),
    (
        "da of one sweep overwrites that of another",
        "put(da[rows], das[t], adds)",
        "put(da[rows], das[t], False)",
        AUTOGRAD,
    ),
    (
        "what is left for the initial state is a step behind",
        CARRIED,
        f"if offset + 1 < stops[-1] - firsts[-1]:\n            {CARRIED}",
        AUTOGRAD,
    ),
    (
        "the state of the first record for all",
        "= a[n, j]  # h = f(a)",
        "= a[0, j]",
        FORWARD,
    ),
    (
        "the inputs of the first step for all",
        "product(rows[t, :N], M, a[:N])",
        "product(rows[0, :N], M, a[:N])",
        FORWARD,
    ),
    (
        "the function misses the first entry",
        "value(f, a[:N].reshape(-1))",
        "value(f, a[:N].reshape(-1)[1:])",
        FORWARD,
    ),
)

LSTM: Lines = (
    (
        "the carry takes W's rows in the opposite order",
        CARRIED,
        "product(da[active * N :], W[::-1].copy(), dh[active * N :])",
        AUTOGRAD,
    ),
    (
        "the forget gate is left out of the carry",
        "dc[r, j] = c * fs[t, n, j]",
        "dc[r, j] = c",
        AUTOGRAD,
    ),
    (
        "the cell state carries nothing",
        "c = dc[r, j] + dh[r, j] * through[t, n, j]",
        "c = dh[r, j] * through[t, n, j]",
        AUTOGRAD,
    ),
    (
        "the cell state takes nothing from the output",
        "c = dc[r, j] + dh[r, j] * through[t, n, j]",
        "c = dc[r, j]",
        AUTOGRAD,
    ),
    (
        "the output gate is left out of the way to the cell state",
        "o * slope(output, s, one)",
        "slope(output, s, one)",
        AUTOGRAD,
    ),
    (
        "the input gate has the candidate's slope",
        "g * slope(gate, i, one)",
        "g * slope(candidate, i, one)",
        AUTOGRAD,
    ),
    (
        "the forget gate sees the cell state after the step",
        "cells[t, n, j] * slope(gate, f, one)",
        "cells[t + 1, n, j] * slope(gate, f, one)",
        AUTOGRAD,
    ),
    (
        "the candidate goes by the forget gate",
        "i * slope(candidate, g, one)",
        "f * slope(candidate, g, one)",
        AUTOGRAD,
    ),
    (
        "the output gate sees the cell state as it is",
        "s * slope(gate, o, one)",
        "cells[t + 1, n, j] * slope(gate, o, one)",
        AUTOGRAD,
    ),
    (
        "the output gate goes by the cell state's cotangent",
        "dh[r, j] * F[3 * H + j]",
        "c * F[3 * H + j]",
        AUTOGRAD,
    ),
    (
        "the candidate is not kept",
        "a[n, 3 * H + j] = g[n, j]",
        "a[n, 3 * H + j] = a[n, 3 * H + j]",
        AUTOGRAD,
    ),
    (
        "the last cell state's cotangent is lost",
        "if len(dcs):",
        "if len(dcs) > len(dhs):",
        AUTOGRAD,
    ),
    (
        "what vanishes of the cell state is kept",
        "flush(dc[rows], below)",
        "flush(dc[rows], W[0, 0] * 0)",
        DENORMALS,
    ),
    (
        "input and forget gate change places",
        "a[n, H + j] * cells[t, n, j] + a[n, j] * g[n, j]",
        "a[n, j] * cells[t, n, j] + a[n, H + j] * g[n, j]",
        FORWARD,
    ),
    (
        "the output is of the cell state as it is",
        "a[n, 2 * H + j] * s[n, j]",
        "a[n, 2 * H + j] * cells[t + 1, n, j]",
        FORWARD,
    ),
    (
        "da of one sweep overwrites that of another, of four gates",
        "put(da[rows], das[t], adds)",
        "put(da[rows], das[t], False)",
        AUTOGRAD,
    ),
)

GRU: Lines = (
    (
        "the update gate the other way round",
        "new + z * (states[t, n, j] - new)",
        "states[t, n, j] + z * (new - states[t, n, j])",
        FORWARD,
    ),
    (
        "the candidate is not reset",
        "rz[n, j] * m[t, n, 2 * H + j]",
        "m[t, n, 2 * H + j]",
        FORWARD,
    ),
    (
        "the inputs are reset as well",
        "gates[t, n, 2 * H + j] + rz[n, j] * m[t, n, 2 * H + j]",
        "rz[n, j] * (gates[t, n, 2 * H + j] + m[t, n, 2 * H + j])",
        FORWARD,
    ),
    (
        "the candidate by the update gate and not what is left of it",
        "slope(candidate, n, one) * (one - z)",
        "slope(candidate, n, one) * z",
        AUTOGRAD,
    ),
    (
        "the reset gate sees the candidate",
        "slope(gate, r, one) * m[t, i, 2 * H + j] * F_n",
        "slope(gate, r, one) * n * F_n",
        AUTOGRAD,
    ),
    (
        "the reset gate passes by the candidate's slope",
        "slope(gate, r, one) * m[t, i, 2 * H + j] * F_n",
        "slope(gate, r, one) * m[t, i, 2 * H + j]",
        AUTOGRAD,
    ),
    (
        "the update gate has the wrong sign",
        "(hs_prev[t, i, j] - n)",
        "(n - hs_prev[t, i, j])",
        AUTOGRAD,
    ),
    (
        "the reset gate is left out of the candidate's carry",
        "F[3 * H + j] = F_n * r",
        "F[3 * H + j] = F_n",
        AUTOGRAD,
    ),
    (
        "what the update gate keeps is carried by what it replaces",
        "dh[r, j] * zs[t, n, j]",
        "dh[r, j] * (1 - zs[t, n, j])",
        AUTOGRAD,
    ),
    (
        "what the update gate keeps is not carried",
        "collect(dh[active * N :], kept[active * N :])",
        "pass",
        AUTOGRAD,
    ),
    (
        "the carry takes da_n for dm_n's neighbour",
        "dm[r, j] = da[r, H + j]",
        "dm[r, j] = da[r, j]",
        AUTOGRAD,
    ),
    (
        "the carry takes the rows of W in the opposite order",
        "product(dm[active * N :], W, dh[active * N :])",
        "product(dm[active * N :], W[::-1].copy(), dh[active * N :])",
        AUTOGRAD,
    ),
    (
        "the factors of the first record for all",
        "factors[t, n, gate * H + j]",
        "factors[t, 0, gate * H + j]",
        AUTOGRAD,
    ),
    (
        "the recurrent part of the first step for all",
        "m[t, i, 2 * H + j] * F_n",
        "m[0, i, 2 * H + j] * F_n",
        AUTOGRAD,
    ),
    (
        "da of one sweep overwrites that of another, of three gates",
        "put(da[rows], das[t], adds)",
        "put(da[rows], das[t], False)",
        AUTOGRAD,
    ),
)

STEPS: Lines = (
    (
        "a product takes another leading dimension",
        "np.dot(rows, M, out)",
        "np.dot(rows, np.ascontiguousarray(M.reshape(M.shape[1], M.shape[0]).T), out)",
        FORWARD,
    ),
    (
        "a product in parts loses the last one",
        "range(0, len(rows), most)",
        "range(0, len(rows) - most, most)",
        FORWARD,
    ),
    (
        "every part of a product is of the first rows",
        "np.dot(rows[start : start + most], M, out[start : start + most])",
        "np.dot(rows[: len(rows[start : start + most])], M, out[start : start + most])",
        FORWARD,
    ),
    (
        "a sweep goes on for a step too many",
        "stops[sweep] - firsts[sweep] <= offset",
        "stops[sweep] - firsts[sweep] < offset",
        AUTOGRAD,
    ),
    (
        "what is small is taken for what has vanished",
        "if abs(part[n, j]) < below",
        "if abs(part[n, j]) < 1e-9",
        LAGS,
    ),
    (
        "what has vanished stays",
        "part[n, j] = 0",
        "part[n, j] = part[n, j]",
        DENORMALS,
    ),
    (
        "NaN is taken for what has vanished",
        "if abs(part[n, j]) < below",
        "if not abs(part[n, j]) >= below",
        NO_NUMBERS,
    ),
    (
        "a loss's cotangents replace the carry",
        "part[n, j] += cotangents[n, j]",
        "part[n, j] = cotangents[n, j]",
        AUTOGRAD,
    ),
    (
        "da is subtracted from what other sweeps have put there",
        "das[n, j] + da[n, j] if adds",
        "das[n, j] - da[n, j] if adds",
        AUTOGRAD,
    ),
)

FUNCTIONS: Lines = (
    (
        "ln 2 in one part in float32",
        "-2.1219444005469057e-4",
        "0.0",
        FIFTY_DIGITS,
    ),
    (
        "ln 2 in one part in float64",
        "1.9082149292705877e-10",
        "0.0",
        FIFTY_DIGITS,
    ),
    (
        "the series ends early in float32",
        "-2.1219444005469057e-4), 7,",
        "-2.1219444005469057e-4), 5,",
        FIFTY_DIGITS,
    ),
    (
        "the series ends early in float64",
        "1.9082149292705877e-10), 13,",
        "1.9082149292705877e-10), 10,",
        FIFTY_DIGITS,
    ),
    (
        "exp ends early in float32",
        "-104.0",
        "-80.0",
        FIFTY_DIGITS,
    ),
    (
        "exp ends early in float64",
        "-746.0",
        "-700.0",
        FIFTY_DIGITS,
    ),
    (
        "float64 by the constants of float32",
        "types.float64: _exp_and_expm1_in(\n        np.float64, np.int64, 52, 1023,"
        " (0.6931471803691238, 1.9082149292705877e-10), 13, -746.0",
        "types.float64: _exp_and_expm1_in(\n        np.float64, np.int64, 52, 1023,"
        " (0.693359375, -2.1219444005469057e-4), 7, -746.0",
        FIFTY_DIGITS,
    ),
    (
        "the power of two is not the nearest",
        "integer(y * per_ln2 - half)",
        "integer(y * per_ln2 - half - half - half)",
        FIFTY_DIGITS,
    ),
    (
        "tanh is one minus something near zero too",
        "near_one = e < quarter",
        "near_one = e < two",
        FIFTY_DIGITS,
    ),
    (
        "tanh loses its sign",
        "np.copysign(one - quotient if near_one else quotient, x)",
        "one - quotient if near_one else quotient",
        FIFTY_DIGITS,
    ),
    (
        "the sigmoid of negative numbers is that of positive ones",
        "(e if x < zero else one) / (one + e)",
        "one / (one + e)",
        FIFTY_DIGITS,
    ),
    (
        "the sigmoid of negative numbers is one minus that of positive ones",
        "(e if x < zero else one) / (one + e)",
        "one - one / (one + e) if x < zero else one / (one + e)",
        FIFTY_DIGITS,
    ),
    (
        "the slope of tanh is 1 − y",
        "return one - y * y",
        "return one - y",
        FIFTY_DIGITS,
    ),
    (
        "the slope of the sigmoid is 1 − y",
        "return (one - y) * y",
        "return one - y",
        FIFTY_DIGITS,
    ),
    (
        "relu takes NaN for 0",
        "max(a[j], one - one)",
        "max(one - one, a[j])",
        NO_NUMBERS,
    ),
    (
        "the slope of relu is 1 everywhere",
        "return one if y > 0 else one - one",
        "return one",
        AUTOGRAD,
    ),
    (
        "the slope of softsign is not squared",
        "return (one - abs(y)) * (one - abs(y))",
        "return one - abs(y)",
        AUTOGRAD,
    ),
)

# Of the module, with the cell in whose gradients they show.
MODULES = {
    "vanilla": (VANILLA, "vanilla"),
    "lstm": (LSTM, "lstm"),
    "gru": (GRU, "gru"),
    "steps": (STEPS, "vanilla"),
    "functions": (FUNCTIONS, "vanilla"),
}


def _faults() -> Iterator[Fault]:
    for module, (lines, cell) in MODULES.items():
        for story, right, wrong, caught_by in lines:
            edit = Edit(f"compiled.{module}", right, wrong)
            yield Fault(Mutant(story, story, "plausible", (edit,), caught_by), cell)


COMPILED = tuple(_faults())


def _same(story: str, proof: str, module: str, right: str, wrong: str, cell: str) -> Fault:
    edit = Edit(f"compiled.{module}", right, wrong)
    return Fault(Mutant(story, proof, "plausible", (edit,), None), cell)


COMPILED_EQUIVALENT = (
    _same(
        "products never in parts",
        "Each row of a product is its own, so it is the same in one part as in several.",
        "steps",
        "if size <= SMALL_PRODUCT or",
        "if True or size <= SMALL_PRODUCT or",
        "vanilla",
    ),
    _same(
        "records that have ended go on",
        "What follows the end of a record has no cotangent and is no part of what is returned.",
        "vanilla",
        "for t, N in enumerate(active):",
        "for t, N in enumerate(np.full(len(active), active[0])):",
        "vanilla",
    ),
    _same(
        "a sum the other way round",
        "Two addends may change places, to the bit.",
        "lstm",
        "c = dc[r, j] + dh[r, j] * through[t, n, j]",
        "c = dh[r, j] * through[t, n, j] + dc[r, j]",
        "lstm",
    ),
    _same(
        "sweeps from the deepest to the shallowest",
        "Each sweep has rows of its own, and stands at a step of its own.",
        "gru",
        "for sweep in range(active, sweeps):",
        "for sweep in range(sweeps - 1, active - 1, -1):",
        "gru",
    ),
)
