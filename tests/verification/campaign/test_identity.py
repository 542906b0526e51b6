"""Identity: what has to be alike, so that a case is the same case elsewhere."""

from dataclasses import replace

import pytest

from verification.campaign.identity import Identity, difference, identity_of, job_of, versions

MINE = Identity("net", "a" * 64, {"python": "3.11.7", "numpy": "2.4.6", "verified-rnn": "of source 1234"})


def test_a_job_is_of_the_file_s_text(tmp_path):
    """Another text is another engine; another place is the same one."""
    for name, text in (("a.py", "x = 1\n"), ("b.py", "x = 1\n"), ("c.py", "x = 2\n")):
        (tmp_path / name).write_text(text)
    one, same, other = (identity_of(job_of(f"{tmp_path / name}:x")) for name in ("a.py", "b.py", "c.py"))
    assert difference(one, same) is None
    assert "another source of the engine" in difference(one, other)
    with pytest.raises(OSError, match="none"):
        job_of(f"{tmp_path / 'none.py'}:x")


def test_versions_are_those_of_what_cases_are_made_by():
    """Python, NumPy, and this project by its source."""
    assert {"python", "numpy", "autograd", "hypothesis", "verified-rnn"} == set(versions())
    assert versions() == versions()


@pytest.mark.parametrize("name", MINE.versions)
def test_another_version_is_named(name):
    """With what was found and what is needed."""
    other = replace(MINE, versions={**MINE.versions, name: "9"})
    assert difference(other, MINE) == f"{name} 9, needed {MINE.versions[name]}"
    lacking = replace(MINE, versions={key: value for key, value in MINE.versions.items() if key != name})
    assert difference(lacking, MINE) == f"{name} missing, needed {MINE.versions[name]}"


def test_another_name_is_named():
    """The engine's in its file."""
    assert difference(replace(MINE, name="other"), MINE) == "the engine other, needed net"
    assert difference(MINE, MINE) is None
