"""docs/judge: every example is run, as the page has it, and prints what the page says."""

import re
import subprocess
import sys

import numpy as np
import pytest

from tests.examples import ROOT, holds, of_kind, run, text_of
from tests.layers import scalar_gated_linear_attention as plain
from tests.layers.chunked import gated_linear_attention as chunked
from tests.verification.properties.refuting import refuted_by
from verification import check, layer, models
from verification.adapters import layer as of_layers
from verification.adapters import problem, step
from verification.diagnosis.probe import healthy_case
from verification.models.case import random_case
from verification.models.model import Use
from verification.models.truncation import Standard
from verification.sampling.claim import gradients
from verification.sampling.covering import tuples
from verification.sampling.exclusions import rules
from verification.sampling.resolving import resolved
from verification.sampling.sample import in_floats
from verification.truth import soundness

# The pages whose first program is an engine, in such a file, and whose second one judges it.
PAGES = {
    "layer": "lstm_layer.py",
    "attention": "attention_layer.py",
    "step": "gru_step.py",
    "problem": "windowed.py",
    "function": "rms_norm.py",
    "c": "decay.py",
    "cuda": "linear.py",
}

# Models of one input, or of no cells of today's, which have no row in docs/judge/attention.md.
OTHERS = {"vanilla", "lstm", "gru", "gru_reset_before", "linear", "complex_linear", "scan", "complex_scan"}
OTHERS |= {"projected_lstm", "sru", "stack"}


@pytest.mark.slow
@pytest.mark.parametrize(("page", "file"), PAGES.items(), ids=PAGES)
def test_the_example_prints_what_the_page_says(page, file, tmp_path):
    """Right, and with the page's fault, by a program that fails beside it alone."""
    holds(page, file, tmp_path)


# What the kernels of the page compute of numbers of which none is like another.
OF_KERNELS = """
sizes = {"lam": (3,), "B": (3, 2), "xs": (1, 3, 2), "h0": (1, 3), "d": (1, 3, 3)}
a = {name: np.random.default_rng(0).random(shape, np.float32) + 1 for name, shape in sizes.items()}
outputs, _, saved = forward({"lam": a["lam"], "B": a["B"]}, a["xs"], (a["h0"],))
print(outputs, backward(saved, a["d"], (a["h0"],)))
"""


@pytest.mark.slow
def test_every_barrier_of_the_kernels_is_needed(tmp_path):
    """Without any of the four they compute something else, as their page says."""
    (kernels,), (wrapper, _), (words,) = (of_kind("cuda", kind) for kind in ("cuda", "python", "cpp"))
    (tmp_path / "cuda_words.h").write_text(words, "utf-8")
    first, *parts = kernels.split("__syncthreads();")
    assert len(parts) == 4
    printed = []
    for missing in (None, 0, 1, 2, 3):
        barriers = ["" if i == missing else "__syncthreads();" for i in range(4)]
        text = first + "".join(map("".join, zip(barriers, parts, strict=True)))
        (tmp_path / "linear.cu").write_text(text, "utf-8")
        for command in of_kind("cuda", "sh"):
            subprocess.run(command, shell=True, cwd=tmp_path, check=True)
        done = run(tmp_path, "linear.py", wrapper + OF_KERNELS)
        assert not done.stderr
        printed.append(done.stdout)
    assert printed[0] not in printed[1:]


@pytest.mark.slow
def test_the_function_of_problems_is_refuted_as_its_page_says(tmp_path):
    """By the sentence beside it, in a short run, whose example is a program that fails."""
    _, _, *everything = of_kind("problem", "python")
    _, result = of_kind("problem", "text")
    done = run(tmp_path, "judge_it.py", "\n".join([*everything, "print(judgement.example.code)"]))
    assert (done.stdout[: len(result)], done.stderr) == (result, "")
    assert done.stdout.rstrip().endswith(", case)")


def made_by(page, *numbers, **names):
    """What programs of a page define, one after another in one namespace."""
    programs = of_kind(page, "python")
    for number in numbers:
        exec(programs[number], names)
    return names


@pytest.mark.slow
def test_the_scopes_of_a_layer_mean_what_the_page_says():
    """A scope, a layout and a model of one's own are accepted where the page says so."""
    first = made_by("layer", 2)["scope"]
    made = made_by("layer", 2, 3, 4, 6, Standard=Standard)

    def nothing(*given):
        pytest.fail("no engine is called by its adapter")

    extra = layer(nothing, nothing, model=models.lstm, scope=made["scope"])
    assert "gradient under Window(5)" in extra.claim.in_words()
    assert "no gradient flows from step to step through c0" in extra.claim.in_words()
    scoped = layer(nothing, nothing, model=models.lstm, scope=first, arrays=made["arrays"])
    assert scoped.claim.blocks == ("U", "W", "b", "xs")
    soundness.check(made["decayed"])


