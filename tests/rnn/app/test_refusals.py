"""What the application refuses of names, numbers, texts and dates, before a file is made of them."""

import numpy as np

from rnn import squared_error
from rnn.app.calendar import Calendar, numbered, parsed, spaced
from rnn.app.inputs import SeriesInputs, cycles_of
from rnn.app.preparing import Cut, check_seen, cut, learn_scaling
from rnn.app.recipe import Recipe, loss_of, schedule_of, truncation_of
from rnn.app.series import run_data, sine, task
from rnn.app.table import Series
from rnn.app.text import encoded
from rnn.app.text import run_data as asked_for_text
from rnn.app.text import task as task_of_text
from rnn.app.training import run_of
from rnn.app.transformation import Transformation
from rnn.app.views import Form, parts, view_of
from tests.rnn.refusals import alike, of, refuse, table

SCHEDULES = [
    *("", "linear", "cosine:3", "step", "step:", "step:0", "step:x", "step:1.5", "step:3:", "step:3:2"),
    *("step:3:nan", "step:3:0.5:1", "step:²", "step:" + "9" * 30),
]
TRUNCATIONS = ["", "none", "window", "window:", "window:x", "window:-1", "window:1:2", "full:1", "tail:²"]
LOSSES = ["", "l2", ":every", "squared_error:", "squared_error:first", "squared_error:last:last", "x" * 999]
# A month behind the point, as 1949.12, is not that share of a year.
NO_DATES = [
    *("", "now", "NaT", "today", "12", "2000-13", "1949.01", "1949.12"),
    *("1949.999", "1949.", "949.0", "19490.0", "0000.0", "1949.0 "),
]
# What a folder's file may hold in place of a recipe.
RECIPES = [
    *({"colour": 1}, {"form": "round"}, {"units": "many"}, {"truncation": "none"}, {"rate": -1}),
    *({"patience": "long"}, {"n_iter_no_change": 0}, {"num_layers": 0}, {"num_layers": "2"}),
    *({"bidirectional": 1}, {"bidirectional": True, "loss": "squared_error:every"}, {"tol": None}),
    *({"num_layers": 2, "dropout": 1.0}, {"num_layers": 2, "dropout": "much"}, {"schedule": "fast"}),
    *({"schedule": ["cosine"]}, {"warmup": 200}, {"dropout": 0.5}),
]
RUNS = [
    *({"recipe": {}, "data": {}}, {"recipe": 3}, {"loops": "fast"}, {"loops": []}),
    *({"data": {"kind": "song"}}, {"data": {"kind": "series"}}),
    {"data": {"kind": "series", "values": [[1]]}},
]
BOTH = Recipe(cell="gru", units=3, bidirectional=True, num_layers=2, truncation="window:3")
WINDOWS, OF_NUMBERS = Recipe(length=6), Recipe(length=6, loss="squared_error")
CHANGES, OF_LOGS = Transformation(lags=(1,)), learn_scaling(np.arange(1.0, 4), Transformation(logs=True))
OF_CHANGES, FAR_APART = learn_scaling(np.arange(1.0, 4), CHANGES), np.array([1.7e308, -1.7e308])
VALUES, NOISE = np.sin(np.arange(100.0)), np.random.default_rng(0).normal(size=60)
DAYS, YEARS = Calendar("seconds", 86_400, "2001-01-01"), Calendar("months", 12, "2001-01-01")


def dates(texts):
    """A calendar of dates on the lines from 2 on."""
    return numbered(np.array([parsed(text, None) for text in texts]), np.arange(2, 2 + len(texts)), "day")


def run(changed):
    """A training that has been asked for, with other values."""
    data, recipe = run_data(sine(), "", None, None), Recipe(units=3, length=5, epochs=6)
    asked = {"recipe": recipe.as_json(), "loops": "numpy", "checkpoint_every": 2, "data": data}
    return run_of({**asked, **changed})


def learnt(season=None, by_date=False, **recipe):
    """The task of a series of a hundred values without dates."""
    given = run_data(Series("v", VALUES, filled=2), "", season, None, by_date=by_date)
    return task(given, Recipe(length=5, **recipe))


def beside(inputs, ahead=0, columns=((),) * 3):
    """What stands beside a series of three values."""
    return inputs.beside(Series("v", np.zeros(3), None, 0, np.array(columns, float), 0), ahead)


def of_text(text, recipe=WINDOWS):
    """The task of a text."""
    return task_of_text(asked_for_text(text, "t"), recipe)


def seen(rows):
    """The records of a series and of inputs like these."""
    with np.errstate(over="ignore"):
        view = view_of(Form(CHANGES, 1, True), NOISE[:40], rows[:40])
        return parts(NOISE, view, 4, Cut(40, 50, 60), False, rows)


def too_large(place):
    """Inputs of which two in a row are far apart."""
    rows = NOISE[:, np.newaxis] * 1e-10
    rows[place : place + 2, 0] = 1.7e308, -1.7e308
    return rows


