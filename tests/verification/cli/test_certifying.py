"""What a run certifies, and where that is kept or not."""

from verification.cli.certifying import certificate_of, keep_or_tell
from verification.judging.judgement import Judgement

FOUND = Judgement("gru", "all", 7, 1.0, 9, 8, (), {}, (), ())


def test_a_cache_that_is_no_folder_costs_no_run(monkeypatch, tmp_path, capsys):
    """One line, to whomever."""
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    keep_or_tell(certificate_of(FOUND, "verified", "gru", "numpy", "quick"))
    assert capsys.readouterr().err == "The certificate is not kept: Not a directory\n"
