"""A network in a file: whole, as it was, and refused by name if it is anything else."""

import json
import struct
from itertools import cycle

import numpy as np
import pytest
from safetensors.numpy import save as as_bytes

from rnn import (
    GRU,
    LSTM,
    RNN,
    Activation,
    Bidirectional,
    BothEnds,
    Loss,
    Stack,
    Vanilla,
    relu,
    softmax_cross_entropy,
    squared_error,
    storage,
)
from rnn.storage import BadFile, load, save


@pytest.fixture
def net():
    """A network that differs from every default."""
    return RNN(Vanilla(inputs=2, units=3, activation=relu), outputs=2)


@pytest.fixture
def content(net, tmp_path):
    """The bytes of a file."""
    save(tmp_path / "m.safetensors", net, net.init(np.random.default_rng(0)), about={"seed": 0})
    return (tmp_path / "m.safetensors").read_bytes()


def refused(tmp_path, content):
    """What is said of a file that holds this."""
    path = tmp_path / "bad.safetensors"
    path.write_bytes(content)
    with pytest.raises(BadFile) as caught:
        load(path)
    message = str(caught.value)
    assert message.startswith(f"{path}: ")
    assert "\n" not in message
    return message.removeprefix(f"{path}: ")


def forged(tensors, **changed):
    """A file with the digest that it has to have, whatever else is in it."""
    metadata = {"version": "1", "configuration": "{}", "about": "{}", **changed}
    metadata["sha256"] = storage._digest(metadata, tensors)
    return as_bytes(tensors, {"verified-rnn": json.dumps(metadata)})


def header(text, **tensors):
    """The header of a file with this text of ours."""
    return json.dumps({"__metadata__": {"verified-rnn": text}, **tensors}).encode()


STORED = [
    *(Vanilla(2, 3), LSTM(2, 3, candidate=relu), GRU(2, 3, gate=relu)),
    *(Stack(LSTM(2, 3, candidate=relu), Bidirectional(GRU(3, 4))), Bidirectional(Stack(Vanilla(2, 3)))),
    *(BothEnds(LSTM(2, 3)), Stack(Bidirectional(GRU(2, 3)), BothEnds(GRU(6, 4)))),
]
KINDS = cycle([(np.float32, softmax_cross_entropy), (np.float64, squared_error)])


@pytest.mark.parametrize(("cell", "kind"), [*zip(STORED, KINDS, strict=False)], ids=str)
def test_what_is_loaded_is_what_was_saved(tmp_path, cell, kind):
    """To the bit, with its functions and in its type; and so are further arrays and values, in any layout."""
    dtype, loss = kind
    net = RNN(cell, 3, loss)
    params = net.init(np.random.default_rng(0), dtype)
    arrays = {
        **{"counts": np.arange(3), "columns": np.asfortranarray(np.arange(6.0).reshape(2, 3))},
        **{"none": np.zeros((0, 2)), "one": np.array(1.5), "number": np.array(7)},
    }
    save(tmp_path / "m.safetensors", net, params, arrays=arrays, about={"ü": [1, None, 2**200]})
    found = load(tmp_path / "m.safetensors")
    assert found.net == net
    assert type(found.params) is type(params)
    for block, other in zip(found.params, params, strict=True):
        np.testing.assert_array_equal(block, other, strict=True)
    assert found.about == {"ü": [1, None, 2**200]}
    assert found.arrays.keys() == arrays.keys()
    for name, array in arrays.items():
        np.testing.assert_array_equal(found.arrays[name], array, strict=True)


class Mine(Vanilla):
    """A cell that no table knows."""


