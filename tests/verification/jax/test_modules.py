"""The names of Flax's and Equinox's parameters are those of the models' blocks; cells are in tests/peers."""

from math import prod

import pytest

from verification.adapters.layout import layout_of
from verification.adapters.parameters import known, needed
from verification.jax.applied import dotted
from verification.jax.modules import EQUINOX, FLAX
from verification.models.model import Use

TABLES = {"flax": FLAX, "equinox": EQUINOX}
CELLS = [(package, name) for package, table in TABLES.items() for name in table]


@pytest.mark.parametrize(("package", "name"), CELLS)
def test_a_known_cell_s_names_describe_its_model(package, name):
    """Each block has a place, and the states are those of the model."""
    found = TABLES[package][name]
    shapes = needed(found.model, layout_of(found.model, found.arrays))
    blocks = [block.shape({"D": 2, "H": 3}) for block in found.model.of(Use.STEP)]
    assert sum(map(prod, shapes.values())) == sum(map(prod, blocks))
    states = sorted(block.name for block in found.model.of(Use.STATE))
    assert sorted(found.carry) == states or (not found.carry and len(states) == 1)


def test_a_cell_is_known_by_its_class_in_its_package_alone():
    """And by that of what it is derived from."""
    GRUCell = type("GRUCell", (), {"__module__": "equinox.nn._rnn"})
    mine = type("Mine", (GRUCell,), {})()
    assert known(mine, EQUINOX, "equinox") is EQUINOX["GRUCell"]
    assert known(mine, FLAX, "flax") is None


def test_a_place_in_a_tree_is_written_with_dots():
    def key(**named):
        return type("Key", (), named)()

    assert dotted((key(name="cell"), key(key="kernel"), key(idx=1))) == "cell.kernel.1"
