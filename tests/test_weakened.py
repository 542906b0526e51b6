"""What notices a weakening of the verifier, and what only keeps the tests from being run."""

from pathlib import Path

import pytest

from tests import cases
from tests.weakened import ROOT, Weakening, ends, main
from verification.models import vanilla

FILE = ROOT / "verification/judging/arguments.py"
RIGHT = FILE.read_text(encoding="utf-8")
IMPORTED = "import verification.judging.arguments\n"


@pytest.mark.parametrize(
    ("source", "tests", "noticed", "error"),
    [
        (RIGHT, f"{IMPORTED}def test(): pass", None, None),
        (RIGHT, f"{IMPORTED}def test(): assert 0", "test_it.py::test", None),
        ("1 / 0", IMPORTED, "the import of verification.judging.arguments raises ZeroDivisionError", None),
        (RIGHT, f"{IMPORTED}1 / 0", None, "ZeroDivisionError: division by zero"),
        (RIGHT, "import os\ndef test(): os._exit(3)", None, "the process ends with 3"),
        (RIGHT, "", None, None),
    ],
    ids=["survives", "a failure", "an import", "a crash of collection", "a crash", "no tests"],
)
def test_only_a_test_that_fails_or_an_import_that_raises_notices_it(
    tmp_path: Path, source: str, tests: str, noticed: str | None, error: str | None
) -> None:
    class Beside(Weakening):
        neighbour = tmp_path / "test_it.py"

    Beside.neighbour.write_text(tests, encoding="utf-8")
    (end,) = ends([Beside("a rule", FILE, 1, "", "", "", source)], whole=False, jobs=1)
    assert end.survives == (noticed is None and error is None)
    assert end.noticed.endswith(noticed) if noticed else not end.noticed
    assert end.error.endswith(error) if error else not end.error


def test_what_stands_on_a_room_is_imported_anew(tmp_path: Path) -> None:
    """All of it, however it is imported: parts of two packages would fail without a weakening."""
    low = ROOT / "verification/processes/timeout.py"
    assert cases.a_case(vanilla).state

    class Beside(Weakening):
        neighbour = tmp_path / "test_it.py"

    tests = "from tests import cases\nfrom verification.models import vanilla\n"
    Beside.neighbour.write_text(f"{tests}def test(): assert cases.a_case(vanilla).state", encoding="utf-8")
    (end,) = ends([Beside("", low, 1, "", "", "", low.read_text(encoding="utf-8"))], whole=False, jobs=1)
    assert end.survives


def test_each_explanation_names_one_weakening_and_each_table_is_there() -> None:
    """Whatever was renamed in the verifier."""
    assert main(["--list", "--only", "nothing of this name"]) == 0
