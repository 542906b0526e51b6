"""The pages that a reader meets first: every block of code is run or checked, every link leads somewhere.

Python blocks of a page run one after the other in one namespace; a text block is what the one before prints,
which for commands ``tests/test_data_pages.py`` sees to.
Lines of shell are looked up: targets in the Makefile, flags in the command's help, extras in pyproject.toml.
"""

import contextlib
import io
import os
import re
import runpy
import shlex
import tomllib
from functools import cache
from pathlib import Path
from statistics import median
from typing import Any

import pytest

from tests.examples import FENCE, ROOT
from tests.links import broken, links
from tests.programs import python
from tests.quick import first_quick

DOCS = sorted([*ROOT.glob("docs/*.md"), *ROOT.glob("docs/data/*.md")])
PAGES = ("README.md", "CONTRIBUTING.md", *(str(path.relative_to(ROOT)) for path in DOCS))

SECTION = re.MULTILINE | re.DOTALL
RECIPES = ("cell", "model", "property", "adapter", "truncation", "oracle", "fault")
NUMBER = re.compile(r"(?<![\w.])-?\d+(?:\.\d+)?(?:e[+-]?\d+)?")


def text(page: str) -> str:
    """A page, as it stands."""
    return (ROOT / page).read_text("utf-8")


def blocks(page: str) -> list[tuple[str, str]]:
    """The language and the content of every block of a page."""
    return FENCE.findall(text(page))


def shell_lines() -> list[tuple[str, ...]]:
    """Every command of every page, its comment dropped, as its words."""
    lines = [
        line for page in PAGES for kind, block in blocks(page) if kind == "sh" for line in block.splitlines()
    ]
    return list(dict.fromkeys(words for line in lines if (words := tuple(shlex.split(line, comments=True)))))


def last_digit(number: str) -> float:
    """What one more in the last digit is worth: 0.1 in 2.5, 1e-14 in 9.1e-13.

    >>> last_digit("94"), last_digit("2.5")
    (1.0, 0.1)
    """
    digits, _, exponent = number.partition("e")
    return float(10.0 ** (int(exponent or 0) - len(digits.partition(".")[2])))


def assert_printed(got: str, want: str) -> None:
    """Every word, and every number but for one in its last digit, which another BLAS may round otherwise."""
    assert NUMBER.sub("#", got) == NUMBER.sub("#", want)
    for one, other in zip(NUMBER.findall(got), NUMBER.findall(want), strict=True):
        assert abs(float(one) - float(other)) <= 1.01 * last_digit(other), (one, other)


def test_what_is_printed_is_compared() -> None:
    """The comparison above can fail: by a word, by a number, by a number that is not there."""
    assert_printed("at 2.4 of 3", "at 2.5 of 3")
    for got in ("at 2.3 of 3", "of 2.5 of 3", "at 2.5 of", "at 2.5 of 5"):
        with pytest.raises(AssertionError):
            assert_printed(got, "at 2.5 of 3")


@pytest.mark.parametrize("page", PAGES)
def test_every_block_has_a_language(page: str) -> None:
    """So that none escapes the tests below; none is made by indenting, and no output lacks its code."""
    kinds = [kind for kind, _ in blocks(page)]
    assert set(kinds) <= {"python", "sh", "text"}
    assert all(
        before in ("python", "sh")
        for before, kind in zip([None, *kinds], kinds, strict=False)
        if kind == "text"
    )
    outside = FENCE.sub("", text(page))
    assert "```" not in outside
    assert [line for line in outside.splitlines() if line.startswith("    ")] == []


@pytest.mark.parametrize("page", PAGES)
def test_code_fits_the_page(page: str) -> None:
    """In the width at which a README is shown, so that no line has to be scrolled."""
    code = [line for kind, block in blocks(page) if kind != "sh" for line in block.splitlines()]
    assert [line for line in code if len(line) > 90] == []


# Pages that print what depends on the reader, or on the rounding: tests/test_teaching_pages.py runs them.
TEACHING = ("docs/exercises.md", "docs/characters.md")


