"""The mutants of algebra."""

from tests.verification.evidence.mutants.catalogue.fitting import fits
from verification.evidence.mutants.catalogue.algebra import ALGEBRA

test_each_fits_the_engine = fits(ALGEBRA)
