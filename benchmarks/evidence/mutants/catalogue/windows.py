"""Faults of state, masks and windows: what a truncation must reach, and what it must not."""

from benchmarks.evidence.mutants.catalogue.textbook import (
    COLLECTED,
    IMPORTED,
    PROJECTED,
    inputs_under,
)
from benchmarks.evidence.mutants.fault import Edit, Fault

WINDOW = "max(0, t - self.k)"
SWEEP = "truncation.first(t, steps), 0)"
SKIPPED = "return max(0, start - earlier + skipped)"

WINDOWS = (
    Fault(
        "last loss ignored",
        "The backward starts from zero, not from the gradient of the last state.",
        "accelerated-model-architectures PR #445; Deeplearning4j #8838 ignores the last cell state's",
        (
            Edit(
                "through_time.routes",
                COLLECTED,
                "for d in (d * (j > 0) for j, d in enumerate(cotangents)):",
            ),
        ),
        "lags",
        "step: U, W, b, xs, h0",
    ),
    Fault(
        "initial state's gradient zero",
        "h0's gradient is never filled in.",
        "Paddle PR #5115",
        (Edit("through_time.bptt", "das.array, initial or _zero_carry", "das.array, _zero_carry"),),
        "lags",
        "state: h0",
    ),
    Fault(
        "first slope for all steps",
        "What belongs to the first step, here its slope, is used at every step.",
        "haste #43, where it is the mask",
        (
            Edit(
                "cells.vanilla",
                "self.activation.slope(tape.states[first + 1 :], slopes)",
                "self.activation.slope(tape.states[first + 1 :], slopes)\n"
                "        slopes[...] = slopes[0].copy()",
            ),
        ),
        "lags",
        "recursion: U, W, b, xs, h0",
    ),
    Fault(
        "first loss's reach for all losses",
        "Every loss goes back to where the first one may.",
        "haste #43, adapted",
        (Edit("truncation", SWEEP, "truncation.first(first_loss, steps), 0)"),),
        "lags",
        "truncation: U, W, b, xs, h0",
    ),
    Fault(
        "truncated weights, whole inputs",
        "The mask is applied to the weights' gradients and forgotten for the inputs'.",
        "theano_lstm #22, where the mask is applied to the output and not to the state",
        (
            Edit("through_time.recurrence", *IMPORTED),
            Edit(
                "through_time.recurrence",
                PROJECTED,
                f"{PROJECTED}\n{inputs_under('Full()')}",
            ),
        ),
        "autograd",
        "truncation: xs",
    ),
    Fault(
        "only the last loss flows back",
        "The last loss flows k steps back, the others none.",
        "MyGrad PR #4",
        (Edit("truncation", SWEEP, "truncation.first(t, steps) if t == steps - 1 else t, 0)"),),
        "lags",
        "recursion: U, W, b, xs, h0",
    ),
    Fault(
        "tail counts the initial state",
        "The number of steps includes the initial one, so the tail is a step short.",
        "pytensor PR #2217",
        (Edit("truncation", "max(0, steps - self.k)", "max(0, steps + 1 - self.k)"),),
        "identities",
        "truncation",
    ),
    Fault(
        "tail a step long",
        "The tail takes k jumps for k steps.",
        "pytensor PR #2217, adapted",
        (Edit("truncation", "max(0, steps - self.k)", "max(0, steps - 1 - self.k)"),),
        "lags",
        "truncation: U, W, b, xs",
    ),
    Fault(
        "states and inputs shifted by one",
        "Each da meets the state and input of the step after its own.",
        "pytensor PR #2217",
        (Edit("cells.vanilla", "tape.rows[first:-1]", "tape.rows[first + 1 :]"),),
        "lags",
        "accumulation: U, W",
    ),
    Fault(
        "slots shift where T ≤ k",
        "On a sequence no longer than the window the window starts a slot late.",
        "flash-linear-attention #1140",
        (Edit("truncation", WINDOW, "max(0, t - self.k) if steps > self.k else min(t, 1)"),),
        "identities",
        "truncation: U, W, b, xs, h0",
    ),
    Fault(
        "detach lost",
        "The state is not cut between chunks, so a chunk is the whole sequence.",
        "Lightning #8145, #8802",
        (Edit("truncation", SKIPPED, "return 0"),),
        "autograd",
        "truncation: U, W, b, xs, h0",
    ),
    Fault(
        "k ignored",
        "The window is never applied.",
        "Lightning #8145, #8802",
        (Edit("truncation", WINDOW, "0"),),
        "autograd",
        "truncation: U, W, b, xs, h0",
    ),
    Fault(
        "k2 ignored",
        "Chunks of k1 steps reach back to their own start, whatever k2.",
        "Lightning #8802, adapted",
        (Edit("truncation", "k2 = self.k1 if self.k2 is None else self.k2", "k2 = self.k1"),),
        "lags",
        "truncation: U, W, b, xs",
    ),
    Fault(
        "k2 counted from the chunk's start",
        "A chunk reaches k2 steps before its start, where k2 counts from its end.",
        "the two readings of Williams and Peng's BPTT(h; h′)",
        (Edit("truncation", "max(0, k2 - self.k1), ", "k2 if k2 > self.k1 else 0, "),),
        "lags",
        "truncation: U, W, b, xs, h0",
    ),
    Fault(
        "gradients zeroed per chunk",
        "Each chunk's gradient replaces that of the chunk before, without an update between.",
        "OpenNMT-py #891",
        (Edit("truncation", "return tuple(found)", "return tuple(found[-1:])"),),
        "lags",
        "truncation: U, W, b, xs, h0",
    ),
    Fault(
        "k = 0 by accident",
        "Every loss reaches its own step alone.",
        "Flux #1209, FlashRNN's cut",
        (Edit("truncation", WINDOW, "t"),),
        "autograd",
        "truncation: U, W, b, xs, h0",
    ),
    Fault(
        "tail for a window",
        "A window at the end of the sequence, where one that slides with each loss is claimed.",
        "WildML, whose two models differ",
        (Edit("truncation", WINDOW, "max(0, steps - 1 - self.k)"),),
        "autograd",
        "truncation: U, W, b, xs, h0",
    ),
    Fault(
        "chunks begin a step early",
        "A chunk's last step is counted to the next.",
        "Lightning #8145, adapted",
        (Edit("truncation", "(t // self.k1)", "((t + 1) // self.k1)"),),
        "lags",
        "truncation: U, W, b, xs, h0",
    ),
    Fault(
        "ragged chunk measured from T",
        "Chunks are laid out from the end, so the ragged one is the first.",
        "plausible",
        (
            Edit(
                "truncation",
                "start = self.k1 * (t // self.k1)",
                "start = max(0, steps - self.k1 * (-(t - steps) // self.k1 + bool((steps - t) % self.k1)))",
            ),
        ),
        "lags",
        "truncation: U, W, b, xs, h0",
    ),
    Fault(
        "ragged chunk measured from where it would have ended",
        "The last k2 steps of a ragged chunk are counted from past the end of the sequence.",
        "plausible",
        (Edit("truncation", "stop = min(steps, start + self.k1)", "stop = start + self.k1"),),
        "lags",
        "truncation: U, W, b, xs",
    ),
)
