"""The field study: its page is what its results say; its commands answer misuse in a line. No network."""

import ast
import ctypes
import importlib
import json
import re
import sys
import tempfile

import numpy as np
import pytest

from benchmarks.field_study import tables
from benchmarks.field_study.wrapped import at_a_point
from tests.examples import of_kind
from tests.programs import ROOT, python
from verification import Scope, layer, models

STUDY = ROOT / "benchmarks" / "field_study"
PAGES = ROOT / "docs" / "field-study"
RESULTS = json.loads((STUDY / "results.json").read_text("utf-8"))
CHECKERS = json.loads((STUDY / "checkers.json").read_text("utf-8"))
CONFIRMATIONS = json.loads((STUDY / "confirmations.json").read_text("utf-8"))


def pins() -> dict[str, dict]:
    """Every adapter's PIN, by its name, read without importing it; shared files have none."""
    found = {}
    for file in sorted((STUDY / "adapters").glob("*.py")):
        for node in ast.parse(file.read_text("utf-8")).body:
            if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "PIN":
                found[file.stem] = ast.literal_eval(node.value)
    return found


PINS = pins()


def called(command, *arguments):
    """What a command of the study does."""
    return python("-m", f"benchmarks.field_study.{command}", *arguments, folder=ROOT)


def test_the_tables_are_those_of_the_results():
    """The page would be written again as it stands."""
    page = tables.PAGE.read_text("utf-8")
    assert tables.with_tables(page) == page


@pytest.mark.parametrize("name", PINS)
def test_an_adapter_says_what_it_is_of(name):
    """A title, a commit and files or a version, a docstring, and an engine."""
    tree = ast.parse((STUDY / "adapters" / f"{name}.py").read_text("utf-8"))
    assert ast.get_docstring(tree)
    assert "engine" in {ast.unparse(node.targets[0]) for node in tree.body if isinstance(node, ast.Assign)}
    pin = PINS[name]
    assert pin["title"]
    if "repository" in pin:
        assert re.fullmatch(r"[0-9a-f]{40}", pin["commit"])
        assert pin["files"]
        assert all(re.fullmatch(r"[0-9a-f]{32}", digest) for digest in pin["files"].values())
    else:
        assert re.fullmatch(r"[\w-]+==[\w.]+", pin["package"])


@pytest.mark.parametrize("name", RESULTS)
def test_a_result_is_of_the_pin_that_is_there(name):
    """A new pin is judged anew."""
    pinned = json.loads(json.dumps(PINS[name]))
    assert RESULTS[name]["pin"] == pinned


def test_every_refutation_has_its_page_and_a_second_source():
    """And every other page is none of an engine that is right."""
    refuted = {name for name, result in RESULTS.items() if result["verdict"] == "refuted"}
    assert refuted == {name for name in RESULTS if "page" in PINS[name]}
    for name in refuted:
        assert PINS[name]["title"].split(",")[0].split(" ")[0] in (PAGES / PINS[name]["page"]).read_text(
            "utf-8"
        )
        assert name in CONFIRMATIONS


@pytest.mark.parametrize("page", [page for page in PAGES.glob("*.md") if page.name != "README.md"])
def test_a_page_for_maintainers_can_be_pasted(page):
    """Which code, what is wrong and where, an example, a fix, figures without this package, a test."""
    text = page.read_text("utf-8")
    assert re.search(r"^Code: \S+/?\S* ", text, re.MULTILINE)
    found = re.findall(r"^## (.*)$", text, re.MULTILINE)
    needed = (
        "What is wrong, and where",
        "Smallest example",
        "Fix",
        "Confirmation",
        "A test that would find it",
    )
    assert [heading for heading in found if heading in needed] == list(needed)


