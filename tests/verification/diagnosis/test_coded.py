"""Codes: each is of a mistake that some place says, and stays with its words."""

import pickle
import re
from pathlib import Path

from tests.cases import a_case
from verification import models
from verification.diagnosis import coded
from verification.diagnosis.coded import MISTAKES, Coded
from verification.diagnosis.seen_in import facts


def test_each_mistake_is_said_somewhere():
    """By that code, and by no other."""
    here = Path(coded.__file__).parent
    said = {
        code
        for path in here.glob("*.py")
        for code in re.findall(r'(?:mistake\(\s*|code = [^\n]*, |\n        \()"([a-z ]+)"', path.read_text())
    }
    assert {*MISTAKES} <= said


def test_a_code_is_sent_to_another_process_with_its_words():
    """The words are a string like any other."""
    words = Coded("in float32", "type:float32")
    again = pickle.loads(pickle.dumps(words))
    assert (again, again.code) == ("in float32", "type:float32")
    assert type(str(words)) is str
    assert f"{words}!" == "in float32!"


def test_facts_have_codes_that_name_what_they_are_of():
    """One for each, of the kind and of blocks."""
    case = a_case(models.lstm)
    case.blocks["h0"][...] = 0
    codes = [fact.code for fact in facts(case)]
    assert {"type:float64", "truncation:Full", "gate:sigmoid", "zero:h0"} <= {*codes}
    assert not any(code.endswith(":") for code in codes)
