"""Truth and bound by replays, beside the lag table's: what holds of both is in test_lag_table.py."""

from dataclasses import replace

import numpy as np
import pytest

from rnn import Chunked, Full, Tail, Window
from tests.cases import a_case
from tests.layers import RIGHT
from tests.quick import first_quick
from verification import layer
from verification.models import SHIPPED, lstm, vanilla
from verification.models.model import Use
from verification.models.truncation import FULL
from verification.properties.calling import run_case
from verification.truth.lag_table import grouped_table
from verification.truth.perturbed_replays import replayed

TRUNCATIONS = (Full(), Window(0), Window(2), Chunked(2), Chunked(2, 4), Chunked(3, 1), Tail(2), Tail(0))
CLOSE = 1e-15 if np.finfo(np.longdouble).eps < 1e-18 else 1e-12


def some(model, steps=5, records=2, truncation=FULL, objective="cotangents", **options):
    """A case of a few records, with cotangents or with the model's own loss."""
    losses = "every" if objective == "targets" else "cotangents"
    return replace(a_case(model, records, steps, losses=losses, **options), truncation=truncation)


def truths(made):
    return {name: expected.truth for name, expected in made.expected().items()}


def in_two_types(each):
    """Every other one in single precision, and the others in double."""
    return [*((one, np.float32) for one in each[::2]), *((one, np.float64) for one in each[1::2])]


def by_name(each):
    """What a test of it is called."""
    model = each[0] if isinstance(each, tuple) else each
    return getattr(model, "name", None) or getattr(model, "__name__", repr(model))


@pytest.mark.slow
@pytest.mark.parametrize("objective", ["cotangents", "targets"])
def test_the_bound_is_as_wide_as_the_lag_table_s_and_of_its_size(objective):
    """Of 19 in 20 blocks it is at least the table's, of none a half of it, of 19 in 20 not five times it."""
    ratios = []
    for model in SHIPPED:
        if objective == "targets" and not model.of(Use.READOUT):
            continue
        for number, truncation in enumerate(TRUNCATIONS):
            case = some(model, 4 + number % 3, 1 + number % 4, truncation, objective)
            wide, table = replayed(case).expected(), grouped_table(case).expected()
            for name, expected in table.items():
                assert wide[name].size == 0 or wide[name].terms >= 0.9999 * expected.terms, (model.name, name)
                if expected.size:
                    ratios.append(wide[name].bound / expected.bound)
    low, typical, high = np.quantile(ratios, [0.05, 0.5, 0.95])
    assert min(ratios) > 0.5
    assert low >= 1
    assert typical < 3
    assert high < 5


def test_terms_of_many_records_are_bounded_too():
    """More terms than draws: what is drawn is still no fewer than the sum of absolute terms."""
    for seed in range(20):
        case = some(vanilla, 3, 40, Window(1), seed=seed)
        wide, table = replayed(case).expected(), grouped_table(case).expected()
        for name in ("U", "W", "b"):
            assert table[name].terms <= wide[name].terms <= 4 * table[name].terms


@pytest.mark.parametrize("objective", ["cotangents", "targets"])
def test_what_the_forward_computes_is_the_table_s(objective):
    """The truths to a rounding, the bounds by other draws."""
    case = some(lstm, truncation=Window(1), objective=objective)
    table, got = grouped_table(case).forward(), replayed(case).forward()
    assert got.keys() == table.keys()
    for name, expected in table.items():
        np.testing.assert_allclose(got[name].truth, expected.truth, rtol=1e-15, atol=CLOSE)
        assert expected.bound / 2 < got[name].bound < 4 * expected.bound
    # A loss of more addends than the bound has room for rounds more.
    of_many = replayed(some(lstm, records=20, objective="targets")).forward()["value"]
    assert of_many.terms == pytest.approx(20 * 5 / 16 * of_many.size, rel=1e-6)


LARGE = ((40, 2, 2), (3, 70, 3), (2, 9, 40), (12, 33, 1))


@first_quick(("right", "dtype"), in_two_types(RIGHT), len(RIGHT[::2]), ids=by_name)
def test_plain_layers_of_larger_cases_are_within_the_bound(right, dtype):
    """Their rounding takes a third of it at most, and the case is determined."""
    model, module = right
    engine = layer(module.forward, module.backward, model=model)
    for steps, records, size in LARGE:
        sizes = {"H": size, "D": size + 1, "K": size, "E": size, "H_l0": size}
        case = some(model, steps, records, dtype=dtype, sizes=sizes)
        truth, answer = replayed(case), run_case(engine, case)
        assert truth.determined
        expected = truth.forward() | truth.expected()
        for name, got in [*answer.forward.items(), *answer.gradients()]:
            error = np.max(np.abs(got - expected[name].truth))
            assert error <= expected[name].bound / 3, (steps, records, size, name)
        assert any(expected[block.name].determined for block in model.of(Use.INPUT))
