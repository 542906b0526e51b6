"""The mutants of windows."""

import pytest

from verification.evidence.mutants.catalogue.windows import WINDOWS
from verification.evidence.mutants.patch import package
from verification.evidence.mutants.run import JUDGES


@pytest.mark.parametrize("mutant", WINDOWS, ids=lambda mutant: mutant.name)
def test_it_fits_the_engine_and_tells_its_story(mutant):
    """Its lines are replaced, the copy loads, it names a property, and its story is a line with a source."""
    package(mutant)
    assert mutant.edits
    assert mutant.caught_by in JUDGES
    assert mutant.story.endswith(".")
    assert "\n" not in mutant.story
    assert mutant.source
