"""Sealed texts: read as they were written, and no other text is taken for one."""

import json
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn.console.sealed import BadSeal, sealed, unsealed

LEAVES = (
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()
)
VALUES = st.dictionaries(st.text(), st.recursive(LEAVES, lambda each: st.lists(each, max_size=3)), min_size=1)
WHOLE = sealed({"a": [0.1, "\ud800"], "sha256 of": ', "sha256": "0"}'})


@pytest.mark.slow
@given(VALUES.filter(lambda values: "sha256" not in values))
def test_values_are_read_as_they_were_written(values):
    """Any of them, whatever they hold; for another program it is JSON, in one line."""
    text = sealed(values)
    assert unsealed(text) == unsealed(text.rstrip()) == values
    found = json.loads(text)
    assert found.pop("sha256")
    assert found == values
    assert text.index("\n") == len(text) - 1


def test_a_character_that_was_changed_is_noticed():
    """Wherever it is, beyond the digits of a float as well; so is one that is missing, or one more."""
    text = WHOLE.rstrip()
    for place in range(len(text)):
        other = "1" if text[place] != "1" else "2"
        for changed in (
            text[:place] + other + text[place + 1 :],
            text[:place] + text[place + 1 :],
            text[:place] + other + text[place:],
            text[:place],
        ):
            with pytest.raises(BadSeal, match="needed a text as it was written"):
                unsealed(changed)
    with pytest.raises(BadSeal):
        unsealed(WHOLE + "\n")


def test_a_seal_does_not_make_a_text_an_object():
    """What is sealed is read all the same."""
    for body in ("[1", "{" + "[" * 100_000, "["):
        text = f'{body}, "sha256": "{sha256((body + "}").encode()).hexdigest()}"}}'
        with pytest.raises(BadSeal, match="no JSON object"):
            unsealed(text)
