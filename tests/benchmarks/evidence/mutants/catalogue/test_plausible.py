"""The mutants of plausible."""

from benchmarks.evidence.mutants.catalogue.plausible import PLAUSIBLE_FAULTS
from tests.benchmarks.evidence.mutants.catalogue.fitting import fits

test_each_fits_the_engine = fits(PLAUSIBLE_FAULTS)
