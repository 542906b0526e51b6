"""The article's published rule as an engine, and what it is refuted for, as measured.

The architecture: H sigmoid units, one linear output, no biases, h_0 = 0, a loss on the last step alone, a
positional input (``rnn.data.positional``, so that D = T and U has a column for every step), Window(5). With
e = ŷ − y, states s_0 … s_T and a_t = U x_t + W s_t, the gradient and the published rule are

    dV = e s_Tᵀ                                  dV = Σ_t e s_t+1ᵀ               over all t
    dW = Σ_t da_t s_tᵀ     over the window       dW = Σ_t n_t (W s_t) 1ᵀ         over all t, no da in it
    dU = Σ_t da_t x_tᵀ     over the window       dU = Σ_t n_t (U x_t) 1ᵀ         over all t, no da in it

where n_t = (T − t) min(t, 5): a term is added once for every step of its window and, since the sums of
the windows are never reset, again at every later t. The article has no b and no c, and differentiates neither
xs nor h_0, so the rule answers 0 for these four and is not judged by them.

Nothing is said of an engine beforehand: ``examine`` measures, and a reason whose measurement comes out
otherwise is not given. The right engine gets none.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, NamedTuple, TypeAlias

import numpy as np

from rnn import ACTIVATIONS, RNN, Params, Vanilla, sigmoid
from rnn.app.sine import LENGTH, STEPS, TRAIN, UNITS
from rnn.common.arrays import Array, zeros
from rnn.data import Records, positional, sine_wave, split, windows
from rnn.optimisers import SGD, ClipValue, Constant
from verification.adapters.given import Gradients, Problem
from verification.adapters.problem import Engine, problem_of, whole
from verification.adapters.rnn.larger import vanilla_case
from verification.adapters.rnn.manual import manual
from verification.models import vanilla
from verification.models.case import Case
from verification.models.truncation import window
from verification.properties.calling import run_case
from verification.properties.findings import findings
from verification.properties.property import Finding
from verification.properties.trial import Trial
from verification.properties.truth import Truth
from verification.text import percent
from verification.truth import replay
from verification.truth.comparison import compare
from verification.truth.parts import OUTPUTS, VALUE

# What the article trains, and so what its rule is judged by.
JUDGED = ("U", "W", "V")
FORWARD = (OUTPUTS, VALUE)

# By what, of properties.
ASKED = ("forward", "autograd")

# The article's bptt_truncate, and its way to descend, one record at a time: every entry is clipped.
TRUNCATION = window(5)
OPTIMISER = SGD(Constant(1e-4), ClipValue(10))

# A target as far off as this changes every gradient that depends on the target.
FAR = 1e6

# Figures of a reason, by name; those that there is one of for each block under "<name> <block>".
Figures: TypeAlias = Mapping[str, float]


@dataclass(frozen=True)
class Reason:
    """Why an engine is refuted: a sentence, and the figures that were measured for it."""

    name: str
    text: str
    figures: Figures


@dataclass(frozen=True)
class PublishedRule:
    """An engine's verdict on the article's architecture (verified, refuted, or not exercised), and why."""

    verdict: str
    reasons: tuple[Reason, ...]


class ForwardTrace(NamedTuple):
    """The training forward, by step: U x_t and W s_t (T, N, H), a and s after the step, outputs (N, T, K)."""

    inputs: Array
    recurrent: Array
    pre_activations: Array
    states: Array
    outputs: Array


def training_forward(problem: Problem) -> ForwardTrace:
    """The forward that the article trains, which is right; b, c and h0 as the problem has them."""
    U, W, b, V, c = (problem.params[name] for name in ("U", "W", "b", "V", "c"))
    records, steps, width = problem.xs.shape
    units = len(W)
    by_step = problem.xs.swapaxes(0, 1).reshape(-1, width)
    inputs = by_step.dot(U.T).reshape(steps, records, units)
    f, state, transposed = ACTIVATIONS[problem.activation], problem.h0, W.T.copy()
    recurrent, pre_activations, states = (zeros(inputs.shape, inputs) for _ in range(3))
    for t in range(steps):
        recurrent[t] = state.dot(transposed)
        pre_activations[t] = inputs[t] + recurrent[t] + b
        state = states[t]
        f.value(pre_activations[t].copy(), state)
    outputs = (states.dot(V.T) + c).swapaxes(0, 1)
    return ForwardTrace(inputs, recurrent, pre_activations, states, outputs)


def published(problem: Problem) -> Gradients:
    """The published rule, line by line, summed over records. Of losses at every step it knows the last."""
    trace, W, V = training_forward(problem), problem.params["W"], problem.params["V"]
    error = trace.outputs[:, -1] - problem.targets_by_step[-1]
    dU, dW, dV = (zeros(problem.params[name].shape, error) for name in JUDGED)
    window_U, window_W = (zeros((len(W),), error) for _ in range(2))
    ds = error.dot(V)
    # Wrong: the last step's a serves for all steps, and the sigmoid's slope is s (1 − s), not a (1 − a).
    a = trace.pre_activations[-1]
    slope = a * (1 - a)
    for t in range(problem.steps):
        # Wrong: the last step's error times every state, T terms where one is expected.
        dV += error.T.dot(trace.states[t])
        propagated = (slope * ds).dot(W)
        # Wrong: the loop walks back through the window, yet what it adds is of step t, the same every time.
        for _ in range(min(t, _jumps(problem))):
            # Wrong: W s_t, the product of the forward. No error is in it.
            window_W += trace.recurrent[t].sum(axis=0)
            # Wrong: U x_t, likewise.
            window_U += trace.inputs[t].sum(axis=0)
            # Wrong: the propagated error, which nothing uses.
            propagated = (slope * (ds + propagated)).dot(W)
        # Wrong twice: one column for all the columns of U or W; and a sum that is not reset for the next t.
        dW += window_W[:, np.newaxis]
        dU += window_U[:, np.newaxis]
    return _answer(problem, trace, dU, dW, dV)


def folded(problem: Problem) -> Gradients:
    """The same gradients from the closed form above, without the idle work: for training by the rule."""
    trace, steps = training_forward(problem), np.arange(problem.steps)
    error = trace.outputs[:, -1] - problem.targets_by_step[-1]
    times = (problem.steps - steps) * np.clip(steps, 0, max(0, _jumps(problem)))
    blocks = {"U": trace.inputs, "W": trace.recurrent}
    columns = {name: times.dot(products.sum(axis=1)) for name, products in blocks.items()}
    dU, dW = (
        np.repeat(columns[name][:, np.newaxis], problem.params[name].shape[1], axis=1) for name in blocks
    )
    return _answer(problem, trace, dU, dW, error.T.dot(trace.states.sum(axis=0)))


def _jumps(problem: Problem) -> int:
    """How many steps before its own the last loss reaches."""
    return problem.steps - 1 - problem.truncation.first(problem.steps - 1, problem.steps)


def _answer(problem: Problem, trace: ForwardTrace, dU: Array, dW: Array, dV: Array) -> Gradients:
    """The rule's answer: the forward's values, three gradients, and 0 for what the article does not have."""
    residuals = trace.outputs[:, problem.first_loss :].swapaxes(0, 1) - problem.targets_by_step
    value = (residuals * residuals).sum() / 2
    none = {name: zeros(problem.params[name].shape, problem.params[name]) for name in ("b", "c")}
    d_xs, dh0 = zeros(problem.xs.shape, problem.xs), zeros(problem.h0.shape, problem.h0)
    return Gradients(trace.outputs, value, {"U": dU, "W": dW, "V": dV, **none}, d_xs, (dh0,))


def article_data(length: int = LENGTH) -> tuple[Records, Records]:
    """The article's windows, to learn from and to validate with, in its positional encoding."""
    learn, unseen = split(windows(sine_wave(STEPS), length), TRAIN)
    return Records(positional(learn.xs), learn.targets), Records(positional(unseen.xs), unseen.targets)


