"""The task of a text: the next character, from those before it, and text that the network writes."""

from collections import Counter
from collections.abc import Mapping, Sequence
from functools import partial
from itertools import pairwise
from math import inf, log
from typing import Any

import numpy as np

from rnn.app import pictures
from rnn.app.recipe import Recipe
from rnn.app.task import Finished, Lesson, TrainingTask
from rnn.app.threads import held
from rnn.app.waiting import REPORTED, unreported
from rnn.cells import Params
from rnn.common.arrays import Array
from rnn.common.checks import in_memory, shown
from rnn.console.progress import Show
from rnn.data import Records
from rnn.learning.classes import one_hot
from rnn.network import RNN
from rnn.storage import Stored
from rnn.through_time.bptt import Loops
from rnn.training import Learnt

# The shares of a text that choose the epoch and that test the result, each the last of what is left.
VALIDATION = TEST = 0.1

# Stretches from the end of the text that go with the model: it writes on from them, and is inspected on them.
RECENT = 20

# A text is long, and its losses need no more digits.
NUMBERS = np.float32

# What a text is learnt by where nothing else is asked for: the character after each.
USUAL_LOSS = "softmax_cross_entropy:every"

# A network has an input and an output for each character: more of them are no alphabet.
MOST_CHARACTERS = 500


def run_data(text: str, name: str) -> dict[str, Any]:
    """The data of a run as JSON values."""
    return {"kind": "text", "name": name, "text": text}


def task(data: dict[str, Any], recipe: Recipe, loops: Loops | None = None) -> TrainingTask:
    """The task of such a run. ValueError for a text that is too short or of too many characters."""
    if recipe.bidirectional:
        needed = "a series: of a text each character is foretold from those before it alone"
        raise ValueError(f"--bidirectional: with a text, needed {needed}")
    text, length = str(data["text"]), recipe.length
    alphabet = "".join(sorted(set(text)))
    if not 2 <= len(alphabet) <= MOST_CHARACTERS:
        raise ValueError(f"the text: {len(alphabet)} different characters, needed 2 to {MOST_CHARACTERS}")
    test = max(length + 1, round(TEST * len(text)))
    at = len(text) - test - max(length + 1, round(VALIDATION * len(text)))
    if at <= length:
        raise ValueError(f"the text: {len(text)} characters, needed at least {3 * length + 4}")
    codes = encoded(text, alphabet)
    learn, choose, unseen = (
        _records(part, length, len(alphabet))
        for part in (codes[:at], codes[at : len(text) - test], codes[len(text) - test :])
    )
    loss, place = recipe.objective(USUAL_LOSS)
    if place == "last":
        # The test has a loss on every character, whatever is learnt.
        learn, choose = (Records(xs, targets[:, -1]) for xs, targets in (learn, choose))
    net = recipe.network(len(alphabet), len(alphabet), loss, loops)

    def finish(learnt: Sequence[Learnt]) -> Finished:
        (course,) = learnt
        try:
            with held(net, len(unseen.xs)):
                loss = float(net.loss_value(course.best, *unseen)) / unseen.targets.size
        except FloatingPointError:
            # What was learnt is kept, though nothing good is known of it.
            loss = inf
        figures = {"the network": loss, **baselines(text[:at], text[len(text) - test :])}
        in_bits = {name: value / log(2) for name, value in figures.items()}
        about = {"kind": "text", "alphabet": alphabet, "length": length, "name": data["name"]}
        draw = partial(pictures.losses, learnt=learnt, title=f"{data['name']}: the next character")
        arrays = {"recent": codes[-RECENT * length :]}
        result = {"held out": test, "bits a character": in_bits}
        return Finished(net, course.best, arrays, about, held_out(in_bits, test), result, draw)

    said = (
        f"{data['name']}: {len(text)} characters, {len(alphabet)} different\n"
        f"{at} for training, {len(text) - at - test} for validation, {test} for testing"
    )
    return TrainingTask(net, [Lesson(learn, choose)], said, finish)


