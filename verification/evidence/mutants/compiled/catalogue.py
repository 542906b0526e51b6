"""Wrong lines of the compiled text, each beside the right one, and edits of it that are no fault."""

from collections.abc import Iterator

from verification.evidence.mutants.compiled.judging import Fault
from verification.evidence.mutants.compiled.numbers import DENORMALS, FIFTY_DIGITS, NO_NUMBERS
from verification.evidence.mutants.compiled.parts import AUTOGRAD, FORWARD, PASSES, TILES, Lines
from verification.evidence.mutants.mutant import Edit, Mutant

LAGS = "lag by lag"

CARRIED = "carry_back(da, panels, dh, active, N, lo, hi)"
DEPTH = "range(stops[-1] - firsts[-1])"

VANILLA: Lines = (
    (
        "the carry takes W transposed",
        "arranged(W)",
        "arranged(np.ascontiguousarray(W.T))",
        AUTOGRAD,
    ),
    (
        "the carry is added to what was there, as by a product with a beta of 1",
        CARRIED,
        f"kept = dh.copy()\n        {CARRIED}\n        dh += kept",
        AUTOGRAD,
    ),
    (
        "the slope is left out",
        "times(dh[sweep * N + n], slopes[t, n], da[sweep * N + n])",
        "copy(dh[sweep * N + n], da[sweep * N + n])",
        AUTOGRAD,
    ),
    (
        "the slope of the step before",
        "tape.da_buffer[first:], tape.rows[first + 1 :]",
        "tape.da_buffer[first:], tape.rows[first:-1]",
        AUTOGRAD,
    ),
    (
        "a sweep's first loss is not collected",
        "if t >= seeds[sweep]",
        "if t > seeds[sweep]",
        AUTOGRAD,
    ),
    (
        "a step's slopes are taken to be known before they are made",
        "np.zeros(len(slopes), np.bool_)",
        "np.ones(len(slopes), np.bool_)",
        AUTOGRAD,
    ),
    (
        "the slopes of every block are those of the first one's records",
        "every[t : t + 1], lo, hi)",
        "every[t : t + 1], 0, hi - lo)",
        AUTOGRAD,
    ),
    (
        "the last loss's cotangent at every step",
        "dhs[t - first_loss, lo:hi]",
        "dhs[len(dhs) - 1, lo:hi]",
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
        "slice(sweep * N + lo, sweep * N + hi)",
        "slice(lo, hi)",
        AUTOGRAD,
    ),
    (
        "da of one sweep overwrites that of another",
        "put(da[rows], das[t, lo:hi], adds)",
        "put(da[rows], das[t, lo:hi], False)",
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
        "copy(a[n], rows[t + 1, n, :H])",
        "copy(a[0], rows[t + 1, n, :H])",
        FORWARD,
    ),
    (
        "the inputs of the first step for all",
        "multiply(rows[t, now], panels, a[now])",
        "multiply(rows[0, now], panels, a[now])",
        FORWARD,
    ),
    (
        "the function misses the first entry",
        "value(f, a[now].reshape(-1))",
        "value(f, a[now].reshape(-1)[1:])",
        FORWARD,
    ),
    (
        "every block has the records of the first",
        "now = slice(lo, max(lo, min(N, hi)))",
        "now = slice(0, max(0, min(N, hi) - lo))",
        FORWARD,
    ),
)

