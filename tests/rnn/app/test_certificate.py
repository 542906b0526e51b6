"""Certificates: kept and read as they were, and whatever is cut, changed or old is reported by its name."""

from dataclasses import asdict, replace

import pytest

from rnn.app.certificate import BadCertificate, difference, engine_digest, keep, kept, path_of, versions_of
from rnn.console.sealed import sealed
from tests.rnn.app.called import of_this_code

OF_NUMPY = of_this_code(loops="numpy")


@pytest.fixture(autouse=True)
def alone(monkeypatch, tmp_path):
    """A cache of the test's own."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))


def test_it_is_read_as_it_was_written():
    """In the place of an older one; of another cell or other loops there is none."""
    assert kept("vanilla", "numpy") is None
    keep(replace(OF_NUMPY, seed=4))
    path = keep(OF_NUMPY)
    assert path == path_of("vanilla", "numpy")
    assert kept("vanilla", "numpy") == OF_NUMPY
    assert kept("vanilla", "compiled") is kept("lstm", "numpy") is None
    assert [each.name for each in path.parent.iterdir()] == ["vanilla-numpy.json"]


def test_it_holds_for_this_code_alone():
    """Other sources, or another version of anything that makes numbers, are named."""
    assert difference(OF_NUMPY) is None
    assert difference(of_this_code()) is None
    said = difference(replace(OF_NUMPY, engine="0" * 64))
    assert said == f"sources 00000000, and these are {engine_digest()[:8]}"
    for name in versions_of("compiled"):
        other = replace(of_this_code(), versions={**versions_of("compiled"), name: "0"})
        assert difference(other) == f"{name} 0, and this is {versions_of('compiled')[name]}"
    assert difference(replace(OF_NUMPY, versions={})).startswith("python unknown, and this is ")


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
    whole = {"version": 3, **asdict(OF_NUMPY), **values}
    whole = {name: value for name, value in whole.items() if value is not None}
    return sealed(whole)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("\0\ud800", "no sha256 at its end, needed a text as it was written by the verifier"),
        (changed(version=2), "version 2, needed 3"),
        (changed(version=None), "version None, needed 3"),
        (changed(colour="red"), "other fields, needed"),
        (changed(seed=None), "other fields, needed"),
        (changed(cell="lstm"), "of 'lstm' by 'numpy', needed vanilla by numpy"),
        (changed(loops="compiled"), "of 'vanilla' by 'compiled', needed vanilla by numpy"),
        (changed().replace('"cases": 9', '"cases": 99'), "its sha256 is another"),
    ],
)
def test_what_is_no_certificate_is_reported(text, said):
    """With the path, in one line."""
    path = keep(OF_NUMPY)
    path.write_text(text, "utf-8", errors="surrogatepass")
    with pytest.raises(BadCertificate) as error:
        kept("vanilla", "numpy")
    assert str(error.value).startswith(f"{path}: ")
    assert said in str(error.value)
    assert "\n" not in str(error.value)
