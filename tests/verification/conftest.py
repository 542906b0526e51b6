"""What tests of judging share."""

import pytest

from verification.diagnosis import conventions, onset


@pytest.fixture(autouse=True)
def time_enough(monkeypatch):
    """What is found does not hang on how busy the machine is; calls are bounded as ever."""
    monkeypatch.setattr(onset, "SECONDS", 120)
    monkeypatch.setattr(conventions, "SECONDS", 120)
