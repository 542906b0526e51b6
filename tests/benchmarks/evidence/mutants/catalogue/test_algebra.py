"""The mutants of algebra."""

from benchmarks.evidence.mutants.catalogue.algebra import ALGEBRA
from tests.benchmarks.evidence.mutants.catalogue.fitting import fits

test_each_fits_the_engine = fits(ALGEBRA)
