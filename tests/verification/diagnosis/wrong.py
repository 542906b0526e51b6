"""Wrong engines, the first that is found of one, and what is said of it."""

from tests.layers import lstm_that
from verification.diagnosis.diagnosis import diagnose
from verification.properties.findings import findings, truth_of


def doubled_where(condition, gradient="d_U", **options):
    """An LSTM of which one gradient is twice what it should be where a condition holds."""
    return lstm_that(f"{gradient} = {gradient} * (1 + bool({condition}))", **options)


def first_found(engine, *cases):
    """What is found first, and the case that shows it."""
    for case in cases:
        for found in findings(engine, truth_of(case)):
            if found.wrong is not None:
                return found, case
    raise AssertionError("nothing is wrong")


def diagnosed(engine, *cases):
    return diagnose(engine, *first_found(engine, *cases))
