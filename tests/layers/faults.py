"""Faults that were found in public code, planted in plain layers.

Each: a name with its source, the layer, the right line, the wrong one, and what a diagnosis owes it: the
stage, the wrong blocks, and the parts (gates) where not all of them are wrong.
"""

from dataclasses import dataclass
from types import ModuleType

from tests.layers import gru, lstm, planted, scan
from verification import models
from verification.asked.model import Model

ALL_LSTM = ("U", "W", "b", "xs", "h0", "c0")
ALL_GRU = ("U", "W", "b", "bn", "xs", "h0")


@dataclass(frozen=True)
class Fault:
    """A wrong layer and its place."""

    name: str
    model: Model
    module: ModuleType
    right: str
    wrong: str
    stage: str
    blocks: tuple[str, ...]
    parts: tuple[str, ...] = ()

    def planted(self) -> ModuleType:
        """The wrong layer."""
        return planted(self.module, self.right, self.wrong)


def _lstm(
    name: str, right: str, wrong: str, stage: str, blocks: tuple[str, ...], parts: tuple[str, ...] = ()
) -> Fault:
    return Fault(name, models.lstm, lstm, right, wrong, stage, blocks, parts)


def _gru(
    name: str, right: str, wrong: str, stage: str, blocks: tuple[str, ...], parts: tuple[str, ...] = ()
) -> Fault:
    return Fault(name, models.gru, gru, right, wrong, stage, blocks, parts)


