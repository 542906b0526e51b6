"""The flags of each command, and one line for each refusal."""

import pytest

from rnn.app.options import arguments, columns_of, recipe_of
from rnn.app.recipe import Recipe
from rnn.app.table import Columns


def refused(capsys, *argv):
    """What is said of these arguments."""
    with pytest.raises(SystemExit) as left:
        arguments(argv)
    assert left.value.code == 2
    (line,) = capsys.readouterr().err.splitlines()
    return line.partition(": ")[2]


def test_flags_make_a_recipe():
    """And say where the series is."""
    flags = (
        "--units 3 --num-layers 2 --dropout 0.25 --truncation window:5 --optimiser sgd --rate 0.5 --changes "
        "--no-early-stopping --season 12 --weight-decay 0.1 --schedule step:20:0.5 --warmup 3"
    )
    data = "--data f --column v --date d --date-format %Y --separator \\t --decimal ,"
    options = arguments(["train", "--out", "x", *flags.split(), *data.split()])
    wanted = {"units": 3, "num_layers": 2, "dropout": 0.25, "truncation": "window:5", "optimiser": "sgd"}
    wanted |= {"rate": 0.5, "form": "changes", "early_stopping": False, "weight_decay": 0.1}
    assert recipe_of(options) == Recipe(**wanted, schedule="step:20:0.5", warmup=3)
    stopping = arguments(["train", "--out", "x", "--n-iter-no-change", "3", "--tol", "0.01"])
    assert recipe_of(arguments(["train", "--out", "x", "--bidirectional"])) == Recipe(bidirectional=True)
    assert recipe_of(stopping) == Recipe(n_iter_no_change=3, tol=0.01)
    assert options.season == 12
    assert recipe_of(arguments(["train", "--out", "x", "--levels"])) == Recipe(form="levels")
    assert columns_of(options) == Columns("v", "d", "%Y", "\t", ",")


SERIES = "--data f --column v"
AN_INTEGER = "needed an integer of at least"
NO_CHARACTER, NO_PATH = "'', needed at least one character", "'', needed a path"
OF_MODELS = ["export", "forecast", "predict", "evaluate", "inspect", "generate"]


OF_TRAINING = [
    ("--colour", "unrecognized arguments: --colour"),
    ("--rate 0", "argument --rate: '0', needed a number above 0"),
    ("--schedule fast", "argument --schedule: 'fast', needed constant, cosine,"),
    ("--warmup -1", f"argument --warmup: '-1', {AN_INTEGER} 0"),
    ("--n-iter-no-change 0", "argument --n-iter-no-change: '0', needed"),
    ("--tol -1", "argument --tol: '-1', needed a number of at least 0"),
    ("--truncation x", "argument --truncation: 'x', needed full, window:K"),
    ("--loss l1", "argument --loss: 'l1', needed squared_error or softmax"),
    ("--separator ,,", "argument --separator: ',,', needed one character"),
    ("--data f", "--data: needed --column NAME"),
    ("--column f", "--column: needed --data FILE"),
    ("--text f --changes", "--text: with flags of a series"),
    ("--levels --changes", "argument --changes: not allowed with"),
    # Further columns of the file, each once; what is known ahead is one of them.
    ("--inputs a", "--inputs: needed --data FILE"),
    (f"{SERIES} --inputs a,,b", "argument --inputs: 'a,,b', needed names with commas between, each"),
    (f"{SERIES} --inputs a,a", "argument --inputs: 'a,a', needed names with commas between, each"),
    (f"{SERIES} --inputs a,v", "--inputs: 'v' is something else already, needed other columns"),
    (f"{SERIES} --inputs a,d --date d", "--inputs: 'd' is something else already"),
    (f"{SERIES} --inputs a --known b", "--known: 'b', needed one of --inputs"),
    (f"{SERIES} --calendar", "--calendar: needed --date NAME"),
    ("--text t --inputs a", "--text: with flags of a series, needed one or the other"),
    ("--resume --units=3", "--units: with --resume, needed what was asked for"),
    ("--column EMPTY", f"argument --column: {NO_CHARACTER}"),
    ("--date-format EMPTY", f"argument --date-format: {NO_CHARACTER}"),
    ("--data f --column a --column b", "argument --column: given twice, the second time as 'b', needed"),
]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("", "the following arguments are required: COMMAND"),
        ("dance", "argument COMMAND: invalid choice"),
        ("forecast", "the following arguments are required: MODEL"),
        ("forecast m --steps 1000000", f"argument --steps: '1000000', {AN_INTEGER} 1 and"),
        ("forecast m --steps 1 --steps=2", "argument --steps: given twice"),
        ("generate m --temperature 0", "argument --temperature: '0', needed a number of at least 0.01"),
        *((f"{command} EMPTY", f"argument MODEL: {NO_PATH}") for command in OF_MODELS),
        *((f"{command} m --json EMPTY", f"argument --json: {NO_PATH}") for command in OF_MODELS),
        *((f"{command} m --out EMPTY", f"argument --out: {NO_PATH}") for command in OF_MODELS[:-1]),
        ("train --out EMPTY", f"argument --out: {NO_PATH}"),
        *((f"train --out x {line}", said) for line, said in OF_TRAINING),
    ],
)
def test_wrong_options_are_refused(capsys, line, said):
    """In one line that shows what was given."""
    assert refused(capsys, *("" if word == "EMPTY" else word for word in line.split())).startswith(said)
