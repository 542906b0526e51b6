"""Initial states: what a caller gives for one, and the zeros that stand in for None."""

from rnn.cells.cell import Arrays
from rnn.common.arrays import Array, checked, zeros
from rnn.common.checks import kind_of
from rnn.through_time.naming import initial_named
from rnn.through_time.recurrence import Recurrence


def zero_state(own: Recurrence, xs: Array) -> Arrays:
    """Zeros for each of the state's arrays, (N, H), of the numbers and records of xs."""
    return tuple(zeros((len(xs), width), xs) for width in own.widths)


def checked_state(own: Recurrence, name: str, given: object, xs: Array, last: str = "0") -> Arrays:
    """The arrays (N, H) of a state, of the numbers and records of xs; zeros where None is given.

    A state of one array may be given as that array, one of several is a tuple. ``last``: what the arrays'
    names in a message have behind their letter, "0" for h0 and c0.

    Raises TypeError for the state of another recurrence, and as ``checked`` does for each array.
    """
    shapes = [(len(xs), width) for width in own.widths]
    if given is None:
        return zero_state(own, xs)
    if len(shapes) == 1 and not isinstance(given, tuple):
        return (checked(name, given, shapes[0], xs.dtype),)
    names = [initial_named(part, last) for part in own.state]
    if not isinstance(given, tuple) or len(given) != len(names):
        found = f"tuple of {len(given)}" if isinstance(given, tuple) else kind_of(given)
        needed = f"({', '.join(names)}{',' if len(names) == 1 else ''})"
        raise TypeError(f"{name}: {found}, needed {needed}, the state of {own.name}")
    each = zip(names, given, shapes, strict=True)
    return tuple(checked(part, array, shape, xs.dtype) for part, array, shape in each)
