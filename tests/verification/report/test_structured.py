"""The JSON of a judgement: its schema, its codes, and that it is the same again."""

import json
import re
from dataclasses import replace

import jsonschema
import numpy as np
import pytest

from tests.layers import lstm_with, vanilla
from tests.verification.judging.test_judgement import RIGHT
from verification import Profile, Scope, function, layer, models, verify
from verification.diagnosis import stages
from verification.diagnosis.coded import MISTAKES
from verification.diagnosis.lag_map import Mark
from verification.diagnosis.picture import GotAgainstWant
from verification.judging.judgement import Example
from verification.judging.standing import Milestone, Refutation
from verification.properties import of_function
from verification.properties.findings import PROPERTIES
from verification.properties.training import CALLS_OF_TRAINING
from verification.report import structured
from verification.sampling.ordering import Share

SMALL = Scope(records=(1, 3), steps=(1, 4), sizes={"H": (1, 2), "D": (1, 2)}, dtypes=("float64",))
SHORT = Profile("short", cases=20, strength=1)


def check(found):
    """It is JSON that the schema describes."""
    written = json.dumps(found, allow_nan=False)
    jsonschema.Draft202012Validator(structured.schema()).validate(json.loads(written))


def untimed(found):
    return {name: value for name, value in found.items() if name != "times"}


def test_the_schema_is_one_and_lists_every_code():
    """Stages, properties, mistakes and marks."""
    schema = structured.schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    defs = schema["$defs"]
    assert defs["judgement"]["properties"]["version"]["const"] == structured.VERSION
    named = re.findall(r"^([a-z, ]+?)  +\S", stages.__doc__, re.M)
    said = [name for row in named for name in row.split(", ")]
    assert defs["diagnosis"]["properties"]["stage"]["enum"] == said
    assert defs["diagnosis"]["properties"]["mistake"]["enum"] == [None, *MISTAKES]
    of_models = [*PROPERTIES, CALLS_OF_TRAINING]
    names = dict.fromkeys(each.name for each in (*of_models, *of_function.PROPERTIES))
    assert defs["name"]["enum"] == [*names]
    marks = defs["map"]["properties"]["panels"]["items"]["properties"]["marks"]["items"]["items"]["enum"]
    assert marks == [mark.value for mark in Mark]


def test_every_object_of_the_schema_is_closed():
    """What is not described is refused: a name that is mistyped, or a field that nobody documented."""

    def objects(schema):
        if isinstance(schema, dict):
            if "properties" in schema and schema.get("type") == "object":
                yield schema
            for each in schema.values():
                yield from objects(each)
        if isinstance(schema, list):
            for each in schema:
                yield from objects(each)

    assert all(each["additionalProperties"] is False for each in objects(structured.schema()))
    with pytest.raises(jsonschema.ValidationError):
        check({**structured.as_json(RIGHT), "more": 1})
    with pytest.raises(jsonschema.ValidationError):
        check({**structured.as_json(RIGHT), "version": structured.VERSION + 1})


def test_a_verified_layer():
    """Each property has its counts; there is nothing to explain."""
    found = structured.as_json(
        verify(layer(vanilla.forward, vanilla.backward, model=models.vanilla, scope=SMALL), SHORT)
    )
    check(found)
    assert found["verdict"] == "verified to singles"
    assert {row["verdict"] for row in found["properties"]} <= {"holds", "nothing shown"}
    assert (found["diagnosis"], found["failure"], found["maps"], found["missing"]) == (None, None, [], [])
    assert found["times"]["met"].keys() == {"singles"}


@pytest.fixture(scope="module")
def refuted():
    """Twice: without what flows back through one gate."""
    wrong = lstm_with("dh, dc = da @ W, dc * f", "dh, dc = da @ W, dc", scope=SMALL)
    return [structured.as_json(verify(wrong, SHORT, cache=False)) for _ in range(2)]


def test_a_refuted_layer(refuted):
    """Codes beside the sentence, the numbers, and the map."""
    found, _ = refuted
    check(found)
    diagnosis, failure = found["diagnosis"], found["failure"]
    assert (diagnosis["stage"], diagnosis["mistake"]) == ("recursion", "carried otherwise")
    assert diagnosis["as_if"] in diagnosis["sentence"]
    assert failure["type"] == "float64"
    assert set(failure["sizes"]) == {"N", "T", "H", "D"}
    assert "type:float64" in failure["conditions"]
    for numbers in failure["numbers"]:
        got, want = (np.array(numbers[which]) for which in ("got", "want"))
        assert np.abs(got - want).max() > numbers["bound"]
    (panel, *_) = found["maps"][0]["panels"]
    assert np.shape(panel["marks"]) == np.shape(panel["off"])
    assert found["larger"] is None


def test_the_same_again_but_for_times(refuted):
    """To the letter."""
    one, other = refuted
    assert untimed(one) == untimed(other)


def test_a_function_without_a_model():
    """No sizes, no map; but its numbers."""
    wrong = function(lambda x: (x * x, x), lambda x, d: (3 * x * d,), a_float())
    found = structured.as_json(verify(wrong, SHORT))
    check(found)
    assert found["verdict"] == "refuted"
    assert (found["failure"]["sizes"], found["failure"]["type"], found["maps"]) == (None, None, [])
    assert found["failure"]["numbers"][0]["name"] == "x"


def a_float():
    from hypothesis import strategies as st

    return st.floats(1, 2).map(lambda x: (np.array([x]),))


def test_numbers_that_are_not_finite_are_words():
    """As JSON has none."""
    some = np.array([np.nan, np.inf, -np.inf, 1.5])
    numbers = GotAgainstWant("U", "", np.zeros(4), some, np.inf, 4)
    example = Example(None, "autograd", "U", "got nan", "a program", numbers=(numbers,))
    found = structured.as_json(replace(RIGHT, example=example))
    check(found)
    (said,) = found["failure"]["numbers"]
    assert (said["got"], said["bound"]) == (["nan", "inf", "-inf", 1.5], "inf")


def test_a_refusal_is_described():
    check({"verdict": None, "error": "no such file"})
    with pytest.raises(jsonschema.ValidationError):
        check({"verdict": "verified", "error": "no such file"})


def test_events():
    """Each with its kind, in the order of its fields."""
    met = structured.of_event(Milestone(Share(1, 3, 3), 21, 1.23456))
    assert met == {"event": "met", "share": "singles", "cases": 21, "seconds": 1.235}
    refuted = structured.of_event(Refutation("autograd", "U", "got 1, want 2", 3, 0.5))
    assert (refuted["event"], refuted["property"], refuted["sentence"]) == (
        "refuted",
        "autograd",
        "got 1, want 2",
    )
    assert structured.of_end(RIGHT) == {"event": "verdict", "verdict": "verified", "seconds": 1.0}
