"""What a run certifies, and where that is kept or not."""

from rnn.app.certificate import difference, kept
from verification.cli.certifying import certificate_of, keep_or_tell
from verification.judging.judgement import Judgement

FOUND = Judgement("gru", "all", 7, 1.0, 9, 8, (), {}, (), ())


def test_a_judgement_is_certified(monkeypatch, tmp_path, capsys):
    """Of the code in use, with the verdict of the whole run; what is kept is told."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    made = certificate_of(FOUND, "not exercised", "gru", "numpy", "quick")
    assert (made.cell, made.loops, made.profile, made.seed) == ("gru", "numpy", "quick", 7)
    assert (made.cases, made.informative, made.scope, made.verdict) == (9, 8, "all", "not exercised")
    assert difference(made) is None
    assert made.date.endswith("+00:00")
    keep_or_tell(made)
    assert kept("gru", "numpy") == made
    assert capsys.readouterr().err.startswith("Certificate: ")


def test_a_cache_that_is_no_folder_costs_no_run(monkeypatch, tmp_path, capsys):
    """One line, to whomever."""
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    keep_or_tell(certificate_of(FOUND, "verified", "gru", "numpy", "quick"))
    assert capsys.readouterr().err == "The certificate is not kept: Not a directory\n"
