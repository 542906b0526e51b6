"""A step on a tape: what copies share, what may be played again, and its rules."""

from dataclasses import replace

import autograd.numpy as anp
import numpy as np
import pytest

from rnn import Full, Window
from tests.cases import assert_alike
from tests.verification.truth.test_perturbed_replays import CLOSE, some, truths
from tests.verification.truth.test_replay_batch import of_zeros, scattered
from verification.models import SHIPPED, gru_reset_before, lstm, scan, selective_scan, vanilla
from verification.models.functions import Function
from verification.models.parts import parts
from verification.models.product import rows
from verification.models.readout import bias
from verification.truth import replay
from verification.truth.observed import value_of
from verification.truth.perturbed_replays import replayed
from verification.truth.steps import called, form_of, on_tape
from verification.truth.unroll import STEP, distinct


@pytest.mark.parametrize("model", SHIPPED, ids=lambda model: model.name)
def test_every_shipped_step_is_traced_once(model):
    """Its copies in one call."""
    form = form_of(model, {})
    assert form.together
    assert form.again


def test_what_is_used_in_products_alone_is_shared():
    """Weights, and inputs that are multiplied by such; a part of weights as well, and no bias."""
    assert form_of(lstm, {}).shared == {"U", "W", "xs"}
    assert form_of(gru_reset_before, {}).shared == {"U", "W", "xs"}
    assert form_of(changed(by_matmul), {}).shared == {"U", "W", "xs"}
    assert form_of(scan, {}).shared == set()
    assert "A" not in form_of(selective_scan, {}).shared


def by_matmul(f, p, x, h):
    """x Wᵀ as NumPy has it."""
    turned = x @ anp.swapaxes(p.U, -1, -2) + h @ anp.swapaxes(p.W, -1, -2)
    return f.activation(turned + bias(p.b))


def changed(step):
    return replace(vanilla, name=step.__name__, step=step)


def twice(f, p, x, h):
    """W is used beside its product, and so is x."""
    return f.activation(rows(p.U, x) + rows(p.W, h) + bias(p.b)) + 0 * (bias(p.W[..., 0, :]) + x[..., :1])


def by_weights_that_are_not(f, p, x, h):
    """x is multiplied by what is not used in products alone."""
    return f.activation(rows(p.U, x) + rows(p.W, h) + bias(p.b)) + 0 * anp.expand_dims(p.U[..., 0], -2)


def of_each_record(f, p, x, h):
    """W is no matrix where it is multiplied, but one for each record."""
    each = anp.expand_dims(h, -2) @ anp.expand_dims(anp.swapaxes(p.W, -1, -2), -3)
    return f.activation(rows(p.U, x) + each[..., 0, :] + bias(p.b))


def test_what_is_used_otherwise_too_is_not_shared():
    """Nor is an input whose weights are not."""
    assert form_of(changed(of_each_record), {}).shared == {"U", "xs"}
    assert form_of(changed(twice), {}).shared == {"U"}
    assert form_of(changed(by_weights_that_are_not), {}).shared == {"W"}


def noted(f, p, x, h):
    """Makes a constant of a state by itself."""
    constant = np.tanh(value_of(h))
    return f.activation(rows(p.U, x) + rows(p.W, h) * constant + bias(p.b))


def held(f, p, x, h):
    """Holds a state constant on a way."""
    return f.activation(rows(p.U, x) + rows(p.W, h) * f.stop(h) + bias(p.b))


def compared(f, p, x, h):
    """A comparison of what flows, which has no derivative."""
    a = rows(p.U, x) + rows(p.W, h) + bias(p.b)
    return anp.where(a > h, f.activation(a), a * h)


def as_columns(f, p, x, h):
    """Takes no copies: records are columns on the way."""
    a = anp.dot(p.U, x.T) + anp.dot(p.W, h.T) + anp.reshape(p.b, (-1, 1))
    return f.activation(a).T


def part_taken_twice(f, p, x, h):
    a = rows(p.U, x) + rows(p.W, h) + bias(p.b)
    return f.activation(parts(a, 1)[0] + 0.5 * parts(a, 1)[0])


@pytest.mark.parametrize(
    ("step", "again"),
    [
        (part_taken_twice, True),
        (noted, False),
        (held, False),
        (compared, True),
        (twice, True),
        (as_columns, True),
        (by_matmul, True),
    ],
    ids=lambda each: getattr(each, "__name__", str(each)),
)
def test_a_step_that_differs_with_its_numbers_is_traced_anew(step, again):
    """And its truth is autograd's either way, under a truncation as well."""
    model = changed(step)
    assert form_of(model, {}).again is again
    for truncation in (Full(), Window(1)):
        case = some(model, truncation=truncation)
        assert_alike(truths(replayed(case)), replay.gradient(case), CLOSE)


def test_a_product_is_off_as_its_terms_are_which_are_rounded_twice():
    """A weight, and its product; here they come to nothing, which no rounding of the sum changes."""
    batch, _ = of_zeros(1, 200, 4, W=[1, -1, 1, -1], h0=1)
    made = batch.states[1][0]
    assert not made[0].any()
    assert 1.8 < scattered(made[1:]) / 4 < 2.2


def steep(a):
    return anp.exp(-a * a)


def test_a_function_is_one_operation_whatever_it_is_made_of():
    """Its slope is autograd's, or the one that is declared, though that is another's."""
    declared = Function("declared", np.sign, slope=lambda a: 1 / (1 + a * a))
    for function in (Function("steep", steep), declared):
        model = replace(vanilla, functions={"activation": (function,)})
        form = form_of(model, {})
        assert form.again
        copies, records, sizes = distinct(model)
        made, _ = on_tape(model, model.chosen({}), STEP.trial(model, copies, records, sizes), copies)
        assert len(made.tape.numbered(called)) == 1
        case = some(model)
        assert_alike(truths(replayed(case)), replay.gradient(case), CLOSE)
