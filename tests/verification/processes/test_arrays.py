"""Arrays that two processes have: the same numbers, layouts and sharing on both sides."""

from fractions import Fraction

import numpy as np
import pytest

from tests.verification.processes.both_sides import BothSides
from verification.models.layouts import LAYOUTS, TOGETHER, arranged, laid_out
from verification.models.stored import dtype_of
from verification.processes import arrays as module

RNG = np.random.default_rng(0)


def numbers(shape, dtype):
    """Numbers of that type."""
    if dtype == "object":
        return np.array([Fraction(n, 7) for n in range(int(np.prod(shape)))], object).reshape(shape)
    drawn = np.asarray(8 * RNG.standard_normal(shape))
    kind = np.dtype(dtype_of(dtype)).kind
    return (drawn + 1j * np.sin(drawn) if kind == "c" else drawn).astype(dtype_of(dtype))


@pytest.mark.parametrize("how", [None, *LAYOUTS])
@pytest.mark.parametrize("shape", [(2, 3, 4), (7, 30, 11)])
def test_an_array_has_its_layout_there(how, shape):
    """Small and large: the same numbers, strides, flags, and as many numbers around it."""
    given = laid_out(numbers(shape, "float64"), how)
    there = BothSides().given(given)
    assert there is not given
    assert np.array_equal(there, given)
    assert there.strides == given.strides
    assert there.flags.writeable == given.flags.writeable
    assert (there.base is None) == (given.base is None)
    if given.base is not None:
        assert there.base.nbytes == given.base.nbytes


@pytest.mark.parametrize(
    "dtype",
    ["float16", "float32", "float64", "longdouble", "complex64", "complex128", "int64", "bool", "object"],
)
@pytest.mark.parametrize("shape", [(), (0, 3), (3,), (40, 40)])
def test_an_array_has_its_type_there(dtype, shape):
    """And back again; of no number and of one, too."""
    sides, given = BothSides(), np.asarray(numbers(shape, dtype))
    there = sides.given(given)
    assert (there.dtype, there.shape) == (given.dtype, given.shape)
    assert np.array_equal(there, given)
    back = sides.returned(there.copy())
    assert (back.dtype, back.shape) == (given.dtype, given.shape)
    assert np.array_equal(back, given)
    assert back.flags.writeable


@pytest.mark.parametrize("dtype", ["float64", "object"])
@pytest.mark.parametrize("turned", [np.transpose, np.asfortranarray, lambda array: array[::-1, 1:]])
def test_numbers_are_where_they_were(dtype, turned):
    """In any order of memory, when they are told and when they have changed."""
    sides, given = BothSides(), turned(numbers((3, 4), dtype))
    there = sides.given(given)
    assert np.array_equal(there, given)
    back = turned(numbers((3, 4), dtype))
    assert np.array_equal(sides.returned(back), back)
    given[0, 1] += 1
    assert np.array_equal(sides.given(given), given)


def test_a_type_of_another_library_arrives():
    """NumPy takes bfloat16 for void, and knows it by its name."""
    pytest.importorskip("ml_dtypes")
    there = BothSides().given(numbers((3, 4), "bfloat16"))
    assert there.dtype.name == "bfloat16"


@pytest.mark.parametrize("how", TOGETHER)
@pytest.mark.parametrize("size", [3, 3000])
def test_arrays_that_share_memory_share_it_there(how, size):
    """Whatever they share: one buffer, or every number."""
    one = RNG.standard_normal(size)
    first, second = arranged([one, one.copy()], [how, how])
    there, other = BothSides().given((first, second))
    assert np.may_share_memory(there, other) == np.may_share_memory(first, second)
    apart = module.start(other) - module.start(there)
    assert apart == module.start(second) - module.start(first)


def test_an_array_is_the_same_object_there():
    """Within a message, in the next one, and where it is returned."""
    sides, given = BothSides(), RNG.standard_normal((3, 4))
    there, again = sides.given((given, given))
    assert there is again
    assert sides.given([given]) == [there]
    assert sides.given(given) is there
    assert sides.returned((there,))[0] is given
    assert sides.returned(sides.given(given[1:])) is not given


@pytest.mark.parametrize("size", [3, 3000])
@pytest.mark.parametrize("how", [None, "Fortran order", "a gap after each number", "backwards"])
def test_numbers_that_change_here_arrive_with_the_next_message(size, how):
    """Of a view its owner's do."""
    sides, given = BothSides(), laid_out(RNG.standard_normal((2, size)), how)
    there = sides.given(given)
    given += 1
    assert not np.array_equal(there, given)
    assert sides.given(given) is there
    assert np.array_equal(there, given)


