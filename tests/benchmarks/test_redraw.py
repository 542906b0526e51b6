"""Pictures of a file of results, without timing."""

from pathlib import Path

import pytest

from benchmarks.redraw import main

RESULTS = Path(__file__).parents[2] / "docs/benchmarks/results.json"


@pytest.mark.slow
def test_the_pictures_of_the_full_run(tmp_path):
    """Every picture that the documents show is drawn from the file beside it."""
    assert main([str(RESULTS), str(tmp_path)]) == 0
    drawn = sorted(path.name for path in tmp_path.iterdir())
    assert drawn == sorted(path.name for path in RESULTS.parent.glob("*.png"))
