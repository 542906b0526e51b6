"""Kept calls: a file holds what it was given, or is refused, and a folder stays within its bytes."""

import os

import numpy as np
import pytest

from verification.adapters.calls import Keeper, StoredCall, held, packed, read
from verification.adapters.trees import each, named
from verification.models.layouts import COLUMNS, laid_out

TREE = {"xs": {"q": np.arange(6.0).reshape(2, 3)}, "state": (np.ones(2, np.float32), None), "ends": ()}


def keeper(folder, most=2**20, calls=9, seed=0):
    return Keeper(folder, "scan", most, calls, np.random.default_rng(seed))


def trained(kept, steps, size=10):
    """Calls of a training, each with a backward."""
    for number in range(steps):
        call = kept.opened({"xs": np.full(size, number, np.float32)})
        if call is not None:
            call.returned(outputs=np.zeros(2))
            call.backward(d_outputs=np.ones(2)).returned(d_xs=np.zeros(size))


def numbers(folder):
    return [read(path).number for path in sorted(folder.glob("call-*.npz"))]


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64", "longdouble", "complex64", "int64"])
def test_a_call_comes_back_as_it_was(tmp_path, dtype):
    """Numbers to the bit, their type, and what is not there."""
    arrays = each(lambda array: array.astype(dtype), TREE)
    call = StoredCall("scan", 3, 2, each(held, arrays), False, 4, ("xs",))
    (tmp_path / "call.npz").write_bytes(packed(call))
    found = read(tmp_path / "call.npz")
    assert (found.of, found.number, found.backward, found.wanted, found.chunk) == ("scan", 3, 2, False, 4)
    assert found.changed == ("xs",)
    assert found.arrays["state"][1] is None
    assert found.arrays["ends"] == ()
    for (name, got), (other, want) in zip(named(found.arrays), named(arrays), strict=True):
        assert (name, got.dtype, got.tobytes()) == (other, want.dtype, want.tobytes())


def read_back(array, folder):
    """The array, as a file of a call holds it."""
    (folder / "call.npz").write_bytes(packed(StoredCall("scan", 1, 1, {"xs": held(array)})))
    return read(folder / "call.npz").arrays["xs"]


def test_a_type_of_another_library_comes_back(tmp_path):
    """Of which NumPy writes the bits alone."""
    kept = np.array([1.5, -2.0], pytest.importorskip("ml_dtypes").bfloat16)
    found = read_back(kept, tmp_path)
    assert (found.dtype.name, found.tolist()) == ("bfloat16", kept.tolist())


@pytest.mark.parametrize(
    "layout", ["Fortran order", "backwards", "a gap after each number", COLUMNS, "repeated"]
)
def test_arrays_lie_as_they_lay(tmp_path, layout):
    """With the signs of their strides, and in the order of these."""
    alike = np.broadcast_to(np.arange(4.0), (3, 4))
    array = laid_out(alike if layout == "repeated" else np.arange(12.0).reshape(3, 4), layout)
    found = read_back(array, tmp_path)
    assert np.array_equal(found, array)
    assert np.array_equal(np.sign(found.strides), np.sign(array.strides))
    assert found.flags.c_contiguous == array.flags.c_contiguous


def test_what_is_no_call_is_refused_in_a_line(tmp_path):
    """Cut at every length, with another's content, and with what would be run when it is read."""
    whole = packed(StoredCall("scan", 1, 1, each(held, TREE)))
    path = tmp_path / "call.npz"
    for data in (*(whole[:size] for size in range(0, len(whole), 7)), b"\x80\x04N.", whole[::-1]):
        path.write_bytes(data)
        with pytest.raises(ValueError, match=r"call\.npz: broken, needed a call") as refused:
            read(path)
        assert "\n" not in str(refused.value)
    np.savez(path, about=np.array([print], dtype=object))
    with pytest.raises(ValueError, match="broken"):
        read(path)


def test_the_first_of_each_shape_is_kept_whatever_comes(tmp_path):
    """And others lie over the whole training, as many as there may be."""
    kept = keeper(tmp_path)
    trained(kept, 1)
    trained(kept, 1, size=11)
    trained(kept, 3000)
    found = numbers(tmp_path)
    assert found[:2] == [1, 2]
    assert len(found) <= 9
    assert max(found) > 1000
    assert not list(tmp_path.glob("*.part"))


def test_a_folder_stays_within_its_bytes(tmp_path):
    """Whatever the number of calls, and with one that is larger than all of it."""
    trained(keeper(tmp_path), 1)
    size = next(tmp_path.glob("*.npz")).stat().st_size
    kept = keeper(tmp_path, most=4 * size)
    trained(kept, 200)
    trained(kept, 2, size=size)
    assert 2 * size <= sum(path.stat().st_size for path in tmp_path.iterdir()) <= 4 * size


@pytest.mark.skipif(not hasattr(os, "fork"), reason="processes are forked")
def test_processes_share_a_folder(tmp_path):
    """Each call is whole, all are within the bound, and nobody removes what is another's."""
    first = keeper(tmp_path, most=2**14, calls=4)
    trained(first, 1)
    mine = {*tmp_path.iterdir()}
    children = []
    for _ in range(3):
        child = os.fork()
        if not child:
            trained(first, 100)
            os._exit(0)
        children.append(child)
    assert [os.waitpid(child, 0)[1] for child in children] == [0, 0, 0]
    assert mine <= {*tmp_path.iterdir()}
    assert sum(path.stat().st_size for path in tmp_path.iterdir()) <= 2**14
    assert len(numbers(tmp_path)) > 4


def test_a_forward_without_a_backward_is_not_kept_and_stands_for_no_first(tmp_path):
    """As of a validation between two epochs."""
    kept = keeper(tmp_path)
    kept.opened({"xs": np.ones(10, np.float32)}).returned(outputs=np.ones(2))
    trained(kept, 1)
    assert numbers(tmp_path) == [2]


def test_each_backward_of_a_forward_is_a_call(tmp_path):
    """With its own cotangents, and what has changed by then."""
    xs = np.ones(3)
    call = keeper(tmp_path).opened({"xs": xs, "params": {"B": np.ones(2)}})
    call.returned(outputs=np.zeros(2))
    call.backward(d_outputs=np.ones(2)).returned(d_xs=np.ones(3))
    xs[:] = 2
    call.backward(d_outputs=2 * np.ones(2)).returned(d_xs=np.ones(3))
    found = [read(path) for path in sorted(tmp_path.glob("*.npz"))]
    found.sort(key=lambda each: each.backward)
    assert [(each.backward, each.changed) for each in found] == [(1, ()), (2, ("xs",))]
    assert found[1].arrays["xs"].tolist() == [1, 1, 1]
    assert found[1].arrays["d_outputs"].tolist() == [2, 2]


def test_a_full_disk_ends_no_training(tmp_path):
    """Nor does a folder that somebody has removed, or numbers that no file holds."""
    gone = tmp_path / "gone"
    trained(keeper(gone), 2)
    assert not gone.exists()
    call = keeper(tmp_path).opened({"xs": np.array([None])})
    call.returned(outputs=np.ones(1))
    call.backward(d_outputs=np.ones(1)).returned(d_xs=np.ones(1))
    assert numbers(tmp_path) == []
