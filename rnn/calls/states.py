"""Initial states: what a caller gives for one, and the zeros that stand in for None."""

from rnn.cells.cell import Arrays, Cell
from rnn.common.arrays import Array, checked, zeros
from rnn.common.checks import kind_of


def checked_state(cell: Cell, name: str, given: object, xs: Array, last: str = "0") -> Arrays:
    """The arrays (N, H) of a state of ``cell``, of the numbers and records of xs; zeros where None is given.

    A state of one array may be given as that array, one of several is a tuple. ``last``: what the arrays'
    names in a message end in, "0" for h0 and c0.

    Raises TypeError for another cell's state, and as ``checked`` does for each array.
    """
    shape = (len(xs), cell.units)
    if given is None:
        return tuple(zeros(shape, xs) for _ in cell.state)
    if len(cell.state) == 1 and not isinstance(given, tuple):
        return (checked(name, given, shape, xs.dtype),)
    names = [f"{part}{last}" for part in cell.state]
    if not isinstance(given, tuple) or len(given) != len(names):
        found = f"tuple of {len(given)}" if isinstance(given, tuple) else kind_of(given)
        needed = f"({', '.join(names)}{',' if len(names) == 1 else ''})"
        raise TypeError(f"{name}: {found}, needed {needed}, the state of {kind_of(cell)}")
    return tuple(checked(part, array, shape, xs.dtype) for part, array in zip(names, given, strict=True))
