"""Claims: what they admit, in words."""

from dataclasses import replace

from tests.cases import claimed
from verification.adapters import layer, step
from verification.models import lstm, vanilla
from verification.sampling.claim import gradients, rational
from verification.sampling.scope import Scope


def test_readout_blocks_are_claimed_where_the_adapter_has_them():
    assert gradients(vanilla, layer.CAPABILITIES) == ("U", "W", "b", "xs", "h0")
    reading_out = replace(layer.CAPABILITIES, readout=True)
    assert gradients(vanilla, reading_out) == ("U", "W", "b", "V", "c", "xs", "h0")


def test_rational_functions_are_those_that_are_claimed():
    claim = claimed(lstm, Scope(functions={"gate": ("rational_gate",)}))
    assert rational(lstm, claim) == {"gate": ("rational_gate",), "candidate": (), "output": ()}


def test_a_claim_of_every_truncation_names_them():
    """In its words, and nothing of truncation is left out."""
    claim = claimed(lstm, adapter=step)
    words = "gradient under Full, Window, Chunked, Tail by cotangents of outputs and final state"
    assert words in claim.in_words()
    assert not any("truncation" in words or "every" in words for words in claim.not_checked(lstm))


def test_a_claim_of_an_engine_that_compiles_says_which_sizes_are_run():
    """So that nobody takes the span of its scope for what was seen."""
    claim = claimed(lstm, Scope(compiled=True))
    sizes = "1 and 3, and of steps 1, 3, 17"
    assert claim.in_words().endswith(f"as it compiles for each shape, of these sizes {sizes}")
    assert f"sizes other than {sizes}" in claim.not_checked(lstm)