LSTM: Lines = (
    (
        "the carry takes W's rows in the opposite order",
        "arranged(W)",
        "arranged(W[::-1].copy())",
        AUTOGRAD,
    ),
    (
        "the forget gate is left out of the carry",
        "times(dc[r], gates[t, n, H : 2 * H], dc[r])",
        "pass",
        AUTOGRAD,
    ),
    (
        "the cell state carries nothing",
        "add_times(dh[r], through[t, n], dc[r])",
        "times(dh[r], through[t, n], dc[r])",
        AUTOGRAD,
    ),
    (
        "the cell state takes nothing from the output",
        "add_times(dh[r], through[t, n], dc[r])",
        "pass",
        AUTOGRAD,
    ),
    (
        "the output gate is left out of the way to the cell state",
        "times(through[t, n], o, through[t, n])",
        "pass",
        AUTOGRAD,
    ),
    (
        "the input gate has the candidate's slope",
        "times(g, d[n, :H], F[:H])",
        "times(g, d_g[n], F[:H])",
        AUTOGRAD,
    ),
    (
        "the forget gate sees the cell state after the step",
        "times(cells[t, n], d[n, H : 2 * H], F[H : 2 * H])",
        "times(cells[t + 1, n], d[n, H : 2 * H], F[H : 2 * H])",
        AUTOGRAD,
    ),
    (
        "the candidate goes by the forget gate",
        "times(i, d_g[n], F[2 * H : 3 * H])",
        "times(y[n, H : 2 * H], d_g[n], F[2 * H : 3 * H])",
        AUTOGRAD,
    ),
    (
        "the output gate sees the cell state as it is",
        "times(s[n], d[n, 2 * H : 3 * H], F[3 * H :])",
        "times(cells[t + 1, n], d[n, 2 * H : 3 * H], F[3 * H :])",
        AUTOGRAD,
    ),
    (
        "the output gate goes by the cell state's cotangent",
        "times(dh[r], F[3 * H :], d[3 * H :])",
        "times(dc[r], F[3 * H :], d[3 * H :])",
        AUTOGRAD,
    ),
    (
        "the candidate is not kept",
        "copy(g[n], a[n, 3 * H :])",
        "pass",
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
        "flush(dc[rows], below - below)",
        DENORMALS,
    ),
    (
        "input and forget gate change places",
        "i, f, c = a[n, :H], a[n, H : 2 * H], cells[t + 1, n]",
        "f, i, c = a[n, :H], a[n, H : 2 * H], cells[t + 1, n]",
        FORWARD,
    ),
    (
        "the output is of the cell state as it is",
        "times(o, s[n], rows[t + 1, n, :H])",
        "times(o, cells[t + 1, n], rows[t + 1, n, :H])",
        FORWARD,
    ),
    (
        "what is new replaces what the cell state keeps",
        "add_times(i, g[n], c)",
        "times(i, g[n], c)",
        FORWARD,
    ),
    (
        "the candidate has the output gate's value for its slope",
        "copy(y[n, 3 * H :], d_g[n])",
        "copy(y[n, 2 * H : 3 * H], d_g[n])",
        AUTOGRAD,
    ),
    (
        "da of one sweep overwrites that of another, of four gates",
        "put(da[rows], das[t, lo:hi], adds)",
        "put(da[rows], das[t, lo:hi], False)",
        AUTOGRAD,
    ),
)

