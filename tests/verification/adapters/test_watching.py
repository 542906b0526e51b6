"""A watched layer answers to the bit as the layer does, and what is no layer is refused."""

import numpy as np
import pytest

from tests.layers import vanilla
from verification import layer, models, watch
from verification.adapters.calls import read

NET = layer(vanilla.forward, vanilla.backward, model=models.vanilla)


def arguments(rng, records=2, steps=3, inputs=2, units=3):
    shapes = (units, inputs), (units, units), (units,), (records, steps, inputs), (records, units)
    U, W, b, xs, h = (rng.normal(size=shape).astype("float32") for shape in shapes)
    return {"U": U, "W": W, "b": b}, xs, (h,)


def test_what_is_answered_is_what_the_layer_answers(tmp_path):
    """Kept or not, the very arrays that it has returned."""
    answers = {}

    def forward(params, xs, state):
        answers["forward"] = vanilla.forward(params, xs, state)
        return answers["forward"]

    def backward(saved, d_outputs, d_state):
        assert saved is answers["forward"][2]
        answers["backward"] = vanilla.backward(saved, d_outputs, d_state)
        return answers["backward"]

    watched = watch(layer(forward, backward, model=models.vanilla), tmp_path / "new" / "calls", calls=1)
    rng = np.random.default_rng(0)
    for _ in range(3):
        outputs, final, saved = watched.forward(*arguments(rng))
        assert (outputs is answers["forward"][0], final is answers["forward"][1]) == (True, True)
        found = watched.backward(saved, outputs, final)
        assert all(one is other for one, other in zip(found, answers["backward"], strict=True))
    assert len(list((tmp_path / "new" / "calls").iterdir())) == 1


def test_what_a_layer_changes_is_kept_as_it_was_given(tmp_path):
    """Inputs that a forward overwrites, outputs that a backward does, and what the training does between."""

    def forward(params, xs, state):
        returned = vanilla.forward(params, xs.copy(), state)
        xs[:] = 0
        return returned

    def backward(saved, d_outputs, d_state):
        found = vanilla.backward(saved, d_outputs, d_state)
        d_outputs[:] = 0
        return found

    watched = watch(layer(forward, backward, model=models.vanilla), tmp_path)
    params, xs, state = arguments(np.random.default_rng(0))
    given = xs.copy()
    outputs, final, saved = watched.forward(params, xs, state)
    answered = outputs.copy()
    params["U"][0] += 1
    outputs[0] = 7
    d = np.ones_like(outputs)
    watched.backward(saved, d, final)
    call = read(next(tmp_path.iterdir()))
    assert np.array_equal(call.arrays["xs"], given)
    assert np.array_equal(call.arrays["outputs"], answered)
    assert call.arrays["d_outputs"].all()
    assert call.changed == ("U", "xs", "outputs")


def test_a_folder_that_cannot_be_made_is_an_error(tmp_path):
    """That of the system, which names it."""
    (tmp_path / "file").write_text("")
    with pytest.raises(FileExistsError, match="file"):
        watch(NET, tmp_path / "file")
