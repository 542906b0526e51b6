"""What a model is, how it was trained, how far back a loss reaches in it, and text that it writes."""

import argparse
from collections.abc import Mapping
from math import inf
from typing import Any

import numpy as np

from rnn.app import pictures, series, text, verified
from rnn.app.forecaster import from_stored, read_model
from rnn.app.outcome import Outcome, in_lines
from rnn.app.reach import effective, reach, windows_of
from rnn.app.recipe import truncation_of
from rnn.app.waiting import part
from rnn.common.arrays import Array
from rnn.common.checks import cut
from rnn.console.places import Places
from rnn.console.progress import Progress
from rnn.learning.classes import one_hot
from rnn.network import RNN
from rnn.storage import Stored

# What is shown of a training. Those of older versions have ``changes`` in place of a form.
ASKED = (
    *(
        "optimiser",
        "rate",
        "schedule",
        "warmup",
        "clip",
        "weight_decay",
        "batch",
        "truncation",
        "loss",
        "length",
        "dropout",
        "bidirectional",
    ),
    *("form", "changes", "seed", "loops"),
)


def inspect(options: argparse.Namespace, places: Places) -> Outcome:
    """The architecture, the training, and how far a loss reaches back."""
    stored = read_model(options.model)
    net, params, about = stored.net, stored.params, stored.about
    try:
        xs, targets = _held_out(stored)
        training = dict(about["training"])
        chosen = truncation_of(training["truncation"])
        full, trained = (reach(net, params, xs, targets, each) for each in (truncation_of("full"), chosen))
        shapes = {name: list(block.shape) for name, block in params._asdict().items()}
        figures = dict(about["figures"])
        held_out = _figures(stored, figures)
        # A training of older versions was of one network.
        networks = [
            {name: each.get(name) for name in ("epochs_done", "best_epoch")}
            for each in training.get("networks", [training])
        ]
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise ValueError(f"{cut(str(options.model))}: {cut(str(error))}, needed what train writes") from None
    count = sum(block.size for block in params)
    given = [name for name in ASKED if name in training]
    verification = about.get("verification", {})
    said = [
        architecture(net),
        f"{count} parameters: " + ", ".join(f"{name} {shape}" for name, shape in shapes.items()),
        "Trained with " + ", ".join(f"{name} {_shown(training.get(name))}" for name in given),
        *(f"{counted(each['epochs_done'], 'epoch')}, kept: epoch {each['best_epoch']}" for each in networks),
        verified.in_a_line(verification),
        held_out,
        f"A loss reaches {counted(effective(full), 'step')} back with 1 % of what it has on its own step; "
        f"as trained, {effective(trained)}.",
    ]
    for losses in ("train", "validation", "networks"):
        training.pop(losses, None)
    training["networks"] = networks
    places.make()
    return Outcome(
        in_lines("\n".join(said)),
        {"architecture": architecture(net), "shapes": shapes, "training": training, "figures": figures,
         "verification": verification, "reach": full, "reach as trained": trained},
        {"reach.png": lambda path: pictures.reach(path, full, trained)},
    )  # fmt: skip


def architecture(net: RNN) -> str:
    """The network in a line."""
    cell: Any = net.cell
    levels = getattr(cell, "levels", (cell,))
    lowest = getattr(levels[0], "cell", levels[0])
    activation = getattr(lowest, "activation", None)
    by = "" if activation is None else f" by {activation.name}"
    on = "" if len(levels) == 1 else f" on {len(levels)} levels"
    both = "" if lowest is levels[0] else " in both directions"
    kind = f"{type(lowest).__name__}{both}{on}"
    return (
        f"{kind}: {counted(cell.inputs, 'input')}, {counted(cell.units, 'unit')}{by}, "
        f"{counted(net.outputs, 'output')}, {net.loss.name}"
    )


def counted(count: int, of: str) -> str:
    """So many of something.

    >>> counted(1, "input"), counted(2, "input")
    ('1 input', '2 inputs')
    """
    return f"{count} {of}" if count == 1 else f"{count} {of}s"


def _shown(value: object) -> str:
    """A setting, in words."""
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)


def _figures(stored: Stored, figures: Mapping[str, Any]) -> str:
    """The held-out figures beside those of the baselines, as the training said them."""
    if stored.about["kind"] == "series":
        model = from_stored(stored)
        return "\n".join([*model.inputs.said(), series.held_out(model)])
    return text.held_out(_known(figures["bits a character"]), figures["held out"])


def _known(figures: Mapping[str, float | None]) -> dict[str, float]:
    """Figures as numbers: the file has null for one that is too large (``rnn.app.outcome``)."""
    return {name: inf if value is None else value for name, value in figures.items()}


def _held_out(stored: Stored) -> tuple[Array, Array]:
    """Windows that the model's file keeps, with the target of their last step."""
    if stored.about["kind"] == "series":
        return windows_of(from_stored(stored))
    alphabet, length, recent = text.alphabet_of(stored)
    length = min(length, len(recent) - 1)
    found = np.lib.stride_tricks.sliding_window_view(recent, length + 1)
    kinds = len(alphabet)
    dtype = stored.params[0].dtype
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
    asked = codes, length, options.steps, options.temperature
    with part(Progress({"the text": 1.0}), "the text", options.steps) as show:
        found = text.written(stored.net, stored.params, *asked, rng, show)
    shown = "".join(alphabet[code] for code in found)
    return Outcome(options.prompt + shown, {"prompt": options.prompt, "text": shown})
