"""Small models for the tests of the commands, trained once."""

import numpy as np
import pytest

from rnn.app.commands import main


@pytest.fixture(scope="session", autouse=True)
def trained_as_verified(certified):
    """No training of these tests waits for the verifier, but where a test wants that."""


@pytest.fixture(scope="session")
def sales(tmp_path_factory):
    """A CSV file of ten years of monthly sales, with a season."""
    path = tmp_path_factory.mktemp("data") / "sales.csv"
    months = np.arange(120)
    values = 100 + 20 * np.sin(np.pi * months / 6) + np.random.default_rng(0).normal(0, 1, 120)
    rows = [f"{2010 + m // 12}-{m % 12 + 1:02},{v:.2f}" for m, v in zip(months, values, strict=True)]
    path.write_text("\n".join(["month,sales", *rows]) + "\n")
    return path


def trained_in(folder, *flags):
    """The folder of a training."""
    assert main(["train", "--out", str(folder), "--units", "4", "--epochs", "3", *map(str, flags)]) == 0
    return folder


@pytest.fixture(scope="session")
def model(tmp_path_factory, sales):
    """The folder of a model of the sales."""
    folder = tmp_path_factory.mktemp("model") / "sales"
    named = ("--column", "sales", "--date", "month", "--unit", "$")
    return trained_in(folder, "--data", sales, *named, "--length", 12, "--truncation", "window:3")


@pytest.fixture(scope="session")
def stall(tmp_path_factory):
    """A CSV file of a stall's sales, by price and by the rain of the day before; six prices are ahead."""
    path = tmp_path_factory.mktemp("data") / "stall.csv"
    rng = np.random.default_rng(0)
    price, rain = rng.choice([2.0, 3.0], 126), rng.exponential(size=120)
    values = 50 - 10 * price[:120] - 5 * np.append(0.0, rain[:-1]) + rng.normal(0, 0.5, 120)
    first = np.datetime64("2020-01-01")
    known = zip(values, price, rain, strict=False)
    rows = [f"{first + t},{v:.3f},{p},{r:.3f}" for t, (v, p, r) in enumerate(known)]
    rows += [f"{first + t},,{price[t]}," for t in range(120, 126)]
    path.write_text("\n".join(["day,sold,price,rain", *rows]) + "\n")
    return path


@pytest.fixture(scope="session")
def of_inputs(tmp_path_factory, stall):
    """The folder of a model of the stall's sales."""
    folder = tmp_path_factory.mktemp("model") / "stall"
    flags = ("--column", "sold", "--date", "day", "--inputs", "price,rain", "--known", "price", "--length", 6)
    return trained_in(folder, "--data", stall, *flags)


@pytest.fixture(scope="session")
def levels(tmp_path_factory, sales):
    """The folder of a model of the sales by a network alone."""
    folder = tmp_path_factory.mktemp("model") / "levels"
    flags = ("--column", "sales", "--levels", "--length", 12, "--truncation", "window:3")
    return trained_in(folder, "--data", sales, *flags)


@pytest.fixture(scope="session")
def changes(tmp_path_factory, sales):
    """The folder of a model of the changes of the sales, without dates."""
    folder = tmp_path_factory.mktemp("model") / "changes"
    return trained_in(folder, "--data", sales, "--column", "sales", "--changes", "--length", 6)


@pytest.fixture(scope="session")
def written(tmp_path_factory):
    """The folder of a model of a text."""
    folder = tmp_path_factory.mktemp("text")
    (folder / "text.txt").write_text("the cat sat on the mat. " * 40)
    return trained_in(folder / "model", "--text", folder / "text.txt", "--length", 8)