def test_an_object_is_given_as_the_page_has_it(monkeypatch, tmp_path):
    """Around the page's layer, and it is right."""
    (tmp_path / "lstm_layer.py").write_text(of_kind("layer", "python")[0], "utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "lstm_layer", raising=False)
    engine = made_by("layer", 5)["engine"]
    assert engine.model is models.lstm
    assert refuted_by(engine, healthy_case(engine)) == {}


def test_the_models_of_the_page_can_judge():
    """A domain; axes of a fixed size and products; whole numbers, of which no gradient is claimed; a form."""
    made = made_by("models", 0, 1, 2)
    for name in ("memory", "short", "embedding"):
        soundness.check(made[name])
    assert made["memory"].block("a").domain is not None
    assert made["queries"].shape({"A": 2, "G": 4, "K": 3}) == (8, 3)
    assert gradients(made["embedding"], of_layers.CAPABILITIES) == ("E", "h0")
    given = {"layer": layer, "models": models, "forward": chunked.forward, "backward": chunked.backward}
    words = made_by("models", 3, **given)["engine"].claim.in_words()
    assert "declared: the gradient of g is made by suffix sums of q, k, S0" in words


def heads_first(*arrays):
    """From (N, T, A, …) to (N, A, T, …), or back."""
    return [np.ascontiguousarray(array.swapaxes(1, 2)) for array in arrays]


def kernel(q, k, v, g, S):
    """The plain layer, heads first, whose queries are scaled."""
    q, k, v, g = heads_first(q, k, v, g)
    xs = {"q": q / q.shape[-1] ** 0.5, "k": k, "v": v, "g": g}
    outputs, (S,), saved = plain.forward({}, xs, (S,))
    return *heads_first(outputs), S, saved


def kernel_back(saved, d_outputs, dS):
    """Its backward."""
    _, d_xs, (dS,) = plain.backward(saved, *heads_first(d_outputs), (dS,))
    d_q, *others = heads_first(*(d_xs[name] for name in "qkvg"))
    return d_q / dS.shape[-2] ** 0.5, *others, dS


def test_a_kernel_is_wrapped_as_the_page_has_it():
    """It agrees with the model, and says its chunks and the sizes that it takes."""
    around = made_by("attention", 2)["around"]
    engine = around(kernel, kernel_back)
    words = engine.claim.in_words()
    assert "chunks of 64" in words
    assert "K 16 or 32" in words
    case = random_case(engine.model, np.random.default_rng(0), {"A": 2, "K": 16, "V": 16})
    check(engine, "autograd", case)
    doubled = around(kernel, lambda *given: (2 * (d := kernel_back(*given))[0], *d[1:]))
    with pytest.raises(AssertionError, match=r"^autograd q: "):
        check(doubled, "autograd", case)


def names_in(cell):
    """The names of blocks in a cell of the table, as "q, k (A, K), v (A, V)"."""
    return re.sub(r"\([^)]*\)", "", cell).replace(",", " ").split()


def test_every_shipped_model_has_its_rows():
    """In models.md by its name, in attention.md those of today's with their blocks, and no other."""
    assert [model.name for model in models.SHIPPED if f"`{model.name}`" not in text_of("models")] == []
    lines = [line.strip("|").split("|") for line in text_of("attention").splitlines() if line[:2] == "| "]
    rows = {cells[1].strip(" `"): cells[2:] for cells in lines if len(cells) == 5 and "`" in cells[1]}
    assert {model.name for model in models.SHIPPED} - OTHERS == rows.keys()
    for name, (inputs, states, params) in rows.items():
        model = getattr(models, name)
        assert sorted(names_in(inputs)) == sorted(block.name for block in model.of(Use.INPUT))
        # States without the 0 of their first step.
        assert names_in(states) == [block.name.removesuffix("0") for block in model.of(Use.STATE)]
        assert names_in(params) == [block.name for block in model.of(Use.STEP)]


def test_the_recipe_of_a_model_names_these_pages():
    """In CONTRIBUTING.md, for whoever adds one."""
    (result,) = re.findall(
        r"^## To add a model\n\n(.*?)(?=\n## )",
        (ROOT / "CONTRIBUTING.md").read_text("utf-8"),
        re.MULTILINE | re.DOTALL,
    )
    assert {"`docs/judge/models.md`", "`docs/judge/attention.md`"} <= {*re.findall(r"`[^`]+`", result)}


ADAPTERS = {"layer": of_layers, "step": step, "problem": problem}
ROW = re.compile(
    r"^\| (\w+), (\w+) \| (\d+) \| (\d+) \| (\d+) \((\d+)\) \| (\d+) \((\d+)\) \|$", re.MULTILINE
)


@pytest.mark.slow
def test_the_table_of_the_sample_counts_factors_rows_pairs_and_triples():
    """Of every claim that it names."""
    rows = ROW.findall(text_of("sample"))
    assert len(rows) == 7
    for model_name, adapter, *result in rows:
        model = getattr(models, model_name)
        claim = resolved(None, model, ADAPTERS[adapter].CAPABILITIES)
        design, ruled = in_floats(model, claim), rules(model, claim)
        counted = [len(design.every), len(design.rows(3))]
        for strength, factors in ((2, design.every), (3, design.varied)):
            found, excluded = tuples(factors, strength, ruled)
            counted += [len(found), excluded.total()]
        assert list(map(int, result)) == counted, (model_name, adapter)
