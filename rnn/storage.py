"""A network and its parameters as one file, in the safetensors format: arrays and text, nothing that runs.

::

    save("model.safetensors", net, params)
    net, params, _, _ = load("model.safetensors")

The file holds the parameters as tensors, and in its metadata, as one text of JSON, a version, the network's
configuration, and a SHA-256 of all of that, by which a flipped bit is noticed. Further arrays and JSON values
go with it as ``arrays`` and ``about``. The same network makes the same file, to the byte.
Cells, activations and losses are stored by their names, so a file can hold those of the tables below and no
others.

Needs the extra ``storage``.
"""

import json
from collections.abc import Mapping
from dataclasses import fields
from hashlib import sha256
from os import PathLike, fsencode, fspath
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from rnn.activations import ACTIVATIONS, Activation
from rnn.cells import GRU, LSTM, Params, Vanilla
from rnn.common.arrays import Array, as_array, checked
from rnn.common.checks import check_encodable, checked_by_name, cut, kind_of, shown
from rnn.console.files import read_bytes, refuse_unwritable, write
from rnn.learning.blocks import check_params, names
from rnn.losses import OURS, Loss
from rnn.network import RNN, check_network
from rnn.through_time.bidirectional import Bidirectional, BothEnds
from rnn.through_time.stack import Stack

# The format written, and the only one read. It goes up whenever an older program could not read the file.
VERSION = "1"

CELLS: Mapping[str, type[Any]] = {"vanilla": Vanilla, "lstm": LSTM, "gru": GRU}

# What puts cells together, by name.
STACK = "stack"
TWO_WAY: Mapping[str, type[Any]] = {"bidirectional": Bidirectional, "both ends": BothEnds}
LOSSES: Mapping[str, Loss] = {loss.name: loss for loss in OURS}

# What safetensors and torch.nn both have.
DTYPES = (np.dtype(np.float32), np.dtype(np.float64))

# The key of the metadata: one, for safetensors writes several in any order. Its text is an object of texts.
_KEY = "verified-rnn"
_VERSION, _CONFIGURATION, _ABOUT, _DIGEST = "version", "configuration", "about", "sha256"

# What the name of a tensor begins with.
_PARAMS, _ARRAYS = "params.", "arrays."


class Stored(NamedTuple):
    """What a file holds: the network, its parameters, further arrays by name, and JSON values by name."""

    net: RNN
    params: Params
    arrays: Mapping[str, Array]
    about: Mapping[str, Any]


class BadFile(ValueError):
    """A file that holds no model, or one that was cut, changed, or written by another version."""


def save(
    path: str | PathLike[str],
    net: RNN,
    params: Params,
    *,
    arrays: Mapping[str, Array] | None = None,
    about: Mapping[str, Any] | None = None,
) -> None:
    """Write a file at ``path``, whole or not at all; an existing file is replaced.

    ``arrays``: further arrays of float32, float64 or int64, by name. ``about``: JSON values, by name; tuples
    in them are loaded as lists, and keys as strings.

    Raises TypeError or ValueError for an invalid path, a network whose cell, activation or loss is not in the
    tables, parameters that do not fit or are neither float32 nor float64, and arrays and values that a file
    cannot hold; MemoryError for a view that is too large to write; OSError if the file cannot be written, and
    an older one then stays as it was.
    """
    from safetensors.numpy import save as as_bytes

    to = _checked_path(path)
    refuse_unwritable(to)
    check_network(net)
    params = net.checked_params(params)
    check_params(params)
    tensors = {f"{_PARAMS}{name}": block for name, block in zip(names(params), params, strict=True)}
    for name, array in checked_by_name("arrays", arrays).items():
        check_encodable("arrays", name)
        tensors[f"{_ARRAYS}{name}"] = checked_array(f"arrays[{shown(name)}]", array)
    for name, tensor in tensors.items():
        if tensor.dtype not in (*DTYPES, np.int64):
            raise TypeError(f"{name}: dtype {tensor.dtype}, needed float32 or float64, as files have them")
    # Unlike np.ascontiguousarray this leaves an array without axes as it is.
    tensors = {name: np.asarray(tensor, order="C") for name, tensor in tensors.items()}
    metadata = {
        _VERSION: VERSION,
        _CONFIGURATION: json.dumps(_configuration(net, params)),
        _ABOUT: _as_json("about", checked_by_name("about", about)),
    }
    metadata[_DIGEST] = _digest(metadata, tensors)
    content = as_bytes(tensors, {_KEY: json.dumps(metadata)})
    write(to, lambda temporary: temporary.write_bytes(content))


