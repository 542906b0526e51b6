"""An engine runs the sizes that it names alone, or that its model has; and no cotangent that it declines."""

from dataclasses import replace

import numpy as np
import pytest

from tests.cases import a_case, claimed, made_of
from tests.layers import RIGHT, gated_linear_attention, lstm, planted
from tests.quick import first_quick
from tests.verification.diagnosis.wrong import doubled_where, first_found
from verification import Profile, Scope, layer, models, verify
from verification.adapters import problem
from verification.diagnosis.circumstances import circumstances, large
from verification.diagnosis.diagnosis import diagnose
from verification.diagnosis.picture import picture
from verification.diagnosis.probe import healthy_case
from verification.judging.contract import contract
from verification.judging.once import once
from verification.judging.plan import Plan
from verification.judging.shrinking import smallest
from verification.models.axes import measured
from verification.models.model import Use
from verification.models.truncation import FULL
from verification.properties.calling import is_large
from verification.properties.cut import CUT
from verification.properties.engine import FixedCase
from verification.properties.findings import findings, truth_of
from verification.properties.per_step import LAG_BY_LAG, is_unfolded, views, widened
from verification.sampling.admitting import admits
from verification.sampling.at_random import AtRandom
from verification.sampling.claim import rational
from verification.sampling.drawing import all_drawn
from verification.sampling.draws import FEW, exact_cases
from verification.sampling.factors import dimensions
from verification.sampling.fractions import in_fractions
from verification.sampling.gaps import rows_between
from verification.sampling.products import rows_of_products
from verification.sampling.resolving import narrowed
from verification.sampling.sample import in_floats
from verification.sampling.switches import rows_where_code_switches

MODEL = models.gated_linear_attention
SIZED = Scope(sizes={"K": (32, 16), "V": (16,)}, records=(1, 3), steps=(1, 9))
ENDLESS = Scope(declines="final cotangents", records=(1, 3), steps=(1, 9))
KNOWN = {(16, 16), (32, 16)}


def of(scope, module=gated_linear_attention):
    """A layer that takes no other size of keys and values."""

    def forward(params, xs, state):
        assert scope is not SIZED or state[0].shape[2:] in KNOWN
        return module.forward(params, xs, state)

    return layer(forward, module.backward, model=MODEL, scope=scope)


def test_no_other_size_is_run():
    """By whatever makes a case; one of the least is no large one."""
    some = [*made_of(MODEL, of(SIZED).claim)]
    assert {(case.sizes["K"], case.sizes["V"]) for case in some} == KNOWN
    assert len({case.sizes["A"] for case in some}) > 3
    small = [case for case in some if not is_large(case)]
    assert {case.sizes["K"] for case in small} == {16}
    assert all(admits(of(SIZED).claim, case) for case in some)
    assert not admits(of(Scope(sizes={"K": (8,)})).claim, some[0])


def test_small_cases_are_of_few_numbers():
    """Of a head of 64 a few records are, and many are a large case."""
    sizes, least = {"A": 1, "K": 64, "V": 64}, {"K": 64, "V": 64}
    for records, many in ((2, False), (3, True)):
        case = a_case(MODEL, records, sizes=sizes)
        assert is_large(case)
        assert is_large(replace(case, least=least)) is many


def test_a_right_layer_of_few_sizes_holds():
    engine = of(SIZED)
    found = [*findings(engine, truth_of(healthy_case(engine, 2, 2)))]
    assert {each.property for each in found} >= {"second call", "interleaved calls", "cut", "memory layout"}
    assert [each.wrong for each in found if each.wrong] == []


def test_a_diagnosis_runs_no_other_size():
    """Circumstances are of the least, and the largest is named where it is that."""
    engine = of(SIZED)
    assert {case.sizes["K"] for case in circumstances(engine)} == {16}
    assert {case.sizes["K"] for case in large(engine)} == {16, 32}
    wrong = planted(gated_linear_attention, "return {}, {", "d_k *= 1 + (d_k.shape[-1] == 32); return {}, {")
    engine = of(SIZED, wrong)
    case = healthy_case(engine, 3, 2, {"A": 2, "K": 32, "V": 16})
    finding = next(each for each in findings(engine, truth_of(case)) if each.wrong)
    diagnosis = diagnose(engine, finding, case)
    assert diagnosis.sentence == (
        "k is wrong (twice what it should be) at K = 32: small cases of healthy numbers are right."
    )


