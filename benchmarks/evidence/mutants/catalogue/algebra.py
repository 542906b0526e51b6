"""Faults of accumulation, algebra and memory: sums, branches, offsets, buffers, strides."""

from benchmarks.evidence.mutants.catalogue.textbook import COLLECTED
from benchmarks.evidence.mutants.fault import Edit, Fault

CELL = "cells.vanilla"
DM = "dM = da.T.dot(tape.rows[first:-1].reshape(len(da), -1))"
DO = "do = self.loss.gradient(outputs, targets)"

ALGEBRA = (
    Fault(
        "a sum over too many axes",
        "c's gradient is summed over the outputs as well, and spread over them.",
        "flash-linear-attention 31293264",
        (Edit("network", "do[0].copy() if len(do) == 1 else np.add.reduce(do)", "0 * params.c + do.sum()"),),
        "lags",
        "accumulation: c",
    ),
    Fault(
        "a missing exp in one branch",
        "Where the pre-activation is below −8 the sigmoid takes it for its exponential.",
        "mamba a6a1dae",
        (Edit("activations", "np.exp(a, a)", "np.exp(a, a, where=a > -8)"),),
        "forward",
        "size: U, W, b, V, c, xs, h0",
    ),
    Fault(
        "relu's slope from the wrong branch",
        "The slope is 1 where the unit is off.",
        "mamba 9259852, where softplus's slope lived six months",
        (Edit("activations", "out[y > 0] += 1", "out[y <= 0] += 1"),),
        "lags",
        "size: U, W, b, xs, h0",
    ),
    Fault(
        "relu's slope of a dead unit",
        "y ≥ 0 holds for every output of a relu, so a unit that is off passes the error on.",
        "mamba 9259852, adapted",
        (Edit("activations", "out[y > 0] += 1", "out[y >= 0] += 1"),),
        "lags",
        "size: U, W, b, xs, h0",
    ),
    Fault(
        "softsign's slope of a negative output",
        "The absolute value is forgotten, which only negative outputs show.",
        "mamba 9259852, adapted",
        (Edit("activations", "np.abs(y, out=out)", "out[...] = y"),),
        "lags",
        "size: U, W, b, xs, h0",
    ),
    Fault(
        "offset of the losses forgotten",
        "The step of a loss is counted from the first step that is reached, not from the first loss.",
        "mamba 442fab4, where an offset is added after the stride",
        (Edit("through_time.routes", "at[seeded] - first_loss", "at[seeded] - first"),),
        "lags",
        "truncation: U, W, b, xs",
    ),
    Fault(
        "offset of the states forgotten",
        "The das of the last steps meet the states and inputs of the first ones.",
        "mamba 442fab4, adapted",
        (Edit(CELL, "tape.rows[first:-1]", "tape.rows[: len(das)]"),),
        "autograd",
        "size: U, W",
    ),
    Fault(
        "offset of the inputs forgotten",
        "The input gradients of the last steps are written to the first ones.",
        "mamba 442fab4, adapted",
        (
            Edit(
                "network",
                "total, dxs = parts, _after_zeros(reached, steps)",
                "total, dxs = parts, _after_zeros(reached, steps)\n"
                "                    dxs = np.roll(dxs, len(reached), axis=0)",
            ),
        ),
        "autograd",
        "size: xs",
    ),
    Fault(
        "steps shared by sweeps",
        "Two windows that reach one step write their shares to one place, and the last one stays.",
        "flash-linear-attention a0c938eb",
        (Edit("through_time.routes", "setitem if total is derivatives[0] else _add", "setitem"),),
        "lags",
        "truncation: U, W, b, xs",
    ),
    Fault(
        "accumulation shared across records",
        "All records write to one place, and the last one's share stays.",
        "flash-linear-attention a0c938eb",
        (Edit(CELL, DM, "dM = da[records - 1 :: records].T.dot(tape.rows[first:-1, -1])"),),
        "records add up",
        "accumulation: U, W, b",
    ),
    Fault(
        "slopes stored over the states",
        "The backward keeps its slopes where the states are, and W's gradient still reads those.",
        "mxnet PR #18203, where dx overwrites dy",
        (
            Edit(
                CELL,
                "self.activation.slope(tape.states[first + 1 :], slopes)",
                "self.activation.slope(tape.states[first + 1 :], slopes)\n"
                "        tape.states[first + 1 :] = slopes",
            ),
        ),
        "lags",
        "accumulation: W",
    ),
    Fault(
        "the second source never added",
        "A step's own loss is not added to what comes back from later steps.",
        "mlpack PR #1742, where it is the second direction's gradient",
        (
            Edit(
                "through_time.routes", COLLECTED, "for d in (d * (j == 0) for j, d in enumerate(cotangents)):"
            ),
        ),
        "lags",
        "recursion: U, W, b, xs, h0",
    ),
    Fault(
        "upstream taken as ones",
        "The loss's gradient is replaced by ones on its way to the states.",
        "flash-linear-attention b9bdbcf2",
        (
            Edit(
                "network", "dhs = self.loops.of_rows(reaching,", "dhs = self.loops.of_rows(0 * reaching + 1,"
            ),
        ),
        "lags",
        "step: U, W, b, xs, h0",
    ),
    Fault(
        "upstream of the first record",
        "The first record's error is used for all.",
        "Liger 9ac26bb8",
        (Edit("network", DO, f"{DO}\n        do = 0 * do + do[:, :1]"),),
        "records permute",
        "step: U, W, b, V, c, xs, h0",
    ),
    Fault(
        "upstream of the first output",
        "Of K outputs the first alone sends its error back.",
        "Liger 9ac26bb8",
        (
            Edit(
                "network",
                "dhs = self.loops.of_rows(reaching, np.ascontiguousarray(params.V))",
                "dhs = reaching[:, :1].dot(np.ascontiguousarray(params.V)[:1])",
            ),
        ),
        "lags",
        "step: U, W, b, xs, h0",
    ),
    Fault(
        "W overwritten, not accumulated",
        "W's gradient is that of the step that the backward came to last.",
        "llm.c dd8c9f5",
        (Edit(CELL, "W=dW", "W=das[0].T.dot(tape.states[first])"),),
        "autograd",
        "accumulation: W",
    ),
    Fault(
        "targets assumed contiguous",
        "The targets, records first, are read as if they lay steps first.",
        "flash-linear-attention 71ebc498",
        (
            Edit(
                "calls.loss_terms",
                "np.ascontiguousarray(targets.swapaxes(0, 1))",
                "targets.reshape(targets.shape[1], len(targets), *targets.shape[2:])",
            ),
        ),
        "forward",
        "forward",
    ),
    Fault(
        "inputs assumed contiguous",
        "The inputs, records first, are read as if they lay steps first.",
        "flash-linear-attention 71ebc498",
        (Edit(CELL, "xs.swapaxes(0, 1)", "xs.reshape(xs.shape[1], len(xs), -1)"),),
        "forward",
        "forward",
    ),
    Fault(
        "weights assumed in C order",
        "V is read in the order of memory, which is right only if nobody transposed it.",
        "flash-linear-attention 71ebc498",
        (
            Edit(
                "network",
                "dhs = self.loops.of_rows(reaching, np.ascontiguousarray(params.V))",
                'dhs = reaching.dot(params.V.ravel("K").reshape(params.V.shape))',
            ),
        ),
        "memory layout",
        "conduct",
    ),
)
