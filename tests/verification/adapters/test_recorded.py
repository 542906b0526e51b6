"""A kept call, read again: the case that a layer ran, and its answer, whatever form the layer has."""

from dataclasses import replace
from functools import partial

import numpy as np
import pytest

from tests.layers import FORMED, RIGHT, packed, ragged, renamed, scan, vanilla
from verification import Scope, layer, models, watch
from verification.adapters import calls
from verification.adapters.given import unchanged
from verification.adapters.recorded import recorded
from verification.processes.place import Passes
from verification.properties.findings import truth_of
from verification.properties.training import findings_of
from verification.sampling.drawing import all_drawn
from verification.sampling.draws import cases


def chunked(params, xs, state, chunk):
    """A layer that is given its chunks."""
    return vanilla.forward(params, xs, state)


def of(model, module, forward=None, **options):
    return layer(forward or module.forward, module.backward, model=model, **options)


MANY = packed.of(scan)

# How each is made, by the test that asks for it: its model is checked first.
FORMS = {
    **{model.name: partial(of, model, module) for model, module in RIGHT},
    "suffix sums": partial(of, *FORMED[0], forms=FORMED[0][1].FORMS),
    "renamed": partial(of, models.lstm, renamed, arrays=renamed.ARRAYS),
    "lengths": partial(of, models.vanilla, ragged, scope=Scope(lengths=True)),
    "packed": partial(of, models.scan, MANY, scope=Scope(lengths=True, packed=True)),
    "chunks": partial(of, models.vanilla, vanilla, chunked, scope=Scope(chunks=(2, 3))),
    "some": partial(of, models.vanilla, vanilla, scope=Scope(blocks=("U", "xs"))),
}


def drawn(made, seed, count):
    """Cases of a layer in single precision."""
    dtype = "complex64" if made.model.complex else "float32"
    return all_drawn(cases(made.model, made.claim, dtype), seed, count)


def kept(made, case, folder):
    """The file of a layer's call for a case."""
    folder.mkdir(exist_ok=True)
    watched = watch(made, folder)
    answer = replace(made, passes=Passes(unchanged, (watched.forward, watched.backward))).answer
    # A product of OpenBLAS may set a flag though all its numbers are finite.
    with np.errstate(invalid="ignore"):
        answer(case)
    (path,) = folder.glob("call-*.npz")
    return path


def close(got, want):
    """The same numbers: of two biases their sum, which rounds."""
    return got.shape == want.shape and got.dtype == want.dtype and np.allclose(got, want, 1e-6, 1e-30)


@pytest.mark.parametrize("name", FORMS)
def test_a_call_is_read_as_the_case_that_was_run_and_its_answer_is_right(name, tmp_path):
    """In drawn cases: by every model, and every form that a layer's arguments have."""
    made, determined = FORMS[name](), 0
    for i, case in enumerate(drawn(made, name, 5)):
        found = recorded(made, kept(made, case, tmp_path / str(i)))
        assert (found.case.chunk, found.case.functions) == (case.chunk, case.functions)
        if case.lengths is None or not made.claim.packed:
            assert all(close(found.case.blocks[n], array) for n, array in case.blocks.items())
            assert close(found.case.objective.outputs, case.objective.outputs)
        else:
            assert found.case.lengths == case.lengths or {*case.lengths} == {found.case.steps}
        truth = truth_of(found.case)
        parts = list(findings_of(found, truth))
        assert [each.wrong for each in parts if each.wrong] == []
        assert not truth.determined or {each.part for each in parts} >= {*made.claim.blocks}
        determined += truth.determined
    assert determined >= 2


@pytest.mark.parametrize(
    "name", ["vanilla", "renamed", "lengths", "packed", "chunks", "gated_linear_attention"]
)
def test_each_part_of_an_answer_that_is_wrong_is_found(name, tmp_path):
    """A changed number of any array that was answered."""
    made = FORMS[name]()
    for case in drawn(made, name, 60):
        found = truth_of(case)
        # Beside which 1 is not little.
        if found.determined and case.steps > 1 and all(0.01 < e.size < 1e4 for e in found.blocks.values()):
            break
    path = kept(made, case, tmp_path / "calls")
    call = calls.read(path)
    answered = ("outputs", "final", "d_params", "d_xs", "d_state")
    where = [(role, n) for role in answered for n, _ in calls.named(call.arrays[role], role)]
    assert len(where) >= 5
    for role, wrong in where:
        arrays = dict(call.arrays)
        names = iter(n for n, _ in calls.named(arrays[role], role))

        def change(array, names=names, wrong=wrong):
            array = np.array(array)
            # The first step of the first record, which no length ends before.
            array[(0,) * array.ndim] += 1 if next(names) == wrong else 0
            return array

        arrays[role] = calls.each(change, arrays[role])
        path.write_bytes(calls.packed(replace(call, arrays=calls.each(calls.held, arrays))))
        found = recorded(made, path)
        assert [each.wrong for each in findings_of(found, truth_of(found.case)) if each.wrong], wrong


def test_a_call_of_another_layer_is_refused(tmp_path):
    """By its model's name, by its arrays, or by their shapes, in one line."""
    made = FORMS["vanilla"]()
    (case,) = drawn(made, "one", 1)
    path = kept(made, case, tmp_path / "calls")
    with pytest.raises(ValueError, match=r"call-\S+: a call of vanilla, needed scan$"):
        recorded(FORMS["scan"](), path)
    with pytest.raises(ValueError, match=r"a call of vanilla, needed vanilla with arrays {'U': 'Wx'}"):
        recorded(of(models.vanilla, vanilla, arrays={"U": "Wx"}), path)
    call = calls.read(path)
    for role, wrong in (("params", {}), ("state", ()), ("xs", call.arrays["xs"].astype("float64"))):
        arrays = {**call.arrays, role: wrong}
        path.write_bytes(calls.packed(replace(call, arrays=calls.each(calls.held, arrays))))
        with pytest.raises(ValueError, match=r"call-\S+: .*, needed arrays of vanilla$"):
            recorded(made, path)


def test_what_a_layer_does_not_claim_is_none(tmp_path):
    """More steps than it claims, or another type."""
    made = FORMS["vanilla"]()
    (case, *_) = (each for each in drawn(made, "two", 9) if each.steps > 1)
    path = kept(made, case, tmp_path / "calls")
    assert recorded(made, path) is not None
    for scope in (Scope(records=(99, 129)), Scope(dtypes=("float64",))):
        assert recorded(of(models.vanilla, vanilla, scope=scope), path) is None
