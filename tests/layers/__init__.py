"""Right layers in plain NumPy, and faults planted in their text."""

from pathlib import Path
from types import ModuleType

from tests.layers import gru, gru_reset_before, linear, lstm, scan, vanilla
from verification import models
from verification.evidence.mutants.patch import replaced_once

RIGHT = (
    (models.vanilla, vanilla),
    (models.lstm, lstm),
    (models.gru, gru),
    (models.gru_reset_before, gru_reset_before),
    (models.linear, linear),
    (models.complex_linear, linear),
    (models.scan, scan),
    (models.complex_scan, scan),
)


def planted(module: ModuleType, right: str, wrong: str) -> ModuleType:
    """The layer with one line of its text replaced, which must be there once."""
    path = Path(module.__file__)
    text = replaced_once(path.read_text("utf-8"), right, wrong, path.name)
    other = ModuleType(f"{module.__name__}_wrong")
    exec(compile(text, f"<{right} → {wrong}>", "exec"), other.__dict__)
    return other