@table(
    *alike(
        lambda text: schedule_of(text, 1.0, 1),
        *(ValueError, "…needed constant, cosine, step:EPOCHS or step:EPOCHS:GAMMA$", *SCHEDULES),
    ),
    (lambda: schedule_of("step:3:0.0", 1.0, 1), ValueError, "StepDecay.gamma: 0.0, needed a finite number"),
    (lambda: Recipe(epochs=5, warmup=5).rates(7), ValueError, "warmup: 5, needed fewer epochs than all 5$"),
    (lambda: Recipe(epochs=5, warmup=6).rates(7), ValueError, "warmup: 6, needed fewer epochs than all 5$"),
    *alike(
        truncation_of, ValueError, "…needed full, window:K, chunked:K or chunked:K:K, or tail:K", *TRUNCATIONS
    ),
    (lambda: truncation_of("chunked:0"), ValueError, "…Chunked.k1: 0"),
    *alike(
        loss_of, ValueError, "…needed squared_error or softmax_cross_entropy, alone or with last", *LOSSES
    ),
    *alike(
        lambda form: Recipe.from_json({"form": form}),
        *(ValueError, "form: …, needed chosen, levels, changes", "both", None, 3),
    ),
    (lambda: BOTH.network(2, 4, squared_error), ValueError, "truncation: window:3, needed full with"),
    (lambda: OF_NUMBERS.objective("softmax_cross_entropy:every"), ValueError, "--loss: squared_error, neede"),
    *alike(run, ValueError, "…needed", *({"recipe": recipe} for recipe in RECIPES), *RUNS),
    *of(
        lambda texts: dates(texts.split()),
        ("2000-01-01 2000-01-02 2000-01-02", ValueError, "'day': line 4, needed later dates"),
        ("2000-01-02 2000-01-01 2000-01-03", ValueError, "'day': line 3, needed later dates"),
        ("2000-01-01 2000-01-03 2000-01-05 2000-01-08", ValueError, "'day': line 5, needed dates 2 days"),
        ("2000-01-01T00:00 2000-01-01T01:00 2000-01-01T02:30", ValueError, "'day': line 4, needed dates"),
        ("2000-01-01 2000-03-01 2000-05-01 2000-06-01", ValueError, "'day': line 5, needed dates 2 months"),
    ),
    *alike(lambda text: parsed(text, None), ValueError, "", *NO_DATES),
    *of(
        lambda ordinals: spaced(np.array(ordinals), np.arange(2, 6), "n"),
        ([1, 2, 2, 3], ValueError, "'n': line 4, needed larger numbers than the line before$"),
        ([1, 3, 5, 6], ValueError, "'n': line 5, needed numbers 2 apart$"),
    ),
    (lambda: learn_scaling(np.array([1e308, -1e308, 1e308]), CHANGES), ValueError, "the series: numbers so"),
    (lambda: check_seen("f.csv", np.zeros(2), OF_LOGS), ValueError, "f.csv: values of 0 or less, needed one"),
    (lambda: check_seen("f.csv", FAR_APART, OF_CHANGES), ValueError, "f.csv: later numbers so large beside"),
    *of(lambda total: cut(total, 12), *((n, ValueError, f"the series: {n} values") for n in (3, 17, 18, 19))),
    (lambda: learnt(season=71), ValueError, "--season: 71, needed at most 70"),
    (lambda: learnt(loss="softmax_cross_entropy"), ValueError, "--loss: softmax_cross_entropy, needed squar"),
    (lambda: learnt(by_date=True), ValueError, "--calendar: no dates, needed a column of them"),
    *of(
        of_text,
        ("", ValueError, "the text: 0 different characters, needed 2 to 500"),
        ("aaaa", ValueError, "the text: 1 different characters"),
        ("".join(map(chr, range(200, 800))), ValueError, "the text: 600 different"),
        ("ab" * 10, ValueError, "the text: 20 characters, needed at least 22"),
    ),
    (lambda: of_text("abc" * 40, OF_NUMBERS), ValueError, "--loss: squared_error, needed soft"),
    (lambda: encoded("aü", "ab"), ValueError, "'ü': no character of the text"),
    (lambda: beside(SeriesInputs(("a",), ("a",)), 2, [[1], [2], [3], [4]]), ValueError, "--steps: 2, needed"),
    (lambda: beside(SeriesInputs(cycles=("week",))), ValueError, "the week: no dates, needed --date"),
    (lambda: beside(SeriesInputs(cycles=("season",))), ValueError, "the season: no steps, needed how many"),
    (lambda: cycles_of(YEARS, 99), ValueError, "--calendar: no year, week or day is longer"),
    (lambda: cycles_of(DAYS, 10), ValueError, "--calendar: no year, week or day is longer"),
    (lambda: seen(too_large(10)), ValueError, "the inputs: numbers so large that"),
    (lambda: seen(too_large(55)), ValueError, "the inputs: later numbers so large"),
)
def test_what_cannot_be_is_refused(call, error, said):
    """By its name, with what is needed."""
    refuse(call, error, said)