def test_what_is_called_wrong_is_wrong_by_two_sources():
    """They agree with each other far better than with the engine, but for a lack of digits far out."""
    # Shown on their pages, by mpmath or in double precision; the confirmations' case is an ordinary one.
    few_digits = {
        *("epynn_tanh", "mlfs_rnn_tanh", "neuralnetlib_gru", "xopes_additive"),
        *("fla_rwkv6_chunk", "fla_gated_delta_rule_chunk"),
    }
    for name, said in CONFIRMATIONS.items():
        if RESULTS[name]["verdict"] == "refuted" and "raised" not in said and name not in few_digits:
            # Differences of a forward that is wrong are wrong as well; there autograd is the only source.
            scale = "largest" if name == "cumsum_batch" else "difference"
            least = 0.1 if scale == "largest" else 1e3
            assert any(block["error"] > least * block[scale] for block in said.values()), name


def test_what_is_confirmed_as_right_is_right_by_two_sources():
    """Within the roundings of its number type, and of differences in it."""
    right = [name for name in CONFIRMATIONS if RESULTS[name]["verdict"] == "verified"]
    assert right
    for name in right:
        for block, said in CONFIRMATIONS[name].items():
            assert said["error"] < 1e-6 * said["largest"], (name, block)
            assert said["difference"] < 1e-3 * said["largest"], (name, block)


def test_a_file_of_a_checkout_is_imported_without_its_packages(tmp_path, monkeypatch):
    """What its packages' __init__ files do is not done; what it imports relatively is found."""
    package = tmp_path / "somebody+field_study_names" / "field_study_names"
    (package / "inner").mkdir(parents=True)
    for folder in (package, package / "inner"):
        (folder / "__init__.py").write_text("raise RuntimeError('imported')", "utf-8")
    (package / "shared.py").write_text("NUMBER = 3", "utf-8")
    (package / "inner" / "asked.py").write_text("from ..shared import NUMBER", "utf-8")
    monkeypatch.setenv("FIELD_SOURCES", str(tmp_path))
    monkeypatch.syspath_prepend(str(STUDY / "adapters"))
    sources = importlib.import_module("sources")
    try:
        assert sources.file("somebody/field_study_names", "field_study_names/inner/asked.py").NUMBER == 3
    finally:
        for name in [each for each in sys.modules if each.startswith("field_study_names")]:
            del sys.modules[name]


def adapters_file(name, tmp_path, monkeypatch):
    """A file that adapters share, imported as they do; what it compiles is kept in a folder of its own."""
    monkeypatch.syspath_prepend(str(STUDY / "adapters"))
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", None)
    return importlib.import_module(name)


@pytest.mark.slow
def test_a_text_in_c_is_compiled_once_or_reported_in_a_line(tmp_path, monkeypatch):
    """Another library is made where a file that it includes is another; a text that is no C is not there."""
    made, header = tmp_path / "made", tmp_path / "included" / "factor.h"
    made.mkdir()
    header.parent.mkdir()
    sources = adapters_file("sources", made, monkeypatch)
    text = '#include "factor.h"\ndouble times(double *x) { return FACTOR * x[0]; }'
    for factor in (2, 2, 3):
        header.write_text(f"#define FACTOR {factor}\n", "utf-8")
        library = sources.compiled(text, f"-I{header.parent}")
        library.times.restype = ctypes.c_double
        assert library.times(*sources.addresses(np.array([1.5]))) == factor * 1.5
    assert len(list(made.iterdir())) == 2
    with pytest.raises(ImportError, match=r"^cc: .*error"):
        sources.compiled("double times(")
    assert len(list(made.iterdir())) == 2


@pytest.mark.slow
def test_a_kernel_is_compiled_by_the_words_of_the_page(tmp_path, monkeypatch):
    """As adapters compile RWKV's: h of the page's example is 0.5 · 2 + 3 · 1 + 4 · 1 after a step."""
    of_cuda = adapters_file("of_cuda", tmp_path, monkeypatch)
    library = of_cuda.kernels(*of_kind("cuda", "cuda"))
    given = of_cuda.contiguous([0.5], [[3, 4]], [[[1, 1]]], [[2]], [[[0]]])
    of_cuda.call(library.forward, (1, 1, 2, 1), *given)
    assert given[-1] == 8