def load(path: str | PathLike[str]) -> Stored:
    """What ``save`` wrote at ``path``.

    Raises TypeError or ValueError for an invalid path; OSError if the file cannot be read; ``BadFile``, a
    ValueError that begins with the path, for a file that is not a model, is truncated or changed, is of
    another version, or whose arrays do not fit its network, and for a device, which may have no end;
    MemoryError for a file that is too large for the memory.
    """
    at = _checked_path(path)
    try:
        content = read_bytes(at)
    except ValueError as error:
        raise BadFile(str(error)) from None
    try:
        return _loaded(content)
    except BadFile as error:
        raise BadFile(f"{cut(str(at))}: {error}") from None


def _checked_path(path: object) -> Path:
    """The path of a file, or an error that says what is wrong with it."""
    try:
        name: object = fspath(path)  # type: ignore[call-overload]
    except Exception:
        name = None
    if not isinstance(name, str):
        raise TypeError(f"path: {shown(path)}, needed a str or a pathlib.Path")
    try:
        known = bool(name) and b"\0" not in fsencode(name)
    except UnicodeEncodeError:
        known = False
    if not known:
        raise ValueError(f"path: {shown(name)}, needed the name of a file")
    return Path(name)


def _loaded(content: bytes) -> Stored:
    from safetensors import SafetensorError
    from safetensors.numpy import load as from_bytes

    metadata = _metadata(content)
    version = metadata.get(_VERSION)
    if version != VERSION:
        given = "no version" if version is None else f"version {shown(version)}"
        raise BadFile(f"{given}, needed {VERSION!r}, the one that this program reads")
    try:
        tensors = from_bytes(content)
    except (SafetensorError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise BadFile(f"{shown(str(error))}, needed a whole safetensors file") from None
    if metadata.get(_DIGEST) != _digest(metadata, tensors):
        raise BadFile("its sha256 is another, needed a file as it was written: this one was changed or cut")
    configuration, about = (_from_json(metadata, key) for key in (_CONFIGURATION, _ABOUT))
    try:
        net = _network(configuration)
        blocks: Any = tuple(tensors[f"{_PARAMS}{name}"] for name in configuration["blocks"])
        params = net.checked_params(blocks)
    except KeyError as error:
        raise BadFile(f"{shown(error.args[0])} is unknown or missing, needed what save writes") from None
    except (TypeError, ValueError, RecursionError) as error:
        raise BadFile(cut(str(error))) from None
    arrays = {
        name.removeprefix(_ARRAYS): array for name, array in tensors.items() if name.startswith(_ARRAYS)
    }
    return Stored(net, params, arrays, about)


def _metadata(content: bytes) -> dict[str, str]:
    """Our texts in the header of a safetensors file: eight bytes that say how long it is, then JSON."""
    length = int.from_bytes(content[:8], "little")
    if length > len(content) - 8:
        raise BadFile(f"{len(content)} bytes, needed a whole safetensors file")
    try:
        header = json.loads(content[8 : 8 + length])
        metadata = json.loads(header["__metadata__"][_KEY])
    except (ValueError, RecursionError, KeyError, TypeError):
        raise BadFile("no metadata, needed a safetensors file that rnn.storage.save wrote") from None
    if not isinstance(metadata, dict) or not all(isinstance(text, str) for text in metadata.values()):
        raise BadFile("metadata that are no texts, needed a safetensors file that rnn.storage.save wrote")
    return metadata


def _digest(metadata: Mapping[str, str], tensors: Mapping[str, Array]) -> str:
    """SHA-256 of all that the file says, in an order of its own."""
    hashed = sha256()
    for key in sorted(metadata.keys() - {_DIGEST}):
        hashed.update(json.dumps([key, metadata[key]]).encode())
    for name in sorted(tensors):
        tensor = tensors[name]
        hashed.update(json.dumps([name, tensor.dtype.str, tensor.shape]).encode())
        hashed.update(tensor.tobytes())
    return hashed.hexdigest()


def _as_json(name: str, value: object) -> str:
    try:
        return json.dumps(value, allow_nan=False)
    except (TypeError, ValueError, RecursionError) as error:
        raise ValueError(f"{name}: {shown(value)}, needed JSON values ({cut(str(error))})") from None


def _from_json(metadata: Mapping[str, str], key: str) -> dict[str, Any]:
    try:
        value = json.loads(metadata[key])
    except (KeyError, ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        raise BadFile(f"{key} is no JSON object, needed what rnn.storage.save writes")
    return value


def _configuration(net: RNN, params: Params) -> dict[str, Any]:
    """The network as JSON values; of its functions their names."""
    cell = _described("net.cell", net.cell)
    if LOSSES.get(net.loss.name) != net.loss:
        raise ValueError(f"net.loss: {shown(net.loss)}, needed one of {_listed(LOSSES)}")
    return {
        "cell": cell,
        "outputs": net.outputs,
        "loss": net.loss.name,
        "blocks": list(map(str, names(params))),
    }


def _described(place: str, cell: Any) -> dict[str, Any]:
    """A cell, a stack or both directions as JSON values; ``place``: what a message calls it."""
    if type(cell) is Stack:
        levels = enumerate(cell.levels)
        return {"name": STACK, "levels": [_described(f"{place}.levels[{i}]", level) for i, level in levels]}
    for name, kind in TWO_WAY.items():
        if type(cell) is kind:
            return {"name": name, "cell": _described(f"{place}.cell", cell.cell)}
    known = next((name for name, kind in CELLS.items() if type(cell) is kind), None)
    if known is None:
        raise ValueError(f"{place}: {shown(cell)}, needed one of {_listed(CELLS)}")
    sizes = {each.name: getattr(cell, each.name) for each in fields(CELLS[known]) if each.init}
    for field, value in sizes.items():
        if isinstance(value, Activation):
            if ACTIVATIONS.get(value.name) != value:
                raise ValueError(f"{place}.{field}: {shown(value)}, needed one of {_listed(ACTIVATIONS)}")
            sizes[field] = {"activation": value.name}
    return {"name": known, **sizes}


def _made(described: Mapping[str, Any]) -> Any:
    """What was described so; KeyError for a name that is missing or in no table."""
    given = dict(described)
    name = given.pop("name")
    if name == STACK:
        return Stack(*map(_made, given["levels"]))
    if name in TWO_WAY:
        return TWO_WAY[name](_made(given["cell"]))
    for field, value in given.items():
        if isinstance(value, dict):
            given[field] = ACTIVATIONS[value["activation"]]
    return CELLS[name](**given)


def _network(configuration: dict[str, Any]) -> RNN:
    """The network of a configuration; KeyError for a name that is missing or in no table."""
    return RNN(_made(configuration["cell"]), configuration["outputs"], LOSSES[configuration["loss"]])


def _listed(table: Mapping[str, object]) -> str:
    return ", ".join(table)


def checked_array(name: str, array: object) -> Array:
    """An array that a file can hold with the parameters: int64, or finite floats."""
    if not isinstance(array, np.ndarray):
        raise TypeError(f"{name}: {kind_of(array)}, needed a NumPy array")
    found = as_array(name, array)
    return found if found.dtype == np.int64 else checked(name, found, found.shape)
