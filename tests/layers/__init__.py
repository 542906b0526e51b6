"""Right layers in plain NumPy, and faults planted in their text."""

from types import ModuleType

from tests.layers import gru, gru_reset_before, linear, lstm, scan, vanilla
from verification import models

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
    with open(module.__file__, encoding="utf-8") as file:
        text = file.read()
    assert text.count(right) == 1, f"{right!r} is there {text.count(right)} times"
    other = ModuleType(f"{module.__name__}_wrong")
    exec(compile(text.replace(right, wrong), f"<{right} → {wrong}>", "exec"), other.__dict__)
    return other