GRU: Lines = (
    (
        "the update gate the other way round",
        "minus(rows[t, n, :H], new, h)\n            times(z, h, h)\n            add(new, h)",
        "minus(new, rows[t, n, :H], h)\n            times(z, h, h)\n            add(rows[t, n, :H], h)",
        FORWARD,
    ),
    (
        "the candidate is not reset",
        "add_times(rz[n, :H], m[t, n, 2 * H :], a_n[n])",
        "add(m[t, n, 2 * H :], a_n[n])",
        FORWARD,
    ),
    (
        "the inputs are reset as well",
        "add_times(rz[n, :H], m[t, n, 2 * H :], a_n[n])",
        "add(m[t, n, 2 * H :], a_n[n])\n            times(rz[n, :H], a_n[n], a_n[n])",
        FORWARD,
    ),
    (
        "the candidate by the update gate and not what is left of it",
        "complement(z, F_n)",
        "copy(z, F_n)",
        AUTOGRAD,
    ),
    (
        "the reset gate sees the candidate",
        "times(d[i, :H], m[t, i, 2 * H :], F_r)",
        "times(d[i, :H], n, F_r)",
        AUTOGRAD,
    ),
    (
        "the reset gate passes by the candidate's slope",
        "times(F_n, F_r, F_r)",
        "pass",
        AUTOGRAD,
    ),
    (
        "the update gate has the wrong sign",
        "minus(rows[t, i, :H], n, F_z)",
        "minus(n, rows[t, i, :H], F_z)",
        AUTOGRAD,
    ),
    (
        "the reset gate is left out of the candidate's carry",
        "times(F_n, r, F[3 * H :])",
        "copy(F_n, F[3 * H :])",
        AUTOGRAD,
    ),
    (
        "what the update gate keeps is carried by what it replaces",
        "times(dh[r], gates[t, n, H : 2 * H], kept[r])",
        "complement(gates[t, n, H : 2 * H], kept[r])\n                times(dh[r], kept[r], kept[r])",
        AUTOGRAD,
    ),
    (
        "what the update gate keeps is not carried",
        "collect(dh[row + lo : row + hi], kept[row + lo : row + hi])",
        "pass",
        AUTOGRAD,
    ),
    (
        "the carry takes da_n for dm_n's neighbour",
        "copy(da[r, H:], dm[r])",
        "copy(da[r, : 3 * H], dm[r])",
        AUTOGRAD,
    ),
    (
        "the carry takes the rows of W in the opposite order",
        "arranged(W)",
        "arranged(W[::-1].copy())",
        AUTOGRAD,
    ),
    (
        "the factors of the first record for all",
        "r, F = sweep * N + n, factors[t, n]",
        "r, F = sweep * N + n, factors[t, 0]",
        AUTOGRAD,
    ),
    (
        "the recurrent part of the first step for all",
        "times(d[i, :H], m[t, i, 2 * H :], F_r)",
        "times(d[i, :H], m[0, i, 2 * H :], F_r)",
        AUTOGRAD,
    ),
    (
        "reset and update gate see no state",
        "add(m[t, n, : 2 * H], rz[n])",
        "pass",
        FORWARD,
    ),
    (
        "the candidate's slope is left out",
        "times(F_n, d_n[i], F_n)",
        "pass",
        AUTOGRAD,
    ),
    (
        "da of one sweep overwrites that of another, of three gates",
        "put(da[rows], das[t, lo:hi], adds)",
        "put(da[rows], das[t, lo:hi], False)",
        AUTOGRAD,
    ),
)

