"""A model for other programs: its network in ONNX, and a description of its inputs and outputs."""

import argparse
import json
from dataclasses import asdict
from importlib.util import find_spec
from typing import Any

from rnn.app import text
from rnn.app.comparing import listed
from rnn.app.forecaster import from_stored, read_model
from rnn.app.outcome import Outcome, in_lines
from rnn.app.predictors import SEASONAL, SMOOTHING
from rnn.app.series import seen
from rnn.common.checks import cut
from rnn.console.command_line import missing
from rnn.console.files import write
from rnn.console.places import Places
from rnn.onnx import to_onnx
from rnn.storage import Stored
from rnn.through_time.naming import initial_named


def export(options: argparse.Namespace, places: Places) -> Outcome:
    """The network as an ONNX file."""
    if find_spec("onnx") is None:
        raise ValueError(missing("onnx", "onnx"))
    stored = read_model(options.model)
    try:
        read_as, said = _reading(stored)
        about = {"verified-rnn": json.dumps(read_as)}
        model = to_onnx(stored.net, stored.params, about, states=options.states)
    except (KeyError, ValueError) as error:
        raise ValueError(f"{cut(str(options.model))}: {cut(str(error))}") from None
    places.make()
    net = stored.net
    shapes = f"xs (N, T, {net.cell.inputs}) to outputs (N, T, {net.outputs}), float32, N and T as you like"
    states = list(net.cell.state) if options.states else []
    if states:
        taken = ", ".join(initial_named(name, "0") for name in states)
        shapes += (
            f"\nstates: {taken} go in, zeros at first, and {', '.join(states)} come out for the next call"
        )
    return Outcome(
        in_lines(f"{shapes}\n{said}"),
        {"inputs": net.cell.inputs, "outputs": net.outputs, "states": states, **read_as},
        {
            "model.onnx": lambda path: write(
                path, lambda temporary: temporary.write_bytes(model.SerializeToString())
            )
        },
    )


def _reading(stored: Stored) -> tuple[dict[str, Any], str]:
    """What stands for values or characters, as JSON values and as a line."""
    if stored.about.get("kind") == "text":
        alphabet, _, _ = text.alphabet_of(stored)
        return {
            "alphabet": alphabet
        }, "xs: 1 at the place of a character in the alphabet; outputs: a score of each"
    model = from_stored(stored)
    read_as = [
        {
            "mean": view.scaling.mean,
            "scale": view.scaling.scale,
            **asdict(view.transformation),
            "linear": view.linear.tolist(),
            "left": view.left,
            "inputs": dict(zip(("weights", "means", "scales"), view.beside.tolist(), strict=True)),
        }
        for view in model.views
    ]
    said, width = [], model.net.cell.inputs // len(model.views)
    for place, view in enumerate(model.views):
        units = f"less {view.scaling.mean:.6g}, in units of {view.scaling.scale:.6g}"
        said.append(f"column {place * width} of xs: {seen(view)}, {units}")
    if width > 1:
        said.append(
            "after each of these columns: the inputs of the next step, less means, in units of scales"
        )
    if model.views[0].order or len(model.views) > 1:
        said.append("outputs: what is added to the linear parts, in units of what they leave")
    if not model.adds:
        said.append("the network adds nothing to the forecast")
    if model.others:
        said.append(f"the forecast is the mean of these and of {listed(model.others)}")
    weights = {
        SEASONAL: {"season": model.season},
        SMOOTHING: None if model.smoothing is None else asdict(model.smoothing),
    }
    others = {name: weights.get(name, {}) for name in model.others}
    read_of = {"views": read_as, "others": others, "context": model.context, "adds": model.adds}
    return read_of, "\n".join(said)
