"""Calls of a training beside a run's cases: what no case of the sample shows is refuted by them."""

import numpy as np
import pytest

from tests.layers import vanilla
from verification import Scope, check, layer, models, verify, watch
from verification.judging.model_subject import OfModel
from verification.judging.plan import Plan
from verification.judging.training import training_of


@pytest.fixture
def calls_alone(monkeypatch):
    """Runs of kept calls alone: the sample is run elsewhere."""
    monkeypatch.setattr(OfModel, "samples", lambda subject, profile: ())
    for name in ("opening", "blocks", "portions", "sought"):
        monkeypatch.setattr(Plan, name, lambda *given: ())


def trained(
    made, folder, steps=12, units=100, dtype="float32", between=lambda params, xs, outputs: None, **kept
):
    """A training of ``watched`` on drawn inputs, by plain gradient descent."""
    rng, watched = np.random.default_rng(0), watch(made, folder, **kept)
    shapes = {"U": (units, 3), "W": (units, units), "b": (units,)}
    params = {n: (rng.normal(size=shape) / shape[-1] ** 0.5).astype(dtype) for n, shape in shapes.items()}
    for _ in range(steps):
        xs, h = rng.normal(size=(4, 5, 3)).astype(dtype), np.zeros((4, units), dtype)
        outputs, final, saved = watched.forward(params, xs, (h,))
        d = (outputs - 1) / outputs.size
        between(params, xs, outputs)
        d_params, _, _ = watched.backward(saved, d.astype(dtype), (0 * final[0],))
        for name, grad in d_params.items():
            params[name] -= np.asarray(0.1, dtype) * grad
    return folder


def of(backward):
    """A vanilla layer with another backward."""
    return layer(vanilla.forward, backward, model=models.vanilla)


def by_size(saved, d_outputs, d_state):
    """A fault of layers of 96 units or more."""
    d_params, d_xs, d_initial = vanilla.backward(saved, d_outputs, d_state)
    if len(d_params["b"]) >= 96:
        d_params["W"][:, -1] = 0
    return d_params, d_xs, d_initial


class Stale:
    """A backward that answers what it made three calls ago, from its tenth call on."""

    def __init__(self):
        self.kept = []

    def __call__(self, saved, d_outputs, d_state):
        answer = vanilla.backward(saved, d_outputs, d_state)
        self.kept.append({name: grad.copy() for name, grad in answer[0].items()})
        if len(self.kept) > 9 and len(answer[0]["b"]) == 100:
            return (self.kept[-4], *answer[1:])
        return answer


def test_a_right_layer_s_calls_are_right(calls_alone, tmp_path):
    """And it says how many there were, by their sizes and type."""
    made = of(vanilla.backward)
    trained(made, tmp_path)
    trained(made, tmp_path, steps=2, units=7, dtype="float64")
    found = verify(made, calls=tmp_path, cache=False)
    assert not found.is_refuted
    assert found.calls == {"N 4, T 5, H 100, D 3, float32": 12, "N 4, T 5, H 7, D 3, float64": 2}
    assert f"0 cases, 0 informative{found.beside})" in str(found)
    assert {row.property for row in found.rows} == {"calls of a training", "forward", "autograd"}


@pytest.mark.slow
def test_a_fault_by_size_that_the_sample_does_not_meet_is_refuted_and_shrunk(calls_alone, tmp_path):
    """The size from which on it shows, with fewer records and steps: two, from an initial state of zero."""
    made = of(by_size)
    found = verify(made, calls=trained(made, tmp_path / "calls"), cache=False)
    assert found.diagnosis.sentence.startswith("W is wrong from H = 96 on: small cases")
    assert found.example.larger == ""
    assert {**found.example.case.sizes, "H": 0} == {"N": 1, "T": 2, "H": 0, "D": 1}
    assert not found.example.case.blocks["h0"].any()