@pytest.mark.parametrize("size", [3, 3000])
@pytest.mark.parametrize("how", [None, "Fortran order", "columns of a wider array"])
def test_numbers_that_change_there_are_seen_after_a_look(size, how):
    """And not before; nor is anything else changed."""
    sides, given = BothSides(), laid_out(RNG.standard_normal((2, size)), how)
    other, before = RNG.standard_normal(size), given.copy()
    there, others = sides.given((given, other))
    there[0, 1] = 7
    assert np.array_equal(given, before)
    sides.look()
    assert np.array_equal(given, there)
    assert given[0, 1] == 7
    assert np.array_equal(other, others)


def test_what_is_made_read_only_there_is_so_after_a_look():
    """And writeable again."""
    sides, given = BothSides(), RNG.standard_normal(3)
    there = sides.given(given)
    for writeable in (False, True):
        there.flags.writeable = writeable
        sides.look()
        assert given.flags.writeable == writeable


def test_a_result_that_changes_later_changes_here_after_a_look():
    """As that of an engine that returns its own workspace."""
    sides, own = BothSides(), np.zeros(5)
    got = sides.returned(own)
    own += 1
    assert not got.any()
    sides.look()
    assert (got == 1).all()


@pytest.mark.parametrize("size", [3, 3000])
def test_a_view_of_what_was_given_is_one_here(size):
    """By which it is seen that an answer shares memory with an argument."""
    sides, given = BothSides(), RNG.standard_normal((2, size))
    there = sides.given(given)
    for view in (there[1:], there.T, there[:, ::-1], there[...]):
        got = sides.returned(view)
        assert np.shares_memory(got, given)
        assert np.array_equal(got, view)
    assert not np.shares_memory(sides.returned(there + 0), given)


def test_a_part_of_a_buffer_is_returned_alone():
    """The rest of it is the engine's own."""
    got = BothSides().returned(np.arange(10.0)[2:5])
    assert got.base is None
    assert got.tolist() == [2, 3, 4]


def test_an_array_that_nobody_has_is_forgotten():
    """On both sides, however many messages there are."""
    sides = BothSides()
    for _ in range(50):
        given = RNG.standard_normal((4, 2000))
        result = sides.returned(sides.given(given[1:]) + 1)
        del given, result
        sides.drop()
    assert sides.sizes() == [0] * len(sides.sizes())


@pytest.mark.parametrize(
    "value",
    [None, True, 3, 2**80, 1.5, 1j, "words", (1, (2,)), [1, [2, (3,)]], {"a": 1, "b": (2, {"c": 3})}, ()],
)
def test_plain_values_are_themselves(value):
    """In both directions."""
    assert BothSides().given(value) == value
    assert BothSides().returned(value) == value


@pytest.mark.parametrize(
    "scalar", [np.float32(1.5), np.float64(2), np.int8(3), np.complex128(1j), np.bool(1)]
)
def test_a_scalar_keeps_its_type(scalar):
    """NumPy's are no numbers of Python's."""
    got = BothSides().returned(scalar)
    assert (type(got), got) == (type(scalar), scalar)


class OwnText(str):
    """No plain text."""


class OwnTuple(tuple):
    """No plain tuple, with code of its own."""

    __slots__ = ()

    def __iter__(self):
        raise AssertionError("the code of an engine's object is run")


@pytest.mark.parametrize(
    ("value", "name"),
    [
        (np.ma.array([1.0]), "MaskedArray"),
        (np.rec.array([1.0]), "recarray"),
        (object(), "object"),
        (OwnText("x"), "OwnText"),
        ((n for n in "ab"), "generator"),
        ({1, 2}, "set"),
        (int, "type"),
        (b"bytes", "bytes"),
    ],
)
def test_another_object_is_a_stranger(value, name):
    """Of which only the name of its type is told."""
    got = BothSides().returned(value)
    assert isinstance(got, module.Stranger)
    assert type(got).__name__ == name


def test_a_tuple_of_ones_own_kind_is_a_tuple():
    """Its entries are read without its code."""
    got = BothSides().returned(OwnTuple((1, 2)))
    assert (type(got), got) == (tuple, (1, 2))


def test_what_holds_itself_is_cut():
    """At some depth."""
    whole = [1]
    whole.append(whole)
    got = BothSides().returned(whole)
    for _ in range(module.DEEPEST - 1):
        got = got[1]
    assert isinstance(got[1], module.Stranger)


def test_an_array_of_any_size_is_told(monkeypatch):
    """One that is too large for memory by its shape; one that the arena has no room for in the message."""
    monkeypatch.setattr(module, "LARGEST", 2**10)
    got = BothSides().returned(np.ones((20, 20)))
    assert (got.shape, got.dtype, got.any()) == ((20, 20), np.dtype(float), False)
    monkeypatch.undo()
    sides, many = BothSides(), [RNG.standard_normal(2**17) for _ in range(3)]
    for sent in sides.arenas:
        sent._used = module.ROOM - 2**20 - 2**19
    for each, there in zip(many, sides.given(many), strict=True):
        assert np.array_equal(each, there)
