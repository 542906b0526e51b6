"""A border of two chunks is named, and a last chunk that is not whole."""

import pytest

from tests.examples import text_of
from tests.layers import gated_linear_attention, gated_scan, planted
from tests.layers.chunked import gated_scan as chunked_gated_scan
from tests.verification.diagnosis.wrong import diagnosed
from verification import Scope, layer, models
from verification.diagnosis.probe import healthy_case

PAGE = text_of("diagnosis")


def of_layer(module, scope, steps, model=models.gated_scan):
    """What is said of a wrong layer, by a case of so many steps."""
    engine = layer(module.forward, module.backward, model=model, scope=scope)
    return diagnosed(engine, healthy_case(engine, steps))


def within(condition):
    """A gated scan, back step by step, where what is carried is lost under a condition."""
    return planted(gated_scan, "dh = dh * a[:, t]", f"dh = dh * a[:, t] * (not ({condition}))")


ELSEWHERE = {
    "at every step": ("True", Scope(chunk=8), 9, "h0 is wrong"),
    "within the second": ("a.shape[1] > 10", Scope(chunk=8), 20, " from T = 11 on: small cases"),
    "nothing is said of chunks": ("t % 8 == 0 and t > 0", None, 9, " from T = 9 on: small cases"),
}


@pytest.mark.parametrize(("condition", "scope", "steps", "words"), ELSEWHERE.values(), ids=ELSEWHERE)
def test_what_is_wrong_elsewhere_is_no_matter_of_borders(condition, scope, steps, words):
    """It is reported as any other."""
    found = of_layer(within(condition), scope, steps)
    assert words in found.sentence
    assert "border" not in f"{found.stage} {found.sentence}"


CARRIED = "dh = (start * do).sum(axis=1)"


def test_a_small_chunk_s_border_is_reported_with_what_is_computed_instead():
    """Of a forward that is given its chunk, by that of the case."""
    wrong = planted(chunked_gated_scan, CARRIED, f"{CARRIED}; dh = dh * (span.start == 0)")
    found = of_layer(wrong, Scope(chunks=(2, 16)), 5)
    assert " from T = 3 on, the border of two chunks, right with fewer steps." in found.sentence
    assert found.as_if == "the sequence were cut into chunks of 2 steps"
    found = of_layer(wrong, Scope(chunks=(16,)), 17)
    assert found.sentence == "The bug is at the border of two chunks: a, x, h0 are wrong from T = 17 on."


@pytest.mark.slow
def test_the_page_quotes_what_is_said():
    """Of a gated linear attention in chunks of 64."""
    line = "dS = dS * a[:, t, ..., None]"
    wrong = planted(gated_linear_attention, line, f"{line} * (t % 64 != 0 or t == 0)")
    found = of_layer(wrong, Scope(chunk=64), 70, models.gated_linear_attention)
    assert found.sentence == "The bug is at the border of two chunks: k, v, g, S0 are wrong from T = 65 on."
    assert f"| {found.sentence} |" in PAGE


RIGHT_AGAIN = {
    "with more": ("(1, 2)", None, "up to T = 2, right with more steps"),
    "now and then": ("(1, 3)", None, "right with T = 2 and 4"),
    "where chunks are whole": ("(1, 3)", Scope(chunk=2), "where T is no multiple of 2"),
}


@pytest.mark.parametrize(("steps", "scope", "words"), RIGHT_AGAIN.values(), ids=RIGHT_AGAIN)
def test_with_which_more_steps_it_is_right_again_is_reported(steps, scope, words):
    """Of a share that is left out, or is none, with so many steps."""
    scans = planted(
        gated_scan,
        "d_x[:, t] = dh * (1 - a[:, t])",
        f"d_x[:, t] = dh * (1 - a[:, t] * (a.shape[1] not in {steps}))",
    )
    assert words in of_layer(scans, scope, 1).sentence
