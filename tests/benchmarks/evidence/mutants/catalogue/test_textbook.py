"""The mutants of textbook."""

from benchmarks.evidence.mutants.catalogue.textbook import TEXTBOOK
from tests.benchmarks.evidence.mutants.catalogue.fitting import fits

test_each_fits_the_engine = fits(TEXTBOOK)
