"""The pages of real data: each command runs, and each figure is what it prints.

The page of the text takes minutes. Here its training is cut short, unless RNN_DATA_PAGES=full.
"""

import os
import re
import shlex
from pathlib import Path

import pytest

from tests.examples import FENCE, ROOT
from tests.programs import python

PAGES = sorted(ROOT.glob("docs/data/*.md"))
FULL = os.environ.get("RNN_DATA_PAGES") == "full"
LONG = {"topics.md"}

# A line of a figure, and how far it may be from the page's: another BLAS rounds otherwise, and a training of
# many epochs makes more of that.
FIGURE = re.compile(r"^  (.*?)  +(-?[\d.]+)( .*)?$", re.MULTILINE)
SHARE = 0.15


def steps(page: Path) -> list[tuple[list[str], str]]:
    """Every block of commands, and what the page says that it prints, or "" where it does not say."""
    found = FENCE.findall(page.read_text("utf-8"))
    after = [*found[1:], ("", "")]
    return [
        (text.splitlines(), then[1] if then[0] == "text" else "")
        for (kind, text), then in zip(found, after, strict=True)
        if kind == "sh"
    ]


def printed(command: str, folder: Path, short: bool) -> str:
    """What a command prints, in a folder."""
    program, *words = shlex.split(command)
    assert program == "python"
    if short and "train" in words:
        text = folder / "topics.txt"
        text.write_text(text.read_text("utf-8")[:20_000], "utf-8")
        for option, value in (("--epochs", "1"), ("--units", "8")):
            words[words.index(option) + 1] = value
    done = python(*words, folder=folder)
    assert done.returncode == 0, done.stderr
    return done.stdout


def assert_like(got: str, want: str) -> None:
    """The same figures, about, under the same names, and under each table what its own figures say."""
    ours, theirs = FIGURE.findall(got), FIGURE.findall(want)
    assert [(name, unit) for name, _, unit in ours] == [(name, unit) for name, _, unit in theirs]
    for (_, one, _), (name, other, _) in zip(ours, theirs, strict=True):
        assert float(one) == pytest.approx(float(other), rel=SHARE), name
    assert len(verdicts(got)) == len(verdicts(want))
    for result, figures in (*verdicts(got), *verdicts(want)):
        assert_verdict(result, figures)


def verdicts(text: str) -> list[tuple[str, dict[str, float]]]:
    """Each verdict in a text, with the figures that stand before it and after the one before it."""
    begins = r"The model (?:beats|is beaten)|These forecasts do not tell the model"
    verdict = rf"^((?:{begins})[^\n]*(?:\n(?:It|These forecasts) [^\n]*)*)$"
    tables = re.findall(rf"(.*?){verdict}", text, re.MULTILINE | re.DOTALL)
    return [
        (result, {name.partition(" (")[0]: float(figure) for name, figure, _ in FIGURE.findall(table)})
        for table, result in tables
    ]


def assert_verdict(verdict: str, figures: dict[str, float]) -> None:
    """The verdict is about every baseline, and what it calls better has the smaller figure.

    Which differences chance explains another machine may see otherwise.
    """
    (_, own), *others = figures.items()
    if verdict.startswith("The model beats all of them."):
        assert own < min(figure for _, figure in others)
        return
    does = "beats|is beaten by|do not tell (?:the model|it) apart from"
    said = rf"^(?:The model|It|These forecasts) ({does}) (.*)\.$"
    sentences = re.findall(said, verdict, re.MULTILINE)
    found = {name: verb for verb, names in sentences for name in re.split(", | and ", names)}
    assert sorted(found) == sorted(name for name, _ in others)
    for name, figure in others:
        assert found[name] != "beats" or own < figure, name
        assert found[name] != "is beaten by" or own > figure, name


APART = "These forecasts do not tell {} apart from {}."


def test_what_is_printed_is_compared() -> None:
    """The comparison above can fail: by a figure, by a name, by a verdict."""
    page = "T\n  the model  2.0 ppm\n  last  2.1 ppm\n  season  3.0 ppm\nThe model beats all of them.\n"
    tie = page.replace("beats all of them.", f"beats season.\n{APART.format('it', 'last')}")
    apart = f"{APART.format('the model', 'season')}\nIt is beaten by last."
    beaten = page.replace("The model beats all of them.", apart)
    assert_like(page.replace("2.0", "2.05"), page)
    assert_like(tie, page)
    assert_like(beaten.replace("2.0", "2.2"), page)
    for other in (
        *(page.replace("2.0", "2.4"), page.replace("ppm", "K"), page.replace("beats", "eats"), "T\n"),
        *(beaten, page.replace("2.0", "2.2"), tie.replace(f"\n{APART.format('it', 'last')}", "")),
    ):
        with pytest.raises(AssertionError):
            assert_like(other, page)


@pytest.mark.slow
@pytest.mark.usefixtures("certified")
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_page_is_what_its_commands_print(page: Path, tmp_path: Path) -> None:
    """One after another, in an empty folder."""
    short = page.name in LONG and not FULL
    for commands, wanted in steps(page):
        got = "".join(printed(command, tmp_path, short) for command in commands)
        if wanted and not short:
            assert_like(got, wanted)
