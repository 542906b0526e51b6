"""What every list of mutants has to be: of lines that stand in the engine, each with its story."""

import pytest

from benchmarks.evidence.mutants.judging import JUDGES
from benchmarks.evidence.mutants.patch import package


def fits(faults):
    """A test of each of them."""

    @pytest.mark.parametrize("fault", faults, ids=lambda fault: fault.name)
    def test_it_fits_the_engine_and_tells_its_story(fault):
        """Its lines are replaced, the copy loads, it names a property and a place, and has a source."""
        package(fault)
        assert fault.edits
        assert fault.caught_by in JUDGES
        assert fault.place
        assert fault.story.endswith(".")
        assert "\n" not in fault.story
        assert fault.source

    return test_it_fits_the_engine_and_tells_its_story