def held_out(in_bits: Mapping[str, float], count: int) -> str:
    """Figures on so many characters that nothing was chosen by."""
    width = max(map(len, in_bits))
    lines = [f"  {name:{width}}  {value:.3f}" for name, value in in_bits.items()]
    return "\n".join([f"Bits a character, on the last {count} characters", *lines])


def encoded(text: str, alphabet: str) -> Array:
    """The places of characters in an alphabet, int64. ValueError for one that is not in it."""
    place = {character: number for number, character in enumerate(alphabet)}
    try:
        return np.array([place[character] for character in text], np.int64)
    except KeyError as error:
        raise ValueError(f"{shown(error.args[0])}: no character of the text that was learnt") from None


def _records(codes: Array, length: int, kinds: int) -> Records:
    """Every stretch of so many characters, one after another, and the character after each of each."""
    count = (len(codes) - 1) // length
    before, after = (codes[start : start + count * length].reshape(count, length) for start in (0, 1))
    with in_memory("the text", "a shorter one"):
        return Records(one_hot(before, kinds, NUMBERS), after)


def baselines(learnt: str, unseen: str) -> dict[str, float]:
    """Nats a character of counting single characters, and of counting pairs, each count one too many."""
    alphabet = set(learnt) | set(unseen)
    single, pairs = Counter(learnt), Counter(pairwise(learnt))
    before = Counter(learnt[:-1])
    kinds = len(alphabet)
    alone = [-log((single[c] + 1) / (len(learnt) + kinds)) for c in unseen[1:]]
    after = [-log((pairs[pair] + 1) / (before[pair[0]] + kinds)) for pair in pairwise(unseen)]
    return {
        "how often each character is": sum(alone) / len(alone),
        "how often each pair is": sum(after) / len(after),
    }


def alphabet_of(stored: Stored) -> tuple[str, int, Array]:
    """The alphabet of a model of a text, the length of a stretch, its last characters; or a ValueError."""
    about = stored.about
    alphabet, length, recent = about.get("alphabet"), about.get("length"), stored.arrays.get("recent")
    if about.get("kind") != "text" or not isinstance(alphabet, str) or recent is None:
        raise ValueError("no model of a text, needed what train --text writes")
    sizes = (stored.net.cell.inputs, stored.net.outputs, len(set(alphabet)))
    fits = recent.dtype == np.int64 and recent.ndim == 1 and recent.size > 0
    if set(sizes) != {len(alphabet)} or not isinstance(length, int) or length < 1 or not fits:
        raise ValueError(
            f"an alphabet of {len(alphabet)}, and {sizes} in the network, needed the model that train writes"
        )
    if not (recent.min() >= 0 and recent.max() < len(alphabet)):
        raise ValueError("characters beyond the alphabet, needed the model that train writes")
    return alphabet, length, recent


def written(
    net: RNN,
    params: Params,
    codes: Array,
    length: int,
    steps: int,
    temperature: float,
    rng: np.random.Generator,
    show: Show = unreported,
) -> Array:
    """``steps`` characters that follow, each drawn from what the network expects after the last ``length``.

    A ``temperature`` below 1 prefers the likelier ones; 0 takes the likeliest. ``show`` is called with the
    steps done.
    """
    found = list(codes)
    for step in range(steps):
        if step % REPORTED == 0:
            show(step, steps)
        seen = one_hot(np.array(found[-length:]), net.outputs, params[0].dtype)[np.newaxis]
        with held(net, 1):
            expected = net.predict_last(params, seen)[0].astype(float)
        if temperature > 0:
            # The largest of these sums is drawn as often as the softmax says (Gumbel).
            expected = expected / temperature + rng.gumbel(size=len(expected))
        found.append(int(expected.argmax()))
    return np.array(found[len(codes) :], np.int64)
