"""docs/judge/torch.md, jax.md and numba.md: every example is run, and prints what its page says."""

import pytest

from tests.examples import holds, of_kind

# Libraries are loaded, and compile, in processes of each test's own.
pytestmark = pytest.mark.slow

PAGES = {"torch": "elman.py", "jax": "decay.py", "numba": "compiled_scan.py"}


@pytest.mark.parametrize(("page", "name"), PAGES.items(), ids=PAGES)
def test_the_example_prints_what_the_page_says(page, name, tmp_path):
    """Right, and with the page's fault."""
    right = of_kind(page, "python")[0]
    holds(page, tmp_path, lambda text: (tmp_path / name).write_text(text, "utf-8"), right)


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
