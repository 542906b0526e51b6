"""A backward that another library differentiates is a remark, and no more."""

import pytest

from tests.layers import vanilla
from verification import Profile, Scope, layer, models, verify

SMALL = Scope(records=(1, 3), steps=(1, 4), sizes={"H": (1, 2), "D": (1, 2)}, dtypes=("float64",))


def by_autograd(saved, d_outputs, d_state):
    """The right gradient, after a call of autograd that changes nothing."""
    import autograd

    autograd.grad(lambda x: x * x)(1.0)
    return vanilla.backward(saved, d_outputs, d_state)


def forward_by_autograd(params, xs, state):
    import autograd

    autograd.grad(lambda x: x * x)(1.0)
    return vanilla.forward(params, xs, state)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("forward", "backward", "remarks"),
    [
        (vanilla.forward, by_autograd, ("a backward calls autograd: the gradient may be that library's",)),
        (vanilla.forward, vanilla.backward, ()),
        (forward_by_autograd, vanilla.backward, ()),
    ],
)
def test_a_backward_that_calls_a_library_is_remarked(forward, backward, remarks):
    """A forward may be anybody's."""
    engine = layer(forward, backward, model=models.vanilla, scope=SMALL)
    found = verify(engine, Profile("short", cases=30, strength=1))
    assert found.word == "verified", found
    assert found.remarks == remarks
