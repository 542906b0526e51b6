"""What ``make docs`` cannot see of the pages: the notebooks run, the pictures and the reference are whole.

It builds them as a site, and fails on a broken link, a page without a place, or a heading that skips a level.
"""

import contextlib
import io
import json
import re
import runpy
import tomllib
from importlib import import_module
from pathlib import Path
from types import FunctionType

import numpy as np
import pytest

import rnn
from tests.examples import FENCE, ROOT
from tests.links import cells
from tests.programs import python

DOCS = ROOT / "docs"
NOTEBOOKS = [DOCS / "tutorial.ipynb", DOCS / "forecast.ipynb"]


def test_the_reference_has_every_public_class_and_function() -> None:
    """Of both packages, by its public name: a new one is shown, or this fails."""
    page = (DOCS / "api.rst").read_text("utf-8")
    shown = {*re.findall(r"^\.\. auto(?:class|function|exception):: (\S+)$", page, re.MULTILINE)}
    whole = re.findall(r"automodule:: (\S+)\n   :members:$", page, re.MULTILINE)
    for package in (rnn, import_module("verification")):
        for name in package.__all__:
            found = getattr(package, name)
            if isinstance(found, type | FunctionType) and found.__module__ not in whole:
                assert f"{package.__name__}.{name}" in shown, name


@pytest.mark.slow
@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda notebook: notebook.stem)
def test_a_notebook_prints_what_it_shows(notebook: Path, tmp_path: Path) -> None:
    """Its cells run one after another in a fresh process, and each prints what is kept beside it.

    The figures of a training are compared to half of their size: another BLAS rounds otherwise, and 500
    updates make more of it.
    """
    program = tmp_path / "run.py"
    code = ["".join(cell["source"]) for cell in cells(notebook, "code")]
    program.write_text(
        "import json, sys, io, contextlib\n"
        "import matplotlib\n"
        "matplotlib.use('agg')\n"
        "namespace, printed = {}, []\n"
        f"for cell in {code!r}:\n"
        "    with contextlib.redirect_stdout(io.StringIO()) as out:\n"
        "        exec(cell, namespace)\n"
        "    printed.append(out.getvalue())\n"
        "print(json.dumps(printed))\n",
        "utf-8",
    )
    done = python("-W", "error", program, folder=tmp_path)
    assert done.returncode == 0, done.stderr
    printed = json.loads(done.stdout)
    shown = [
        "".join("".join(out.get("text", "")) for out in cell["outputs"]) for cell in cells(notebook, "code")
    ]
    assert len(printed) == len(shown)
    number = re.compile(r"\d+\.?\d*e[+-]\d+|\d+\.\d+(?= °C|$)|(?<=epoch )\d+|(?<=of )\d+$", re.MULTILINE)
    for got, want in zip(printed, shown, strict=True):
        assert number.sub("#", got) == number.sub("#", want)
        figures = [[float(figure) for figure in number.findall(text)] for text in (got, want)]
        # The exact rule's error is a rounding of 1, whatever its digits.
        assert figures[0] == pytest.approx(figures[1], rel=0.5, abs=1e-15)
    assert sum("within 1e-13" in text for text in shown) == (3 if notebook.stem == "tutorial" else 0)


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda notebook: notebook.stem)
def test_a_notebook_was_run_in_order(notebook: Path) -> None:
    """From the top, once, without an error, and both of its pictures are kept."""
    assert [cell["execution_count"] for cell in cells(notebook, "code")] == list(
        range(1, len(cells(notebook, "code")) + 1)
    )
    outputs = [out for cell in cells(notebook, "code") for out in cell["outputs"]]
    assert {out["output_type"] for out in outputs} == {"stream", "display_data"}
    assert {out["name"] for out in outputs if out["output_type"] == "stream"} == {"stdout"}
    assert sum("image/png" in out.get("data", {}) for out in outputs) == 2