def initial_weights(seed: int, units: int = UNITS, length: int = LENGTH) -> Params:
    """The article's initialisation: U, W and V uniform on [0, 1), drawn in this order; b and c are 0.

    The generator is the one of the article's time, so that a seed gives here what it gives there.
    """
    rng = np.random.RandomState(seed)
    U, W, V = (rng.uniform(0, 1, shape) for shape in ((units, length), (units, units), (1, units)))
    return Params(U, W, np.zeros(units), V, np.zeros(1))


def healthy_weights(seed: int, units: int = UNITS, length: int = LENGTH) -> Params:
    """An initialisation on which gradients live: Glorot U and V, orthogonal W; b and c are 0."""
    params: Params = network(units, length).init(np.random.default_rng(seed))
    return params


def network(units: int = UNITS, length: int = LENGTH) -> RNN:
    """The article's architecture as the right engine has it."""
    return RNN(Vanilla(length, units, sigmoid), outputs=1)


def article_case(params: Params, records: Records) -> Case:
    """The gradient that the article's training asks for."""
    h0 = np.zeros((len(records.xs), len(params.W)))
    arrays = {**params._asdict(), "xs": records.xs, "targets": records.targets, "h0": h0}
    return vanilla_case(arrays, "sigmoid", TRUNCATION)


