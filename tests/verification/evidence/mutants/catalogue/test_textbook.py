"""The mutants of textbook."""

from tests.verification.evidence.mutants.catalogue.fitting import fits
from verification.evidence.mutants.catalogue.textbook import TEXTBOOK

test_each_fits_the_engine = fits(TEXTBOOK)
