"""Certificates: kept and read as they were, and whatever is cut, changed or old is reported by its name."""

from dataclasses import asdict, replace

import pytest

from rnn.app.certificate import (
    BadCertificate,
    Certificate,
    difference,
    engine_digest,
    keep,
    kept,
    path_of,
    versions_of,
)
from rnn.console.sealed import sealed


@pytest.fixture(autouse=True)
def alone(monkeypatch, tmp_path):
    """A cache of the test's own."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))


def of_this_code(loops="numpy"):
    """Of the code in use."""
    found = engine_digest(), versions_of(loops), "quick", 3, "2026-01-01T00:00:00+00:00", 9, 8, "all"
    return Certificate("gru", loops, *found, "verified")


def test_it_is_read_as_it_was_written():
    """In the place of an older one; of another cell or other loops there is none."""
    assert kept("gru", "numpy") is None
    keep(replace(of_this_code(), seed=4))
    path = keep(of_this_code())
    assert path == path_of("gru", "numpy")
    assert kept("gru", "numpy") == of_this_code()
    assert kept("gru", "compiled") is kept("lstm", "numpy") is None
    assert [each.name for each in path.parent.iterdir()] == ["gru-numpy.json"]


def test_it_holds_for_this_code_alone():
    """Other sources, or another version of anything that makes numbers, are named."""
    assert difference(of_this_code()) is None
    assert difference(of_this_code("compiled")) is None
    said = difference(replace(of_this_code(), engine="0" * 64))
    assert said == f"sources 00000000, and these are {engine_digest()[:8]}"
    for name in versions_of("compiled"):
        other = replace(of_this_code("compiled"), versions={**versions_of("compiled"), name: "0"})
        assert difference(other) == f"{name} 0, and this is {versions_of('compiled')[name]}"
    assert difference(replace(of_this_code(), versions={})).startswith("python unknown, and this is ")


def test_the_engine_is_every_source_but_the_commands(tmp_path):
    """A changed line, a new file or another name is another engine; a command is none."""
    for name in ("a.py", "cells/b.py", "app/c.py", "console/d.py"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("x = 1\n")
    found = [engine_digest(tmp_path)]
    (tmp_path / "app/c.py").write_text("x = 2\n")
    (tmp_path / "console/d.py").unlink()
    assert engine_digest(tmp_path) == found[0]
    (tmp_path / "cells/b.py").write_text("x = 2\n")
    found.append(engine_digest(tmp_path))
    (tmp_path / "cells/b.py").rename(tmp_path / "cells/e.py")
    found.append(engine_digest(tmp_path))
    (tmp_path / "n.py").touch()
    assert len({*found, engine_digest(tmp_path)}) == 4


def changed(**values):
    """The text of a certificate with other values, and the digest of those."""
    whole = {"version": 3, **asdict(of_this_code()), **values}
    whole = {name: value for name, value in whole.items() if value is not None}
    return sealed(whole)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "no sha256 at its end, needed a text as it was written by the verifier"),
        ("\0\ud800", "no sha256 at its end, needed a text as it was written by the verifier"),
        ("{}", "no sha256 at its end, needed a text as it was written by the verifier"),
        (changed(version=2), "version 2, needed 3"),
        (changed(version=None), "version None, needed 3"),
        (changed(colour="red"), "other fields, needed"),
        (changed(seed=None), "other fields, needed"),
        (changed(cell="lstm"), "of 'lstm' by 'numpy', needed gru by numpy"),
        (changed(loops="compiled"), "of 'gru' by 'compiled', needed gru by numpy"),
        (changed().replace('"cases": 9', '"cases": 99'), "its sha256 is another"),
    ],
)
def test_what_is_no_certificate_is_reported(text, said):
    """With the path, in one line."""
    path = keep(of_this_code())
    path.write_text(text, "utf-8", errors="surrogatepass")
    with pytest.raises(BadCertificate) as error:
        kept("gru", "numpy")
    assert str(error.value).startswith(f"{path}: ")
    assert said in str(error.value)
    assert "\n" not in str(error.value)