def test_a_stale_answer_is_refuted_though_the_same_call_is_right_by_itself(calls_alone, tmp_path):
    """It is named, and the program reads the call that was kept."""
    made, fresh = of(Stale()), of(Stale())
    found = verify(fresh, calls=trained(made, tmp_path / "calls"), cache=False)
    sentence = found.diagnosis.sentence
    assert sentence.startswith("The bug is in state that is kept between calls")
    assert ": call 10 of the training: d_" in sentence
    assert sentence.endswith("; the same call by itself is right.")
    assert found.example.property == "calls of a training"
    assert found.example.larger == "it is a call of the training, as it was"
    body = found.example.code[found.example.code.index("call = engine.recorded") :]
    with pytest.raises(AssertionError, match="call 10 of the training"):
        exec(body, {"check": check, "engine": fresh})


def test_what_a_training_changes_in_between_is_reported(calls_alone, tmp_path):
    """Inputs whose memory is filled again before the backward has read them."""
    made = of(vanilla.backward)
    folder = trained(made, tmp_path / "calls", between=lambda params, xs, outputs: np.copyto(xs, 1))
    found = verify(made, calls=folder, cache=False)
    assert "d_U[" in found.diagnosis.sentence
    result = "Between its forward and its backward xs was changed in place, and read after that: call 1 of"
    assert found.diagnosis.sentence.startswith(result)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_no_right_training_is_refuted(calls_alone, tmp_path, dtype):
    """Of many steps, some of which are kept."""
    made = of(vanilla.backward)
    folder = trained(made, tmp_path, steps=120, units=9, dtype=dtype, calls=10)
    found = verify(made, calls=folder, cache=False)
    assert (found.is_refuted, 5 <= sum(found.calls.values()) <= 10) == (False, True)


REFUSALS = {
    "missing": (lambda folder: folder / "no", r"calls: \S+no: no such folder, needed one"),
    "a file": (lambda folder: folder / "file", r"calls: \S+file: no such folder, needed one"),
    "empty": (lambda folder: folder / "empty", r"calls: \S+empty: no calls, needed some"),
    "broken": (lambda folder: folder / "broken", r"call-1\.npz: broken, needed a call"),
    "another": (lambda folder: folder / "another", r"call-\S+: a call of scan, needed vanilla"),
    "beyond": (lambda folder: folder / "beyond", r"beyond: 3 calls, none within the scope, needed some"),
}


@pytest.fixture
def folders(tmp_path):
    """One for each."""
    (tmp_path / "file").write_text("")
    for name in ("empty", "broken"):
        (tmp_path / name).mkdir()
    (tmp_path / "broken" / "call-1.npz").write_bytes(b"PK")
    trained(of(vanilla.backward), tmp_path / "beyond", steps=3, dtype="float64")
    other = layer(vanilla.forward, vanilla.backward, model=models.scan, arrays=None)
    trained(other, tmp_path / "another", steps=1)
    return tmp_path


@pytest.mark.parametrize("refusal", REFUSALS)
def test_a_folder_without_calls_of_the_layer_is_refused(folders, refusal):
    """In a line, before any work."""
    made = layer(vanilla.forward, vanilla.backward, model=models.vanilla, scope=Scope(dtypes=("float32",)))
    folder, line = REFUSALS[refusal]
    with pytest.raises(ValueError, match=line) as refused:
        verify(made, calls=folder(folders))
    assert "\n" not in str(refused.value)


def test_calls_beyond_the_scope_are_counted(folders):
    """And reported as not run."""
    made = of(vanilla.backward)
    trained(made, folders / "beyond", steps=1)
    scoped = layer(vanilla.forward, vanilla.backward, model=models.vanilla, scope=Scope(dtypes=("float32",)))
    assert training_of(scoped, folders / "beyond").not_checked == ("3 kept calls beyond the scope",)
    assert OfModel(scoped).beside(folders / "beyond").not_checked(0.0)[-1] == "3 kept calls beyond the scope"
