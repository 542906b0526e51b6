"""Training on the sine, the article's task, for a command that has judged the gradients before.

The task is the article's (windows of 50 values of sin 0, sin 1, …, the next value as target, 100 windows to
learn from and 50 to validate), and so are 100 units and 25 epochs. Three baselines stand beside the
result, since the task is easy: sin(x + 1) = 2 cos(1) sin(x) − sin(x − 1) is exact.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from rnn import RNN, Full, Truncation, Vanilla, Window
from rnn.common.arrays import Array
from rnn.data import Records, sine_wave, split, windows
from rnn.generation import free_run
from rnn.optimisers import Adam, ClipNorm, Cosine
from rnn.training import Callback, History, rmse, train

# What the article reports for its own network on the 50 validation windows.
PUBLISHED_RMSE = 0.127191931509431

STEPS, LENGTH, TRAIN, UNITS = 200, 50, 100, 100
FREE_RUN = 1000


@dataclass(frozen=True)
class SineRecipe:
    """How long to train, and how far back a loss reaches.

    By Adam, its rate falling from ``rate`` to 0 by a cosine, the gradient's norm clipped to ``clip``: without
    the clip one seed of ten ends at an RMSE of 3e-3 after the article's budget, with it at 2e-3.
    """

    epochs: int
    truncation: Truncation
    batch: int = 5
    rate: float = 2e-3
    clip: float = 1.0


# The article's epochs and window; and long enough for a network that is fed its own predictions, which needs
# losses that reach through the whole window.
ARTICLE = SineRecipe(epochs=25, truncation=Window(5))
LONG = SineRecipe(epochs=200, truncation=Full())


@dataclass(frozen=True, eq=False)
class Sine:
    """A trained network's figures. ``validation`` and ``free`` are pairs (truth, prediction) by step."""

    recipe: SineRecipe
    history: History
    validation_rmse: float
    free_run_rmse: float
    baselines: dict[str, float]
    validation: tuple[Array, Array]
    free: tuple[Array, Array]


def baselines(records: Records) -> dict[str, float]:
    """The validation RMSE of predictors that learn nothing."""
    last, before = records.xs[:, -1], records.xs[:, -2]
    return {
        "predict zero": rmse(np.zeros_like(last), records.targets),
        "repeat the last value": rmse(last, records.targets),
        "2 cos(1) x_T − x_T−1": rmse(2 * np.cos(1) * last - before, records.targets),
    }


def train_on_sine(recipe: SineRecipe, seed: int, callbacks: Sequence[Callback] = ()) -> Sine:
    """A network trained on the article's task by ``recipe``, and what it predicts."""
    learn, unseen = split(windows(sine_wave(STEPS), LENGTH), TRAIN)
    net = RNN(Vanilla(inputs=1, units=UNITS), outputs=1)
    rng = np.random.default_rng(seed)
    params, history = train(
        net,
        net.init(rng),
        learn,
        unseen,
        epochs=recipe.epochs,
        batch=recipe.batch,
        optimiser=Adam(Cosine(recipe.rate), ClipNorm(recipe.clip)),
        truncation=recipe.truncation,
        rng=rng,
        callbacks=callbacks,
    )
    predicted = net.predict_last(params, unseen.xs)
    alone = free_run(net, params, unseen.xs[-1:], FREE_RUN)[0, :, 0]
    # The last window ends one step before the end of the wave, and its target is the first value to come.
    truth = sine_wave(STEPS - 1 + FREE_RUN)[-FREE_RUN:]
    return Sine(
        recipe=recipe,
        history=history,
        validation_rmse=rmse(predicted, unseen.targets),
        free_run_rmse=rmse(alone, truth),
        baselines=baselines(unseen),
        validation=(unseen.targets[:, 0], predicted[:, 0]),
        free=(truth, alone),
    )
