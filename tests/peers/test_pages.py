"""docs/judge/torch.md, jax.md and numba.md: every example is run, and prints what its page says."""

from pathlib import Path

import pytest
import torch

from tests.examples import holds, of_kind
from verification import models
from verification.jax import layer as of_jax
from verification.judging.model_subject import OfModel
from verification.properties.findings import truth_of
from verification.properties.training import findings_of
from verification.torch import module

# Libraries are loaded, and compile, in processes of each test's own.
pytestmark = pytest.mark.slow

PAGES = {"torch": "elman.py", "jax": "decay.py", "numba": "compiled_scan.py"}


@pytest.mark.parametrize(("page", "name"), PAGES.items(), ids=PAGES)
def test_the_example_prints_what_the_page_says(page, name, tmp_path):
    """Right, and with the page's fault."""
    holds(page, name, tmp_path)


@pytest.mark.parametrize("page", ["torch", "jax"])
def test_the_other_blocks_make_engines(page):
    """In the order of the page, one after the other."""
    made = {}
    for block in of_kind(page, "python")[2:]:
        exec(block, made)
    engines = {name: value for name, value in made.items() if hasattr(type(value), "subject")}
    expected = {
        "torch": {"lstm", "gru", "relu", "packed", "chunked", "net", "loop"},
        "jax": {"scanned", "lstm", "gru", "said"},
    }[page]
    assert set(engines) == expected
    if page == "torch":
        assert "gradient under Chunked(5, 5)" in made["chunked"].claim.in_words()
        assert "activation relu" in made["relu"].claim.in_words()
        assert "records of any length" in made["packed"].claim.in_words()


def test_the_trainings_of_the_page_are_kept_and_right(tmp_path, monkeypatch):
    """PyTorch's, and JAX's."""
    monkeypatch.chdir(tmp_path)
    for block, name in zip(of_kind("training", "python")[2:], ("torch", "jax"), strict=True):
        made = {}
        exec(block, made)
        engine = module(torch.nn.LSTM) if name == "torch" else of_jax(made["decay"], model=models.linear)
        training = OfModel(engine).beside(Path(f"calls-{name}")).training
        assert len(training.calls) == 30
        for number in (0, 29):
            recorded = training.recorded(number)
            parts = list(findings_of(recorded, truth_of(recorded.case)))
            assert len(parts) >= 4
            assert [each.wrong for each in parts if each.wrong] == []
