"""Identity: what has to be alike, so that a case is the same case elsewhere."""

import pytest

from verification.cli.campaign.identity import difference, identity_of


def test_an_identity_is_of_the_file_s_text_and_of_versions(tmp_path):
    """Another text is another engine; another place is the same one."""
    for name, text in (("a.py", "x = 1\n"), ("b.py", "x = 1\n"), ("c.py", "x = 2\n")):
        (tmp_path / name).write_text(text)
    one, same, other = (identity_of(f"{tmp_path / name}:x") for name in ("a.py", "b.py", "c.py"))
    assert one == same
    assert difference(one, other).startswith("engine of source ")
    assert [*one] == [
        *("python", "numpy", "autograd", "hypothesis"),
        *("verified-rnn of source", "engine", "engine of source"),
    ]
    with pytest.raises(OSError, match="none"):
        identity_of(f"{tmp_path / 'none.py'}:x")
