"""The larger problems do not round, and the engine is right on each; what they refute are mutants."""

from tests.quick import first_quick, one_quick_each
from verification.adapters.rnn.engine import manual
from verification.adapters.rnn.fixed_problems import LARGER_PROBLEMS, OWN_TRUNCATIONS
from verification.adapters.rnn.larger import LARGER, OWN
from verification.adapters.rnn.scoping import as_rnn
from verification.adapters.rnn.small import fits_exactly
from verification.properties.findings import findings
from verification.properties.fixed import FixedTruth

EVERY = {**LARGER, **OWN}


DELAY_LINES = [name for name in LARGER if name.startswith("a delay line")]


@first_quick("name", [name for name in EVERY if name not in DELAY_LINES], 6)
def test_whole_numbers_are_held_exactly(name):
    """Every sum stays below the integers that its type can hold, whatever the order of its terms."""
    assert fits_exactly(EVERY[name]())


@one_quick_each(
    "one",
    [*LARGER_PROBLEMS, *OWN_TRUNCATIONS],
    lambda each: each.property.name,
    ids=lambda each: each.name,
)
def test_the_engine_is_right(one):
    """On every one of them its answer is autograd's, and no problem is without a recurrent gradient."""
    truth = FixedTruth(one.make(), one.property)
    found = list(findings(as_rnn(manual), truth))
    assert [each.wrong for each in found if each.wrong is not None] == []
    for name in ("U", "W", "xs"):
        assert truth.blocks[name].size, name
