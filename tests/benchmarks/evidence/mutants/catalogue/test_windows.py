"""The mutants of windows."""

from benchmarks.evidence.mutants.catalogue.windows import WINDOWS
from tests.benchmarks.evidence.mutants.catalogue.fitting import fits

test_each_fits_the_engine = fits(WINDOWS)
