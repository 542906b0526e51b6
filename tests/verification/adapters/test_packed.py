"""Records that end early, given one after another with offsets, and read back."""

from dataclasses import replace

import numpy as np
import pytest

from tests.cases import a_case
from tests.layers import gated_delta_rule, packed, planted, rg_lru
from tests.layers.own import embedding, two_outputs
from verification import Scope, layer, models
from verification.adapters.packed import Packing, packing_of
from verification.processes.invalid import InvalidAnswer
from verification.properties.findings import findings, truth_of

RG_LRU = packed.of(rg_lru)
SCOPE = Scope(packed=True)


def of(module=rg_lru, model=models.rg_lru, scope=SCOPE, **options):
    """A layer of packed sequences."""
    made = packed.of(module)
    return layer(made.forward, made.backward, model=model, scope=scope, **options)


def test_records_stand_one_after_another():
    """Without what follows their ends, but for the last one's, which is slack."""
    array = np.arange(24.0).reshape(3, 4, 2)
    packing = Packing((2, 4, 1), 4)
    assert packing.offsets.tolist() == [0, 2, 6, 7]
    given = packing.given(array)
    assert given[0, :, 0].tolist() == [0, 2, 8, 10, 12, 14, 16, 18, 20, 22]
    assert packing.size == len(given[0]) == 10
    read = packing.read("xs", given)
    assert read[..., 1].tolist() == [[1, 3, 0, 0], [9, 11, 13, 15], [17, 19, 21, 23]]
    with pytest.raises(InvalidAnswer, match=r"^xs has shape \(1, 9, 2\), needed \(1, 10, …\)$"):
        packing.read("xs", given[:, 1:])


def test_records_of_one_length_are_packed_as_well():
    case = a_case(models.rg_lru, 3, 4)
    assert packing_of(case) == Packing((4, 4, 4), 4)
    assert packing_of(replace(case, lengths=(2, 1, 4))) == Packing((2, 1, 4), 4)


def checked(engine, *lengths):
    """The properties in which it holds, of three records of these lengths."""
    case = a_case(engine.model, 3, 4)
    found = [each for some in lengths for each in findings(engine, truth_of(replace(case, lengths=some)))]
    assert [each.wrong for each in found if each.wrong] == []
    return {each.property for each in found}


@pytest.mark.parametrize(
    ("model", "module"),
    [
        *((models.rg_lru, rg_lru), (models.gated_delta_rule, gated_delta_rule)),
        # Whole numbers, and two outputs.
        *((embedding.MODEL, embedding), (two_outputs.MODEL, two_outputs)),
    ],
)
def test_a_right_layer_holds(model, module):
    """In every property, of sequences of one step and of slack among them."""
    every = checked(of(module, model), (4, 1, 2), (2, 4, 3))
    assert {"autograd", "padding", "cut", "records permute", "memory layout"} <= every


def test_steps_may_come_first():
    """By its arrays, of which there is one record."""

    def turned(xs):
        return {name: array.swapaxes(0, 1) for name, array in xs.items()}

    def forward(params, xs, state, offsets):
        outputs, final, saved = RG_LRU.forward(params, turned(xs), state, offsets)
        return outputs.swapaxes(0, 1), final, saved

    def backward(saved, d_outputs, d_state):
        d_params, d_xs, d_initial = RG_LRU.backward(saved, d_outputs.swapaxes(0, 1), d_state)
        return d_params, turned(d_xs), d_initial

    engine = layer(forward, backward, model=models.rg_lru, scope=SCOPE, arrays={"axes": "TN"})
    assert checked(engine, None, (1, 4, 2))


def test_what_is_wrong_beside_others_alone_is_refuted():
    """A gradient of slack: of one long sequence by itself nothing is."""
    slack = "{name: np.zeros_like(array) for name, array in xs.items()}, {}, []"
    made = planted(packed, slack, slack.replace("zeros_like", "ones_like")).of(rg_lru)
    engine = layer(made.forward, made.backward, model=models.rg_lru, scope=SCOPE)
    case = a_case(models.rg_lru, 3, 4)
    assert any(each.wrong for each in findings(engine, truth_of(replace(case, lengths=(4, 1, 2)))))
    alone = truth_of(a_case(models.rg_lru, 1, 4))
    assert not any(each.wrong for each in findings(engine, alone, ("forward", "autograd")))


def test_a_claim_of_packed_sequences_is_one_of_any_length():
    """Unless it says that all are of one."""
    claim = of().claim
    assert claim.lengths
    assert "packed one after another, with offsets" in claim.in_words()
    assert not of(scope=Scope(packed=True, lengths=False)).claim.lengths
    case = a_case(models.rg_lru)
    assert "scope=Scope(lengths=True, packed=True)" in str(of().code(case))
