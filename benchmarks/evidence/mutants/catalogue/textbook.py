"""Faults of textbook code: tutorials, courses and first versions, and the article's own rule."""

from benchmarks.evidence.mutants.fault import Edit, Fault

CELL = "cells.vanilla"
DH_PREV = "product(da, W, dh)"
COLLECTED = "for d in cotangents:"
PROJECTED = "weights, dxs = loops.project_back(self.cell, params, tape, das, first)"


# What those lines need there.
ROUTES = "from rnn.through_time.routes import Segment\n"
IMPORTED = ROUTES, f"{ROUTES[:-1]}, segments\nfrom rnn.truncation import Full, Window\n"


def inputs_under(truncation: str) -> str:
    """Lines after ``PROJECTED`` that compute dxs again, under another truncation."""
    return (
        "        steps = len(tape.da_buffer)\n"
        f"        other = segments({truncation}, steps, steps - len(dhs), 99)[0]\n"
        "        das = bptt(self.cell, params, tape, (dhs,), other)[0]\n"
        "        every = zeros((steps, *dxs.shape[1:]), dxs)\n"
        "        every[other.first :] = self.cell.project_back(params, tape, das, other.first)[1]\n"
        "        dxs = every[first:]"
    )


TEXTBOOK = (
    Fault(
        "carry through W, not its transpose",
        "The error goes back through W the way the state came; invisible where W is symmetric.",
        "vzhou842/rnn-from-scratch, and at least nine copies",
        (Edit(CELL, DH_PREV, "product(da, W.T, dh)"),),
        "lags",
        "recursion: h0",
    ),
    Fault(
        "carry entry by entry",
        "The carry is multiplied by W's diagonal, entry by entry, where a matrix product belongs.",
        "datascience.stackexchange 10545",
        (Edit(CELL, DH_PREV, "multiply(da, W.diagonal(), dh)"),),
        "lags",
        "recursion: h0",
    ),
    Fault(
        "slope of the value, not of the pre-activation",
        "The activation is applied once more before its slope is taken: f′(f(a)) for f′(a).",
        "nicklashansen/rnn_lstm_from_scratch",
        (
            Edit(
                CELL,
                "self.activation.slope(tape.states[first + 1 :], slopes)",
                "again = np.empty(slopes.shape, slopes.dtype)\n"
                "        self.activation.value(tape.states[first + 1 :].copy(), again)\n"
                "        self.activation.slope(again, slopes)",
            ),
        ),
        "lags",
        "step: U, W, b, xs, h0",
    ),
    Fault(
        "carry never assigned",
        "The carry is not replaced by that of the step before, so every step sees the first one's.",
        "nicklashansen/rnn_lstm_from_scratch",
        (Edit(CELL, DH_PREV, "pass"),),
        "lags",
        "recursion: h0",
    ),
    Fault(
        "carry always zero",
        "The carry starts each step at zero, so no loss reaches a step but its own.",
        "nicklashansen/rnn_lstm_from_scratch",
        (Edit(CELL, DH_PREV, "dh.fill(0)"),),
        "autograd",
        "recursion: h0",
    ),
    Fault(
        "bias takes another delta",
        "b's gradient is summed from the readout's dh, before slope and recursion, not from da.",
        "hanbt/learn_dl #53, where two gates' biases take a third one's delta",
        (Edit("network", "*weights, dV, dc", "*weights[:2], dhs.sum(axis=(0, 1)), dV, dc"),),
        "lags",
        "accumulation: b",
    ),
    Fault(
        "U from the last delta only",
        "U's gradient takes the last step's delta and input, and is not summed over the steps.",
        "hanbt/learn_dl #53",
        (Edit(CELL, "U=dU", "U=das[-1].T.dot(tape.rows[-2, :, units:-1])"),),
        "lags",
        "accumulation: U",
    ),
    Fault(
        "loss replaces the carry, one sweep",
        "`dh =` where `dh +=` belongs: a step's own loss wipes out what later losses sent back.",
        "mxnet #4057",
        (Edit("through_time.routes", "add(part, d, part)", "np.copyto(part, d)"),),
        "lags",
        "recursion: U, W, b, xs, h0",
    ),
    Fault(
        "loss replaces the carry, sweeps abreast",
        "The same where several sweeps travel together.",
        "mxnet #4057",
        (Edit("through_time.routes", "_add(part, self.collecting[j]", "setitem(part, self.collecting[j]"),),
        "lags",
        "truncation: U, W, b, xs, h0",
    ),
    Fault(
        "input gradient lacks the recurrent part",
        "∂L/∂x_t takes the loss of step t alone, and nothing that comes back from later steps.",
        "eriklindernoren/ML-From-Scratch",
        (
            Edit("through_time.recurrence", *IMPORTED),
            Edit(
                "through_time.recurrence",
                PROJECTED,
                f"{PROJECTED}\n{inputs_under('Window(0)')}",
            ),
        ),
        "lags",
        "accumulation: xs",
    ),
    Fault(
        "window of k steps",
        "The window runs k − 1 jumps back for k: the classic step for jump.",
        "eriklindernoren/ML-From-Scratch",
        (Edit("truncation", "max(0, t - self.k)", "max(0, t - self.k + 1)"),),
        "identities",
        "truncation",
    ),
    Fault(
        "window of k + 1 jumps",
        "The window runs k + 1 jumps back for k.",
        "WildML, dennybritz/rnn-tutorial-rnnlm",
        (Edit("truncation", "max(0, t - self.k)", "max(0, t - self.k - 1)"),),
        "identities",
        "truncation: U, W, b, xs, h0",
    ),
    Fault(
        "outputs overwritten by the residual",
        "The gradient is subtracted in place from the outputs, of which the loss is taken afterwards.",
        "WildML, which subtracts 1 from its outputs in place",
        (Edit("losses", "return outputs - targets", "outputs -= targets\n    return outputs"),),
        "forward",
        "forward",
    ),
    Fault(
        "targets overwritten by the residual",
        "The same in the caller's array of targets.",
        "WildML, adapted",
        (
            Edit(
                "losses",
                "return outputs - targets",
                "targets -= outputs\n    targets *= -1\n    return targets",
            ),
        ),
        "inputs stay",
        "forward",
    ),
    Fault(
        "clipped inside the backward",
        "Every weight's gradient is clipped to [−1, 1] before it is returned.",
        "vzhou842/rnn-from-scratch",
        (
            Edit(
                "through_time.recurrence",
                PROJECTED,
                f"{PROJECTED}\n        weights = tuple(np.clip(block, -1, 1) for block in weights)",
            ),
        ),
        "lags",
        "accumulation: W, b",
    ),
    Fault(
        "clipping through an alias",
        "What is clipped in place is the caller's W, not a copy.",
        "vzhou842/rnn-from-scratch",
        (
            Edit(
                "through_time.recurrence",
                PROJECTED,
                f"{PROJECTED}\n        np.clip(params.W, -1, 1, out=params.W)",
            ),
        ),
        "inputs stay",
        "conduct",
    ),
    Fault(
        "carry forgets the slope",
        "What goes back is dh W, not da W: the slope is dropped at every earlier step.",
        "ddbourgin/npdl SimpleRNN, and others",
        (Edit(CELL, DH_PREV, "np.copyto(dh, dh.dot(W))"),),
        "lags",
        "recursion: h0",
    ),
    Fault(
        "bias gradient is a mean",
        "b's gradient is averaged over records and steps where it must be summed.",
        "npdl SimpleRNN",
        (Edit(CELL, "b=db", "b=db / len(da)"),),
        "records add up",
        "accumulation: b",
    ),
    Fault(
        "the article's gradient of W",
        "In place of an error times a state stands W h, a forward value, broadcast over columns.",
        "the article",
        (
            Edit(
                CELL,
                "W=dW",
                "W=tape.states[first:-1].dot(weights.W.T).sum(axis=(0, 1))[:, None] + 0 * dW",
            ),
        ),
        "autograd",
        "accumulation: W",
    ),
    Fault(
        "the article's gradient of V",
        "The last error is multiplied by every step's state: about T times too large.",
        "the article",
        (
            Edit(
                "network",
                "self.loops.over_rows(do, hs)",
                "do[-states.shape[1] :].T.dot(tape.states[1:].sum(axis=0))",
            ),
        ),
        "autograd",
        "accumulation: V",
    ),
)
