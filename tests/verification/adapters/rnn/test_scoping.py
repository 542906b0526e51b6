"""A plain function of a problem, and what is claimed of it."""

from verification import manual, scoped
from verification.adapters.rnn.scoping import as_rnn
from verification.properties import fixed


def test_a_plain_function_is_asked_everything():
    """Of the vanilla model: all that can be asked, but for the same bits."""
    engine = scoped(manual)
    claim = engine.claim
    assert claim.dtypes[:2] == ("float32", "float64")
    assert claim.truncations == ("Full", "Window", "Chunked", "Tail")
    assert (claim.exact, claim.checkpoints, claim.workspace, claim.bits) == (True, True, True, False)
    assert {each.property for each in engine.fixed} == {fixed.INTEGERS, fixed.LARGER, None}


def test_what_rnn_claims_is_more():
    """The same bits however it is called, and truncations of one's own."""
    engine = as_rnn(manual)
    assert engine.claim.bits
    assert fixed.OWN_TRUNCATIONS in {each.property for each in engine.fixed}
