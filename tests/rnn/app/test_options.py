"""What each command can be asked for, and one line for what it cannot."""

import pytest

from rnn.app.options import DESCRIPTIONS, FILES, arguments, columns_of, recipe_of
from rnn.app.recipe import Recipe
from rnn.app.table import Columns


def refused(capsys, *argv):
    """What is said of these arguments."""
    with pytest.raises(SystemExit) as left:
        arguments(argv)
    assert left.value.code == 2
    (line,) = capsys.readouterr().err.splitlines()
    return line.partition(": ")[2]


def test_the_defaults_are_the_recipes():
    """In one place."""
    options = arguments(["train", "--out", "x"])
    assert recipe_of(options) == Recipe()
    assert columns_of(options) is None
    assert options.checkpoint_every == 10


def test_flags_make_a_recipe():
    """And say where the series is."""
    flags = (
        "--units 3 --num-layers 2 --dropout 0.25 --truncation window:5 --optimiser sgd --rate 0.5 --changes "
        "--no-early-stopping --season 12 --weight-decay 0.1 --schedule step:20:0.5 --warmup 3"
    )
    data = "--data f --column v --date d --date-format %Y --separator \\t --decimal ,"
    options = arguments(["train", "--out", "x", *flags.split(), *data.split()])
    wanted = Recipe(
        units=3,
        num_layers=2,
        dropout=0.25,
        truncation="window:5",
        optimiser="sgd",
        rate=0.5,
        form="changes",
        early_stopping=False,
        weight_decay=0.1,
        schedule="step:20:0.5",
        warmup=3,
    )
    assert recipe_of(options) == wanted
    stopping = arguments(["train", "--out", "x", "--n-iter-no-change", "3", "--tol", "0.01"])
    assert recipe_of(arguments(["train", "--out", "x", "--bidirectional"])) == Recipe(bidirectional=True)
    assert recipe_of(stopping) == Recipe(n_iter_no_change=3, tol=0.01)
    assert options.season == 12
    assert recipe_of(arguments(["train", "--out", "x", "--levels"])) == Recipe(form="levels")
    assert columns_of(options) == Columns("v", "d", "%Y", "\t", ",")