STEPS: Lines = (
    (
        "of few records local derivatives are made over what other sweeps have put there",
        "range(firsts[sweep], stops[sweep])",
        "range(len(known))",
        "recomputation",
    ),
    (
        "a carry is of the rows in the opposite order",
        "multiply(da[active * N :], panels, dh[active * N :])",
        "multiply(da[active * N :][::-1].copy(), panels, dh[active * N :])",
        AUTOGRAD,
    ),
    (
        "a block's carry is that of the first sweep for all",
        "multiply(da[row + lo : row + hi], panels",
        "multiply(da[lo:hi], panels",
        AUTOGRAD,
    ),
    (
        "a block's last sweep carries nothing on",
        "for row in range(active * N, len(dh), N):",
        "for row in range(active * N, len(dh) - N, N):",
        AUTOGRAD,
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
        "Padé's quotient has too low a degree",
        "6, -746.0",
        "4, -746.0",
        FIFTY_DIGITS,
    ),
    (
        "Padé's coefficients are those of the exponential series",
        "factorial(2 * m - j) * comb(m, j) / factorial(2 * m)",
        "1 / factorial(j)",
        FIFTY_DIGITS,
    ),
    (
        "the first term of Padé's odd part is left out",
        "P_beyond_half(w) * (w * r) + half * r",
        "P_beyond_half(w) * (w * r)",
        FIFTY_DIGITS,
    ),
    (
        "the sigmoid ends early in float32",
        "-104.0",
        "-80.0",
        FIFTY_DIGITS,
    ),
    (
        "the sigmoid ends early in float64",
        "-746.0",
        "-700.0",
        FIFTY_DIGITS,
    ),
    (
        "tanh ends early in float32",
        "-19.0",
        "-12.0",
        FIFTY_DIGITS,
    ),
    (
        "tanh ends early in float64",
        "-40.0",
        "-30.0",
        FIFTY_DIGITS,
    ),
    (
        "float64 by the constants of float32",
        "(0.6931471803691238, 1.9082149292705877e-10), 6, -746.0",
        "(0.693359375, -2.1219444005469057e-4), 4, -746.0",
        FIFTY_DIGITS,
    ),
    (
        "the power of two is not the nearest",
        "integer(y * per_ln2 - below_next)",
        "integer(y * per_ln2 - half - half - half)",
        FIFTY_DIGITS,
    ),
    (
        "tanh is one minus something near zero too",
        "near_one = s < quarter",
        "near_one = s < two",
        FIFTY_DIGITS,
    ),
    (
        "tanh near one is its distance from one",
        "two * s * (Q + rP) if near_one",
        "two * s * (Q - rP) if near_one",
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
        "(A if x < none else B) / (B + A)",
        "B / (B + A)",
        FIFTY_DIGITS,
    ),
    (
        "the sigmoid of negative numbers is one minus that of positive ones",
        "(A if x < none else B) / (B + A)",
        "real(1) - B / (B + A) if x < none else B / (B + A)",
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
    (
        "the slope of the first number for all",
        "out[j] = slope(kind, y[j], one)",
        "out[j] = slope(kind, y[0], one)",
        AUTOGRAD,
    ),
)

PRODUCTS: Lines = (
    (
        "the last rows are left out of a sum",
        "for r in range(0, len(a), ROWS):",
        "for r in range(0, len(a) - ROWS + 1, ROWS):",
        AUTOGRAD,
    ),
    (
        "the rows of one factor in the opposite order",
        "b[r : r + ROWS].T",
        "b[r : r + ROWS][::-1].T",
        AUTOGRAD,
    ),
    (
        "a sum over rows is of the first columns, whichever are asked",
        "some = a if hi is None else a[:, lo:hi]",
        "some = a if hi is None else a[:, : hi - lo]",
        AUTOGRAD,
    ),
    (
        "a product of rows is of the last columns, whichever are asked",
        "some = rows if hi is None else rows[:, lo:hi]",
        "some = rows if hi is None else rows[:, rows.shape[1] - hi + lo :]",
        AUTOGRAD,
    ),
    (
        "a sum begins at one",
        "out = np.zeros(",
        "out = np.ones(",
        AUTOGRAD,
    ),
    (
        "a sum has its rows in the opposite order",
        "return out[:, :columns].T",
        "return out[::-1, :columns].T",
        AUTOGRAD,
    ),
    (
        "BLAS sums over the rows of one factor in the opposite order",
        "matrix_product(b.T, some).T",
        "matrix_product(b.T, some[::-1]).T",
        AUTOGRAD,
    ),
    (
        "every row of a panel is the first",
        "some[k, at : at + own]",
        "some[0, at : at + own]",
        AUTOGRAD,
    ),
    (
        "every panel of a sum is the first",
        "add_rows(rows, panels[(at - first) * ROWS :]",
        "add_rows(rows, panels",
        AUTOGRAD,
    ),
    (
        "a product has its rows in the opposite order",
        "multiply(rows[some], panels, out[some])",
        "multiply(rows[some][::-1].copy(), panels, out[some])",
        FORWARD,
    ),
)

# Of the module, with the cell in whose gradients they show.
MODULES = {
    "vanilla": (VANILLA, "vanilla"),
    "lstm": (LSTM, "lstm"),
    "gru": (GRU, "gru"),
    "steps": (STEPS, "vanilla"),
    "tiles": (TILES, "vanilla"),
    # The GRU's loops have them all.
    "passes": (PASSES, "gru"),
    "functions": (FUNCTIONS, "vanilla"),
    # The GRU has products of some columns.
    "products": (PRODUCTS, "gru"),
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
        "what fills the last vector of a panel is one and not zero",
        "What is made of it stays in ``edge``: columns that M does not have are never copied.",
        "tiles",
        "panel[own:] = 0",
        "panel[own:] = 1",
        "vanilla",
    ),
    _same(
        "rows that are left over are made by smaller tiles and not made again",
        "Each entry is summed from k = 0 on, whatever tile it lies in.",
        "tiles",
        "while n < N and N >= 4:",
        "while N - n >= 4:",
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
        "a product the other way round",
        "Two factors may change places, to the bit.",
        "lstm",
        "add_times(dh[r], through[t, n], dc[r])",
        "add_times(through[t, n], dh[r], dc[r])",
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