@pytest.mark.slow
@pytest.mark.parametrize(
    "page",
    [page for page in PAGES if page not in TEACHING and any(kind == "python" for kind, _ in blocks(page))],
)
def test_python_runs_as_it_stands(page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Block by block, in an empty folder, and prints what the page says."""
    monkeypatch.chdir(tmp_path)
    namespace: dict[str, object] = {}
    printed = ""
    for kind, block in blocks(page):
        if kind == "python":
            with contextlib.redirect_stdout(io.StringIO()) as out:
                exec(compile(block, page, "exec"), namespace)
            printed = out.getvalue()
        elif kind == "text":
            assert_printed(printed, block)


def without_its_fault(page: str, wrong: str) -> dict[str, Any]:
    """What the one wrong block of a page defines, its one carry through W transposed put right."""
    (source,) = [block for kind, block in blocks(page) if kind == "python" and wrong in block]
    assert source.count(wrong) == 1
    namespace: dict[str, Any] = {}
    definitions, _, _ = source.replace(wrong, wrong.replace(".T", "")).partition("judgement =")
    exec(definitions, namespace)
    return namespace


@pytest.mark.slow
def test_the_fault_of_the_readme_is_its_only_one() -> None:
    """Without it the step is right on drawn cases of sizes up to 9."""
    from verification import Scope, step
    from verification.judging.run import CaseBlock
    from verification.models import vanilla

    right = without_its_fault("README.md", 'da @ params["W"].T')
    engine = step(
        right["forward"], right["backward"], model=vanilla, scope=Scope(records=(1, 9), steps=(1, 9))
    )
    subject = engine.subject()
    tallies = [subject.tally(case) for case in subject.cases(CaseBlock(12, "a few"))]
    assert sum(tally.informative for tally in tallies) > 6
    assert not any(tally.is_refuted for tally in tallies)


@pytest.mark.slow
def test_the_fault_of_the_function_of_problems_is_its_only_one() -> None:
    """Without it the engine agrees with the oracles on every kind of problem, exactly so in Fractions."""
    from benchmarks.evidence.mutants.cases import all_cases
    from verification.adapters.rnn.scoping import scoped
    from verification.properties.findings import findings

    engine = scoped(without_its_fault("docs/judge/problem.md", "dh = da @ W.T\n")["engine"])
    names = ("forward", "autograd", "memory layout")
    truths = all_cases()
    wrong = [found for truth in truths for found in findings(engine, truth, names) if found.wrong is not None]
    assert wrong == []
    assert not any(found.declined for truth in truths for found in findings(engine, truth, ("forward",)))
    assert any(truth.case.dtype == object for truth in truths)


def test_the_page_of_commands_counts_the_planted_faults() -> None:
    """Those of NumPy's text and those of the compiled one, in the row of their command."""
    from benchmarks.evidence.mutants.catalogue import CATALOGUE
    from benchmarks.evidence.mutants.compiled.catalogue import COMPILED

    (row,) = [row for row in text("docs/commands.md").splitlines() if "evidence mutants`" in row]
    assert re.findall(r"\d+(?= wrong)", row) == [str(len(CATALOGUE)), str(len(COMPILED))]


@cache
def flags_of(*command: str) -> set[str]:
    """The long flags that a command's help has."""
    done = python("-m", *command, "--help")
    assert done.returncode == 0, done.stderr
    return {*re.findall(r"--[a-z-]+", done.stdout)}


def flags(words: tuple[str, ...]) -> set[str]:
    """The long flags of a command line."""
    return {word.partition("=")[0] for word in words if word.startswith("--")}


def targets() -> dict[str, str]:
    """The Makefile's targets, each with the module that it hands ARGS to, or nothing."""
    makefile = (ROOT / "Makefile").read_text("utf-8")
    rules = re.findall(r"^([a-z-]+):.*\n((?:\t.*\n)*)", makefile, re.MULTILINE)
    return {name: "".join(re.findall(r"-m ([\w.]+)[^\n]*\$\(ARGS\)", recipe)) for name, recipe in rules}


@first_quick("words", shell_lines(), 12, ids=" ".join)
def test_shell_lines_are_about_what_is_there(words: tuple[str, ...]) -> None:
    """The target, the module, the flags, the extra; a line of another kind is refused."""
    settings = [word for word in words if re.fullmatch(r"[A-Z_]+=.*", word)]
    command = tuple(word for word in words if word not in settings)
    match command:
        case ("make", target):
            module = targets()[target]
            given = [shlex.split(word.removeprefix("ARGS=")) for word in settings if word.startswith("ARGS=")]
            for arguments in given:
                assert flags(tuple(arguments)) <= flags_of(module)
        case ("python3", "-m", "venv", ".venv"):
            pass
        case ("pip", "install", "pre-commit") | ("pre-commit", "install"):
            assert (ROOT / ".pre-commit-config.yaml").is_file()
        case ("pip", "install", what) | (".venv/bin/python", "-m", "pip", "install", what):
            extra = re.fullmatch(r"\.(?:\[(\w+)\])?", what)
            assert extra is not None
            extras = tomllib.loads(text("pyproject.toml"))["project"]["optional-dependencies"]
            assert extra[1] is None or extra[1] in extras
        case (python, "-m", module, *rest) if Path(python).name == "python":
            named = [word for word in rest[:1] if re.fullmatch("[a-z]+", word)]
            assert flags(tuple(rest)) <= flags_of(module, *named)
        case ("python", "-c", program):
            compile(program, "a line", "exec")
        case (".ci/run",):
            assert os.access(ROOT / ".ci/run", os.X_OK)
        case _:
            pytest.fail(f"{' '.join(words)}: a kind of line that nothing checks")


@pytest.mark.parametrize("page", ["README.md", "CONTRIBUTING.md"])
def test_links_lead_somewhere(page: str) -> None:
    """To a file that is there, and to a heading that it has; ``make docs`` looks at the pages of docs/."""
    assert broken(ROOT / page) == []


def test_a_broken_link_is_seen(tmp_path: Path) -> None:
    """The check above can fail: by a file, a folder, a heading."""
    (tmp_path / "folder").mkdir()
    page = tmp_path / "page.md"
    page.write_text(
        "# One\n\n[a](page.md#one) [b](no.md) [c](folder/) [d](#two) [e](https://x.org)\n", "utf-8"
    )
    assert broken(page) == ["no.md", "folder/", "#two"]


@pytest.mark.parametrize("page", ["CONTRIBUTING.md", "docs/add-a-cell.md"])
def test_the_files_that_a_recipe_names_are_there(page: str) -> None:
    """From the root, or from verification/; of one that has yet to be written the folder."""
    named = re.findall(r"`([\w.<>-]+(?:/[\w.<>-]*)+)`", text(page))
    assert len(named) > 10
    paths = [path.rpartition("/")[0] if "<name>" in path else path for path in named]
    missing = [
        path
        for path in paths
        if not any((folder / path).exists() for folder in (ROOT, ROOT / "verification"))
    ]
    assert missing == []


@pytest.mark.parametrize("recipe", RECIPES)
def test_contributing_has_every_recipe_in_at_most_five_lines(recipe: str) -> None:
    """A longer one shows that the code has too many places to change, or belongs on a page."""
    (result,) = re.findall(rf"^## To add an? {recipe}\n\n(.*?)(?=\n## |\Z)", text("CONTRIBUTING.md"), SECTION)
    lines = result.strip().splitlines()
    assert 0 < len(lines) <= 5
    assert [line for line in lines if len(line) > 120] == []


def test_every_picture_is_shown() -> None:
    """On some page; one that is nowhere shown goes stale unseen."""
    pages = [ROOT / "README.md", *ROOT.glob("docs/**/*.md")]
    shown = {(page.parent / link).resolve() for page in pages for link in links(page)}
    pictures = {path for kind in ("png", "svg") for path in ROOT.glob(f"docs/**/*.{kind}")}
    assert {path for path in pictures if path.resolve() not in shown} == set()


def parts(page: str) -> dict[str, str]:
    """The text of a page by its second headings, each link as it is from docs/."""
    _, *given = re.split(r"^(?=##? )", text(page).replace("](docs/", "]("), flags=re.MULTILINE)
    return dict(part.split("\n", 1) for part in given)


def test_the_site_s_first_page_says_the_same_in_the_same_order() -> None:
    """Of what both have: the sentence, what to run, the install, where to go, what was found."""
    readme, index = parts("README.md"), parts("docs/index.md")
    both = [name for name in readme if name in index]
    assert both == [name for name in index if name in readme]
    assert len(both) == 4
    own = {name: index[name].replace("](#", "](index.md#") for name in both}
    assert [name for name in both if own[name].split() != readme[name].split()] == []
    assert len(re.findall(r"^\| [^|-].*\|$", readme["## Next steps"], re.MULTILINE)) == 1 + 6


def test_the_readme_counts_what_the_study_and_the_checkers_found() -> None:
    """By the study's results: verdicts, what gradcheck said on the same engines, and the median seconds."""
    from benchmarks.field_study import tables
    from benchmarks.field_study.outcomes import COLUMNS, by_engine
    from benchmarks.field_study.places import read

    words = " ".join(text("README.md").split())
    results = read("results.json")
    engines, sources = re.findall(r"\d+", tables.counts(results))[:2]
    right, *partly, wrong = (len(tables.of(results, verdict)) for verdict in (*tables.VERIFIED, "refuted"))
    assert f"Of {engines} public implementations {wrong} were refuted" in words
    counted = f"Of {engines} implementations from {sources} public packages and repositories"
    assert right + sum(partly) + wrong == int(engines)
    assert f"{counted}, {right} are verified, {sum(partly)} in part, and {wrong} refuted" in words
    rows = [outcomes for _, outcomes in by_engine(results, read("checkers.json"))]
    ours, gradcheck = ([row[COLUMNS.index(name)] for row in rows] for name in COLUMNS[:2])
    result = [outcome for outcome, _ in gradcheck]
    bugs, rights = len(rows) - [o for o, _ in ours].count("right"), [o for o, _ in ours].count("right")
    assert f"On the {len(rows)} of the {engines} that each of these can run" in words
    quick, long = (median(seconds for _, seconds in column) for column in (gradcheck, ours))
    alarms = f"{result.count('false alarm')} of {rights}, all in single precision (it is meant for double)"
    assert f"| {bugs} of {bugs} | 0 of {rights} | {long:.0f} s of processor time |" in words
    assert f"| {result.count('caught')} of {bugs} | {alarms} | {quick:.1f} s |" in words


@pytest.mark.slow
def test_the_picture_of_the_wrong_layer_is_what_its_program_gives() -> None:
    """Its sentence and its map, mark by mark: README's picture says what README's program prints."""
    drawing = runpy.run_path(str(ROOT / "docs/wrong_layer.py"))
    drawn = drawing["picture"](drawing["judgement"]())
    assert re.sub(r"off by [^<]*", "", drawn) == re.sub(
        r"off by [^<]*", "", drawing["PICTURE"].read_text("utf-8")
    )
    assert "✗ refuted" in drawn
