"""Several outputs: each with its cotangent, in arrays of their own, and one array within the verifier."""

import numpy as np
import pytest

from tests.layers import planted
from tests.layers.own import two_outputs
from verification import Scope, layer
from verification.models.case import Apart, as_given, outputs_apart, random_case
from verification.processes.invalid import InvalidAnswer
from verification.properties.calling import run_case
from verification.properties.conduct import inputs_stay
from verification.properties.findings import findings, truth_of
from verification.properties.trial import Trial
from verification.properties.truth import Truth
from verification.sampling.at_random import AtRandom
from verification.sampling.sample import in_floats
from verification.sampling.zeros import NOT_OF_OUTPUT

MODEL = two_outputs.MODEL
CASE = random_case(MODEL, np.random.default_rng(0), {"D": 2, "H": 3, "K": 4}, 2, 5)


def engine(forward=two_outputs.forward, backward=two_outputs.backward):
    """The layer, or one that differs from it."""
    return layer(forward, backward, model=MODEL, scope=Scope(records=(1, 4), steps=(1, 6)))


def test_an_engine_is_given_each_in_an_array_of_its_own():
    """By name; what it changes in one is seen, and is reported by that name."""
    given = as_given(CASE).objective
    assert isinstance(given, Apart)
    assert list(given.arrays()) == ["d_output y", "d_output energy", "d_state[0]"]
    assert all(array.flags.c_contiguous for array in given.arrays().values())
    wrong = planted(two_outputs, "da = dh * (1 - h * h)\n", "da = dh * (1 - h * h); d_energy[:, t] *= 2\n")
    found = inputs_stay(Trial(engine(wrong.forward, wrong.backward), Truth(CASE)))
    wrong = {name: said for name, said, _ in found if said}
    assert wrong == {"d_output energy": "d_output energy is changed in place"}


def test_each_is_held_to_its_own_bound():
    """And found by its name; of the larger one's a small one would be off unseen."""
    small = random_case(MODEL, np.random.default_rng(0), {"D": 1, "H": 1, "K": 1}, 1, 1)
    blocks = {**small.blocks, "V": small.blocks["V"] * 1e12, "h0": 0 * small.blocks["h0"]}
    case = type(small)(MODEL, blocks, small.objective)

    def forward(*given):
        outputs, final, saved = two_outputs.forward(*given)
        return {**outputs, "energy": outputs["energy"] * (1 + 1e-9)}, final, saved

    found = [each for each in findings(engine(forward), truth_of(case)) if each.wrong]
    assert {(each.property, each.part) for each in found} >= {("forward", "output energy")}
    assert {each.part for each in found if each.property == "forward"} == {"output energy"}


@pytest.mark.parametrize(
    ("outputs", "words"),
    [
        (lambda found: found["y"], "forward's outputs is a ndarray, needed a dict by name"),
        (lambda found: {"y": found["y"]}, r"output energy is missing, needed an array \(2, 5\)"),
        (
            lambda found: {**found, "energy": found["energy"][..., None]},
            r"output energy has shape \(2, 5, 1\), needed \(2, 5\)",
        ),
    ],
    ids=["one", "missing", "shape"],
)
def test_another_form_is_reported(outputs, words):
    def forward(*given):
        found, final, saved = two_outputs.forward(*given)
        return outputs(found), final, saved

    with pytest.raises(InvalidAnswer, match=f"^{words}"):
        run_case(engine(forward), CASE)


def test_one_of_them_may_have_no_cotangent():
    """In cases of the sample, and where each has numbers of its own."""
    claim, rng = engine().claim, np.random.default_rng(0)
    design = in_floats(MODEL, claim)
    at_random = AtRandom(design)
    met = set()
    for row in design.rows(2):
        if row.levels["cotangents"] == NOT_OF_OUTPUT:
            case = design.make(row, rng)
            met.add(tuple(array.any() for array in outputs_apart(case, case.objective.outputs).values()))
    assert met >= {(True, False), (False, True)}
    sizes = [
        {np.abs(array).max() for array in outputs_apart(case, case.objective.outputs).values()}
        for case in (at_random.case(rng) for _ in range(40))
    ]
    assert any(max(each) > 1e3 * min(each) > 0 for each in sizes)
