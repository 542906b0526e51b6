"""The mutants of sizes."""

from benchmarks.evidence.mutants.catalogue.sizes import SIZES
from tests.benchmarks.evidence.mutants.catalogue.fitting import fits

test_each_fits_the_engine = fits(SIZES)
