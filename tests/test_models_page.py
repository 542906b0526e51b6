"""docs/judge/models.md: its model is sound, its call is accepted, and its table has every shipped model."""

from tests.examples import ROOT
from tests.examples import blocks as blocks_of
from tests.layers.chunked import gated_linear_attention as chunked
from verification import layer, models
from verification.truth.soundness import check

PAGE = ROOT / "docs" / "judge" / "models.md"
MODEL, CALL = (block for kind, block in blocks_of("models") if kind == "python")


def test_the_model_can_judge():
    """Its output and its domain are what they should be."""
    made = {}
    exec(MODEL, made)
    check(made["memory"])
    assert made["memory"].block("a").domain is not None


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
