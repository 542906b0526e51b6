"""What a model is, how it was trained, how far back a loss reaches in it, and text that it writes."""

import argparse
import json

import numpy as np

from rnn.app import pictures, text
from rnn.app.forecaster import from_stored, read_model
from rnn.app.outcome import Outcome, in_lines
from rnn.app.reach import effective, reach, windows_of
from rnn.app.recipe import policy
from rnn.arrays import Array
from rnn.checks import cut
from rnn.classes import one_hot
from rnn.console.places import Places
from rnn.network import RNN
from rnn.storage import Stored


def inspect(options: argparse.Namespace, places: Places) -> Outcome:
    """The architecture, the training, and how far a loss reaches back."""
    stored = read_model(options.model)
    net, params, about = stored.net, stored.params, stored.about
    try:
        xs, targets = _held_out(stored)
        training = dict(about["training"])
        chosen = policy(training["truncation"])
        full, trained = (reach(net, params, xs, targets, each) for each in (policy("full"), chosen))
        shapes = {name: list(block.shape) for name, block in params._asdict().items()}
        figures = dict(about["figures"])
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise ValueError(f"{cut(str(options.model))}: {cut(str(error))}, needed what train writes") from None
    count = sum(block.size for block in params)
    asked = ("optimiser", "rate", "clip", "batch", "truncation", "length", "changes", "seed")
    said = [
        architecture(net),
        f"{count} parameters: " + ", ".join(f"{name} {shape}" for name, shape in shapes.items()),
        "trained by " + ", ".join(f"{name} {training.get(name)}" for name in asked),
        f"{training.get('epochs_done')} epochs, kept: epoch {training.get('best_epoch')}",
        f"held out: {json.dumps(figures)}",
        f"A loss reaches {effective(full)} steps back with 1 % of what it has on its own step; "
        f"as trained {effective(trained)}.",
    ]
    training.pop("train", None), training.pop("validation", None)
    places.make()
    return Outcome(
        in_lines("\n".join(said)),
        {"architecture": architecture(net), "shapes": shapes, "training": training, "figures": figures,
         "reach": full, "reach as trained": trained},
        {"reach.png": lambda path: pictures.reach(path, full, trained)},
    )  # fmt: skip


def architecture(net: RNN) -> str:
    """The network in a line."""
    cell = net.cell
    activation = getattr(cell, "activation", None)
    by = "" if activation is None else f" by {activation.name}"
    return (
        f"{type(cell).__name__}: {cell.inputs} inputs, {cell.units} units{by}, {net.outputs} outputs, "
        f"{net.loss.name}"
    )


def _held_out(stored: Stored) -> tuple[Array, Array]:
    """Windows that the model's file keeps, with the target of their last step."""
    if stored.about["kind"] == "series":
        return windows_of(from_stored(stored))
    alphabet, length, recent = text.alphabet_of(stored)
    length = min(length, len(recent) - 1)
    found = np.lib.stride_tricks.sliding_window_view(recent, length + 1)
    kinds = len(alphabet)
    dtype = stored.params.U.dtype
    return one_hot(found[:, :-1], kinds, dtype), found[:, -1]


def generate(options: argparse.Namespace, places: Places) -> Outcome:
    """Text, character by character."""
    stored = read_model(options.model)
    try:
        alphabet, length, recent = text.alphabet_of(stored)
        codes = text.encoded(options.prompt, alphabet) if options.prompt else recent
    except ValueError as error:
        raise ValueError(f"{cut(str(options.model))}: {error}") from None
    rng = np.random.default_rng(options.seed)
    found = text.written(stored.net, stored.params, codes, length, options.steps, options.temperature, rng)
    shown = "".join(alphabet[code] for code in found)
    return Outcome(options.prompt + shown, {"prompt": options.prompt, "text": shown})