def epoch(engine: Engine, params: Params, learn: Records, blocks: tuple[str, ...] = JUDGED) -> Params:
    """The parameters after an epoch of the article's training with an engine, in which ``blocks`` learn."""
    state = OPTIMISER.start(params)
    for n in range(len(learn.xs)) if blocks else ():
        record = Records(*(array[n : n + 1] for array in learn))
        grads = engine(problem_of(article_case(params, record))).params
        learnt = (grads[name] if name in blocks else 0 * grads[name] for name in Params._fields)
        params, state = OPTIMISER.update(params, Params(*learnt), state)
    return params


def loss(params: Params, records: Records) -> float:
    """The loss, summed over records, with the forward that the article trains."""
    units, length = params.U.shape
    return float(network(units, length).loss_value(params, *records))


def examine(
    engine: Engine = published, *, units: int = UNITS, length: int = LENGTH, seed: int = 0
) -> PublishedRule:
    """Judge an engine on the article's architecture, and measure what is wrong with it, if anything is.

    ``units`` and ``length`` are the article's H and T, or others with T ≥ 10; ``seed`` is of the weights.
    Raises InvalidAnswer for an engine that does not answer in form.
    """
    healthy = article_case(healthy_weights(seed, units, length), _first(2, article_data(length)[0]))
    truth = Truth(healthy)
    trial = _before(engine, healthy, truth)
    found = [each for each in findings(trial.engine, truth, ASKED) if each.part in (*JUDGED, *FORWARD)]
    measured = (
        _disagreement(trial, found),
        _blind_to_the_target(engine, healthy, trial),
        _readout_over_all_steps(engine, units, length, seed),
        _vacuous_initialisation(engine, units, length, seed),
    )
    return PublishedRule(_verdict(found), tuple(reason for reason in measured if reason is not None))


def _before(engine: Engine, case: Case, truth: Truth | None = None) -> Trial:
    """An engine before a case, of which it answers in all blocks; raises what an answer may."""
    trial = Trial(whole(engine, model=vanilla), truth or Truth(case))
    trial.answer  # noqa: B018
    return trial


def _verdict(found: Iterable[Finding]) -> str:
    found = tuple(found)
    if any(finding.wrong is not None for finding in found):
        return "refuted"
    return "verified" if found and all(f.nonzero and f.determined for f in found) else "not exercised"


def _disagreement(trial: Trial, found: Iterable[Finding]) -> Reason | None:
    """Which blocks disagree with the oracles, and by how much."""
    wrong, truths = {f.part for f in found if f.wrong is not None}, trial.truth.blocks
    also = replay.gradient(trial.truth.case)
    names = [
        name
        for name in JUDGED
        if name in wrong and compare(name, trial.answer.blocks[name], also[name], truths[name].bound)
    ]
    if not names:
        return None
    blocks = trial.answer.blocks
    errors = {name: _largest(blocks[name] - truths[name].truth) / truths[name].size for name in names}
    allowed = max(truths[name].bound / truths[name].size for name in names)
    return Reason(
        "disagrees",
        f"With a healthy initialisation (Glorot, orthogonal W) the gradients of {_and(names)} disagree with "
        f"both oracles, by {_and(map(_short, errors.values()))} times their true size, where rounding "
        f"accounts for at most {_short(allowed)}.",
        {**{f"relative error {name}": error for name, error in errors.items()}, "allowed": allowed},
    )


def _blind_to_the_target(engine: Engine, case: Case, trial: Trial) -> Reason | None:
    """Which gradients stay the same, to the bit, under another target, where the true ones change."""
    there = replace(case, objective=case.objective.replaced(lambda targets: np.full_like(targets, FAR)))
    near, far = trial.answer.blocks, run_case(trial.engine, there).blocks
    true_near, true_far = (replay.gradient(case) for case in (trial.truth.case, there))
    growth = {
        name: _largest(true_far[name]) / _largest(true_near[name])
        for name in ("U", "W")
        if np.array_equal(near[name], far[name]) and not np.array_equal(true_near[name], true_far[name])
    }
    if not growth:
        return None
    return Reason(
        "blind to the target",
        f"{_the_gradients(growth)} not depend on the target: with a target of {_short(FAR)} every bit is the "
        f"same, where the truth becomes {_and(map(_short, growth.values()))} times as large.",
        {"target": FAR, **{f"true growth {name}": times for name, times in growth.items()}},
    )