def test_the_masks_are_those_of_the_truncations(tmp_path: Path) -> None:
    """M(t, s) = 1 exactly where the sweeps of the engine go, and the picture can be drawn."""
    drawing = runpy.run_path(str(DOCS / "truncation.py"))
    for truncation in drawing["TRUNCATIONS"]:
        for steps in (1, 5, drawing["STEPS"]):
            want = np.zeros((steps, steps), dtype=bool)
            for sweep in rnn.truncation.sweeps(truncation, steps, 0):
                for t in range(sweep.seed, sweep.stop):
                    want[t, sweep.first : t + 1] = True
            assert (drawing["mask"](truncation, steps) == want).all(), truncation
    picture = tmp_path / "truncation.png"
    drawing["drawn"](picture)
    assert picture.read_bytes()[:4] == b"\x89PNG"


def test_the_program_of_the_chain_rule_can_disagree() -> None:
    """By a line that is wrong: a carry through W transposed."""
    text = (DOCS / "chain-rule.md").read_text("utf-8")
    program, comparison = (block for kind, block in FENCE.findall(text) if kind == "python")
    right = "dh, dc = da @ params.W, dc * f"
    assert program.count(right) == 1
    made: dict[str, object] = {}
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(program.replace(right, "dh, dc = da @ np.tile(params.W[:5].T, (4, 1)), dc * f"), made)
        exec(comparison, made)
    assert printed.getvalue().startswith("LSTM is off by ")


def test_the_picture_of_vanishing_gradients_shows_what_its_page_says(tmp_path: Path) -> None:
    """The figures of its text, by the functions that draw it."""
    drawing = runpy.run_path(str(DOCS / "vanishing.py"))
    left, scaled = drawing["left"], drawing["scaled"]
    curves = {name: left(cell, change) for name, (cell, change, _) in drawing["CURVES"].items()}
    assert f"{curves['vanilla, 0.5 W'][10]:.0e}" == "8e-04"
    assert 90 < curves["vanilla, 1.5 W"][59] < 110
    assert (round(curves["GRU"][10], 2), round(curves["LSTM, forget bias 1"][10], 2)) == (0.02, 0.34)
    assert curves["LSTM, forget bias 3"][59] > 10
    assert np.array_equal(left(rnn.Vanilla(2, 32), scaled(1)), curves["vanilla"])
    assert not np.array_equal(left(rnn.LSTM(2, 32), scaled(1)), curves["vanilla"])
    drawing["drawn"](tmp_path / "vanishing.png")
    assert (tmp_path / "vanishing.png").read_bytes()[:4] == b"\x89PNG"


def test_the_diagrams_are_what_their_script_draws() -> None:
    """To the byte; and a chain colours the ways that the engine's sweep of that loss goes."""
    drawing = runpy.run_path(str(DOCS / "diagrams.py"))
    for name, picture in drawing["PICTURES"].items():
        assert (DOCS / name).read_text("utf-8") == picture(), name
    steps, loss = drawing["STEPS"], drawing["LOSS"]
    for truncation in drawing["TRUNCATIONS"]:
        sweeps = rnn.truncation.sweeps(truncation, steps, 0)
        (first,) = (sweep.first for sweep in sweeps if sweep.seed <= loss < sweep.stop)
        chain = "".join(drawing["chain"](truncation, 0))
        # The uses of parameters, the states between them, h0 where it is reached, and the loss itself.
        reached = loss - first + 1
        assert chain.count('class="kept"') == reached + (reached - 1) + (first == 0) + 1, truncation
        assert chain.count('class="cut"') == (first > 0), truncation


def test_the_citations_are_of_this_version() -> None:
    """CITATION.cff and the entry for BibTeX say the title, the version and the licence of the package."""
    import yaml

    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text("utf-8"))
    assert citation["version"] == rnn.__version__
    assert (citation["title"], citation["license"]) == (project["name"], project["license"])
    assert [author["name"] for author in citation["authors"]] == [
        author["name"] for author in project["authors"]
    ]
    entry = dict(
        re.findall(r"^  (\w+) += \{+(.*?)\}+,?$", (DOCS / "cite.bib").read_text("utf-8"), re.MULTILINE)
    )
    assert entry["version"] == rnn.__version__
    assert entry["title"].partition(": ")[0] == project["name"]
    assert entry["author"] == citation["authors"][0]["name"]
