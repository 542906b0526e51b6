"""What is wrong with an engine, by the properties that refute it."""

from verification.properties.findings import findings


def refuted_by(engine, truth, names=None):
    """How each of them, or of those that are named, refutes it on a case."""
    return {each.property: each.wrong for each in findings(engine, truth, names) if each.wrong is not None}