@pytest.mark.parametrize("command", DESCRIPTIONS)
def test_each_command_has_a_help(capsys, command):
    """That says what it does, and what it writes."""
    with pytest.raises(SystemExit) as left:
        arguments([command, "--help"])
    assert left.value.code == 0
    shown = " ".join(capsys.readouterr().out.split())
    assert DESCRIPTIONS[command] in shown
    assert command == "train" or all(name in shown for name in FILES[command])


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        ((), "the following arguments are required: COMMAND"),
        (("dance",), "argument COMMAND: invalid choice"),
        (("train",), "the following arguments are required: --out"),
        (("train", "--out", "x", "--colour"), "unrecognized arguments: --colour"),
        (("train", "--out", "x", "--unit", "3", "--epoch", "3"), "unrecognized arguments: --epoch 3"),
        (("train", "--out", "x", "--units", "0"), "argument --units: '0', needed an integer of at least 1"),
        (("train", "--out", "x", "--units", "²"), "argument --units: '²', needed"),
        (("train", "--out", "x", "--batch", "9" * 99), "argument --batch: '9999"),
        (("train", "--out", "x", "--rate", "0"), "argument --rate: '0', needed a number above 0"),
        (("train", "--out", "x", "--rate", "fast"), "argument --rate: 'fast', needed a number above 0"),
        (("train", "--out", "x", "--rate", "inf"), "argument --rate: 'inf', needed a number above 0"),
        (
            ("train", "--out", "x", "--schedule", "fast"),
            "argument --schedule: 'fast', needed constant, cosine,",
        ),
        (
            ("train", "--out", "x", "--warmup", "-1"),
            "argument --warmup: '-1', needed an integer of at least 0",
        ),
        (("train", "--out", "x", "--n-iter-no-change", "0"), "argument --n-iter-no-change: '0', needed"),
        (
            ("train", "--out", "x", "--dropout", "1"),
            "argument --dropout: '1', needed a number of at least 0 and below 1",
        ),
        (("train", "--out", "x", "--tol", "-1"), "argument --tol: '-1', needed a number of at least 0"),
        (("train", "--out", "x", "--tol", "nan"), "argument --tol: 'nan', needed a number of at least 0"),
        (("train", "--out", "x", "--weight-decay", "-1"), "argument --weight-decay: '-1', needed a number"),
        (("train", "--out", "x", "--clip", "-1"), "argument --clip: '-1', needed a number of at least 0"),
        (("train", "--out", "x", "--truncation", "x"), "argument --truncation: 'x', needed full, window:K"),
        (("train", "--out", "x", "--loss", "l1"), "argument --loss: 'l1', needed squared_error or softmax"),
        (("train", "--out", "x", "--cell", "x"), "argument --cell: invalid choice"),
        (("train", "--out", "x", "--separator", ",,"), "argument --separator: ',,', needed one character"),
        (("train", "--out", "x", "--decimal", ";"), "argument --decimal: invalid choice: ';'"),
        (("train", "--out", "x", "--data", "f"), "--data: needed --column NAME"),
        (("train", "--out", "x", "--column", "f"), "--column: needed --data FILE"),
        (("train", "--out", "x", "--text", "f", "--changes"), "--text: with flags of a series"),
        (("train", "--out", "x", "--levels", "--changes"), "argument --changes: not allowed with"),
        (
            ("train", "--out", "x", "--resume", "--units=3"),
            "--units: with --resume, needed what was asked for",
        ),
        (
            ("generate", "m", "--temperature", "0"),
            "argument --temperature: '0', needed a number of at least 0.01",
        ),
        *(
            ((*argv, option, ""), f"argument {option}: '', needed {needed}")
            for argv, option, needed in (
                (("train",), "--out", "a path"),
                *((("train", "--out", "x"), option, "a path") for option in ("--data", "--text", "--json")),
                *(
                    (("train", "--out", "x"), option, "at least one character")
                    for option in ("--column", "--date-format")
                ),
                *(
                    ((command, "m"), "--json", "a path")
                    for command in ("predict", "evaluate", "inspect", "generate", "export")
                ),
                *(
                    ((command, "m"), "--out", "a path")
                    for command in ("forecast", "predict", "evaluate", "inspect", "export")
                ),
            )
        ),
        *(
            ((command, ""), "argument MODEL: '', needed a path")
            for command in ("forecast", "predict", "evaluate", "inspect", "generate", "export")
        ),
        (
            ("train", "--out", "x", "--data", "f", "--column", "a", "--column", "b"),
            "argument --column: given twice, the second time as 'b', needed once",
        ),
        (("train", "--out", "x", "--out", "y"), "argument --out: given twice"),
        (("forecast", "m", "--steps", "1", "--steps=2"), "argument --steps: given twice"),
        (("generate", "m", "--prompt", "a", "--prompt", "b"), "argument --prompt: given twice"),
        (("train", "--out", "x", "--text", "f", "--date", ""), "--text: with flags of a series"),
        (("forecast",), "the following arguments are required: MODEL"),
        (
            ("forecast", "m", "--steps", "1000000"),
            "argument --steps: '1000000', needed an integer of at least 1 and",
        ),
    ],
)
def test_what_cannot_be_asked_is_refused(capsys, argv, said):
    """In one line that shows what was given."""
    assert refused(capsys, *argv).startswith(said)


SERIES = ("--data", "f", "--column", "v")


@pytest.mark.parametrize(
    ("flags", "wrong"),
    [
        (["--inputs", "a"], "--inputs: needed --data FILE"),
        (
            [*SERIES, "--inputs", "a,,b"],
            "argument --inputs: 'a,,b', needed names with commas between, each once",
        ),
        (
            [*SERIES, "--inputs", "a, a"],
            "argument --inputs: 'a, a', needed names with commas between, each once",
        ),
        ([*SERIES, "--inputs", "a,v"], "--inputs: 'v' is something else already, needed other columns"),
        ([*SERIES, "--inputs", "a,d", "--date", "d"], "--inputs: 'd' is something else already"),
        ([*SERIES, "--inputs", "a", "--known", "b"], "--known: 'b', needed one of --inputs"),
        ([*SERIES, "--calendar"], "--calendar: needed --date NAME"),
        (["--text", "t", "--inputs", "a"], "--text: with flags of a series, needed one or the other"),
    ],
)
def test_inputs_are_of_the_file(capsys, flags, wrong):
    """Further columns of it, each once; what is known ahead is one of them."""
    assert refused(capsys, "train", "--out", "m", *flags).startswith(wrong)


def test_inputs_are_named_with_commas():
    """With spaces beside them."""
    columns = columns_of(arguments(["train", "--out", "m", *SERIES, "--inputs", "a, b,c", "--known", "b"]))
    assert (columns.inputs, columns.known) == (("a", "b", "c"), ("b",))
