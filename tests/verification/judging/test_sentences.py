"""What is said of a fault, word for word, where tests/layers/faults says its place alone.

Each row: the line that is replaced, what stands there instead, and the sentence.
"""

from dataclasses import replace

from tests.cases import a_case
from tests.examples import rows
from tests.layers import delta_rule, gated_linear_attention, layer_with, lstm, mlstm, slstm, vanilla
from tests.quick import first_quick
from verification import models
from verification.diagnosis.diagnosis import diagnose
from verification.diagnosis.probe import healthy_case
from verification.properties.findings import findings
from verification.properties.truth import Truth

SAID = rows("diagnosis")

RETURN = 'return {"U": d_U, "W": d_W, "b": d_b}, d_xs, '
EACH = "d_U, d_W, d_b, d_xs = (CHANGE for a in (d_U, d_W, d_b, d_xs)); " + RETURN
LOOP = "for t in reversed(range(xs.shape[1])):"


def each(change):
    """Every gradient but the state's, changed."""
    return EACH.replace("CHANGE", change)


# Of the layers on the page: the line that is replaced, and what stands there instead.
ON_PAGE = {
    "LSTM: the candidate's slope is left out": ("d_g = dc * i * (1 - g * g)", "d_g = dc * i"),
    "LSTM: gates of the bias exchanged": (
        "d_b += da.sum(axis=0)",
        "d_b += np.concatenate([d_i, d_f, d_o, d_g], axis=1).sum(axis=0)",
    ),
    "LSTM: the cell state carries nothing": ("dh, dc = da @ W, dc * f", "dh, dc = da @ W, 0 * dc"),
    "LSTM: the cell state is carried without the forget gate": (
        *("dh, dc = da @ W, dc * f", "dh, dc = da @ W, dc"),
    ),
    "LSTM: the final cell state's cotangent is ignored": (
        *("dh, dc = d_state", "dh, dc = d_state[0], 0 * d_state[1]"),
    ),
    "LSTM: dW is overwritten at every step": ("d_W += da.T @ h_prev", "d_W = da.T @ h_prev"),
    "LSTM: clipped": (RETURN, each("np.clip(a, -0.1, 0.1)")),
    "LSTM: it fails on one step": ("params, tape = saved", "params, tape = saved; tape[1]"),
    "vanilla: carried through W, not its transpose": ("dh = da @ W", "dh = da @ W.T"),
    "vanilla: the carry is added to, and never replaced": (
        *("dh = da @ W", "dh = dh + d_outputs[:, t] + da @ W"),
    ),
    "vanilla: steps in the wrong order": (LOOP, "for t in range(xs.shape[1]):"),
    "vanilla: the loop ends before step 0": (LOOP, f"d_xs[:] = 0\n    {LOOP.replace('(xs', '(1, xs')}"),
    "vanilla: cut in chunks": ("dh = da @ W", "dh = da @ W * (t % 2 or t == 0)"),
    "vanilla: dU is added to a copy of U": ("d_U, d_W, d_b = np.zeros_like(U)", "d_U, d_W, d_b = U.copy()"),
    "vanilla: dW reads the states one place too early": ("da.T @ states[t]", "da.T @ states[t - 1]"),
    "vanilla: the forward takes the first record's state for all": ("h @ W.T", "h[:1] @ W.T"),
    "vanilla: a mean over steps": (
        RETURN,
        "d_U, d_W, d_b = (a / xs.shape[1] for a in (d_U, d_W, d_b)); " + RETURN,
    ),
    "mLSTM: the normaliser is taken for a constant": (
        *("np.where(far, d_size * np.sign(along), 0)[..., None]", "0 * n"),
    ),
    "sLSTM: so is the stabiliser, which the final states see": (
        *("d_kept = d_left + np.where(stays, dm, 0)", "dm = 0 * dm; d_kept = d_left"),
    ),
    "delta rule: what is read does not flow back": (
        *("dS = dS - k[:, t, ..., None] * d_error[..., None, :]", "pass"),
    ),
    "gated linear attention: the last state's cotangent does not reach the gates": (
        "dS, states[t]) * a[:, t]",
        "dS - d_state[0] * a[:, t + 1 :].prod(axis=1)[..., None], states[t]) * a[:, t]",
    ),
}

