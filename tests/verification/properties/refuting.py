"""What is wrong with an engine, by the properties that refute it."""

from verification.properties.findings import findings, truth_of


def refuted_by(engine, case, names=None):
    """How each of them, or of those that are named, refutes it on a case."""
    found = findings(engine, truth_of(case), names)
    return {each.property: each.wrong for each in found if each.wrong is not None}