def test_an_engine_is_put_before_others_within_its_scope():
    """It starts from zero, claims no final state and has one unit, where its scope says so."""

    def unused(*given):
        pytest.fail("nothing is asked yet")

    whole = at_a_point(layer(unused, unused, model=models.vanilla))
    assert whole.case.blocks["h0"].any()
    assert whole.case.sizes["H"] > 1
    scope = Scope(states="zero", finals=(), sizes={"H": (1,)})
    narrow = at_a_point(layer(unused, unused, model=models.vanilla, scope=scope))
    assert not narrow.case.blocks["h0"].any()
    assert narrow.case.sizes["H"] == 1


def test_final_states_are_those_that_the_scope_claims():
    """One of two: the forward gives its outputs and that one, and the other has no cotangent."""
    seen = []

    def forward(params, xs, state):
        outputs = np.ones((*xs.shape[:2], state[0].shape[1]), xs.dtype)
        return outputs, (None, 2 * state[1]), (params, xs, state)

    def backward(saved, d_outputs, d_state):
        seen.append(d_state)
        params, xs, state = saved
        return params, xs, state

    engine = layer(forward, backward, model=models.lstm, scope=Scope(finals=("c0",)))
    one = at_a_point(engine)
    outputs, final = one.forward(*one.point)
    assert np.array_equal(final, 2 * one.case.blocks["c0"])
    one.backward(one.point, [0 * outputs, final])
    assert np.array_equal(seen[-1][1], final)
    assert seen[-1][0] is None or not seen[-1][0].any()


def test_every_checker_has_said_something_of_every_engine_that_it_was_put_before():
    """With its seconds, and a word that the picture knows."""
    for said in CHECKERS.values():
        for kind in ("gradcheck", "check_grads", "central differences"):
            assert said[kind]["says"] in ("right", "wrong", "raised")
            assert said[kind]["seconds"] >= 0
    assert set(CHECKERS) <= set(RESULTS)


@pytest.mark.parametrize(
    ("command", "arguments", "expected"),
    [
        ("run", ("--sources", "/no/such/folder"), "--sources: /no/such/folder: no such folder"),
        ("run", (), "the following arguments are required: --sources"),
        ("checkers", ("--sources", ".", "nobody"), "NAME: 'nobody', needed some of "),
        ("confirm", ("--sources", ".", "nobody"), "NAME: 'nobody', needed some of "),
    ],
)
def test_misuse_is_reported_in_a_line(command, arguments, expected):
    """With exit code 2, and nothing done."""
    before = (STUDY / "results.json").read_bytes()
    done = called(command, *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert len(done.stderr.splitlines()) == 1
    assert expected in done.stderr
    assert (STUDY / "results.json").read_bytes() == before


def test_what_cannot_be_had_is_left_out_by_name(tmp_path):
    """No checkout, another file than the pinned one, no environment: each in a line, and the rest is kept."""
    before = (STUDY / "results.json").read_bytes()
    other = tmp_path / "nicodjimenez+lstm"
    other.mkdir()
    (other / "lstm.py").write_text("", "utf-8")
    done = called("run", "--sources", str(tmp_path), "vzhou842_rnn", "nicodjimenez_lstm", "torch_rnn")
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert "vzhou842_rnn left out: no checkout of vzhou842/rnn-from-scratch in" in lines[0]
    assert "nicodjimenez_lstm left out: lstm.py is not that of commit a2f2e99cb48a" in lines[1]
    assert "torch_rnn left out: needs an environment with torch==2.13.0: give --environments" in lines[2]
    assert lines[3] == "Left out: vzhou842_rnn, nicodjimenez_lstm, torch_rnn"
    assert (STUDY / "results.json").read_bytes() == before
