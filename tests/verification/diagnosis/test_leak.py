"""What leaks from one packed sequence into another is reported as that."""

import pytest

from tests.examples import text_of
from tests.layers import packed, planted, rg_lru, rwkv6
from tests.verification.diagnosis.wrong import diagnosed
from verification import Scope, layer, models
from verification.diagnosis.circumstances import ending_early
from verification.diagnosis.leak import of_leak
from verification.diagnosis.probe import healthy_case

INITIAL = "initial = tuple(array[s : s + 1] for array in state)"
FLOW = "flow = tuple(array[s : s + 1] for array in d_state)"


PAGE = text_of("diagnosis")


def of_packed(*replaced, module=rwkv6, model=models.rwkv6):
    made = planted(packed, *replaced).of(module)
    engine = layer(made.forward, made.backward, model=model, scope=Scope(packed=True))
    return diagnosed(engine, healthy_case(engine), ending_early(engine))


LEAKS = {
    "a state goes on": (
        INITIAL,
        f"{INITIAL}; initial = parts[-1][0] if parts else initial",
        "The forward leaks from one packed sequence into the next: outputs and final S0 are wrong.",
    ),
    "what flows back goes on": (
        FLOW,
        f"{FLOW}; flow = tuple(a + b for a, b in zip(flow, d_initial[-1])) if d_initial else flow",
        "The gradient leaks from one packed sequence into the one before: k, v, g, S0 are wrong.",
    ),
    "the last one goes on to the end": (
        "parts.append((final, saved))",
        "rest = {name: array[:, start:] for name, array in xs.items()}\n"
        "            last = s + 2 == len(offsets)\n"
        "            parts.append((module.forward(params, rest, initial)[1] if last else final, saved))",
        "The forward leaks from the slack behind the last packed sequence into that one: final S0 is wrong.",
    ),
}


@pytest.mark.parametrize(("right", "wrong", "sentence"), LEAKS.values(), ids=LEAKS)
def test_a_leak_is_reported(right, wrong, sentence):
    """Where it goes, and what is wrong."""
    found = of_packed(right, wrong)
    assert found.sentence == sentence
    assert found.stage == "packed"
    assert f"| {sentence} |" in PAGE


def test_records_that_are_not_packed_do_not_leak():
    """Nor is that checked."""
    wrong = planted(rg_lru, "d_x[:, t] = dh * share[:, t]", "d_x[:, t] = dh[::-1]")
    assert of_leak(layer(wrong.forward, wrong.backward, model=models.rg_lru)) is None


def test_a_sequence_of_one_step_is_run():
    """No state is handed on in it."""
    wrong = f"{FLOW}; flow = tuple(a * (end - start > 1) for a in flow)"
    found = of_packed(FLOW, wrong, module=rg_lru, model=models.rg_lru)
    assert found.as_if == "the final h0 had no cotangent"
