"""Forms: values that fit pass, and for any others the first place where they do not fit is told."""

import pytest

from verification.campaign.form import Maybe, check

FORM = {"name": str, "sizes": [(str, int)], "kept": bool, "by": {str: int}, "last": Maybe({"number": int})}
FITTING = {"name": "net", "sizes": [["T", 3], ["N", 0]], "kept": True, "by": {"a": 1}, "last": None}


@pytest.mark.parametrize("last", [None, {"number": 2}])
@pytest.mark.parametrize("sizes", [[], [["T", 3], ["N", 0]]])
def test_what_fits_passes(sizes, last):
    """Arrays and objects of any length, those of none as well, and null where that is allowed."""
    check({**FITTING, "sizes": sizes, "last": last}, FORM, "a row")
    check({**FITTING, "by": {}}, FORM, "a row")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"name": 3}, "a row: name: 3, needed a text"),
        ({"name": None}, "a row: name: None, needed a text"),
        ({"sizes": {}}, r"a row: sizes: \{\}, needed an array"),
        ({"sizes": "T3"}, "a row: sizes: 'T3', needed an array"),
        ({"sizes": [["T", 3], ["N"]]}, r"a row: sizes\[1\]: \['N'\], needed an array of 2"),
        ({"sizes": ["T3"]}, r"a row: sizes\[0\]: 'T3', needed an array of 2"),
        ({"sizes": [["T", "3"]]}, r"a row: sizes\[0\]\[1\]: '3', needed a whole number from 0 on"),
        ({"sizes": [["T", -1]]}, r"a row: sizes\[0\]\[1\]: -1, needed a whole number from 0 on"),
        ({"sizes": [["T", True]]}, r"a row: sizes\[0\]\[1\]: True, needed a whole number from 0 on"),
        ({"sizes": [["T", 3.0]]}, r"a row: sizes\[0\]\[1\]: 3.0, needed a whole number from 0 on"),
        ({"sizes": [["T", float("nan")]]}, r"a row: sizes\[0\]\[1\]: nan, needed a whole number from 0 on"),
        ({"kept": 1}, "a row: kept: 1, needed true or false"),
        ({"by": [1]}, r"a row: by: \[1\], needed an object"),
        ({"by": {"a": "1"}}, "a row: by: a: '1', needed a whole number from 0 on"),
        ({"last": {}}, r"a row: last: \[\], needed the keys number"),
        ({"last": {"number": None}}, "a row: last: number: None, needed a whole number from 0 on"),
        ({"more": 1}, "needed the keys name, sizes, kept, by, last"),
    ],
)
def test_what_does_not_fit_is_told(changes, words):
    """With its place, the value and what is needed, in one line."""
    with pytest.raises(ValueError, match=words) as told:
        check({**FITTING, **changes}, FORM, "a row")
    assert "\n" not in str(told.value)


@pytest.mark.parametrize("name", FORM)
def test_a_missing_key_is_told(name):
    """Whatever its form is."""
    values = {key: value for key, value in FITTING.items() if key != name}
    with pytest.raises(ValueError, match="needed the keys name, sizes, kept, by, last"):
        check(values, FORM, "a row")


@pytest.mark.parametrize("values", [None, [], "{}", 3])
def test_what_is_no_object_is_told(values):
    """It has no keys."""
    with pytest.raises(ValueError, match=r"a row: .*, needed an object"):
        check(values, FORM, "a row")
