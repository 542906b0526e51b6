"""How long a process has waited for a processor, which does not count as its own time."""

import time
from pathlib import Path


def spent() -> float:
    """Seconds on a clock that stops while this process waits for a processor."""
    return time.monotonic() - waited()


def waited(process: int | None = None) -> float:
    """Seconds that the longest waiting thread of a process has waited; 0 if the system does not say.

    ``process``: its id, or None for this one. Linux says so in ``schedstat``.
    """
    most = 0.0
    try:
        for thread in Path(f"/proc/{process or 'self'}/task").iterdir():
            _, waiting, _ = (thread / "schedstat").read_text().split()
            most = max(most, int(waiting) / 1e9)
    except (OSError, ValueError):
        # The system has no such file, or a thread has ended meanwhile.
        pass
    return most
