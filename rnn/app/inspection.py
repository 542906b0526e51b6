"""What forecasts, how far back it looks, what the network is, how it was trained, and text that it writes."""

import argparse
from collections.abc import Mapping
from math import inf
from typing import Any

import numpy as np

from rnn.app import pictures, series, text, verified
from rnn.app.forecaster import from_stored, read_model
from rnn.app.outcome import Outcome, in_lines
from rnn.app.reach import effective, influence, reach, windows_of
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
    """What forecasts and how far back it looks, then the network that was trained for it."""
    stored = read_model(options.model)
    net, params, about = stored.net, stored.params, stored.about
    try:
        training = dict(about["training"])
        back, drawn, lags = _looking_back(stored, training)
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
        held_out,
        *back,
        _PART[about.get("adds", True)],
        architecture(net),
        f"{count} parameters: " + ", ".join(f"{name} {shape}" for name, shape in shapes.items()),
        "Trained with " + ", ".join(f"{name} {_shown(training.get(name))}" for name in given),
        *(f"{counted(each['epochs_done'], 'epoch')}, kept: epoch {each['best_epoch']}" for each in networks),
        verified.in_a_line(verification),
    ]
    for losses in ("train", "validation", "networks"):
        training.pop(losses, None)
    training["networks"] = networks
    places.make()
    return Outcome(
        in_lines("\n".join(said)),
        {"architecture": architecture(net), "shapes": shapes, "training": training, "figures": figures,
         "verification": verification, **lags},
        {"reach.png": lambda path: pictures.by_lag(path, drawn)},
    )  # fmt: skip


# What the network has to do with the forecasts: whether it adds to them.
_PART = {True: "The network:", False: "The network that was trained, and is no part of the forecasts:"}


def _looking_back(
    stored: Stored, training: Mapping[str, Any]
) -> tuple[list[str], list[pictures.ByLag], dict[str, Array]]:
    """How far back forecasts look, and a loss in a network that is part of them: as text, as a picture, and
    by lag.
    """
    said, drawn, lags = [], [], {}
    if stored.about["kind"] == "series":
        found = influence(from_stored(stored))
        share = effective(found / (found.max() or 1.0)) + 1
        said.append(f"A forecast looks {counted(share, 'step')} back, with 1 % of its largest weight.")
        title = "How much the forecast one step ahead moves with the value at each lag"
        drawn.append(pictures.ByLag(title, "RMS of ∂forecast/∂value", 1, {"the model": found}))
        lags["influence"] = found
    if stored.about.get("adds", True):
        xs, targets = _held_out(stored)
        ways = truncation_of("full"), truncation_of(training["truncation"])
        full, cut_off = (reach(stored.net, stored.params, xs, targets, each) for each in ways)
        said.append(
            f"A loss reaches {counted(effective(full), 'step')} back in the network with 1 % of what it has "
            f"on its own step; as trained, {effective(cut_off)}."
        )
        title = "How much of the loss at step t reaches step t − lag in the network"
        found_by = {"in full": full, "as trained": cut_off}
        drawn.append(pictures.ByLag(title, "RMS of ∂loss/∂x, lag 0 = 1", 0, found_by))
        lags |= {"reach": full, "reach as trained": cut_off}
    return said, drawn, lags


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
    arguments = codes, length, options.steps, options.temperature
    with part(Progress({"the text": 1.0}), "the text", options.steps) as show:
        found = text.written(stored.net, stored.params, *arguments, rng, show)
    shown = "".join(alphabet[code] for code in found)
    return Outcome(options.prompt + shown, {"prompt": options.prompt, "text": shown})