NET = RNN(Vanilla(1, 1), 1)
DEEP = RNN(Bidirectional(Stack(Vanilla(1, 1), Mine(1, 1))), 1)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        (
            {"net": RNN(Vanilla(1, 1, Activation("tanh", np.tanh, np.tanh)), 1)},
            "net.cell.activation: Activation(name='tanh'",
        ),
        (
            {"net": RNN(Vanilla(1, 1), 1, Loss("squared_error", max, min))},
            "net.loss: Loss(name='squared_error'",
        ),
        # It could not be made again.
        ({"net": RNN(Mine(1, 1), 1)}, "net.cell: Mine(inputs=1, units=1), needed one of vanilla, lstm, gru"),
        ({"net": DEEP, "params": DEEP.init(np.random.default_rng(0))}, "net.cell.cell.levels[1]: Mine("),
        ({"params": NET.init(np.random.default_rng(0), np.longdouble)}, "params.U: dtype "),
        ({"arrays": {"a": [1.0]}}, "arrays['a']: list, needed a NumPy array"),
        ({"arrays": {"a": np.ones(1, bool)}}, "arrays['a']: dtype bool"),
        ({"arrays": {"a": np.array([np.nan])}}, "arrays['a']: nan at"),
        ({"arrays": 3}, "arrays: 3, needed a dict from names to values, or None"),
        ({"arrays": {"\ud800": np.ones(1)}}, r"arrays: '\ud800', needed a text in UTF-8"),
        ({"arrays": {"a": np.ma.ones(1, int)}}, "arrays['a']: a masked array, needed one without a mask"),
        ({"arrays": {"a": np.broadcast_to(1, 2**59)}}, "arrays['a']: shape (576460752303423488,), needed"),
        ({"about": "text"}, "about: 'text', needed a dict from names to values, or None"),
        ({"about": {"a": 1, 1: 2}}, "about: 1 as a key, needed names, each a str"),
        ({"about": {"x": np.nan}}, "about: {'x': nan}, needed JSON values (Out of range float"),
        ({"about": {"x": object()}}, "about: {'x': <object object at"),
    ],
)
def test_what_a_file_cannot_hold_is_refused(tmp_path, changed, said):
    """By its name, and no file is made."""
    given = {"net": NET, "params": NET.init(np.random.default_rng(0)), **changed}
    with pytest.raises((TypeError, ValueError, MemoryError)) as caught:
        save(tmp_path / "m.safetensors", **given)
    assert str(caught.value).startswith(said)
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_cut_anywhere_is_refused(tmp_path, content):
    """At every byte: by its size where the header is cut."""
    (size,) = struct.unpack("<Q", content[:8])
    for length in range(len(content)):
        said = refused(tmp_path, content[:length])
        assert said.endswith(", needed a whole safetensors file")
        assert said.startswith(f"{length} bytes, ") == (length < 8 + size)


def test_a_file_with_a_flipped_bit_is_refused(tmp_path, content):
    """Whichever bit of whichever byte; one bit of each here, another from byte to byte."""
    for place in range(len(content)):
        changed = bytearray(content)
        changed[place] ^= 1 << (place % 8)
        said = refused(tmp_path, bytes(changed))
    assert said == "its sha256 is another, needed a file as it was written: this one was changed or cut"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (b"{}", "no metadata"),
        (b'{"__metadata__":{"verified-rnn":1}}', "no metadata"),
        (b'{"__metadata__":{}}', "no metadata"),
        (header("{"), "no metadata"),
        (header('{"version":1}'), "metadata that are no texts"),
        (header("{}"), "no version, needed '1'"),
        (header('{"version":"2"}'), "version '2', needed '1'"),
        (b"[" * 100_000, "no metadata"),
        (
            header('{"version":"1"}', U={"dtype": "F64", "shape": [9e9], "data_offsets": [0, 8]}),
            "'Error while deserializing",
        ),
        (header('{"version":"1"}', U={"dtype": "F99", "shape": [1], "data_offsets": [0, 8]}), "'"),
    ],
)
def test_a_wrong_header_is_refused(tmp_path, text, said):
    """In the words of what is wrong."""
    assert refused(tmp_path, struct.pack("<Q", len(text)) + text + bytes(8)).startswith(said)


