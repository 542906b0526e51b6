"""What every command needs before it begins."""

import os

import pytest
from hypothesis import configuration

from verification.cli.starting import LIBRARIES, started


def test_what_hypothesis_keeps_is_gone_with_the_command(monkeypatch, tmp_path):
    """In a folder of the command's own, which is there while it runs."""
    monkeypatch.setattr(configuration, "__hypothesis_home_directory", None, raising=False)
    kept = []
    monkeypatch.setattr(configuration, "set_hypothesis_home_dir", kept.append)
    with started("python -m x"):
        assert os.path.isdir(kept[0])
    assert not os.path.exists(kept[0])


@pytest.mark.parametrize("library", [*LIBRARIES, "matplotlib"])
def test_a_missing_library_is_refused_before_anything_is_imported(monkeypatch, capsys, library):
    """In one line, in the name of the program."""
    monkeypatch.setattr(
        "rnn.console.command_line.find_spec", lambda name: None if name == library else object()
    )
    with pytest.raises(SystemExit) as left, started("python -m x"):
        pytest.fail("started")
    assert left.value.code == 2
    assert capsys.readouterr().err.startswith(f"python -m x: {library} is missing; the extra ")
