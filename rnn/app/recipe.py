"""The options of a training, as plain values that a file holds, and the objects that they name."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, fields
from re import ASCII, fullmatch
from typing import Any

from rnn.activations import ACTIVATIONS
from rnn.app.certificate import BIDIRECTIONAL, STACK
from rnn.common.checks import checked_count, shown
from rnn.learning.stopping import EarlyStopping
from rnn.loops import name_of
from rnn.losses import Loss, squared_error
from rnn.network import RNN
from rnn.optimisers import (
    SGD,
    Adam,
    AdamW,
    ClipNorm,
    Constant,
    Cosine,
    Optimiser,
    Schedule,
    StepDecay,
    Warmup,
)
from rnn.storage import CELLS, LOSSES
from rnn.through_time.bidirectional import Bidirectional, BothEnds
from rnn.through_time.bptt import Loops
from rnn.through_time.stack import Stack
from rnn.truncation import Chunked, Full, Tail, Truncation, Window

OPTIMISERS: Mapping[str, Callable[..., Optimiser]] = {"adam": Adam, "adamw": AdamW, "sgd": SGD}

# By name, the truncation and how many numbers it takes at least and at most.
TRUNCATIONS: Mapping[str, tuple[Callable[..., Truncation], int, int]] = {
    "full": (Full, 0, 0),
    "window": (Window, 1, 1),
    "chunked": (Chunked, 1, 2),
    "tail": (Tail, 1, 1),
}


# By name, the schedules whose rate goes by the run alone.
SCHEDULES: Mapping[str, Callable[[float], Schedule]] = {"constant": Constant, "cosine": Cosine}

# Where a loss stands: on the last step of a window, or on every one.
PLACES = ("last", "every")


# In which form a series is learnt: in those that are chosen (``rnn.app.choosing``), or by a network alone
# that sees its values or their changes.
FORMS = ("chosen", "levels", "changes")


@dataclass(frozen=True)
class Recipe:
    """A network and its training, by names and numbers.

    The defaults learn a season of a series of some hundred values in seconds. The ``rate`` goes by the
    ``schedule``, after ``warmup`` epochs in which it rises. A ``clip`` of 0 clips nothing. ``weight_decay``
    is that of AdamW; the others have none. A ``loss`` of None is what suits the data. The ``form`` is one of
    ``FORMS``; a text has but one. Of more layers than one each has as many ``units``, and ``dropout`` is
    between them. With ``bidirectional`` each has as many in either direction, and the one on top answers
    when both have read the whole window.
    """

    cell: str = "vanilla"
    units: int = 32
    num_layers: int = 1
    dropout: float = 0.0
    bidirectional: bool = False
    activation: str = "tanh"
    truncation: str = "full"
    loss: str | None = None
    length: int = 24
    form: str = "chosen"
    optimiser: str = "adam"
    rate: float = 5e-3
    schedule: str = "cosine"
    warmup: int = 0
    clip: float = 1.0
    weight_decay: float = AdamW.weight_decay
    batch: int = 16
    epochs: int = 200
    early_stopping: bool = True
    n_iter_no_change: int = EarlyStopping.n_iter_no_change
    tol: float = EarlyStopping.tol
    seed: int = 0

    def network(self, inputs: int, outputs: int, loss: Loss, loops: Loops | None = None) -> RNN:
        """The network, for so many inputs and outputs, by these loops or by the usual ones."""
        kind = CELLS[self.cell]
        chosen: dict[str, Any] = {}
        if "activation" in _names(kind):
            chosen["activation"] = ACTIVATIONS[self.activation]
        count = checked_count("num_layers", self.num_layers, 1)
        widths = [inputs, *(self.units * (1 + self.bidirectional),) * (count - 1)]
        levels = [kind(inputs=width, units=self.units, **chosen) for width in widths]
        if self.bidirectional:
            levels = [*map(Bidirectional, levels[:-1]), BothEnds(levels[-1])]
            if count > 1 and truncation_of(self.truncation) != Full():
                needed = "full with several bidirectional layers"
                raise ValueError(f"truncation: {self.truncation}, needed {needed}")
        cell = Stack(*levels) if count > 1 else levels[0]
        return RNN(cell, outputs, loss, loops)  # type: ignore[arg-type]  # the usual ones for None

    def judged_as(self) -> tuple[str, ...]:
        """The names under which the verifier judges its network: the cell, and how several make one."""
        if self.bidirectional:
            return self.cell, BIDIRECTIONAL
        return (self.cell, STACK) if self.num_layers > 1 else (self.cell,)

    def usual_loops(self) -> str:
        """The name of the loops that its network has by default."""
        return name_of(self.network(1, 1, squared_error).loops)

    def objective(self, usual: str) -> tuple[Loss, str]:
        """The loss and where it stands, by default the ``usual`` ones, as "squared_error:last".

        ValueError for a loss that such data cannot have.
        """
        needed, place = loss_of(usual)
        loss, chosen = loss_of(self.loss or usual)
        if loss is not needed:
            raise ValueError(f"--loss: {loss.name}, needed {needed.name}, for what is learnt here")
        return loss, chosen or place

    def rates(self, an_epoch: int) -> Schedule:
        """The schedule, where an epoch has so many updates. ValueError for one that finds no room."""
        if self.warmup >= self.epochs:
            raise ValueError(f"warmup: {self.warmup}, needed fewer epochs than all {self.epochs}")
        schedule = schedule_of(self.schedule, self.rate, an_epoch)
        return Warmup(schedule, self.warmup * an_epoch) if self.warmup else schedule

    def descent(self, schedule: Schedule) -> Optimiser:
        """The optimiser, by a schedule."""
        kind, clip = OPTIMISERS[self.optimiser], ClipNorm(self.clip) if self.clip else None
        chosen = {"weight_decay": self.weight_decay} if "weight_decay" in _names(kind) else {}
        return kind(schedule, clip, **chosen)

    def early_end(self) -> EarlyStopping | None:
        """What ends it before its last epoch."""
        return EarlyStopping(self.n_iter_no_change, self.tol) if self.early_stopping else None

    def as_json(self) -> dict[str, Any]:
        """Its fields."""
        return asdict(self)

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> "Recipe":
        """The recipe with these fields. Those of older versions were of a network alone, and say ``changes``;
        and ``patience``, a number of epochs or 0 for no early stopping.

        TypeError for fields that are none, ValueError for a form that is none.
        """
        given = dict(kept)
        if "form" not in given:
            given["form"] = "changes" if given.pop("changes", None) else "levels"
        if "patience" in given:
            patience = given.pop("patience")
            given["early_stopping"] = patience > 0
            if patience:
                given["n_iter_no_change"] = patience
        recipe = cls(**given)
        if not isinstance(recipe.bidirectional, bool):
            raise ValueError(f"bidirectional: {shown(recipe.bidirectional)}, needed true or false")
        if recipe.form not in FORMS:
            raise ValueError(f"form: {shown(recipe.form)}, needed {', '.join(FORMS)}")
        return recipe


def _names(kind: Any) -> set[str]:
    """What a cell or an optimiser can be made with."""
    return {each.name for each in fields(kind) if each.init}


def loss_of(text: str) -> tuple[Loss, str]:
    """A loss by its name, and where it stands, "" where that is not said; ValueError if it names none.

    >>> [(loss.name, place) for loss, place in (loss_of("squared_error"), loss_of("squared_error:every"))]
    [('squared_error', ''), ('squared_error', 'every')]
    """
    name, given, place = text.partition(":")
    if name not in LOSSES or (given and place not in PLACES):
        raise ValueError(
            f"{shown(text)}, needed {' or '.join(LOSSES)}, alone or with {' or '.join(PLACES)}, "
            "as squared_error:every"
        )
    return LOSSES[name], place


def schedule_of(text: str, rate: float, an_epoch: int) -> Schedule:
    """A schedule by its name and numbers, from a first rate, where an epoch has so many updates.

    ValueError for a text that names none.

    >>> schedule_of("cosine", 0.1, 5), schedule_of("step:20:0.5", 0.1, 5)
    (Cosine(rate=0.1), StepDecay(rate=0.1, step_size=100, gamma=0.5))
    """
    if text in SCHEDULES:
        return SCHEDULES[text](rate)
    found = fullmatch(r"step:([1-9]\d{0,8})(?::(0?\.\d{1,18}|1))?", text, ASCII)
    if found is None:
        raise ValueError(f"{shown(text)}, needed constant, cosine, step:EPOCHS or step:EPOCHS:GAMMA")
    epochs, gamma = found.groups()
    return StepDecay(rate, int(epochs) * an_epoch, StepDecay.gamma if gamma is None else float(gamma))


def truncation_of(text: str) -> Truncation:
    """A truncation by its name and numbers; ValueError for a text that names none.

    >>> truncation_of("full"), truncation_of("window:5"), truncation_of("chunked:5:10")
    (Full(), Window(k=5), Chunked(k1=5, k2=10))
    """
    name, *numbers = text.split(":")
    kind, least, most = TRUNCATIONS.get(name, (Full, 1, 0))
    counts = [
        int(number) for number in numbers if number.isascii() and number.isdecimal() and len(number) < 19
    ]
    if not least <= len(numbers) <= most or len(counts) != len(numbers):
        raise ValueError(f"{shown(text)}, needed full, window:K, chunked:K or chunked:K:K, or tail:K")
    return kind(*counts)