def test_a_dimension_that_is_named_is_not_widened():
    """To tell steps apart; and no step by itself is what a run must have seen then."""
    claim = claimed(models.lstm, Scope(sizes={"D": (4,)}))
    case = a_case(models.lstm, sizes={"D": 4})
    assert widened(case, claim)[0].sizes["D"] == 4
    assert widened(case, claimed(models.lstm))[0].sizes["D"] == 4 + case.steps
    assert views(models.lstm, claim)["U"] == "the sum of its steps"
    assert LAG_BY_LAG.evidence(claim) == ()


def test_it_is_said():
    claim = of(SIZED).claim
    assert "; K 16 or 32; V 16" in claim.in_words()
    assert {"other sizes of K", "other sizes of V"} <= {*claim.not_checked(MODEL)}
    claim = of(ENDLESS).claim
    assert "; full gradient by cotangents of outputs; " in claim.in_words()
    assert "a cotangent of the final state" in claim.not_checked(MODEL)


def test_no_final_state_has_a_cotangent_that_is_declined():
    """In any case; nor is it handed on, or waited for."""
    engine = of(ENDLESS)
    some = [*made_of(MODEL, engine.claim), healthy_case(engine), *circumstances(engine), *large(engine)]
    assert not any(array.any() for case in some for array in case.objective.state)
    # Of one that is drawn the last output alone may have one, and a step none.
    assert sum(not case.objective.outputs.any() for case in some) < 2
    assert all(admits(engine.claim, case) for case in some if case.truncation == FULL and not case.layouts)
    assert not admits(engine.claim, healthy_case(of(SIZED)))
    assert not CUT.applies(engine.claim)
    assert "loss by the final state alone" not in {entry.name for entry in contract(engine.claim)}


@pytest.mark.parametrize("scope", [None, ENDLESS], ids=["claimed", "declined"])
def test_who_ignores_it_is_right_where_that_is_declined(scope):
    engine = of(scope, planted(gated_linear_attention, "(dS,) = d_state", "dS = 0 * d_state[0]"))
    found = [each.wrong for each in findings(engine, truth_of(healthy_case(engine))) if each.wrong]
    assert bool(found) is (scope is None)


def test_an_exact_layer_may_decline_it():
    claim = claimed(models.scan, Scope(declines="final cotangents", exact=True))
    for case in all_drawn(exact_cases(models.scan, claim), "0", 6):
        assert not any(array.any() for array in case.objective.state)


def held(model, how, name, size):
    """The model, and a scope, by one of which a dimension is at most, or always, of a size."""
    if how == "most":
        return replace(model, most={name: size}), Scope()
    return model, Scope(sizes={name: (size,)})


def every_row(model, claim):
    """The rows of whatever makes cases; numbers do not change sizes."""
    rng, design = np.random.default_rng(0), in_floats(model, claim)
    yield from design.rows(1)
    for at_random in (AtRandom(design), AtRandom(design, FEW)):
        yield from (at_random._row(rng, {}, small) for small in (True, False) for _ in range(12))
    yield from rows_between(model, claim, 0).values()
    yield from rows_where_code_switches(model, claim)
    yield from rows_of_products(model, claim)
    if all(rational(model, claim).values()):
        design = in_fractions(model, claim)
        yield from design.rows(1)
        yield from (AtRandom(design).row(rng, {}) for _ in range(12))


@first_quick(("model", "module"), RIGHT, ids=[model.name for model, _ in RIGHT])
def test_each_dimension_can_be_held(model, module):
    """By the model, or by the scope: every row obeys, and every probe; and a right layer is right there."""
    for number, name in enumerate(dimensions(model, False)):
        for how, sizes in (("most", (1, 2, 3)), ("sizes", (3,))):
            for size in sizes:
                own, scope = held(model, how, name, size)
                found = {row.sizes[name] for row in every_row(own, claimed(own, scope))}
                assert found <= {*range(1, size + 1)}
                assert how == "most" or found == {size}
        # Of each dimension once: cases take longer to make than rows.
        size, met = 1 + number, list[int]()
        own, scope = held(model, "most" if number % 2 else "sizes", name, size)
        engine = layer(*told(own, module, name, met), model=own, scope=scope)
        case = healthy_case(engine, 2, 2)
        assert [each.wrong for each in findings(engine, truth_of(case)) if each.wrong] == []
        for case in (*circumstances(engine), *large(engine), *(each.make() for each in once(engine))):
            with np.errstate(over="ignore"):
                engine.answer(case)
        assert {*met} <= {*range(1, size + 1)}