CELL = {"name": "vanilla", "inputs": 1, "units": 1, "activation": {"activation": "tanh"}}
RIGHT = {"cell": CELL, "outputs": 1, "loss": "squared_error", "blocks": ["U", "W", "b", "V", "c"]}
ONES = {f"params.{name}": np.ones((1, 1)) for name in "UWV"} | {
    "params.b": np.ones(1),
    "params.c": np.ones(1),
}


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"cell": {**CELL, "name": "spring"}}, "'spring' is unknown or missing"),
        ({"cell": {**CELL, "activation": {"activation": "sin"}}}, "'sin' is unknown or missing"),
        ({"cell": {**CELL, "units": 10**12}}, "params.U: shape (1, 1), needed (1000000000000, 1)"),
        ({"cell": {**CELL, "colour": 1}}, "Vanilla.__init__() got an unexpected"),
        ({"cell": 3}, "'int' object"),
        ({"cell": {"name": "stack"}}, "'levels' is unknown or missing"),
        ({"cell": {"name": "stack", "levels": []}}, "Stack: no levels, needed at least one cell"),
        ({"cell": {"name": "stack", "levels": ["ab"]}}, "dictionary update sequence element"),
        ({"cell": {"name": "bidirectional"}}, "'cell' is unknown or missing"),
        ({"loss": "none"}, "'none' is unknown or missing"),
        ({"blocks": ["U"]}, "params: tuple of 1"),
        ({"blocks": ["X"]}, "'params.X' is unknown or missing"),
    ],
)
def test_a_wrong_configuration_is_refused(tmp_path, changed, said):
    """Though its digest is right: who writes a file may write any."""
    text = json.dumps({**RIGHT, **changed})
    assert refused(tmp_path, forged(ONES, configuration=text)).startswith(said)


@pytest.mark.parametrize(("key", "text"), [("configuration", "["), ("about", "[]"), ("about", "[" * 100_000)])
def test_metadata_that_are_no_object_are_refused(tmp_path, key, text):
    """Each by its key."""
    given = {"configuration": json.dumps(RIGHT), key: text}
    assert refused(tmp_path, forged(ONES, **given)).startswith(f"{key} is no JSON object")


class Nowhere:
    """A path that cannot say which one it is."""

    def __fspath__(self):
        raise RuntimeError("nowhere")


@pytest.mark.parametrize(
    ("path", "said"),
    [
        (None, "path: None, needed a str or a pathlib.Path"),
        (Nowhere(), "path: <"),
        ("", "path: '', needed the name of a file"),
        ("a\ud800", r"path: 'a\ud800', needed the name of a file"),
        ("a\0b", r"path: 'a\x00b', needed the name of a file"),
    ],
)
def test_what_can_be_no_path_is_refused(net, path, said):
    """As the argument that it is."""
    for call in (load, lambda path: save(path, net, net.init(np.random.default_rng(0)))):
        with pytest.raises((TypeError, ValueError)) as caught:
            call(path)
        assert str(caught.value).startswith(said)


def test_a_place_that_takes_no_file_is_named(tmp_path, net):
    """By the path that was given, in the system's own error."""
    for path, kind in (
        (tmp_path / "none" / "m", FileNotFoundError),
        (tmp_path, IsADirectoryError),
        (tmp_path / ("m" * 300), OSError),
    ):
        with pytest.raises(kind) as caught:
            save(path, net, net.init(np.random.default_rng(0)))
        assert caught.value.filename == str(path)


def test_a_device_is_no_model():
    """It may have no end, and is not read; the error begins with its path."""
    with pytest.raises(
        BadFile, match=r"^/dev/zero: a device, which may have no end, needed a file or a pipe$"
    ):
        load("/dev/zero")


def test_a_digest_is_of_all_that_arrays_are():
    """Of equal bytes too: their name, shape and type."""
    ones = np.zeros((2, 3))
    others = {"a": ones}, {"b": ones}, {"a": ones.T.copy()}, {"a": ones.astype(int)}, {"a": 1 + ones}
    assert len({storage._digest({}, tensors) for tensors in others}) == len(others)
