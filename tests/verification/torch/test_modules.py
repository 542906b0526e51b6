"""The names of PyTorch's parameters are those of the models' blocks; its modules are in tests/peers."""

import pytest

from verification.adapters.layout import layout_of
from verification.adapters.parameters import known, needed
from verification.torch.modules import KNOWN

# As torch.nn documents them, for an input of 2 and 3 units: so many gates are stacked in each.
GATES = {"RNN": 1, "LSTM": 4, "GRU": 3}


@pytest.mark.parametrize("name", KNOWN)
def test_a_known_module_has_the_parameters_that_its_model_needs(name):
    rows = 3 * GATES[name.removesuffix("Cell")]
    end = "" if name.endswith("Cell") else "_l0"
    found = KNOWN[name]
    assert needed(found.model, layout_of(found.model, found.arrays)) == {
        f"weight_ih{end}": (rows, 2),
        f"weight_hh{end}": (rows, 3),
        f"bias_ih{end}": (rows,),
        f"bias_hh{end}": (rows,),
    }


def test_a_module_is_known_by_its_class_in_torch_nn_alone():
    """And by that of what it is derived from."""
    LSTM = type("LSTM", (), {"__module__": "torch.nn.modules.rnn"})
    for made in (LSTM(), type("Mine", (LSTM,), {})()):
        assert known(made, KNOWN, "torch.nn") is KNOWN["LSTM"]
    for module in ("mine", "torch.nnx"):
        assert known(type("LSTM", (), {"__module__": module})(), KNOWN, "torch.nn") is None