def _readout_over_all_steps(engine: Engine, units: int, length: int, seed: int) -> Reason | None:
    """How many times too large V's gradient is, at two lengths: does that number follow T?"""
    times = {}
    for steps in (length // 5, length):
        case = article_case(healthy_weights(seed, units, steps), _first(2, article_data(steps)[0]))
        want = replay.gradient(case)["V"]
        got = _before(engine, case).answer.blocks["V"].astype(want.dtype)
        times[steps] = float((got * want).sum() / (want * want).sum())
    if any(abs(ratio - steps) >= abs(ratio - 1) for steps, ratio in times.items()):
        return None
    (fewer, at_fewer), (steps, at_all) = times.items()
    return Reason(
        "sums the readout over all steps",
        f"V's gradient is {_short(at_all)} times the true one at T = {steps}, and {_short(at_fewer)} times "
        f"at T = {fewer}: the last step's error is multiplied by the states of all steps, not of one.",
        {f"times at T = {steps}": ratio for steps, ratio in times.items()},
    )


def _vacuous_initialisation(engine: Engine, units: int, length: int, seed: int) -> Reason | None:
    """Is the truth zero at the article's own initialisation, where the engine is not, and the loss falls?"""
    params, learn = initial_weights(seed, units, length), article_data(length)[0]
    case = article_case(params, learn)
    problem = problem_of(case)
    got, right = _before(engine, case).answer.blocks, manual(problem).params
    names = [name for name in ("U", "W") if not np.any(right[name]) and np.any(got[name])]
    saturated = float(np.mean(training_forward(problem).states[-_jumps(problem) - 1 :] == 1))
    if not names or saturated < 1:
        return None
    wide = replay.gradient(case)
    largest = {name: _largest(got[name]) for name in names}
    most = max(_largest(wide[name]) for name in names)
    before, whole, alone = (
        loss(epoch(engine, params, learn, blocks), learn) for blocks in ((), JUDGED, ("V",))
    )
    if whole >= before:
        return None
    share = (before - alone) / (before - whole)
    if share < 1 / 2:
        return None
    figures = {
        "saturated states": saturated,
        **{f"largest {name}": size for name, size in largest.items()},
        "largest true, extended precision": most,
        "loss before": before,
        "loss after an epoch": whole,
        "loss after an epoch of V alone": alone,
        "share of V alone": share,
    }
    return Reason(
        "vacuous initialisation",
        f"With the article's initialisation {percent(saturated, 1)} of the states in the window are exactly "
        f"1.0, so the true gradients of {_and(names)} are exactly 0 in float64 (at most {_short(most)} in "
        f"extended precision), where the engine's reach {_and(map(_short, largest.values()))}; that an epoch "
        f"lowers the loss from {before:,.0f} to {whole:,.0f} is no evidence for them, since with "
        f"{_and(names)} held still it falls to {alone:,.0f}, {percent(share, 1)} of the way.",
        figures,
    )


def _first(count: int, records: Records) -> Records:
    return Records(*(array[:count] for array in records))


def _largest(array: Array) -> float:
    return float(np.max(np.abs(array)))


def _short(number: float) -> str:
    """Three digits: 46.7, 251,000, 1e6, 1.05e-14."""
    if 1e3 <= number < 1e6:
        return f"{float(f'{number:.3g}'):,.0f}"
    return f"{number:.3g}".replace("e+0", "e").replace("e+", "e").replace("e-0", "e-")


def _and(parts: Iterable[str]) -> str:
    *most, last = parts
    return f"{', '.join(most)} and {last}" if most else last


def _the_gradients(names: Iterable[str]) -> str:
    names = tuple(names)
    return f"The gradients of {_and(names)} do" if len(names) > 1 else f"The gradient of {names[0]} does"


def as_text(found: PublishedRule) -> str:
    """The verdict, and every reason on a line of its own."""
    lines = [f"The article's published rule, on its own architecture: {found.verdict}."]
    lines += [f"  {number}. {reason.text}" for number, reason in enumerate(found.reasons, 1)]
    lines.append(f"  Judged by {_and(JUDGED)}: b, c, xs and h_0 have no gradient in the article.")
    return "\n".join(lines)


def as_json(found: PublishedRule) -> dict[str, Any]:
    """The verdict, the reasons as sentences, and their figures by name, as JSON values."""
    return {
        "verdict": found.verdict,
        "reasons": [reason.text for reason in found.reasons],
        "figures": {reason.name: dict(reason.figures) for reason in found.reasons},
    }
