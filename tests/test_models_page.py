"""docs/judge/models.md: its model is sound, its call is accepted, and its table has every shipped model."""

from tests.examples import ROOT
from tests.examples import blocks as blocks_of
from tests.layers.chunked import gated_linear_attention as chunked
from verification import layer, models
from verification.adapters.layer import CAPABILITIES
from verification.sampling.claim import gradients
from verification.truth.soundness import check

PAGE = ROOT / "docs" / "judge" / "models.md"
MODEL, AXES, WHOLE, CALL = (block for kind, block in blocks_of("models") if kind == "python")


def test_the_model_can_judge():
    """Its output and its domain are what they should be."""
    made = {}
    exec(MODEL, made)
    check(made["memory"])
    assert made["memory"].block("a").domain is not None


def test_axes_may_be_of_a_fixed_size_and_products():
    """That model is sound as well, and the block has what the page says."""
    made = {}
    exec(MODEL, made)
    exec(AXES, made)
    check(made["short"])
    assert made["queries"].shape({"A": 2, "G": 4, "K": 3}) == (8, 3)


def test_inputs_may_be_of_whole_numbers():
    """Of which no gradient is claimed."""
    made = {}
    exec(MODEL, made)
    exec(WHOLE, made)
    check(made["embedding"])
    assert gradients(made["embedding"], CAPABILITIES) == ("E", "h0")


def test_the_call_declares_a_form():
    """In words as well."""
    made = {"layer": layer, "models": models, "forward": chunked.forward, "backward": chunked.backward}
    exec(CALL, made)
    words = "declared: the gradient of g is made by suffix sums of q, k, S0"
    assert words in made["engine"].claim.in_words()


def test_every_shipped_model_has_a_row():
    """By its name."""
    table = PAGE.read_text("utf-8")
    assert [model.name for model in models.SHIPPED if f"`{model.name}`" not in table] == []