LAYERS = {
    "LSTM": (models.lstm, lstm),
    "vanilla": (models.vanilla, vanilla),
    "mLSTM": (models.mlstm, mlstm),
    "sLSTM": (models.slstm, slstm),
    "delta rule": (models.delta_rule, delta_rule),
    "gated linear attention": (models.gated_linear_attention, gated_linear_attention),
}


def diagnosed(model, module, right, wrong, case=None):
    """The sentence on a layer with a line replaced, and what it computes instead."""
    engine = layer_with(model, module, right, wrong)
    cases = (case,) if case else (healthy_case(engine, steps) for steps in (3, 1))
    wrong = (
        (each, case) for case in cases for each in findings(engine, Truth(case)) if each.wrong is not None
    )
    return diagnose(engine, *next(wrong))


def said(model, module, right, wrong, sentence):
    """Is it said word for word? The field is what the sentence says behind "as if"."""
    found = diagnosed(model, module, right, wrong)
    assert str(found) == sentence
    if "as if" in sentence:
        assert found.as_if == sentence.split("as if ")[1].split(":")[0]


@first_quick("what", ON_PAGE, 3)
def test_what_the_page_says(what):
    """Of each layer of its tables."""
    said(*LAYERS[what.partition(":")[0]], *ON_PAGE[what], SAID[what])


# The condition under which dU is twice what it should be, the case, and where that is.
ONSETS = {
    "LSTM: twice dU beyond four records": ("len(d_xs) > 4", {"records": 7}, "from N = 5 on"),
    "LSTM: twice dU for large inputs": (
        *("max(abs(row[0]).max() for row in tape) > 6", {"xs": 20}, "where some |xs| > 6"),
    ),
}


@first_quick("what", ONSETS)
def test_from_where_on(what):
    """The size, or the magnitude, is found by bisection of the case that failed."""
    condition, given, where = ONSETS[what]
    case = a_case(models.lstm, given.get("records", 3))
    case = replace(case, blocks={**case.blocks, "xs": given.get("xs", 1) * case.blocks["xs"]})
    found = diagnosed(models.lstm, lstm, RETURN, f"d_U = d_U * (2 if {condition} else 1); {RETURN}", case)
    sentence = f"U is wrong (twice what it should be) {where}: small cases of healthy numbers are right."
    assert str(found) == sentence == SAID.get(what, sentence)


# What the page does not have: the layer, the line, what stands there instead, the case, and the sentence.
OTHERS = {
    "gated linear attention: a query reads the turned matrix where it is square": (
        *(models.gated_linear_attention, gated_linear_attention, "states[t + 1], do)"),
        "states[t + 1].swapaxes(-1, -2) if k.shape[-1] == v.shape[-1] else states[t + 1], do)",
        a_case(models.gated_linear_attention, 2, 5, sizes={"A": 1, "K": 4, "V": 4}),
        "q is wrong where V = K: small cases of healthy numbers in which all sizes differ are right.",
    ),
    "LSTM: a state that is kept in single precision beyond 100 steps": (
        *(models.lstm, lstm, "saved.append((x, h_prev, c_prev, "),
        "kept = np.asarray(c_prev, np.float32).astype(h.dtype) if xs.shape[1] > 100 else c_prev; "
        "saved.append((x, h_prev, kept, ",
        a_case(models.lstm, 3, 120, sizes={"H": 2, "D": 3}),
        "U, W, h0 are wrong (off by 1e-08 of their size or less); b, c0 are wrong (off by 1e-09 of their "
        "size or less); xs is wrong (off by 1e-07 of its size or less) from T = 101 on: small cases of "
        "healthy numbers are right.",
    ),
}


@first_quick("what", OTHERS)
def test_what_is_said_of_sizes(what):
    """Which small cases are right where others are wrong; a relation of sizes only where it holds."""
    *engine, case, sentence = OTHERS[what]
    assert str(diagnosed(*engine, case)) == sentence


def test_all_that_the_page_says_is_said():
    """Each row of its tables of these layers is one of a test's."""
    assert {what for what in SAID if what.partition(":")[0] in LAYERS} <= {*ON_PAGE, *ONSETS}