def told(model, module, name, met):
    """A layer's functions that note the size of a dimension at each call."""

    def forward(params, xs, state):
        inputs = model.of(Use.INPUT)
        given = {**params, **(xs if len(inputs) > 1 else {inputs[0].name: xs})}
        given |= {block.name: array for block, array in zip(model.of(Use.STATE), state, strict=True)}
        lead = {Use.INPUT: 2, Use.STATE: 1}
        axes = [
            (axis, length)
            for key, array in given.items()
            for block in [model.block(key)]
            for axis, length in zip(block.axes, array.shape[lead.get(block.use, 0) :], strict=True)
        ]
        met.append(measured(axes)[name])
        return module.forward(params, xs, state)

    return forward, module.backward


@first_quick(
    ("model", "module", "name", "size"),
    [
        (models.gated_linear_attention, gated_linear_attention, "K", 3),
        (models.lstm, lstm, "D", 1),
    ],
    count=0,
)
def test_a_right_layer_that_has_no_more_is_verified(model, module, name, size):
    """By a whole run: it raises an error where a size is beyond its model's."""
    own = replace(model, most={name: size})

    def forward(params, xs, state):
        met = list[int]()
        answer = told(own, module, name, met)[0](params, xs, state)
        assert met[0] <= size
        return answer

    found = verify(layer(forward, module.backward, model=own), Profile("singles", 12, strength=1))
    assert found.verdict == "verified to singles"
    assert f"; {name} {'1' if size == 1 else f'1 to {size}'}" in found.scope


@first_quick(
    "condition",
    ["True", "len(d_outputs) > 8", "d_outputs[..., 0].size > 60", "U.shape[1] == 2", "np.abs(x).max() > 4"],
)
def test_a_diagnosis_and_the_smallest_case_hold_it(condition):
    """Of what is wrong everywhere, from a size on, and at the most."""
    own, met = replace(models.lstm, most={"D": 2, "H": 3}), {"D": list[int](), "H": list[int]()}
    wrong = doubled_where(condition)
    for name, some in met.items():
        forward, _ = told(own, wrong, name, some)
        wrong = layer(forward, wrong.backward, model=own)
    shown = ((2, 3), (9, 3), (9, 12))
    cases = [healthy_case(wrong, steps, records) for records, steps in shown]
    large_inputs = replace(cases[0], blocks={**cases[0].blocks, "xs": 9 * cases[0].blocks["xs"]})
    finding, case = first_found(wrong, *cases, large_inputs)
    assert diagnose(wrong, finding, case).sentence
    picture(wrong, case)
    assert smallest(wrong, case, finding) is not None
    assert {*met["D"]} == {1, 2}
    assert {*met["H"]} <= {1, 2, 3}


def test_what_tells_steps_apart_takes_no_size_that_there_is_not():
    """Neither a column for every step, nor a set of units for every state."""
    own = replace(models.vanilla, most={"D": 4, "H": 4})
    claim = claimed(own, Scope(losses=("last",)), problem)
    for steps, size, fits in ((2, 2, True), (3, 2, False), (3, 1, True)):
        case = a_case(own, 1, steps, sizes={"D": size, "H": size}, losses="last")
        assert widened(case, claim)[0].sizes["D"] == size + steps * fits
        assert is_unfolded(claim, case) is (size * (steps + 1) <= 4)
    assert views(own, claim)["U"] == views(models.vanilla, claim)["U"]
    named = claimed(own, Scope(losses=("last",), sizes={"H": (2,), "D": (1,)}), problem)
    assert views(own, named)["U"] == "the sum of its steps"


def test_a_fixed_problem_of_a_larger_size_is_left_out():
    engine = problem.whole(lambda given: None, model=replace(models.vanilla, most={"H": 2}))
    fixed = (
        FixedCase(
            None, f"H {size}", lambda size=size: a_case(models.vanilla, sizes={"H": size}, losses="every")
        )
        for size in (2, 3)
    )
    plan = Plan(replace(engine, fixed=tuple(fixed)))
    names = [each.name for block in plan._fixed() for each in block.fixed]
    assert "H 2" in names
    assert "H 3" not in names


def test_no_size_is_claimed_that_a_model_has_not():
    with pytest.raises(
        ValueError, match=r"^scope: sizes: H: \(3, 4\), needed a tuple of integers from 1 to 3$"
    ):
        claimed(replace(models.lstm, most={"H": 3}), Scope(sizes={"H": (3, 4)}))


def test_a_narrower_scope_has_fractions_of_its_sizes():
    """Where any is small enough; else none are checked."""
    claim = claimed(models.scan, Scope(exact=True))
    for sizes, found in (((2, 40), {2}), ((1, 2), {1, 2}), ((1, 3), {1}), ((3,), None)):
        own = narrowed(claim, Scope(sizes={"H": sizes}), models.scan)
        assert own.exact is (found is not None)
        if own.exact:
            assert {row.sizes["H"] for row in in_fractions(models.scan, own).rows(1)} == found
