"""A call has its sizes and its arrays by name, and what was given is known without them."""

import numpy as np

from benchmarks.evidence.adversary.call import Sizes, given
from tests.benchmarks.evidence.adversary.calls import call


def test_a_call_has_its_sizes_and_arrays():
    """Of parameters, inputs, states and all cotangents."""
    some = call(N=2, T=5, D=3, H=4)
    assert some.sizes == Sizes(2, 5, 3, 4)
    assert list(some.arrays) == ["U", "W", "b", "xs", "h0", "c0", "d_outputs", "d_h", "d_c"]
    assert some.arrays["c0"].shape == (2, 4)


def test_what_was_given_tells_numbers_and_places():
    """The same numbers elsewhere have the same digest, and other ones in the same place another."""
    some = call()
    copies = {name: array.copy() for name, array in some.params.items()}
    there = given(copies, some.xs, some.state)
    assert there.digests == some.given.digests
    assert there.places["W"] != some.given.places["W"]
    copies["W"][0, 0] = 7
    assert given(copies, some.xs, some.state).digests["W"] != there.digests["W"]


def test_calls_are_alike_whose_numbers_and_places_are():
    """In another layout they are not, nor where two arrays are one."""
    some = call()
    assert some.alike == call().alike
    assert some.alike != call(xs=np.asfortranarray(some.xs)).alike
    assert (
        call(h0=some.state[0], c0=some.state[0].copy()).alike
        != call(h0=some.state[0], c0=some.state[0]).alike
    )