FAULTS = (
    _lstm(
        "the forget gate's slope of its value (nicklashansen/rnn_lstm_from_scratch)",
        "d_f = dc * c_prev * f * (1 - f)",
        "d_f = dc * c_prev * sigmoid(f) * (1 - sigmoid(f))",
        "step",
        ("U", "W", "b", "xs", "h0"),
        ("f",),
    ),
    _lstm(
        "dh and dc are never updated between steps (the same)",
        "dh, dc = da @ W, dc * f",
        "dh, dc = d_state",
        "recursion",
        ("h0", "c0"),
    ),
    _lstm(
        "biases of input and output gates take the forget gate's delta (hanbt/learn_dl #53)",
        "d_b += da.sum(axis=0)",
        "d_b += np.concatenate([d_f, d_f, d_g, d_f], axis=1).sum(axis=0)",
        "accumulation",
        ("b",),
        ("i", "o"),
    ),
    _lstm(
        "dU from the last delta only (hanbt/learn_dl #53)",
        "d_U += da.T @ x",
        "d_U = da.T @ x if t == d_outputs.shape[1] - 1 else d_U",
        "accumulation",
        ("U",),
    ),
    _lstm(
        "dc = where dc += belongs (mxnet #4057)",
        "dc = dc + dh * o * (1 - s * s)",
        "dc = dh * o * (1 - s * s)",
        "step",
        ("U", "W", "b", "xs", "h0", "c0"),
        ("i", "f", "g"),
    ),
    _lstm(
        "the final cell state's gradient ignored (Deeplearning4j #8838)",
        "dh, dc = d_state",
        "dh, dc = d_state[0], 0 * d_state[1]",
        "step",
        ("U", "W", "b", "xs", "h0", "c0"),
        ("i", "f", "g"),
    ),
    _lstm(
        "the final hidden state's gradient ignored (accelerated-model-architectures PR #445)",
        "dh, dc = d_state",
        "dh, dc = 0 * d_state[0], d_state[1]",
        "step",
        ALL_LSTM,
    ),
    _lstm(
        "the initial cell state's gradient forced to zero (Paddle PR #5115)",
        "d_xs, (dh, dc)",
        "d_xs, (dh, 0 * dc)",
        "state",
        ("c0",),
    ),
    _lstm(
        "the first step's gate used for all steps (haste #43)",
        "x, h_prev, c_prev, i, f, g, o, s = tape[t]",
        "x, h_prev, c_prev, i, f, g, o, s = tape[t]; f = tape[0][4]",
        "recursion",
        ("U", "W", "b", "xs", "h0", "c0"),
    ),
    _lstm(
        "a sum over too many axes (flash-linear-attention 31293264)",
        "d_b += da.sum(axis=0)",
        "d_b += da.sum()",
        "accumulation",
        ("b",),
    ),
    _lstm(
        "accumulation shared across records (flash-linear-attention a0c938eb)",
        "d_W += da.T @ h_prev",
        "d_W += da[-1:].T @ h_prev[-1:]",
        "accumulation",
        ("W",),
    ),
    _lstm(
        "the upstream gradient taken as ones (flash-linear-attention b9bdbcf2)",
        "dh = dh + d_outputs[:, t]",
        "dh = dh + np.ones_like(d_outputs[:, t])",
        "step",
        ALL_LSTM,
    ),
    _lstm(
        "dW overwritten instead of accumulated (llm.c dd8c9f5)",
        "d_W += da.T @ h_prev",
        "d_W = da.T @ h_prev",
        "accumulation",
        ("W",),
    ),
    _lstm(
        "carry through W in the wrong orientation where it is square (datascience.SE 10545)",
        "dh, dc = da @ W, dc * f",
        "dh, dc = sum(d @ w.T for d, w in zip((d_i, d_f, d_g, d_o), np.split(W, 4))), dc * f",
        "recursion",
        ("h0",),
    ),
    _lstm(
        "a bias gradient that is a mean (npdl)",
        "d_b += da.sum(axis=0)",
        "d_b += da.mean(axis=0)",
        "accumulation",
        ("b",),
    ),
    _lstm(
        "dx lacks a gate's part (after ML-From-Scratch)",
        "d_xs[:, t] = da @ U",
        "d_xs[:, t] = da[:, U.shape[0] // 4 :] @ U[U.shape[0] // 4 :]",
        "accumulation",
        ("xs",),
    ),
    _gru(
        "the direct path multiplied by 1 − z where z belongs (after AiDotNet PR #722)",
        "dh = dw @ W + dh * z",
        "dh = dw @ W + dh * (1 - z)",
        "recursion",
        ("h0",),
    ),
    _gru(
        "the direct path is left out",
        "dh = dw @ W + dh * z",
        "dh = dw @ W",
        "recursion",
        ("h0",),
    ),
    _gru(
        "the update gate sees the new state alone",
        "d_z = dh * (h_prev - n) * z * (1 - z)",
        "d_z = dh * h_prev * z * (1 - z)",
        "step",
        ("U", "W", "b", "xs", "h0"),
        ("z",),
    ),
    _gru(
        "the reset gate's slope of its value",
        "d_r = d_n * m * r * (1 - r)",
        "d_r = d_n * m * sigmoid(r) * (1 - sigmoid(r))",
        "step",
        ("U", "W", "b", "xs", "h0"),
        ("r",),
    ),
    _gru(
        "the recurrent weights of the candidate take the delta before the reset",
        "dw = np.concatenate([d_r, d_z, d_m], axis=1)",
        "dw = da",
        "step",
        ("W", "h0"),
        ("n",),
    ),
    _gru(
        "the candidate's second bias takes the delta before the reset",
        "d_bn += d_m.sum(axis=0)",
        "d_bn += d_n.sum(axis=0)",
        "accumulation",
        ("bn",),
    ),
    _gru(
        "dW from the state after the step",
        "d_W += dw.T @ h_prev",
        "d_W += dw.T @ ((1 - z) * n + z * h_prev)",
        "accumulation",
        ("W",),
    ),
    Fault(
        "a scan whose gradient of x forgets the carry (after ML-From-Scratch)",
        models.scan,
        scan,
        "d_x[:, t] = dh",
        "d_x[:, t] = d_outputs[:, t]",
        "accumulation",
        ("x",),
    ),
    Fault(
        "a complex scan without the conjugate",
        models.complex_scan,
        scan,
        "d_a[:, t] = dh * states[t].conj()",
        "d_a[:, t] = dh * states[t]",
        "accumulation",
        ("a",),
    ),
)
