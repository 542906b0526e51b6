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


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (None, "No such file or directory"),
        ("{", "Expecting property name"),
        ("[]", "not a file of results"),
        ('{"rows": [{"question": "growth"}]}', "not a file of results"),
        ('{"rows": 3}', "not a file of results"),
    ],
)
def test_what_holds_no_results_is_refused(capsys, tmp_path, text, said):
    """In one line that names the file, with exit code 2, and nothing is drawn."""
    path = tmp_path / "results.json"
    if text is not None:
        path.write_text(text)
    with pytest.raises(SystemExit) as refused:
        main([str(path), str(tmp_path)])
    assert refused.value.code == 2
    err = capsys.readouterr().err
    assert err.startswith(f"python -m benchmarks.redraw: results: {path}: ")
    assert said in err
    assert err.count("\n") == 1
    assert list(tmp_path.glob("*.png")) == []


def test_a_folder_must_be_there(capsys, tmp_path):
    """Before anything is drawn."""
    with pytest.raises(SystemExit) as refused:
        main([str(RESULTS), str(tmp_path / "nowhere")])
    assert refused.value.code == 2
    assert capsys.readouterr().err.endswith("nowhere, needed a folder\n")
